"""A comparison in every format; a new one is one line in `WRITERS`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..colours import PALETTES
from ..errors import UserError
from ..files import check_writable, write_files
from ..picture import pdf, png, svg
from ..text import markdown
from .comparison import Comparison
from .notes import notes
from .page import page, title_of
from .side import Sheet, side_by_side
from .tables import gains, networks, table, trainings
from .telling import tellings


@dataclass(frozen=True, slots=True)
class Look:
    """How a comparison is shown: `depth` to which modules are open (None opens what differs), `theme` `light` or
    `dark`, `scale` pixels to a unit of a PNG."""

    depth: int | None = None
    theme: str = "light"
    scale: float = 2.0

    def __post_init__(self) -> None:
        if self.theme not in PALETTES:
            raise UserError(f"there is no theme {self.theme!r}", hint=f"use {' or '.join(PALETTES)}")


Writer = Callable[[Comparison, Look], bytes]

WRITERS: dict[str, Writer] = {
    "html": lambda found, look: page(found, theme=look.theme, depth=look.depth),
    "svg": lambda found, look: svg.render(_pictured(found, look)),
    "png": lambda found, look: png.render(_pictured(found, look)),
    "pdf": lambda found, look: pdf.render(_pictured(found, look)),
    "csv": lambda found, look: table(found).to_csv().encode(),
    "md": lambda found, look: "\n".join(_markdown(found)).encode(),
}
"""How each format, named by its suffix, is made; `.svg`, `.png` and `.pdf` show the structures."""


def check_path(path: Path) -> None:
    """Raise UserError where no format has the suffix of `path`, CannotWrite where no file can stand there."""
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in WRITERS:
        what = f"no format has the suffix .{suffix}" if suffix else f"{path} has no suffix to name its format"
        raise UserError(what, hint=f"formats are {' '.join(f'.{name}' for name in WRITERS)}")
    check_writable(path)


def save_all(comparison: Comparison, paths: Iterable[Path], look: Look) -> list[Path]:
    """Write a comparison in the formats the suffixes name, all files or none.

    Raises:
        CannotWrite: a file can't stand where it should.
        UserError: an unknown suffix, or a picture of structures where fewer than two are known.
    """
    files = list(paths)
    for path in files:
        check_path(path)
    write_files({path: WRITERS[path.suffix.lower()[1:]](comparison, look) for path in files})
    return files


def _pictured(comparison: Comparison, look: Look) -> Sheet:
    sheet = side_by_side(comparison, theme=look.theme, depth=look.depth, scale=look.scale)
    if sheet is None:
        hint = "a page shows the curves of runs: -o compare.html"
        raise UserError("fewer than two structures are known: there is nothing to draw", hint=hint)
    return sheet


def _markdown(comparison: Comparison) -> Iterator[str]:
    yield f"# {markdown(title_of(comparison))}\n"
    if comparison.has_runs:
        yield trainings(comparison).to_markdown()
    if comparison.reference is not None:
        yield networks(comparison).to_markdown()
    if (found := gains(comparison)) is not None:
        yield found.to_markdown()
    if told := tellings(comparison):
        yield "## Differences\n"
    for one in told:
        yield f"- {markdown(one.summary)}\n" + "".join(f"  - {markdown(line)}\n" for line in one.details)
    yield "## Notes\n"
    yield "".join(f"- {markdown(line)}\n" for line in notes(comparison))
