"""Which op and which module call of one network stands for which of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..graph import Graph
from ..graph.aside import shown_ops
from .sequences import Pairs, gaps, matched


@dataclass(frozen=True)
class Alignment:
    """Ids of ops and of module calls of a first graph, each with its counterpart in a second."""

    ops: dict[int, int]
    calls: dict[int, int]

    @cached_property
    def turned(self) -> Alignment:
        """The same seen from the second graph."""
        return Alignment({b: a for a, b in self.ops.items()}, {b: a for a, b in self.calls.items()})


@dataclass(frozen=True, slots=True)
class Item:
    """Something that runs directly in a module call: an op, or another call (`op` is -1).

    `only` is the op itself or, of a call, its single op, -1 where it has several.
    """

    op: int
    call: int
    only: int
    title: str
    cls: str


def align(first: Graph, second: Graph) -> Alignment:
    """Pair up what two networks have in common, from the models themselves inwards.

    Inside two calls that are paired, what runs in order is matched by name and class, what is left between by class
    or op alone, then by name alone; where one op on either side is left, one took the other's place. What has a
    name of its own keeps its counterpart also where the order is another one. Ops that pictures leave out (masks,
    constants, dead ones) and calls without ops count as not there. Near-linear in the graphs.
    """
    found = Alignment({}, {0: 0})
    insides = _insides(first), _insides(second)
    waiting = [(0, 0)]
    while waiting:
        a, b = waiting.pop()
        items = insides[0][a], insides[1][b]
        for i, j in _paired(*items):
            one, other = items[0][i], items[1][j]
            if one.op < 0 and other.op < 0:
                found.calls[one.call] = other.call
                waiting.append((one.call, other.call))
            else:
                found.ops[one.only] = other.only
    return found


def _by_name(item: Item) -> Hashable:
    return item.op < 0, item.title, item.cls


def _by_sort(item: Item) -> Hashable:
    return item.cls


def _by_title(item: Item) -> Hashable:
    return item.op < 0, item.title


PASSES: Sequence[Callable[[Item], Hashable]] = (_by_name, _by_sort, _by_title)
"""What makes two items alike, from strict to lenient."""


def _paired(first: Sequence[Item], second: Sequence[Item]) -> Pairs:
    """Items that belong together; what only runs elsewhere in the order keeps its counterpart."""
    moved = _moved(first, second)
    rest = [i for i in range(len(first)) if i not in moved]
    others = [j for j in range(len(second)) if j not in set(moved.values())]
    in_order = _paired_in_order([first[i] for i in rest], [second[j] for j in others])
    return [*moved.items(), *((rest[i], others[j]) for i, j in in_order)]


def _moved(first: Sequence[Item], second: Sequence[Item]) -> dict[int, int]:
    """Items of one name that the order keeps apart: calls left alone with it, and ops that have it alone."""
    names = [_by_name(item) for item in first], [_by_name(item) for item in second]
    together = matched(*names)
    taken = {i for i, _ in together}, {j for _, j in together}
    places = []
    for side, items, gone in zip(names, (first, second), taken):
        every, left = Counter(side), Counter(name for i, name in enumerate(side) if i not in gone)
        places.append({
            name: i for i, name in enumerate(side) if i not in gone and (every if items[i].op >= 0 else left)[name] == 1
        })  # fmt: skip
    return {i: places[1][name] for name, i in places[0].items() if name in places[1]}


def _paired_in_order(first: Sequence[Item], second: Sequence[Item]) -> Pairs:
    pairs: Pairs = []
    whole = (0, len(first)), (0, len(second))
    for key in PASSES:
        for a, a_end, b, b_end in list(gaps(pairs, *whole)):
            inside = matched([key(item) for item in first[a:a_end]], [key(item) for item in second[b:b_end]])
            pairs += ((a + i, b + j) for i, j in inside if _may_pair(first[a + i], second[b + j]))
        pairs.sort()
    replaced = [(a, b) for a, a_end, b, b_end in gaps(pairs, *whole) if a_end - a == b_end - b == 1]
    return [*pairs, *((a, b) for a, b in replaced if first[a].only >= 0 and second[b].only >= 0)]


def _may_pair(one: Item, other: Item) -> bool:
    """Two calls always may; where one side is an op, the other has to be a single one."""
    return (one.op < 0 and other.op < 0) or (one.only >= 0 and other.only >= 0)


def _insides(graph: Graph) -> list[list[Item]]:
    """For each call, what runs directly in it, in running order."""
    shown = [op for op, is_shown in zip(graph.ops, shown_ops(graph)) if is_shown]
    inside: list[list[Item]] = [[] for _ in graph.calls]
    first: dict[int, int] = {}
    counts = [0] * len(graph.calls)
    for op in shown:
        for call in graph.ancestors(op.call):
            counts[call] += 1
            first.setdefault(call, op.id)
    for op in shown:
        entered = [call for call in graph.ancestors(op.call) if call and first[call] == op.id]
        for call in reversed(entered):
            only = op.id if counts[call] == 1 else -1
            known = graph.calls[call]
            cls = op.name if only >= 0 else known.cls
            inside[known.parent].append(Item(-1, call, only, graph.call_title(known), cls))
        inside[op.call].append(Item(op.id, op.call, op.id, op.name, op.name))
    return inside
