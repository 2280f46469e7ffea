"""Which boxes of a picture differ from the network beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..graph import Graph
from ..picture.display import Node
from .contrast import Contrast
from .difference import Side

DIFFERS, FOLLOWS = "differs", "follows"


@dataclass(frozen=True, slots=True)
class Marks:
    """Ops and calls that differ themselves, open calls that lack something, and what only has another shape."""

    differs: frozenset[str]
    lacks: frozenset[str]
    follows: frozenset[str]

    def of(self, node: Node) -> str:
        """`differs`, `follows` or nothing, for a box; an open one only where something is missing in it."""
        if node["open"]:
            return DIFFERS if node["id"] in self.lacks else ""
        return DIFFERS if node["id"] in self.differs else FOLLOWS if node["id"] in self.follows else ""


def marks(graph: Graph, contrasts: Iterable[tuple[Contrast, int]]) -> Marks:
    """Marks for one network, which is number 0 or 1 of each contrast."""
    differs: set[str] = set()
    lacks: set[str] = set()
    follows: set[str] = set()
    for found, number in contrasts:
        for difference in found.differences:
            side = (difference.first, difference.second)[number]
            differs |= {*_boxes(graph, side.ops), *_around(graph, side.calls)}
            lacks |= {f"call-{call}" for call in side.calls}
            for shape in difference.consequences:
                follows |= _boxes(graph, (shape.first, shape.second)[number].ops)
    return Marks(frozenset(differs), frozenset(lacks), frozenset(follows))


def exemplars(graph: Graph, contrasts: Iterable[tuple[Contrast, int]]) -> list[str]:
    """Paths of modules to open so that one place of each difference is seen."""
    paths: dict[str, None] = {}
    for found, number in contrasts:
        for difference in found.differences:
            call = _place(graph, (difference.first, difference.second)[number])
            if call > 0:
                paths[graph.calls[call].path] = None
    return list(paths)


def _place(graph: Graph, side: Side) -> int:
    """The call to open for a difference: the one that holds it, but not a single op's own module."""
    if side.calls:
        return side.calls[0]
    if not side.ops:
        return -1
    call = graph.ops[side.ops[0]].call
    is_leaf = sum(op.call == call for op in graph.ops) == 1
    return graph.calls[call].parent if is_leaf else call


def _boxes(graph: Graph, ops: Sequence[int]) -> set[str]:
    """Ids of the boxes that stand for these ops at any fold: their own, and those of the calls around."""
    return {f"op-{op}" for op in ops} | _around(graph, [graph.ops[op].call for op in ops])


def _around(graph: Graph, calls: Iterable[int]) -> set[str]:
    return {f"call-{around}" for call in calls for around in graph.ancestors(call)}
