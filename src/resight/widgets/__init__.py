"""Traces in notebooks: the interactive page as a widget, or the picture where widgets are off."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtra
from ..picture import as_svg, drawing
from ..traces import Trace

if TYPE_CHECKING:
    from .page import PageWidget

__all__ = ["Still", "bundle", "shown", "widget"]


@dataclass(frozen=True, slots=True)
class Still:
    """A picture as notebooks show it, of a trace drawn with some options."""

    svg: str
    line: str

    def __repr__(self) -> str:
        return self.line

    def _repr_svg_(self) -> str:
        return self.svg


def widget(trace: Trace, **view: Any) -> PageWidget:
    """A trace's page for a notebook, with what is selected in it readable and settable: `page.selected`.

    A notebook shows the page of any trace by itself; this is for holding on to it. `view` are the fields of
    `resight.View`.

    Raises:
        MissingExtra: anywidget is not installed.
        UserError: an unknown option or path inside the model.
    """
    if not _has_widgets():
        raise MissingExtra("anywidget", "a widget", '"resight[notebook]"')
    from .page import PageWidget

    return PageWidget(drawing(trace, view))


def shown(trace: Trace, **view: Any) -> PageWidget | Still:
    """What a notebook shows of a trace: the page, or, without anywidget, the picture."""
    return widget(trace, **view) if _has_widgets() else Still(as_svg(trace, **view), repr(trace))


def bundle(trace: Trace) -> Any:
    """A trace's page in IPython's terms, by MIME type; empty without anywidget."""
    return widget(trace)._repr_mimebundle_() if _has_widgets() else {}


def _has_widgets() -> bool:
    return find_spec("anywidget") is not None
