"""`resight features SPEC --layer PATH`: what a layer makes of a picture, channel by channel."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import UserError
from ..traces import Trace
from . import options
from .complaints import say
from .tracing import record_spec, report_failure

UNFIT = re.compile(r"[^\w.-]+")
"""What of a layer's name does not go into a file's name."""

COLUMNS = 4
COUNT = 16
"""A square of feature maps."""


def features(
    spec: options.Spec,
    layers: Annotated[
        list[str],
        typer.Option(
            "--layer",
            metavar="PATH",
            show_default=False,
            help="What layer1.0.conv1 returned, or layer1.0:add for an op in it; repeat for several.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            show_default=False,
            help="Write .png .svg or .pdf. Several layers make several files: maps-layer1.0.conv1.png.",
        ),
    ],
    inputs: options.Inputs = None,
    image: options.Image = None,
    count: Annotated[int, typer.Option("--count", metavar="N", min=1, help="Channels to draw.")] = COUNT,
    columns: Annotated[int, typer.Option("--columns", metavar="N", min=1, help="Channels in a row.")] = COLUMNS,
    channels: Annotated[
        str,
        typer.Option("--channels", metavar="first|varied|N,N", help="Which channels: varied ones have most contrast."),
    ] = "first",
    scale: Annotated[
        str, typer.Option("--scale", metavar="each|shared", help="Colours span each channel's values, or all alike.")
    ] = "each",
    cmap: Annotated[str, typer.Option("--cmap", metavar="NAME", help="A colour map of matplotlib.")] = "viridis",
    theme: options.Theme = "light",
    device: options.Device = None,
    weights: options.Weights = None,
    train: options.Train = False,
    trust: options.Trust = False,
) -> int:
    """Draw the feature maps of one or several layers.

    Random weights and inputs unless --weights and --image say otherwise; what was printed says which.

    Examples:

    \b
      resight features torchvision:resnet18 --image sample:cat --layer layer1.0.conv1 -o maps.png
      resight features resnet20 --image photo.jpg --layer conv1 --layer layer3 -o maps.png --cmap twilight
    """
    from ..files import write_files
    from ..plot import feature_maps
    from ..plot.figure import checked_suffix, rendered

    suffix = checked_suffix(out)
    traced = record_spec(
        spec, keep=layers, inputs=inputs, image=image, device=device, weights=weights, train=train, trust=trust
    )
    view: dict[str, Any] = {"columns": columns, "count": count, "scale": scale, "cmap": cmap, "theme": theme}
    wanted = _channels(channels)
    figures = {}
    for layer, path in _files(layers, out).items():
        _check_kept(traced, spec, layer)
        figures[path] = feature_maps(traced[layer], channels=wanted, title=_title(traced, layer), **view)
    write_files({path: rendered(figure, suffix) for path, figure in figures.items()})
    say(traced.summary())
    for note in (*traced.about.notes, *(f"wrote {path}" for path in figures)):
        say(f"  {note}")
    return report_failure(traced)


def _title(traced: Trace, layer: str) -> str:
    """The layer, its network, and where the weights come from."""
    weights = [note for note in traced.about.notes if note.startswith("weights")]
    return ", ".join([f"{layer} of {traced.about.title}", *weights[:1]])


def _channels(words: str) -> str | list[int]:
    """`first` and `varied` as they are, `0,5,9` as numbers."""
    if re.fullmatch(r"\d+(,\d+)*", words):
        return [int(number) for number in words.split(",")]
    return words


def _files(layers: list[str], out: Path) -> dict[str, Path]:
    """The file of each layer: `out` for one, else `out` with the layer's name behind its own.

    Layers whose names make the same file name get a number: `maps-stem_add.png`, `maps-stem_add-2.png`.
    """
    names = list(dict.fromkeys(layers))
    if len(names) == 1:
        return {names[0]: out}
    taken: set[str] = set()
    return {name: out.with_name(f"{out.stem}-{_free(UNFIT.sub('_', name), taken)}{out.suffix}") for name in names}


def _free(name: str, taken: set[str]) -> str:
    """`name`, or with the first number behind it that makes it another than those `taken`; takes it.

    Names that differ in case alone are one, as they are on the disks of macOS and Windows.
    """
    numbered = (f"{name}-{number}" for number in itertools.count(2))
    found = next(one for one in itertools.chain([name], numbered) if one.casefold() not in taken)
    taken.add(found.casefold())
    return found


def _check_kept(traced: Trace, spec: str, layer: str) -> None:
    """Raise UserError where a saved trace did not keep the value of a layer."""
    if traced[layer].tensor is None:
        what = f"the value of {layer} was not kept in {spec}"
        raise UserError(what, hint=f"record it again with keep={layer!r}")
