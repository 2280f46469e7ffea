"""Pictures of traces in every format: `save`, `show`, and the table of formats.

A new format is a new file with one function and one line in `RENDERERS`.
"""

from __future__ import annotations

import re
import tempfile
import webbrowser
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import check_writable, write_files
from ..traces import Trace
from . import dot, html, json, mermaid, pdf, png, svg, text
from .drawing import Drawing
from .options import drawing
from .payload import View

__all__ = ["RENDERERS", "Drawing", "View", "drawing", "renderer_for", "as_svg", "as_text", "save", "save_all", "show"]

RENDERERS: dict[str, Callable[[Drawing], bytes]] = {
    "svg": svg.render,
    "png": png.render,
    "pdf": pdf.render,
    "html": html.render,
    "md": mermaid.render_markdown,
    "mmd": mermaid.render,
    "dot": dot.render,
    "txt": text.render,
    "json": json.render,
}
"""How each format, named by its suffix, is made of a drawing."""


def save(trace: Trace, path: str | Path, **options: Any) -> Path:
    """Write a trace in the format the suffix of `path` names; see `Trace.save`."""
    return save_all(trace, [path], **options)[0]


def save_all(trace: Trace, paths: Iterable[str | Path], **options: Any) -> list[Path]:
    """Write several files of one view. All are drawn, and complete on the disk, before any takes its name.

    Raises:
        CannotWrite: a file can't stand where it should.
        UserError: an unknown suffix, option or module path.
    """
    drawn = drawing(trace, options)
    files = {Path(path): renderer_for(path) for path in paths}
    for path in files:
        check_writable(path)
    contents = {path: render(drawn) for path, render in files.items()}
    for path, render in files.items():
        if render is json.render:
            contents.update(json.beside(drawn, path))
    write_files(contents)
    return list(files)


def renderer_for(path: str | Path) -> Callable[[Drawing], bytes]:
    """The renderer of the format that a file's suffix names; a `UserError` lists all where there is none."""
    suffix = Path(path).suffix.lower()
    if suffix.removeprefix(".") in RENDERERS:
        return RENDERERS[suffix[1:]]
    known = [f".{name}" for name in RENDERERS]
    what = f"no format has the suffix {suffix}" if suffix else f"{path} has no suffix to name its format"
    raise UserError(what, hint=f"formats are {' '.join(known)}")


def show(trace: Trace, **options: Any) -> Path:
    """Show a trace as a page in the browser; returns the path of the page."""
    name = re.sub(r"[^\w.-]+", "_", trace.about.title).strip("_.")[:60] or "network"
    page = save(trace, Path(tempfile.mkdtemp(prefix="resight-")) / f"{name}.html", **options)
    webbrowser.open(page.as_uri())
    return page


def as_svg(trace: Trace, **options: Any) -> str:
    """A trace's picture as SVG."""
    return svg.render(drawing(trace, options)).decode()


def as_text(trace: Trace, **options: Any) -> str:
    """A trace's picture for the terminal."""
    return text.page(drawing(trace, options)).rstrip("\n")
