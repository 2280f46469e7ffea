"""What `resight show --color` asks a forward for, where shapes alone don't tell: times, gains, gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..traces import Trace

TIMED = 5
"""So many forwards are timed, after one that finds memory, kernels and threads cold."""

Recorder = Callable[..., Trace]
"""From a resolved network and the wishes of `resight.record` to a trace."""


def record_for(color: str, found: Any, record: Recorder) -> Trace:
    """Record a resolved network with what this color needs; the trace's notes say which loss was chosen."""
    if color == "time":
        return _timed(found, record)
    if color == "gradient":
        from ..capture.logits import LARGEST_LOGITS, largest_logits

        found.model.requires_grad_(True)  # the network is ours, built for this run
        recorded = record(found, gradients=largest_logits)
        notes = (*recorded.about.notes, f"loss: {LARGEST_LOGITS}")
        return replace(recorded, about=replace(recorded.about, notes=notes))
    return record(found)


def _timed(found: Any, record: Recorder) -> Trace:
    from ..capture.run import trace_titled

    trace_titled(found.model, found.args, found.kwargs, found.title)
    if found.args and found.kwargs:  # a batch is either
        return record(found, seconds=True)
    return record(replace(found, args=(), kwargs={}), seconds=True, batches=[found.args or found.kwargs] * TIMED)
