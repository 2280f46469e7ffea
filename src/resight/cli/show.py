"""`resight show SPEC`: trace a network and draw it with its skips."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import webbrowser
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import UserError
from ..traces import Trace
from . import options
from .complaints import say
from .tracing import is_saved, record_spec, report_failure, trace_spec

THUMBNAILS = 16
"""Feature maps of each value in a page; it holds fewer where they would make it large (`picture.facts.MAP_BYTES`)."""


def show(
    spec: options.Spec,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            show_default=False,
            help="Write .svg .png .pdf .html .md .mmd .dot .txt or .json; repeat for several. "
            "Without it, the picture opens in the browser.",
        ),
    ] = None,
    inputs: options.Inputs = None,
    image: options.Image = None,
    depth: Annotated[
        int | None,
        typer.Option("--depth", metavar="N", min=0, show_default=False, help="Open modules N levels deep."),
    ] = None,
    opened: Annotated[
        list[str] | None,
        typer.Option("--open", metavar="PATH", show_default=False, help="Also open the module layer1.0. Repeatable."),
    ] = None,
    only: Annotated[str, typer.Option("--only", metavar="PATH", show_default=False, help="Draw one module.")] = "",
    direction: Annotated[str, typer.Option("--direction", metavar="down|right", help="Way of flow.")] = "down",
    wrap: Annotated[
        int,
        typer.Option(
            "--wrap", metavar="N", min=0, max=1000, help="Columns of the picture (rows with right); 0 chooses."
        ),
    ] = 0,
    theme: options.Theme = "light",
    color: Annotated[
        str,
        typer.Option(
            "--color",
            metavar="NAME",
            show_default=False,
            help="Colour boxes by parameters, flops, bytes, time, gain or gradient. The last three run the network on "
            "the CPU unless --device says otherwise.",
        ),
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Also draw constants, masks and cache outputs.")] = False,
    scale: Annotated[
        float | None,
        typer.Option("--scale", metavar="X", min=0.1, show_default=False, help="Pixels of a .png per unit."),
    ] = None,
    repeats: Annotated[bool, typer.Option("--repeats/--no-repeats", help="Draw alike neighbours once, as ×N.")] = True,
    header: Annotated[bool, typer.Option("--header/--no-header", help="Title and legend.")] = True,
    thumbnails: Annotated[
        int,
        typer.Option(
            "--thumbnails",
            metavar="N",
            min=0,
            help="Feature maps of each value in an .html page, at most, where values are computed; 0 records nothing.",
        ),
    ] = THUMBNAILS,
    device: options.Device = None,
    weights: options.Weights = None,
    train: options.Train = False,
    trust: options.Trust = False,
) -> int:
    """Draw a network with every residual connection marked.

    Examples:

    \b
      resight show torchvision:resnet18
      resight show torchvision:resnet50 -o net.svg -o net.pdf --depth 2
      resight show "hf:gpt2(n_layer=2)" -o gpt2.png
      resight show net.py:Net --input 8x3x32x32 --only layer1.0 -o block.svg
    """
    view: dict[str, Any] = {
        "depth": depth,
        "open": tuple(opened or ()),
        "only": only,
        "direction": direction,
        "wrap": wrap,
        "theme": theme,
        "color": color,
        "everything": everything,
        "repeats": repeats,
        "header": header,
    }
    if scale is not None:
        view["scale"] = scale
    from ..files import check_writable
    from ..picture import drawing, renderer_for, save_all
    from ..picture.heat import RECORDED, NotRecorded, check_color

    if color:
        check_color(color)
    for path in out or ():
        renderer_for(path)
        check_writable(path)
    has_page = not out or any(path.suffix.lower() == ".html" for path in out)
    run = partial(record_spec, color=color) if color in RECORDED and not is_saved(spec) else trace_spec
    traced = run(
        spec,
        inputs=inputs,
        image=image,
        device=device,
        weights=weights,
        train=train,
        trust=trust,
        thumbnails=thumbnails * has_page,
    )
    try:
        written = save_all(traced, out or [_page(traced)], **view)
    except NotRecorded as error:
        hint = f"record it: resight show SPEC --color {color} -o {spec}" if is_saved(spec) else error.hint
        raise UserError(error.what, hint=hint) from error
    say(drawing(traced, view).caption)
    for note in traced.about.notes:
        say(f"  {note}")
    for path in written:
        say(f"  wrote {path}")
    if not out:
        _open_in_browser(written[0])
    return report_failure(traced)


def _page(traced: Trace) -> Path:
    """Where the HTML page goes: a temporary folder of its own, named after the network."""
    name = re.sub(r"[^\w.-]+", "_", traced.about.title).strip("_.") or "network"
    return Path(tempfile.mkdtemp(prefix="resight-")) / f"{name[:60]}.html"


def _open_in_browser(page: Path) -> None:
    """Open the page where somebody sits in front of a screen; elsewhere the printed path has to do."""
    has_screen = sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if sys.stdout.isatty() and has_screen:
        webbrowser.open(page.as_uri())
    else:
        print("  open it in a browser, or choose a file with -o net.png")
