"""From the words of the command line to a trace; the only place here that wakes torch."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import UserError
from ..graph import Failure
from ..traces import Trace, load
from .advice import advice
from .complaints import complain


def trace_spec(
    spec: str,
    *,
    inputs: Sequence[str] | None = None,
    image: Path | None = None,
    device: str | None = None,
    weights: Path | None = None,
    train: bool = False,
) -> Trace:
    """Trace the network `spec` names, or open a saved trace; its notes say what was chosen for the user.

    A forward that raises still gives the trace up to there, see `Trace.failure`. Raises UserError where it
    raised before its first op: there is nothing to look at.
    """
    if spec.endswith(".json"):
        if inputs or image or device or weights or train:
            raise UserError(f"{spec} is a saved trace: nothing is run", hint="leave out --input, --device and the like")
        return load(spec)
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from ..capture.resolve import resolve, unfit_arguments
    from ..capture.run import trace_titled

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the model's own warnings are about running it, not about looking at it
        found = resolve(spec, inputs=inputs or (), image=image, device=device, weights=weights, train=train)
        traced = trace_titled(found.model, found.args, found.kwargs, found.title)
    if traced.failure is not None and all(op.name == "input" for op in traced.graph.ops):
        raise unfit_arguments(found.model, found.args, found.kwargs) or UserError(failure_line(traced, traced.failure))
    return replace(traced, about=replace(traced.about, notes=(*found.notes, *traced.about.notes)))


def count_line(traced: Trace, counted: str) -> str:
    """`counted` (`ResNet: 5 identity skips`), with the limit of the count where the forward raised."""
    return counted if traced.failure is None else f"{counted} until the forward stopped"


def report_failure(traced: Trace) -> int:
    """The exit code of a command that drew `traced`: 0, or 2 after one line about the forward that raised."""
    if traced.failure is None:
        return 0
    complain(failure_line(traced, traced.failure))
    return 2


def failure_line(traced: Trace, failure: Failure) -> str:
    """Why a forward stopped, where, and what to try."""
    where = f" at {failure.source}" if failure.source else ""
    hint = advice(traced)
    return f"the forward raised {failure.error}{where}: {failure.message}" + (f"; {hint}" if hint else "")
