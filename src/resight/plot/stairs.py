"""The shapes a network passes, one step for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import prod

from .. import text
from ..graph import Graph, Op
from ..graph.aside import shown_ops
from ..graph.cost import VIEWS, flops
from ..graph.length import along_length
from ..skips import Skip
from ..traces import Trace

RESAMPLING = ("conv", "max_pool", "avg_pool", "interpolate")
"""Beginnings of the names of ops that may change the resolution."""


@dataclass(frozen=True, slots=True)
class Step:
    """A run of values of one shape outside of residual branches, and what was computed to get from the step before.

    `positions` is how many places there are (height times width, tokens, length), `size` says them in words, `flops`
    and `parameters` count all ops since the step before, each parameter once in the whole network.
    """

    name: str
    channels: int
    positions: int
    size: str
    flops: int
    parameters: int


def steps_of(trace: Trace) -> list[Step]:
    """The steps in order; nothing where no value outside of branches has channels."""
    graph = trace.graph
    runs: list[tuple[tuple[int, tuple[int, ...]], list[Op], list[Op]]] = []  # shape, its values' ops, all ops
    waiting: list[Op] = []
    shown, along = shown_ops(graph), along_length(graph)
    inner = _inside_skips(graph, trace.skips, along)
    for op in graph.ops:
        waiting.append(op)
        if op.id in inner or not shown[op.id] or op.name in VIEWS or not _has_channels(op):
            continue
        shape = _split(op.outputs[0].shape, op.id in along)
        if not runs or runs[-1][0] != shape:
            runs.append((shape, [], []))
        runs[-1][1].append(op)
        runs[-1][2].extend(waiting)
        waiting = []
    if runs:
        runs[-1][2].extend(waiting)
    counted: set[str] = set()
    return [_step(graph, shape, values, ops, counted) for shape, values, ops in runs]


def _step(
    graph: Graph, shape: tuple[int, tuple[int, ...]], values: Sequence[Op], ops: Sequence[Op], counted: set[str]
) -> Step:
    channels, sizes = shape
    fresh = {w.name: w.spec.count for op in ops for w in op.weights if not w.buffer and w.name not in counted}
    counted.update(fresh)
    size = "1" if prod(sizes) == 1 else text.shape(sizes)
    spent = sum(flops(graph, op) for op in ops)
    return Step(_name(graph, values, ops), channels, prod(sizes), size, spent, sum(fresh.values()))


def _name(graph: Graph, values: Sequence[Op], ops: Sequence[Op]) -> str:
    """What the paths of a step's values have in common, among those in the model's module that computes most here."""
    paths = [path.split(".") for op in values if (path := graph.calls[op.call].path)]
    if not paths:
        return values[0].name
    spent: Counter[str] = Counter({path[0]: 0 for path in paths})
    for op in ops:
        spent[graph.calls[op.call].path.partition(".")[0]] += flops(graph, op)
    most = max((path[0] for path in paths), key=lambda part: spent[part])
    same = [path for path in paths if path[0] == most]
    return ".".join(parts[0] for parts in takewhile(lambda parts: len(set(parts)) == 1, zip(*same)))


def _inside_skips(graph: Graph, skips: Sequence[Skip], along: set[int]) -> set[int]:
    """Ops on branches and shortcuts, which are the blocks' own affair, but for merges and ways through another
    resolution (the inside of a U-Net)."""
    inner: set[int] = set()
    for skip in skips:
        if not skip.weak and graph.ops[skip.merge].outputs:
            ends = [graph.ops[skip.source.op], graph.ops[skip.merge]]
            known = {_split(op.outputs[0].shape, op.id in along)[1] for op in ends}
            inner.update(skip.shortcut)
            inner.update(op.id for op in _branch(graph, skip) if not _is_detour(op, ends[1], known, op.id in along))
    return inner - {skip.merge for skip in skips}


def _branch(graph: Graph, skip: Skip) -> Iterator[Op]:
    for first, last in skip.branch:
        yield from graph.ops[first : last + 1]


def _is_detour(op: Op, merge: Op, known: set[tuple[int, ...]], along: bool) -> bool:
    """Whether an op on a branch resamples to sizes that neither end has; a squeeze to one position does not count."""
    if not op.name.startswith(RESAMPLING) or not _has_channels(op):
        return False
    shape = op.outputs[0].shape
    sizes = _split(shape, along)[1]
    return len(shape) == len(merge.outputs[0].shape) and sizes not in known and prod(sizes) > 1


def _has_channels(op: Op) -> bool:
    return bool(op.outputs) and op.outputs[0].is_float and 2 <= len(op.outputs[0].shape) <= 5


def _split(shape: tuple[int, ...], along: bool) -> tuple[int, tuple[int, ...]]:
    """Channels and sizes of the positions; equal sizes at two and three of four mean that channels come last."""
    if len(shape) == 2:
        return shape[1], (1,)
    last = (len(shape) == 3 and not along) or (len(shape) == 4 and shape[1] == shape[2] != shape[3])
    return (shape[-1], shape[1:-1]) if last else (shape[1], shape[2:])
