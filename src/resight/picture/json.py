"""JSON: not a picture but the whole trace, for `resight.load` and for programs."""

from __future__ import annotations

from pathlib import Path

from .drawing import Drawing


def render(drawing: Drawing) -> bytes:
    """The trace as JSON in UTF-8; the view leaves no mark on it."""
    return drawing.trace.to_json().encode()


def beside(drawing: Drawing, path: Path) -> dict[Path, bytes]:
    """The file that goes with one at `path`: kept tensors, if there are any."""
    recording = drawing.trace.recording
    if recording is None or not recording.kept:
        return {}
    return {path.with_suffix(".safetensors"): recording.kept_to_bytes()}
