"""Which module calls are alike, so that neighbours may be drawn once as ×N."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

from ..graph import Graph, Ref
from ..skips import Skip


def alike(graph: Graph, words: Sequence[Hashable], skips: Sequence[Skip]) -> list[int]:
    """For each module call a number shared by all calls that look the same, or -1 for one like no other.

    Alike are calls of the same class, with the same ops in the same order (`words` says what is seen of each),
    wired alike inside, with the same skips; names don't matter. Values from outside count by the order they are
    first read in. Every value is looked at once per module border it crosses.
    """
    first = _first_ops(graph)
    owned: defaultdict[int, list[tuple[int, str, str, bool]]] = defaultdict(list)
    for skip in skips:
        owned[skip.owner].append((skip.merge - first[skip.owner], skip.kind, skip.combine, skip.weak))
    known: dict[Hashable, int] = {}
    numbers = [-1] * len(graph.calls)
    outside: list[tuple[Ref, ...]] = [()] * len(graph.calls)
    contents = _contents(graph, first)
    for call in range(len(graph.calls) - 1, -1, -1):
        inside = _Inside(first[call])
        parts: list[Hashable] = [graph.calls[call].cls, tuple(owned[call])]
        for is_op, i in contents[call]:
            if is_op:
                parts.append((words[i], tuple(inside.place(read.ref) for read in graph.ops[i].inputs)))
            else:
                parts.append((numbers[i], tuple(map(inside.place, outside[i]))))
        outside[call] = tuple(inside.outside)
        numbers[call] = known.setdefault(tuple(parts), len(known))
    times = Counter(numbers)
    return [number if times[number] > 1 else -1 for number in numbers]


class _Inside:
    """Names the values one call reads: by distance from its first op, or by order among those from outside."""

    def __init__(self, first: int) -> None:
        self._first = first
        self.outside: dict[Ref, int] = {}

    def place(self, value: Ref) -> tuple[str, int, int]:
        if value.op >= self._first:
            return "inside", value.op - self._first, value.slot
        return "outside", self.outside.setdefault(value, len(self.outside)), 0


def _first_ops(graph: Graph) -> list[int]:
    """Id of the first op of each call, its children's included; the number of ops where it has none."""
    first = [len(graph.ops)] * len(graph.calls)
    for op in graph.ops:
        first[op.call] = min(first[op.call], op.id)
    for call in reversed(graph.calls[1:]):
        first[call.parent] = min(first[call.parent], first[call.id])
    return first


def _contents(graph: Graph, first: list[int]) -> list[list[tuple[bool, int]]]:
    """The ops `(True, id)` and child calls `(False, id)` directly inside each call, in order of execution."""
    contents: list[list[tuple[int, bool, int]]] = [[] for _ in graph.calls]
    for op in graph.ops:
        contents[op.call].append((op.id, True, op.id))
    for call in graph.calls[1:]:
        contents[call.parent].append((first[call.id], False, call.id))
    return [[(is_op, i) for _, is_op, i in sorted(inside)] for inside in contents]
