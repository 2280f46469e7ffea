"""The short way back from a merge's operand: over ops a shortcut may hold, to each value that forks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..graph import Op
from . import vocabulary as words
from .flow import Flow
from .gates import gated_value
from .types import KINDS

LONGEST = 64
"""Ops a shortcut may hold. The longest met in the wild (MViT, projections with norm and pooling) hold 9."""

ORIGIN_REACH = 16
"""Ops an operand of a join may lie behind the value both are made of. MViT's pooled shortcut needs 9."""

SIMPLE = words.PLAIN_STEPS | words.PRODUCTS | words.RESAMPLINGS | words.SLICES
"""Ops that may lie between them."""

STRIDED = re.compile(r":[^,:]*:-?(?:[2-9]|\d{2,})")


@dataclass(frozen=True, slots=True)
class Walk:
    """Ops walked so far, the last one first, and what they make of the shortcut."""

    ops: tuple[int, ...] = ()
    learned: int = 0
    rank: int = 0
    partial: bool = False
    pooled: bool = False

    @property
    def kind(self) -> str:
        return KINDS[self.rank]

    def over(self, op: int, kind: str, *, learned: bool = False, partial: bool = False, pooled: bool = False) -> Walk:
        """This walk, one op further back."""
        rank = max(self.rank, KINDS.index(kind))
        return Walk((*self.ops, op), self.learned + learned, rank, self.partial or partial, self.pooled or pooled)


def walk_back(
    flow: Flow, operand: int, kind: str, is_source: Callable[[int, Walk], bool]
) -> Iterator[tuple[int, Walk]]:
    """Values that fork on the way back from an operand, each with the walk to it.

    `kind` is what the merge itself makes of the operand (`scaled`, `gated`, else `identity`). `is_source`
    says whether a fork is where the merge's other operands come from; the walk never goes past one, into
    the prefix that both ways share.
    """
    start = Walk(rank=KINDS.index(kind))
    pending = [(operand, start)]
    while pending:
        value, walk = pending.pop()
        if flow.is_fork(value) and is_source(value, walk):
            yield value, walk
        elif len(walk.ops) < LONGEST:
            pending.extend(_step(flow, value, walk))


def _step(flow: Flow, value: int, walk: Walk) -> list[tuple[int, Walk]]:
    """The values one op further back, if a shortcut may hold that op."""
    op = flow.op(value)
    reads = flow.reads[op.id]
    if len(reads) == 1:
        further = _over_one(flow, op, walk)
        return [(reads[0], further)] if further else []
    if op.name in words.CONCATS and len(reads) == 2:
        origin = _common_origin(flow, reads)
        return [(origin, walk.over(op.id, "resampled"))] if origin is not None else []
    return [(port, walk.over(op.id, "gated")) for port in gated_value(flow, op.id)]


def _over_one(flow: Flow, op: Op, walk: Walk) -> Walk | None:
    """The walk over an op that reads one data value, or None if no shortcut holds such an op."""
    name = op.name
    if name in words.WRITES | words.ADDING_WRITES:  # into a tensor that is no data: padding, where it fills a part
        written = flow.values_in(op, *words.WRITTEN)
        is_part = bool(written) and flow.shape(written[0]) != op.outputs[-1].shape
        return walk.over(op.id, "resampled" if is_part else "identity") if written else None
    if name in words.PLAIN_STEPS:
        return walk.over(op.id, "identity")
    if name in words.SLICES:
        return _over_slice(op, walk)
    if name == "div" and not flow.values_in(op, "input"):
        return None  # a number over the value: not linear
    if name in words.FACTORS:  # a product with a random mask is stochastic depth by hand
        return walk.over(op.id, "identity" if flow.noise[op.id] else "scaled")
    if name in words.ADDS:
        by_number = not op.weights and len(op.inputs) == 1
        return walk.over(op.id, "identity" if by_number else "scaled")
    if name in words.NORMS:
        return walk.over(op.id, "normed")
    if name in words.CONCATS or name in words.RESIZES:
        return walk.over(op.id, "resampled")
    if name in words.POOLS:
        return walk.over(op.id, "resampled", pooled=True)
    if name in words.LINEAR and flow.weighted[op.id]:
        return walk.over(op.id, "projection", learned=True)
    return None


def _over_slice(op: Op, walk: Walk) -> Walk:
    index = str(op.attributes.get("index", ""))
    if STRIDED.search(index):
        return walk.over(op.id, "resampled")
    adds_dimensions_only = op.name == "getitem" and len(op.inputs) == 1 and _keeps_everything(op, index)
    return walk.over(op.id, "identity", partial=not adds_dimensions_only)


def _keeps_everything(op: Op, index: str) -> bool:
    """Whether an index such as `[:, None, ::1]` takes no part away."""
    parts = set(re.split(r"[,\s]+", index.strip("[]() ")))
    return bool(index) and parts <= {":", "::1", "None", "...", "Ellipsis", ""}


def _common_origin(flow: Flow, reads: tuple[int, ...]) -> int | None:
    """The value both operands of a join are made of by plain steps: `cat([x, 0 * x])` pads `x` with zeros."""
    trails = []
    for value in reads:
        trail = [value]
        for _ in range(ORIGIN_REACH):
            op = flow.op(trail[-1])
            if op.name not in SIMPLE or len(flow.reads[op.id]) != 1:
                break
            trail.append(flow.reads[op.id][0])
        trails.append(trail)
    return next((value for value in trails[0] if value in trails[1]), None)
