"""Where values meet: which ops add or join two or more data values, however it is written."""

from __future__ import annotations

from dataclasses import dataclass

from ..graph import Op
from . import vocabulary as words
from .flow import Flow
from .gates import is_gate


@dataclass(frozen=True, slots=True)
class Merge:
    """Two or more data values meeting in one op.

    `operands` are in the order written; `inner` are the adds (or the stack) that are part of it;
    `gated`: the op itself weighs its operands by a gate (lerp); `scaled`: operands it multiplies by a number
    (`alpha`, the weight of a lerp, a mean).
    """

    op: int
    combine: str
    operands: tuple[int, ...]
    inner: tuple[int, ...] = ()
    gated: bool = False
    scaled: frozenset[int] = frozenset()


def merges(flow: Flow) -> list[Merge]:
    """All merges in execution order. Adds that feed a single other add are part of that one."""
    found = []
    absorbed: set[int] = set()
    for op in reversed(flow.graph.ops):
        if flow.first[op.id] < 0 or op.id in absorbed:
            continue
        merge = _merge_at(flow, op)
        if merge is not None and len(set(merge.operands)) > 1:
            absorbed.update(merge.inner)
            found.append(merge)
    return found[::-1]


def _merge_at(flow: Flow, op: Op) -> Merge | None:
    if op.name in words.ADDS:
        return _sum_of(flow, op)
    if op.name in words.CONCATS:
        return None if _joins_one_token(flow, op) else Merge(op.id, "concat", flow.values_in(op))
    if op.name in words.BLENDS:
        gated = any(is_gate(flow, value) for value in flow.values_in(op, "weight"))
        ends = flow.values_in(op, "input", "self", "end")
        return Merge(op.id, "add", ends, gated=gated, scaled=frozenset(ends))
    if op.name in words.FUSED_ADDS:
        return _fused_add(flow, op)
    if op.name in words.SUMS:
        return _sum_of_stack(flow, op)
    return None


def _joins_one_token(flow: Flow, op: Op) -> bool:
    """Whether a concat puts a single token (a class token) beside others: `[B,1,C]` and `[B,T,C]`, or `[B,H,T,C]`."""
    shapes = [flow.shape(value) for value in flow.values_in(op)]
    rank = len(op.outputs[0].shape) if op.outputs else 0
    dim = op.attributes.get("dim", 0)
    if rank < 3 or not isinstance(dim, int):
        return False
    tokens = 1 if rank == 3 else rank - 2
    return dim % rank == tokens and any(shape[tokens] == 1 for shape in shapes)


def _sum_of(flow: Flow, op: Op) -> Merge:
    """An add and all adds below it whose sum nobody else reads, as one merge of many operands."""
    operands: list[int] = []
    inner: list[int] = []
    scaled: set[int] = set()
    pending = _addends(flow, op, False)
    while pending:
        value, is_scaled = pending.pop()
        below = flow.op(value)
        alone = len(flow.readers[value]) == 1 and value not in flow.returned
        if below.name in words.ADDS and alone and len(flow.reads[below.id]) > 1:
            inner.append(below.id)
            pending.extend(_addends(flow, below, is_scaled))
            continue
        operands.append(value)
        if is_scaled:
            scaled.add(value)
    return Merge(op.id, "add", tuple(operands), tuple(sorted(inner)), scaled=frozenset(scaled))


def _addends(flow: Flow, op: Op, is_scaled: bool) -> list[tuple[int, bool]]:
    """What an add reads, last first, and whether a number multiplies it on the way."""
    by_alpha = flow.values_in(op, "other") if op.attributes.get("alpha", 1) not in (1, -1) else ()
    return [(value, is_scaled or value in by_alpha) for value in flow.values_in(op)[::-1]]


def _fused_add(flow: Flow, op: Op) -> Merge | None:
    """`addmm(x, a, b)` and its kin: what is added to, and the product."""
    base = flow.values_in(op, "input", "self")
    factors = tuple(value for value in flow.reads[op.id] if value not in base)
    scaled = frozenset(base) if op.attributes.get("beta", 1) != 1 else frozenset()
    return Merge(op.id, "add", (*base, *factors), scaled=scaled) if base and factors else None


def _sum_of_stack(flow: Flow, op: Op) -> Merge | None:
    """`torch.stack([x, f(x)]).sum(0)`: the values stacked, if the sum (or mean) runs over the new dimension."""
    reads = flow.reads[op.id]
    if len(reads) != 1 or len(flow.readers[reads[0]]) != 1:
        return None
    stack = flow.op(reads[0])
    if stack.name != "stack":
        return None
    rank = len(stack.outputs[0].shape)
    summed, stacked = _only_dim(op, rank), _only_dim(stack, rank)
    if summed is None or summed != (0 if stacked is None else stacked):
        return None
    values = flow.values_in(stack)
    return Merge(op.id, "add", values, (stack.id,), scaled=frozenset(values if op.name == "mean" else ()))


def _only_dim(op: Op, rank: int) -> int | None:
    dim = op.attributes.get("dim")
    if isinstance(dim, tuple) and len(dim) == 1:
        dim = dim[0]
    return dim % rank if isinstance(dim, int) and not isinstance(dim, bool) else None
