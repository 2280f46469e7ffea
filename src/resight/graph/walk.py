"""Which ops carry data and which of them matter for the result: two passes over a graph, each linear.

Data are values reachable from float inputs or from embedding look-ups of input ids. Weights, values
made of weights alone, constants, shape-only creations and integer or boolean values (masks, positions,
time steps) are not data.
"""

from __future__ import annotations

from .types import Graph, Op

CREATIONS = frozenset(
    """arange bernoulli empty empty_like eye full full_like linspace new_empty new_full new_ones new_tensor new_zeros
    ones ones_like rand rand_like randint randint_like randn randn_like randperm tril_indices zeros zeros_like zero
    fill""".split()
)
"""Ops whose result depends on shapes only."""

LOOK_UPS = frozenset("embedding embedding_bag getitem index_select gather take take_along_dim".split())
"""Ops that turn ids into rows of a weight."""


NOTHING, IDS, DATA = range(3)
"""What may flow through an op: nothing of the input, integers or booleans made of it, data."""


def is_data(graph: Graph) -> list[bool]:
    """For each op, whether it carries data. The op that raised counts if it reads data."""
    carried = [NOTHING] * len(graph.ops)
    for i, op in enumerate(graph.ops):
        name = op.name
        if name in CREATIONS:
            continue
        level = NOTHING
        for read in op.inputs:
            found = carried[read.op]
            if found > level:
                if found == DATA and not graph.ops[read.op].outputs[read.slot].is_float:
                    found = IDS
                level = max(level, found)
        if name == "input" or (level == IDS and name in LOOK_UPS and _looks_up_weight(op)):
            level = DATA
        if level == DATA and op.outputs and not any(spec.is_float for spec in op.outputs):
            level = IDS
        carried[i] = level
    return [level == DATA for level in carried]


def is_live(graph: Graph) -> list[bool]:
    """For each op, whether a returned value depends on it.

    Everything is live where that can't be told: after a failed forward, or when no tensor was returned.
    """
    if graph.failure is not None or not graph.outputs:
        return [True] * len(graph.ops)
    live = [False] * len(graph.ops)
    for output in graph.outputs:
        live[output.op] = True
    for i in range(len(graph.ops) - 1, -1, -1):
        if live[i]:
            for read in graph.ops[i].inputs:
                live[read.op] = True
    return live


def _looks_up_weight(op: Op) -> bool:
    return any(weight.spec.is_float and len(weight.spec.shape) >= 2 for weight in op.weights)
