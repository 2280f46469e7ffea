"""Where a merge takes in its shortcut and its branch, said so that another run can find the place again."""

from __future__ import annotations

from collections.abc import Mapping

from ..graph import Graph
from . import vocabulary as words
from .flow import Flow
from .merges import Merge
from .types import Join
from .ways import Region

BASE = "base"
"""What a write through a view reads besides its arguments: the tensor it is a view of."""


def orders(graph: Graph) -> dict[int, int]:
    """For each op that may take in an operand, how many of its name ran before it on its line in its module call."""
    seen: dict[tuple[int, str, str], int] = {}
    found = {}
    for op in graph.ops:
        if op.name in words.MERGING:
            place = op.call, op.name, op.source.text if op.source else ""
            found[op.id] = seen[place] = seen.get(place, -1) + 1
    return found


def joins(flow: Flow, merge: Merge, operand: int, inside: Region, order: Mapping[int, int]) -> tuple[Join, ...]:
    """The ops of a merge (an add, the adds below it, a stack) that read one of its operands.

    The shortcut comes in as `operand` and with it whatever is older than the source (`Skip.also`); the branch as the
    values made `inside`. A value that is neither, made later and of something else, belongs to no side.
    """
    kept = {operand, *inside.entries.intersection(merge.operands)}
    found = []
    for i in (*merge.inner, merge.op):
        op = flow.graph.ops[i]
        shortcut: tuple[str, ...] = ()
        branch: tuple[str, ...] = ()
        for read in op.inputs:
            value = flow.first[read.op] + read.slot
            if flow.first[read.op] < 0 or read.arg == BASE:
                continue
            if value in kept:
                shortcut += (read.arg,)
            elif read.op in inside.ways:
                branch += (read.arg,)
        if shortcut or branch:
            call, text = flow.graph.calls[op.call], op.source.text if op.source else ""
            found.append(Join(call.path, call.number, op.name, text, order[i], shortcut, branch))
    return tuple(found)
