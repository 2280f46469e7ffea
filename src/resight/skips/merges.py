"""Where values meet: which ops add or join two or more data values, however it is written."""

from __future__ import annotations

from collections.abc import Sequence
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
        return _concat(flow, op)
    if op.name in words.BLENDS:
        gated = any(is_gate(flow, value) for value in flow.values_in(op, "weight"))
        ends = flow.values_in(op, "input", "self", "end")
        return Merge(op.id, "add", ends, gated=gated, scaled=frozenset(ends))
    if op.name in words.FUSED_ADDS:
        return _fused_add(flow, op)
    if op.name in words.SUMS:
        return _sum_of_stack(flow, op)
    if adds_to_a_part(op):
        return Merge(op.id, "add", (*flow.values_in(op, "input"), *flow.values_in(op, *words.WRITTEN)))
    if _fills_a_slice(op):
        return _filled(flow, op)
    return None


def _concat(flow: Flow, op: Op) -> Merge | None:
    values = flow.values_in(op)
    rank, dim = len(op.outputs[0].shape) if op.outputs else 0, op.attributes.get("dim", 0)
    is_token = rank > 0 and isinstance(dim, int) and _is_one_token([*map(flow.shape, values)], rank, dim % rank)
    return None if is_token else Merge(op.id, "concat", values)


def _is_one_token(shapes: Sequence[tuple[int, ...]], rank: int, dim: int) -> bool:
    """Whether a join puts a single token (a class token) beside others: `[B,1,C]` and `[B,T,C]`, or `[B,H,T,C]`."""
    return rank >= 3 and dim == (1 if rank == 3 else rank - 2) and any(shape[dim] == 1 for shape in shapes)


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


def adds_to_a_part(op: Op) -> bool:
    """Whether an op adds to some elements of a value, such as `x.index_add(0, index, y)`, and leaves the others."""
    if op.name == "scatter_reduce":
        return op.attributes.get("reduce") == "sum"
    return op.name in words.ADDING_WRITES and (op.name != "index_put" or op.attributes.get("accumulate") is True)


def _fills_a_slice(op: Op) -> bool:
    """Whether an op writes into a slice, as a concat does; places named by a tensor are a scatter."""
    return op.name in words.FILLS and "tensor" not in str(op.attributes.get("index", ""))


def _filled(flow: Flow, op: Op) -> Merge | None:
    """A concat written part by part: `out[:, :4] = x; out[:, 4:] = f(x)`, all writes whose result only the next reads.

    What was in the tensor before is an operand too, if it is data.
    """
    written: list[int] = []
    inner: list[int] = []
    value, at = -1, op
    while _fills_a_slice(at) and flow.values_in(at, *words.WRITTEN):
        written.append(flow.values_in(at, *words.WRITTEN)[0])
        inner.append(at.id)
        value = _overwritten(flow, at)
        if value < 0 or len(flow.readers[value]) > 1 or value in flow.returned:
            break
        at = flow.op(value)
    whole = op.outputs[-1].shape if op.outputs else ()
    dims = {_joined_dim(flow.shape(part), whole) for part in written}
    dim = dims.pop() if len(dims) == 1 else None
    if dim is None or _is_one_token([flow.shape(part) for part in written], len(whole), dim):
        return None
    before = (value,) if value >= 0 else ()
    if before and any(_changes_slice(flow, part, value) for part in written):
        return None  # `x[:4] += y`: the add is the merge
    return Merge(op.id, "concat", (*before, *written[::-1]), tuple(inner[:0:-1]))


def _changes_slice(flow: Flow, part: int, whole: int) -> bool:
    """Whether a part is a slice of the whole to which something was added."""
    operands = flow.reads[flow.maker[part]] if flow.op(part).name in words.ADDS else ()
    slices = [flow.maker[value] for value in operands if flow.op(value).name in words.SLICES]
    return any(flow.unchanged(whole) == flow.unchanged(value) for made in slices for value in flow.reads[made])


def _overwritten(flow: Flow, op: Op) -> int:
    """The data value that a write puts something into, -1 for none; what `copy_` is called on may be a view of it."""
    base = flow.values_in(op, "base") or flow.values_in(op, "input")
    value = base[0] if base else -1
    while base and flow.shape(value) != op.outputs[-1].shape and len(flow.reads[flow.maker[value]]) == 1:
        value = flow.reads[flow.maker[value]][0]
    return value


def _joined_dim(part: tuple[int, ...], whole: tuple[int, ...]) -> int | None:
    """The one dimension in which a part is smaller than the whole, as an operand of a concat is; None for others."""
    differing = [dim for dim, (a, b) in enumerate(zip(part, whole)) if a != b]
    is_operand = len(part) == len(whole) and len(differing) == 1 and part[differing[0]] < whole[differing[0]]
    return differing[0] if is_operand else None


def _only_dim(op: Op, rank: int) -> int | None:
    dim = op.attributes.get("dim")
    if isinstance(dim, tuple) and len(dim) == 1:
        dim = dim[0]
    return dim % rank if isinstance(dim, int) and not isinstance(dim, bool) else None
