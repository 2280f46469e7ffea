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


def is_data(graph: Graph) -> list[bool]:
    """For each op, whether it carries data. The op that raised counts if it reads data."""
    data = [False] * len(graph.ops)
    from_input = [False] * len(graph.ops)
    floating = _floating_slots(graph)
    for i, op in enumerate(graph.ops):
        from_input[i] = op.name == "input" or (
            op.name not in CREATIONS and any(from_input[read.op] for read in op.inputs)
        )
        if not any(floating[i]) and op.outputs:
            continue
        if op.name == "input":
            data[i] = True
        elif op.name in CREATIONS:
            continue
        elif any(data[read.op] and floating[read.op][read.slot] for read in op.inputs):
            data[i] = True
        elif op.name in LOOK_UPS and _looks_up_weight(op):
            data[i] = any(from_input[read.op] for read in op.inputs)
    return data


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


def _floating_slots(graph: Graph) -> list[tuple[bool, ...]]:
    known: dict[str, bool] = {}
    slots = []
    for op in graph.ops:
        for spec in op.outputs:
            if spec.dtype not in known:
                known[spec.dtype] = spec.is_float
        slots.append(tuple(known[spec.dtype] for spec in op.outputs))
    return slots


def _looks_up_weight(op: Op) -> bool:
    return any(weight.spec.is_float and len(weight.spec.shape) >= 2 for weight in op.weights)
