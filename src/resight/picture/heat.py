"""What a picture is coloured by: numbers of ops and module calls, and how they were obtained."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .. import text
from ..errors import UserError
from ..graph import Graph, Ref
from ..graph.cost import Cost, call_costs, op_costs
from ..recording import Recording, Statistics
from ..traces import Trace
from .payload import COLORS, Heat, HeatValue

NOTHING = HeatValue()

RECORDED = ("time", "gain", "gradient")
"""Colours that a forward has to be recorded for; the others follow from shapes."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A number per op and per module call, None where there is none, and how to write one."""

    ops: Sequence[float | None]
    calls: Sequence[float | None]
    write: Callable[[float], str]


class NotRecorded(UserError):
    """A trace lacks the numbers it was to be coloured by."""


def check_color(color: str) -> None:
    """Raise `UserError` unless boxes can be coloured by this."""
    if color not in COLORS:
        known = f"boxes can be coloured by {', '.join(COLORS)}"
        hint = "; ".join(filter(None, (text.did_you_mean(color, COLORS), known)))
        raise UserError(f"there is no color {color!r}", hint=hint)


def heat(trace: Trace, color: str) -> Heat:
    """The numbers that a picture of `trace` is coloured by.

    Costs count as in `graph.cost`; the number of a module call is the sum of what runs in it. Time is the sum of its
    ops' likewise. A gain belongs to the merge that closes a skip; that of a module call is the mean of
    those inside (weak skips and the gates of recurrent cells left out). A gradient is the rms of the loss's, at the
    first output.

    Raises:
        NotRecorded: the trace has no recording of what this color shows.
        UserError: an unknown color, or one that nothing in the trace has.
    """
    check_color(color)
    made = MEASURES[color](trace)
    if color in RECORDED:
        made = replace(made, notes=" · ".join(map(text.one_line, trace.about.notes)))
    if all(one.value is None for one in made.ops):
        raise UserError(f"nothing in {trace.about.title} has {made.title}", hint="choose another color")
    return made


def _parameters(trace: Trace) -> Heat:
    numbers = _costs(trace.graph, lambda cost: cost.parameters, text.parameters)
    how = "parameter elements an op reads; a shared one counts wherever it is read"
    return _heat(numbers, "parameters", how, "closed modules: each parameter in them once", "no parameters")


def _flops(trace: Trace) -> Heat:
    numbers = _costs(trace.graph, lambda cost: cost.flops, lambda count: text.quantity(count, "FLOP"))
    how = f"FLOPs per op, a multiply-add is 2; {_input(trace)}"
    return _heat(numbers, "FLOPs", how, "closed modules: the sum inside", "no products")


def _bytes(trace: Trace) -> Heat:
    numbers = _costs(trace.graph, lambda cost: cost.activation_bytes, text.binary_size)
    how = f"bytes an op newly writes; {_input(trace)}"
    return _heat(numbers, "activation bytes", how, "closed modules: the sum inside", "writes nothing new")


def _time(trace: Trace) -> Heat:
    recording = trace.recording
    if recording is None or recording.seconds is None:
        raise _unrecorded(trace, "times", "resight.record(model, x, seconds=True)")
    seconds = [second or None for second in recording.seconds.tolist()]
    calls = _sums(trace.graph, [second or 0.0 for second in seconds])
    launch = "" if trace.about.device == "cpu" else ", of the launch"
    runs = "1 forward" if recording.batches == 1 else f"mean of {recording.batches} forwards"
    how = f"wall-clock time per op{launch}, {runs} on {trace.about.device}; {_input(trace)}"
    return _heat(_Numbers(seconds, calls, text.duration), "time", how, "closed modules: the sum inside", "not timed")


def _gain(trace: Trace) -> Heat:
    if trace.skips and all(skip.contribution is None for skip in trace.skips):
        raise _unrecorded(trace, "gains", "resight.record(model, x)")
    ops = [NOTHING] * len(trace.graph.ops)
    for skip in trace.skips:
        ops[skip.merge] = _value(skip.gain, text.number)
    how = f"rms(branch) / rms(shortcut); {_batches(trace)}"
    closed, plain = "closed modules: the mean inside", "no skip ends there"
    return Heat("gain", "gain", how, closed, plain, tuple(ops), _mean_gains(trace), arcs=True)


def _gradient(trace: Trace) -> Heat:
    recording = trace.recording
    if recording is None or recording.gradients is None:
        raise _unrecorded(trace, "gradients", "resight.record(model, x, gradients=loss)")
    graph, gradients = trace.graph, recording.gradients
    ops = [_rms(gradients, Ref(op.id, 0)) for op in graph.ops]
    ends = [graph.outputs[0].ref if graph.outputs else None]
    ends += [call.outputs[0] if call.outputs else None for call in graph.calls[1:]]
    calls = [None if end is None else _rms(gradients, end) for end in ends]
    how = f"rms of the loss's gradient at the first output of each op; {_batches(trace)}"
    closed, plain = "closed modules: at their output", "no gradient"
    return _heat(_Numbers(ops, calls, text.number), "gradient", how, closed, plain, label="gradient")


MEASURES: dict[str, Callable[[Trace], Heat]] = {
    "parameters": _parameters,
    "flops": _flops,
    "bytes": _bytes,
    "time": _time,
    "gain": _gain,
    "gradient": _gradient,
}
"""How the numbers of each color are had."""


def _heat(numbers: _Numbers, title: str, how: str, closed: str, plain: str, label: str = "") -> Heat:
    ops, calls = (
        tuple(_value(number, numbers.write) for number in numbers_of) for numbers_of in (numbers.ops, numbers.calls)
    )
    return Heat(title, label, how, closed, plain, ops, calls)


def _value(number: float | None, write: Callable[[float], str], note: str = "") -> HeatValue:
    """A number with its words; one that is not finite has words alone."""
    if number is None:
        return NOTHING
    return HeatValue(number if math.isfinite(number) else None, write(number), note)


def _costs(graph: Graph, read: Callable[[Cost], int], write: Callable[[float], str]) -> _Numbers:
    """What costs nothing has no number: it is left plain."""
    ops, calls = ([read(cost) or None for cost in costs] for costs in (op_costs(graph), call_costs(graph)))
    return _Numbers(ops, calls, write)


def _sums(graph: Graph, ops: Sequence[float]) -> list[float | None]:
    """For each module call the sum over all ops in it, None where that is nothing."""
    sums = [0.0] * len(graph.calls)
    for op, number in zip(graph.ops, ops):
        sums[op.call] += number
    for call in reversed(graph.calls[1:]):
        sums[call.parent] += sums[call.id]
    return [number or None for number in sums]


def _mean_gains(trace: Trace) -> tuple[HeatValue, ...]:
    graph = trace.graph
    inside: list[list[float]] = [[] for _ in graph.calls]
    for skip in trace.skips:
        if skip.gain is not None and not skip.weak and not skip.recurrent:
            for call in graph.ancestors(graph.ops[skip.merge].call):
                inside[call].append(skip.gain)
    return tuple(
        _value(math.fsum(gains) / len(gains), text.number, f"mean of {len(gains)}" if len(gains) > 1 else "")
        if gains
        else NOTHING
        for gains in inside
    )


def _rms(gradients: Statistics, ref: Ref) -> float | None:
    summary = gradients.summary(ref)
    return None if summary is None else summary.rms


def _input(trace: Trace) -> str:
    return f"input {text.one_line(trace.about.inputs)}"


def _batches(trace: Trace) -> str:
    """The sample behind what was recorded: `1 batch of x f32[1,3,224,224] on cpu`."""
    recording: Recording | None = trace.recording
    batches = "1 batch" if recording is None or recording.batches == 1 else f"{recording.batches} batches"
    return f"{batches} of {text.one_line(trace.about.inputs)} on {trace.about.device}"


def _unrecorded(trace: Trace, what: str, call: str) -> NotRecorded:
    title = text.one_line(trace.about.title)
    if trace.about.device == "meta":
        return NotRecorded(f"{title} ran on meta, where nothing is computed: it has no {what}", hint="use --device cpu")
    return NotRecorded(f"this trace of {title} has no {what} to colour by", hint=f"record them: trace = {call}")
