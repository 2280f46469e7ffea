"""Whether two runs of a network took the same path, and if not, where they part."""

from __future__ import annotations

from itertools import zip_longest

from ..graph import Graph, Op


def first_difference(a: Graph, b: Graph) -> tuple[Op | None, Op | None] | None:
    """The first ops that differ in name, in the module call they ran in, or in what they read; shapes may differ.

    None on one side: that run had ended. None alone: the paths are the same.
    """
    for one, other in zip_longest(a.ops, b.ops):
        if one is None or other is None or _step(a, one) != _step(b, other):
            return one, other
    return None


def _step(graph: Graph, op: Op) -> object:
    call = graph.calls[op.call]
    return op.name, call.path, call.number, [(read.op, read.slot) for read in op.inputs], len(op.outputs), op.inplace
