"""What values and skips are called where people read of them: in figures, in tables, in differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from .graph import Graph, Ref
from .skips import Skip


def value_names(graph: Graph, refs: Sequence[Ref]) -> list[str]:
    """What a trace calls values: the path of a module with a single op, else path, colon and op."""
    ops = Counter(op.call for op in graph.ops)
    parents = {call.parent for call in graph.calls}
    names = []
    for ref in refs:
        op = graph.ops[ref.op]
        alone = ops[op.call] == 1 and op.call not in parents and op.call > 0
        path = graph.calls[op.call].path
        names.append(path if alone else f"{path}:{op.name}")
    return names


def skip_names(graph: Graph, skips: Sequence[Skip]) -> list[str]:
    """The path of the module that owns each skip, with the branch's largest module where that alone is not clear."""
    owned = Counter(skip.owner for skip in skips)
    names = []
    for skip in skips:
        path = graph.calls[skip.owner].path
        inside = _largest_module(graph, skip)
        clear = owned[skip.owner] == 1 and path
        names.append(path if clear else ".".join(filter(None, (path, inside))) or f":{graph.ops[skip.merge].name}")
    return names


def _largest_module(graph: Graph, skip: Skip) -> str:
    """Title of the module with the most parameters that runs on the branch, just below the skip's owner."""
    inside: dict[int, None] = {}
    for first, last in skip.branch:
        for op in graph.ops[first : last + 1]:
            around = list(takewhile(lambda call: call != skip.owner, graph.ancestors(op.call)))
            if around:
                inside[around[-1]] = None
    largest = max(inside, key=lambda call: graph.calls[call].parameters, default=None)
    return "" if largest is None else graph.call_title(graph.calls[largest])
