"""`resight walk SPEC`: what flows through a network, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..table import walk as steps
from ..text import plural
from ..traces import Trace
from . import options
from .complaints import say, warn
from .tracing import record_spec, report_failure

THUMBNAILS = 8
"""Feature maps of each value on a page: about a megabyte for a ResNet-18."""


def walk(
    spec: options.Spec,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            show_default=False,
            help="Write .html .png .svg .pdf .csv .md, or the recorded trace as .json; repeat for several. "
            "Without it, the table is printed.",
        ),
    ] = None,
    inputs: options.Inputs = None,
    image: options.Image = None,
    depth: Annotated[
        int | None,
        typer.Option("--depth", metavar="N", min=0, show_default=False, help="One line for each module N levels deep."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also list reshapes, transposes and their like.")] = False,
    thumbnails: Annotated[
        int, typer.Option("--thumbnails", metavar="N", min=0, help="Feature maps of each value in an .html page.")
    ] = THUMBNAILS,
    theme: options.Theme = "light",
    scale: Annotated[float, typer.Option("--scale", metavar="X", min=0.1, help="Pixels of a .png per unit.")] = 2.0,
    device: options.Device = None,
    weights: options.Weights = None,
    train: options.Train = False,
    trust: options.Trust = False,
) -> int:
    """Run a network once and list what flowed through: shapes, numbers, and what each branch adds to its shortcut.

    Random weights and inputs unless --weights and --image say otherwise; the notes say which.

    Examples:

    \b
      resight walk torchvision:resnet18 --image sample:cat
      resight walk torchvision:resnet50 --image sample:cat --depth 2
      resight walk resnet20 --image photo.jpg -o walk.html -o walk.csv
      resight walk recorded.json
    """
    from ..walk import Look, check_path, listing, save_all

    look = Look(depth, everything, theme, scale)
    for path in out or ():
        check_path(path)
    has_page = any(path.suffix.lower() in (".html", ".json") for path in out or ())
    traced = record_spec(
        spec,
        thumbnails=thumbnails * has_page,
        inputs=inputs,
        image=image,
        device=device,
        weights=weights,
        train=train,
        trust=trust,
    )
    if out:
        written = save_all(traced, out, look)
        say(traced.summary())
        notes = [f"wrote {path}" for path in written]
    else:
        from rich.console import Console

        from ..walk.terminal import terminal_table
        from ..walk.words import GAIN_LINE

        lines = listing(traced, depth, everything=everything)
        console = Console(highlight=False, markup=False, emoji=False)
        console.print(terminal_table(lines, console.width))
        print()
        say(traced.summary())
        notes = [GAIN_LINE] if any(column.name == "gain" for column in lines.columns) else []
    if traced.recording is not None and traced.recording.how:
        say(f"  {traced.recording.how}")
    for note in (*traced.about.notes, *notes):
        say(f"  {note}")
    warn_of_nonfinite(traced)
    return report_failure(traced)


def warn_of_nonfinite(traced: Trace) -> None:
    """Say where the first value that is not finite came from, if there is one."""
    rows = steps(traced.graph, traced.skips, traced.recording)
    troubled = [row for row in rows if row.summary is not None and row.summary.nonfinite]
    if not troubled:
        return
    first = troubled[0]
    assert first.summary is not None
    count = f"{first.summary.nonfinite:,} of {plural(first.summary.count, 'element')}"
    after = f", the first of {len(troubled)} such steps" if len(troubled) > 1 else ""
    warn(f"{first.step.name} ({first.op}) made inf or nan: {count}{after}")
