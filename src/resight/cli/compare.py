"""`resight compare A B ...`: networks, traces and runs beside each other."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.cells import cell_len

from ..errors import UserError
from ..runs import is_pretrained, is_run, open_run, runs_below
from ..runs import trust as trust_folder
from ..traces import Trace
from . import options
from .complaints import say
from .tracing import is_saved, record_spec, trace_spec

if TYPE_CHECKING:
    from rich.table import Table as RichTable

    from ..compare import Comparison, Subject, Trained
    from ..table import Table

LONG_TITLE = 3
"""A title of numbers that is so many times as long as they are may take several lines."""


def compare(
    things: Annotated[
        list[str],
        typer.Argument(
            metavar="A B ...",
            show_default=False,
            help="Networks as for `show`, saved traces (trace.json), runs (runs/r1) or folders of runs (sweeps/s1), "
            "in any mix. The others are compared with the first.",
        ),
    ],
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            show_default=False,
            help="Write .html (all of it), .svg .png .pdf (structures side by side), .csv or .md; repeat for several.",
        ),
    ] = None,
    inputs: options.Inputs = None,
    image: options.Image = None,
    depth: Annotated[
        int | None,
        typer.Option(
            "--depth", metavar="N", min=0, show_default=False, help="Open modules N levels deep; else what differs."
        ),
    ] = None,
    theme: options.Theme = "light",
    scale: Annotated[float, typer.Option("--scale", metavar="X", min=0.1, help="Pixels of a .png per unit.")] = 2.0,
    trust: options.Trust = False,
) -> int:
    """Compare structures, costs and trainings: what differs, which shapes follow from it, which one did better.

    Runs that differ in their seed alone make one line, with the spread over seeds. With --image networks are run on
    a picture, and what each block adds is compared too.

    Examples:

    \b
      resight compare resnet18 plain18
      resight compare resnet18 "resnet18(strides=[1,2,1,2])" -o strides.png
      resight compare runs/r1 runs/r2 runs/r3 -o compare.html
      resight compare sweeps/s1 -o sweep.csv -o sweep.html
    """
    from ..compare import Look, check_path, save_all
    from ..compare import compare as put_together

    look = Look(depth, theme, scale)
    for path in out or ():
        check_path(path)
    for folder in filter(os.path.isdir, things if trust else ()):
        trust_folder(folder)
    subjects, notes = _subjects(things, inputs, image)
    found = put_together(subjects)
    written = save_all(found, out or (), look)
    print_comparison(found)
    for line in (*notes, *(f"wrote {path}" for path in written)):
        say(f"  {line}")
    return 0


def subjects_of(runs: list[Path]) -> tuple[list[Subject], list[str]]:
    """Runs to compare, each with its network where that can be built."""
    return _subjects([str(path) for path in runs], None, None)


def print_comparison(found: Comparison) -> None:
    """Tables, differences and notes in the terminal."""
    from rich.console import Console

    from ..compare.notes import notes
    from ..compare.tables import gains, networks, trainings
    from ..compare.telling import tellings

    console = Console(highlight=False, markup=False, emoji=False)
    tables = [trainings(found)] if found.has_runs else []
    tables += [networks(found)] if found.reference is not None else []
    tables += [table for table in (gains(found),) if table is not None]
    for table in tables:
        console.print(_wrapped(table))
        print()
    for told in tellings(found):
        say(told.summary)
        for line in told.details:
            say(f"  - {line}")
    for line in notes(found):
        say(f"  {line}")


def _wrapped(table: Table) -> RichTable:
    """A table whose names and titles take several lines where the terminal is too narrow; numbers stay whole."""
    from ..table import written

    shown = table.__rich__()
    for i, (column, drawn) in enumerate(zip(table.columns, shown.columns)):
        longest = max(cell_len(written(column, row[i])) for row in table.rows)
        drawn.no_wrap = column.kind != "text" and cell_len(column.title) <= LONG_TITLE * longest
        drawn.overflow = "fold"
    return shown


def _subjects(things: list[str], inputs: list[str] | None, image: Path | None) -> tuple[list[Subject], list[str]]:
    """What the words stand for; and what has to be said about it."""
    from ..compare import Subject, read_run

    notes: dict[str, None] = {}
    traced: dict[object, Trace | None] = {}
    subjects = []
    for word in things:
        for run in [Path(word)] if is_run(word) else list(runs_below(word)):
            read = read_run(run)
            key = run if image else (read.config.spec, read.config.shape)
            if key not in traced:
                traced[key] = _trace_of_run(run, read, image, notes)
            subjects.append(Subject(read.name, traced[key], read))
        if not is_run(word) and not any(runs_below(word)):
            subjects.append(_network(word, inputs, image))
    return subjects, list(notes)


def _network(word: str, inputs: list[str] | None, image: Path | None) -> Subject:
    from ..compare import Subject

    if os.path.isdir(word) and not is_pretrained(word):
        raise UserError(f"{word} is no run and holds none", hint="give a folder that resight train or sweep named")
    if "/" in word and ":" not in word and not is_saved(word) and not is_pretrained(word):
        open_run(word)  # says that there is none
    if is_saved(word):
        return Subject(Path(word).stem, trace_spec(word))
    look = record_spec if image else trace_spec
    return Subject(word, look(word, inputs=inputs, image=image))


def _trace_of_run(path: Path, run: Trained, image: Path | None, notes: dict[str, None]) -> Trace | None:
    """The network of a run; None, with a note, where it can't be built any more."""
    from ..capture.resolve import check_trusted

    try:
        check_trusted(path, run.config.spec)
        if image is not None:
            return record_spec(str(path), image=image)
        return trace_spec(run.config.spec, inputs=["x".join(map(str, (1, *run.config.shape)))], device="meta")
    except UserError as error:
        notes[f"the structure of {run.config.spec} is not known: {error}"] = None
        return None
