"""Which values meet at the merge of a skip, and with which factors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..errors import Bug
from ..graph import Graph, Input, Op, Ref
from . import vocabulary as words
from .find import find_skips
from .joins import orders
from .types import Join, Skip


class Operands(NamedTuple):
    """Values that meet at a merge: the one that carries the shortcut, and those that come from the branch."""

    shortcut: Ref
    branch: tuple[Ref, ...]


class Term(NamedTuple):
    """A value in a sum, and what it is multiplied by there."""

    ref: Ref
    factor: float


class Sum(NamedTuple):
    """An add-like merge as shortcut plus the other terms. A term may be a sum itself that others were added to."""

    shortcut: Term
    branch: tuple[Term, ...]


def operands(graph: Graph, skip: Skip) -> Operands:
    """The values that meet at the merge of a skip of this graph, as they are before the merge."""
    return Meetings(graph).operands(skip)


def as_sum(graph: Graph, skip: Skip) -> Sum | None:
    """The merge of a skip of this graph as a sum, if it is one whose factors are known; see `Meetings.as_sum`."""
    return Meetings(graph).as_sum(skip)


class Meetings:
    """What meets at the merges of a graph's skips; the graph is read once for all of them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        order = orders(graph)
        self._ops = {_place(graph, op, order[op.id]): op.id for op in graph.ops if op.id in order}
        self._found: dict[int, Skip] | None = None

    def operands(self, skip: Skip) -> Operands:
        """The values that meet at a skip's merge, as they are before it."""
        shortcut: dict[Ref, None] = {}
        branch: dict[Ref, None] = {}
        for op, join in self._joins(skip).items():
            for read in self._graph.ops[op].inputs:
                if read.arg in join.shortcut:
                    shortcut[read.ref] = None
                elif read.arg in join.branch:
                    branch[read.ref] = None
        if not shortcut:
            raise Bug(f"the skip at op {skip.merge} has no shortcut in this graph")
        return Operands(next(iter(shortcut)), tuple(branch))

    def as_sum(self, skip: Skip) -> Sum | None:
        """A skip's merge as a sum whose factors are known. Values that belong to neither side are left out.

        None for what is no such sum: a concat, a product added by the same op (addmm), a weight that is a tensor
        (lerp), several values that are carried past the branch.
        """
        if skip.combine != "add":
            return None
        return _Merge(self._graph, self._joins(skip)).sum_at(skip.merge, 1.0)

    def within(self, skip: Skip) -> tuple[int, ...]:
        """Ops of a skip's merge that the shortcut runs through before the last: in `x + f(x) + g(x)` the first add."""
        entry = next((op for op, join in self._joins(skip).items() if join.shortcut), skip.merge)
        path: list[int] = []
        at: int | None = skip.merge
        while at is not None and at != entry:
            at = next((read.op for read in self._graph.ops[at].inputs if self._leads_to(read.op, entry)), None)
            path += [at] if at is not None else []
        return tuple(path[::-1])

    def _leads_to(self, op: int, entry: int) -> bool:
        if op <= entry:
            return op == entry
        inside = self._graph.ops[op].name in words.MERGING | words.SLICES
        return inside and any(self._leads_to(read.op, entry) for read in self._graph.ops[op].inputs)

    def _joins(self, skip: Skip) -> dict[int, Join]:
        """The joins of a skip by the number of the op each one names."""
        joins = skip.joins
        if not joins:  # written by a version that did not note them
            if self._found is None:
                self._found = {found.merge: found for found in find_skips(self._graph)}
            joins = self._found[skip.merge].joins if skip.merge in self._found else ()
        places = [(join.path, join.number, join.name, join.text, join.order) for join in joins]
        return {self._ops[place]: join for place, join in zip(places, joins) if place in self._ops}


def _place(graph: Graph, op: Op, order: int) -> tuple[str, int, str, str, int]:
    """What a join says of an op: module call, name, the user's line, and the place among its likes."""
    call = graph.calls[op.call]
    return call.path, call.number, op.name, op.source.text if op.source else "", order


class _Merge:
    """The ops of one merge, as its joins tell them."""

    def __init__(self, graph: Graph, joins: dict[int, Join]) -> None:
        self.graph = graph
        self.joins = joins
        self.first = min(joins, default=len(graph.ops))
        self.shortcuts = sum(len(join.shortcut) for join in joins.values())

    def sum_at(self, number: int, factor: float) -> Sum | None:
        """The sum an op makes, times `factor`, if the shortcut is among its terms or those of a sum it reads."""
        if self.shortcuts != 1 or not self._is_part(number):
            return None
        join = self.joins.get(number)
        found: Sum | None = None
        others: list[Term] = []
        for read, own in _addends(self.graph, self.graph.ops[number]):
            below = self.sum_at(read.op, own * factor)
            if join is not None and read.arg in join.shortcut:
                found = Sum(Term(read.ref, own * factor), ())
            elif below is not None:
                found = below
            elif self._is_part(read.op) or (join is not None and read.arg in join.branch):
                others.append(Term(read.ref, own * factor))
        return Sum(found.shortcut, (*found.branch, *others)) if found else None

    def _is_part(self, number: int) -> bool:
        """Whether an op takes in an operand, or a sum of such ops."""
        if number in self.joins or number < self.first:
            return number in self.joins
        op = self.graph.ops[number]
        return op.name in words.ADDS | words.SUMS and any(self._is_part(read.op) for read in op.inputs)


def _addends(graph: Graph, op: Op) -> Iterator[tuple[Input, float]]:
    """What an op adds up, with the factors it says itself; nothing where they can't be told."""
    alpha, weight = op.attributes.get("alpha", 1), op.attributes.get("weight")
    for read in op.inputs:
        if op.name in words.ADDS and isinstance(alpha, (int, float)):
            sign = -1 if op.name == "sub" else 1
            yield read, 1.0 if read.arg in ("input", "self") else sign * float(alpha)
        elif op.name in words.BLENDS and isinstance(weight, (int, float)):
            yield read, float(weight) if read.arg == "end" else 1.0 - float(weight)
        elif op.name == "mean":
            yield read, 1.0 / max(1, len(graph.ops[read.op].inputs))
        elif op.name in ("sum", "stack"):
            yield read, 1.0
