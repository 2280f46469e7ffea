"""The part of a graph that skips are about: live data values, who makes them, who reads them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ..graph import Graph, Op, Ref
from ..graph.walk import is_data, is_live
from . import vocabulary as words

WHOLE = words.LINEAR | words.RECURRENT
"""Ops that multiply by a weight as a whole, not as a scale."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Data values numbered in execution order.

    `maker[v]` is the op that makes value `v`; `first[op]` the number of its output 0 (-1: the op is dead
    or carries no data); `reads[op]` the distinct data values it reads; `readers[v]` the ops that read `v`;
    `returned` the values the model returned. `weighted[op]`: reads a weight, or a value made of weights
    alone, as a factor of two or more dimensions; `affine[op]`: reads any weight; `noise[op]`: not data,
    and made by a random op.
    """

    graph: Graph
    maker: list[int]
    first: list[int]
    reads: list[tuple[int, ...]]
    readers: list[list[int]]
    returned: frozenset[int]
    weighted: list[bool]
    affine: list[bool]
    noise: list[bool]

    def op(self, value: int) -> Op:
        """The op that makes a value."""
        return self.graph.ops[self.maker[value]]

    def ref(self, value: int) -> Ref:
        """The graph's name for a value."""
        op = self.maker[value]
        return Ref(op, value - self.first[op])

    def shape(self, value: int) -> tuple[int, ...]:
        op = self.maker[value]
        return self.graph.ops[op].outputs[value - self.first[op]].shape

    def is_fork(self, value: int) -> bool:
        """Whether ways part here: two values are made of this one, or it is read and also returned."""
        made = 0
        for op in self.readers[value]:
            made += len(self.graph.ops[op].outputs)
            if made > 1:
                return True
        return made == 1 and value in self.returned

    def unchanged(self, value: int) -> int:
        """The value that this one is a copy, a view or a cast of; the value itself where it is none."""
        while self.op(value).name in words.PLAIN_STEPS and len(self.reads[self.maker[value]]) == 1:
            value = self.reads[self.maker[value]][0]
        return value

    def values_in(self, op: Op, *args: str) -> tuple[int, ...]:
        """Data values an op reads under the given argument names (all of them if none is given), with repeats."""
        found = []
        for read in op.inputs:
            if self.first[read.op] >= 0 and (not args or read.arg.split(".")[0] in args):
                value = self.first[read.op] + read.slot
                if value in self.reads[op.id]:
                    found.append(value)
        return tuple(found)


def flow_of(graph: Graph) -> Flow:
    """Number the live data values of a graph and link them."""
    data, live = is_data(graph), is_live(graph)
    maker: list[int] = []
    first = [-1] * len(graph.ops)
    reads: list[tuple[int, ...]] = [()] * len(graph.ops)
    readers: list[list[int]] = []
    weighted = [False] * len(graph.ops)
    affine = [False] * len(graph.ops)
    noise = [False] * len(graph.ops)
    floating: list[bool] = []
    of_weights = [0] * len(graph.ops)  # dimensions of a value made of weights alone, 0 for none
    for i, op in enumerate(graph.ops):
        if not live[i]:
            continue
        ports: list[int] = []
        whole = op.name in WHOLE
        dimensions = max([_dimensions(weight.spec.shape, whole) for weight in op.weights]) if op.weights else 0
        for read in op.inputs:
            made = read.op
            if data[made]:
                value = first[made] + read.slot
                if floating[value]:
                    ports.append(value)
                continue
            noise[i] = noise[i] or noise[made]
            if of_weights[made]:
                dimensions = max(dimensions, _dimensions(graph.spec(read).shape, whole))
        if not data[i]:
            of_weights[i] = dimensions
            noise[i] = noise[i] or op.name in words.RANDOM
            continue
        first[i] = len(maker)
        for spec in op.outputs:
            maker.append(i)
            readers.append([])
            floating.append(spec.is_float)
        if ports:
            reads[i] = tuple(dict.fromkeys(ports)) if len(ports) > 1 else (ports[0],)
            for value in reads[i]:
                readers[value].append(i)
        weighted[i] = dimensions >= 2
        affine[i] = dimensions >= 1
    returned = frozenset(first[o.op] + o.slot for o in graph.outputs if first[o.op] >= 0)
    return Flow(graph, maker, first, reads, readers, returned, weighted, affine, noise)


@cache
def _dimensions(shape: tuple[int, ...], whole: bool) -> int:
    """Dimensions of a factor: all of them for a linear op, those longer than 1 for a scale such as `[C,1,1]`."""
    return max(1, len(shape) if whole else sum(size != 1 for size in shape))
