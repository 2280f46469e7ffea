"""A matplotlib figure that needs no display and shows itself in a notebook."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib import figure

from ..errors import UserError
from ..files import check_writable, write_files
from .style import styled

DPI = 100
"""Pixels to an inch on a screen."""

PRINTED_DPI = 200
"""Pixels to an inch in a PNG file."""

FORMATS: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
"""Formats by suffix, each with the metadata that keeps clock and version out of the file."""


class Figure(figure.Figure):
    """A figure that belongs to no window: nothing to close, nothing leaks."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        width, height = self.get_size_inches() * DPI
        return rendered(self, ".png"), {"width": round(width), "height": round(height)}


def rendered(drawn: figure.Figure, suffix: str, dpi: float = PRINTED_DPI) -> bytes:
    """A figure as the bytes of a file; the same figure gives the same bytes."""
    buffer = BytesIO()
    styled(drawn.savefig)(buffer, format=suffix[1:], dpi=dpi, metadata=FORMATS[suffix], facecolor=drawn.get_facecolor())
    return buffer.getvalue()


def save(drawn: figure.Figure, path: str | Path, dpi: float = PRINTED_DPI) -> Path:
    """Write a figure as PNG, SVG or PDF, at once or not at all; returns the path.

    Raises:
        CannotWrite: the folder is missing or not writable; nothing is left behind.
        UserError: no such format.
    """
    file = Path(path)
    suffix = checked_suffix(file)
    write_files({file: rendered(drawn, suffix, dpi)})
    return file


def checked_suffix(file: Path) -> str:
    """The suffix that names a figure's format; raises as `save` does where no figure can be written to `file`."""
    suffix = file.suffix.lower()
    if suffix not in FORMATS:
        what = f"no figure has the suffix {suffix}" if suffix else f"{file} has no suffix to name its format"
        raise UserError(what, hint=f"formats are {' '.join(FORMATS)}")
    check_writable(file)
    return suffix
