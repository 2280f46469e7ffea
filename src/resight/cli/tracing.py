"""From the words of the command line to a trace, with or without numbers; the only place here that wakes torch."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..graph import Failure
from ..traces import Trace, load
from .advice import advice
from .colouring import record_for
from .complaints import complain

MADE_UP = "input values made up: floats standard normal (seed 0), whole numbers 1 and 0 in turn"

Resolved = Any
"""A `capture.resolve.Resolved`, whose room would wake torch here."""


def trace_spec(
    spec: str,
    *,
    inputs: Sequence[str] | None = None,
    image: Path | None = None,
    device: str | None = None,
    weights: Path | None = None,
    train: bool = False,
    trust: bool = False,
    thumbnails: int = 0,
) -> Trace:
    """Trace the network `spec` names, or open a saved trace; its notes say what was chosen for the user.

    With `thumbnails`, a network that computes (not one of shapes alone) is recorded, with so many feature maps of
    each value. A forward that raises still gives the trace up to there, see `Trace.failure`. Raises UserError where
    it raised before its first op: there is nothing to look at.
    """
    if is_saved(spec):
        return _opened(spec, inputs or image or device or weights or train)

    def run(found: Resolved) -> Trace:
        if thumbnails and not any(parameter.is_meta for parameter in found.model.parameters()):
            return _recorded(found, _made_of(found, image), thumbnails=thumbnails)
        from ..capture.run import trace_titled

        return trace_titled(found.model, found.args, found.kwargs, found.title)

    return _run(spec, run, inputs=inputs or (), image=image, device=device, weights=weights, train=train, trust=trust)


def record_spec(
    spec: str,
    *,
    keep: Sequence[str] = (),
    thumbnails: int = 0,
    color: str = "",
    inputs: Sequence[str] | None = None,
    image: Path | None = None,
    device: str | None = None,
    weights: Path | None = None,
    train: bool = False,
    trust: bool = False,
) -> Trace:
    """`trace_spec` with what flowed through: numbers, the tensors to `keep`, `thumbnails` feature maps of a value.

    With a `color`, also what pictures of that color need, see `cli.colouring`. The network runs on the CPU unless
    another device is asked for; its notes say where the weights come from.
    """
    if is_saved(spec):
        traced = _opened(spec, inputs or image or device or weights or train)
        if traced.recording is None:
            hint = f"record it: resight walk SPEC -o {Path(spec).name}"
            raise UserError(f"{spec} says nothing of what flowed through the network", hint=hint)
        return traced

    def run(found: Resolved) -> Trace:
        notes = () if device == "meta" else _made_of(found, image)
        return record_for(color, found, partial(_recorded, notes=notes, keep=keep, thumbnails=thumbnails))

    return _run(
        spec, run, inputs=inputs or (), image=image, device=device or "cpu", weights=weights, train=train, trust=trust
    )


def _made_of(found: Resolved, image: Path | None) -> tuple[str, ...]:
    """What numbers come from, in lines: a picture or made-up values, and the weights."""
    return (found.weights,) if image else (MADE_UP, found.weights)


def _recorded(found: Resolved, notes: Sequence[str], **wishes: Any) -> Trace:
    """What flowed through a network; `notes` say what its numbers come from."""
    from ..capture.record import record

    kwargs: dict[str, Any] = dict(found.kwargs)
    recorded = record(found.model, *found.args, **wishes, **kwargs)
    about = replace(recorded.about, title=found.title, notes=(*notes, *recorded.about.notes))
    return replace(recorded, about=about)


def is_saved(spec: str) -> bool:
    """True for the path of a saved trace: nothing has to run."""
    return spec.endswith(".json")


def _opened(spec: str, wishes: object) -> Trace:
    if wishes:
        raise UserError(f"{spec} is a saved trace: nothing is run", hint="leave out --input, --device and the like")
    return load(spec)


def _run(spec: str, run: Callable[[Resolved], Trace], **wishes: Any) -> Trace:
    """Build the network and its input, run it, and note what was chosen for the user."""
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from ..capture.resolve import resolve, unfit_arguments
    from ..memory import check_forward, check_inputs, check_network

    needs_values = any(wishes[name] for name in ("device", "image", "weights"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the model's own warnings are about running it, not about looking at it
        if needs_values and wishes["device"] != "meta":
            check_network(spec)
        check_inputs(spec, wishes["inputs"], wishes["device"] or ("cpu" if needs_values else None))
        found = resolve(spec, **wishes)
        check_forward(found)
        traced = run(found)
    if traced.failure is not None and all(op.name == "input" for op in traced.graph.ops):
        raise unfit_arguments(found.model, found.args, found.kwargs) or UserError(failure_line(traced, traced.failure))
    notes = dict.fromkeys((*found.notes, *traced.about.notes))
    return replace(traced, about=replace(traced.about, notes=tuple(notes)))


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
