"""A forward pass as a listing: in the terminal, as a page, as a picture, as a table for other programs.

A new format is one line in `WRITERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..colours import PALETTES
from ..errors import UserError
from ..files import check_writable, write_files
from ..picture import pdf, png, svg
from ..traces import Trace
from .listing import Listing, listing
from .page import page
from .sheet import sheet

__all__ = ["WRITERS", "Listing", "Look", "check_path", "listing", "save_all"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a listing is shown: `depth` as in `Trace.table`, `everything` also lists ops that only rearrange,
    `theme` `light` or `dark`, `scale` pixels to a unit of a PNG."""

    depth: int | None = None
    everything: bool = False
    theme: str = "light"
    scale: float = 2.0

    def __post_init__(self) -> None:
        if self.theme not in PALETTES:
            raise UserError(f"there is no theme {self.theme!r}", hint=f"use {' or '.join(PALETTES)}")


Writer = Callable[[Listing, Look], bytes]

WRITERS: dict[str, Writer] = {
    "html": lambda lines, look: page(lines, theme=look.theme).encode(),
    "png": lambda lines, look: png.render(sheet(lines, theme=look.theme, scale=look.scale)),
    "svg": lambda lines, look: svg.render(sheet(lines, theme=look.theme)),
    "pdf": lambda lines, look: pdf.render(sheet(lines, theme=look.theme)),
    "csv": lambda lines, look: lines.trace.table(look.depth).to_csv().encode(),
    "md": lambda lines, look: lines.trace.table(look.depth).to_markdown().encode(),
}
"""How each format, named by its suffix, is made; `.csv` and `.md` have every op and every column."""


def check_path(path: Path) -> None:
    """Raise UserError where no format has the suffix of `path`, CannotWrite where no file can stand there."""
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in (*WRITERS, "json"):
        what = f"no format has the suffix .{suffix}" if suffix else f"{path} has no suffix to name its format"
        raise UserError(what, hint=f"formats are {' '.join(f'.{name}' for name in (*WRITERS, 'json'))}")
    check_writable(path)


def save_all(trace: Trace, paths: Iterable[Path], look: Look) -> list[Path]:
    """Write the forward pass of a trace in the formats the suffixes name; `.json` is the trace itself.

    All are complete on the disk before any takes its name, save for the trace, which comes last.

    Raises:
        CannotWrite: a file can't stand where it should.
        UserError: an unknown suffix.
    """
    files = list(paths)
    for path in files:
        check_path(path)
    lines = listing(trace, look.depth, everything=look.everything)
    suffixes = {path: path.suffix.lower().removeprefix(".") for path in files}
    write_files({path: WRITERS[suffix](lines, look) for path, suffix in suffixes.items() if suffix in WRITERS})
    for path, suffix in suffixes.items():
        if suffix not in WRITERS:
            trace.save(path)
    return files
