"""JSON: not a picture but the whole trace, for `resight.load` and for programs."""

from __future__ import annotations

from .drawing import Drawing


def render(drawing: Drawing) -> bytes:
    """The trace as JSON in UTF-8; the view leaves no mark on it."""
    return drawing.trace.to_json().encode()
