"""From a trace to the words and boxes of its picture."""

from __future__ import annotations

from .. import text
from ..graph import Failure, Graph, Op, Output, TensorSpec
from ..graph.aside import shown_ops
from ..graph.cost import call_costs
from ..skips import Meetings, Skip
from ..traces import About
from .alike import alike
from .payload import SCHEMA, CallBox, OpBox, OutputBox, Payload, SkipArc
from .words import SIGNS, detail, group, title

NAMED_INPUTS = 3
"""So many inputs are named in the line under the title; more are only counted."""


def payload(about: About, graph: Graph, skips: tuple[Skip, ...]) -> Payload:
    """Everything the picture engine needs to know of a trace, in ready words.

    Takes time linear in the graph.
    """
    batch, meetings = batch_size(graph), Meetings(graph)
    shown = shown_ops(graph)
    ops = tuple(_op_box(graph, op, shown, batch) for op in graph.ops)
    same = alike(graph, [(box.title, box.detail, box.shape, box.aside) for box in ops], skips)
    return Payload(
        schema=SCHEMA,
        title=text.one_line(about.title),
        subtitle=subtitle(about, graph),
        ops=ops,
        calls=_call_boxes(graph, ops, same),
        skips=tuple([_arc(skip, meetings.within(skip)) for skip in skips]),
        outputs=tuple(_output_box(graph, output, shown, batch) for output in graph.outputs),
        failure=_failure_words(graph.failure) if graph.failure else "",
        unseen=text.one_line("; ".join(about.unseen)),
    )


def subtitle(about: About, graph: Graph) -> str:
    """The line under the title: `11.7M parameters · 3.63 GFLOP · input 1×3×224×224`."""
    flops = call_costs(graph)[0].flops
    words = [f"{text.parameters(about.parameters)} parameters"]
    words += [text.quantity(flops, "FLOP")] if flops else []
    inputs = [graph.ops[i] for i in graph.inputs]
    sizes = [text.shape(op.outputs[0].shape) for op in inputs]
    if len(inputs) == 1:
        words.append(f"input {sizes[0]}")
    elif len(inputs) <= NAMED_INPUTS:
        words += (f"{title(op)} {size}" for op, size in zip(inputs, sizes))
    else:
        words.append(f"{len(inputs)} inputs")
    return " · ".join(words)


def batch_size(graph: Graph) -> int:
    """The size of the batch, which shapes leave out, or 0 where none is evident.

    It is the first input's first size, if the first op on that input and the model's first output have the
    same first size and all three have two sizes or more. After a failed forward the output is not asked.
    """
    if not graph.inputs or len(graph.ops[graph.inputs[0]].outputs[0].shape) < 2:
        return 0
    entry = graph.inputs[0]
    size = graph.ops[entry].outputs[0].shape[0]
    reader = next((op for op in graph.ops if op.outputs and any(read.op == entry for read in op.inputs)), None)
    asked = [] if reader is None else [reader.outputs[0]]
    asked += [graph.spec(output) for output in graph.outputs[:1]] if graph.failure is None else []
    return size if all(len(spec.shape) > 1 and spec.shape[0] == size for spec in asked) else 0


def shape_words(spec: TensorSpec, batch: int) -> str:
    """`64×56×56`, without the batch size where the shape begins with it."""
    sizes = spec.shape[1:] if batch and len(spec.shape) > 1 and spec.shape[0] == batch else spec.shape
    return text.shape(sizes)


def _op_box(graph: Graph, op: Op, shown: list[bool], batch: int) -> OpBox:
    merges = sum(shown[read.op] for read in op.inputs) > 1
    before = graph.spec(op.inputs[0]).shape if op.inputs else None
    return OpBox(
        call=op.call,
        name=op.name,
        title=text.one_line(title(op)),
        detail=detail(op, graph) or _added_aside(graph, op, shown),
        shape=shape_words(op.outputs[0], batch) if op.outputs else "",
        group=group(op, merges),
        inputs=tuple((read.op, read.slot) for read in op.inputs),
        aside=not shown[op.id],
        reshaped=bool(op.outputs) and before is not None and op.outputs[0].shape != before,
        failed=graph.failure is not None and graph.failure.op == op.id,
    )


def _added_aside(graph: Graph, op: Op, shown: list[bool]) -> str:
    """`+ wpe` where an operand that is left out of the picture was made by a module of its own."""
    if op.name not in SIGNS or sum(shown[read.op] for read in op.inputs) != 1:
        return ""
    makers = [graph.ops[read.op].call for read in op.inputs if not shown[read.op]]
    around = set(graph.ancestors(op.call))
    names = [graph.calls[call].path.rpartition(".")[2] for call in makers if call not in around]
    return text.one_line(f"{SIGNS[op.name]} {names[0]}") if names and names[0] else ""


def _call_boxes(graph: Graph, ops: tuple[OpBox, ...], same: list[int]) -> tuple[CallBox, ...]:
    only = _only_ops(graph, ops)
    return tuple(
        CallBox(
            parent=call.parent,
            path=text.one_line(call.path),
            title=text.one_line(graph.call_title(call)),
            cls=text.one_line(call.cls),
            detail=ops[only[call.id]].detail if only[call.id] >= 0 else "",
            parameters=text.parameters(call.parameters) if call.parameters else "",
            same=same[call.id],
        )
        for call in graph.calls
    )


def _only_ops(graph: Graph, ops: tuple[OpBox, ...]) -> list[int]:
    """For each call, the one shown op in it and its children, or -1 where there is none or there are several."""
    counts, last = [0] * len(graph.calls), [-1] * len(graph.calls)
    for i, box in enumerate(ops):
        if not box.aside:
            counts[box.call] += 1
            last[box.call] = i
    for call in reversed(graph.calls[1:]):
        counts[call.parent] += counts[call.id]
        last[call.parent] = max(last[call.parent], last[call.id])
    return [i if count == 1 else -1 for i, count in zip(last, counts)]


def _arc(skip: Skip, within: tuple[int, ...]) -> SkipArc:
    return SkipArc(
        merge=skip.merge,
        source=(skip.source.op, skip.source.slot),
        kind=skip.kind,
        combine=skip.combine,
        shortcut=(*skip.shortcut, *within),
        owner=skip.owner,
        partial=skip.partial,
        weak=skip.weak or skip.recurrent,
        long=skip.long,
        also=tuple((ref.op, ref.slot) for ref in skip.also),
        branch=skip.branch,
    )


def _output_box(graph: Graph, output: Output, shown: list[bool], batch: int) -> OutputBox:
    name = text.one_line(output.name)
    return OutputBox(
        op=output.op,
        slot=output.slot,
        title=f"output {name}" if name.isdigit() else name or "output",
        shape=shape_words(graph.spec(output), batch),
        aside=output.cache or not shown[output.op],
    )


def _failure_words(failure: Failure) -> str:
    hint = f"; {failure.hint}" if failure.hint else ""
    return text.one_line(f"{failure.error}: {failure.message}{hint}")
