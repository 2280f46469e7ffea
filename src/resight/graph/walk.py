"""Which ops carry data and which of them matter for the result: a few passes over a graph, each linear.

Data are values reachable from float inputs or from embedding look-ups of input ids. Weights, values made of weights
alone, shape-only creations and integer or boolean values (masks, positions, time steps) are not data by themselves.

Some values can be either. A uint8 image becomes a float and is data; a mask becomes a float and is not. What decides
is what they are for: data is what a learned layer works on. So integers turned float, random numbers, and floats that
nobody was seen making are data where a layer with weights reads them before any other data has joined them. A mask or
a position only shifts or gates what others read; a time step is one number per sample, or comes through sines and
cosines, as positions do. Where nothing else is data at all, whatever became a float is.
"""

from __future__ import annotations

from collections.abc import Iterable

from .types import UNSEEN, Graph, Op

CREATIONS = frozenset(
    """arange bernoulli empty empty_like eye full full_like linspace new_empty new_full new_ones new_tensor new_zeros
    ones ones_like randint_like randperm tril_indices zeros zeros_like zero fill""".split()
)
"""Ops whose result depends on shapes only."""

DRAWS = frozenset("rand rand_like randint randn randn_like".split())
"""Ops that draw numbers, whatever they read."""

SOURCES = DRAWS | {"normal", "uniform"}
IMPORTS = frozenset("as_tensor asarray constant frombuffer tensor".split())
"""Ops that bring numbers into torch; what those were made of is out of sight."""

LOOK_UPS = frozenset("embedding embedding_bag getitem index_select gather take take_along_dim".split())
"""Ops that turn ids into rows of a weight."""

CONVOLUTIONS = frozenset(f"conv{t}{n}d" for n in (1, 2, 3) for t in ("", "_transpose")) | {"convolution"}
LINEAR = CONVOLUTIONS | frozenset(
    """linear matmul mm bmm mv addmm addbmm baddbmm einsum bilinear tensordot grouped_mm
    scaled_mm scaled_grouped_mm""".split()
)
RECURRENT = frozenset("lstm gru rnn lstm_cell gru_cell rnn_cell".split())
ENCODINGS = frozenset(["sin", "cos"])
"""What makes a code of positions and times."""

NOTHING, MADE, CODE, IDS, NUMBERS, DATA = range(6)
"""What may flow through an op, the higher if several meet: nothing of the input; floats made in the forward; a code of
integers; integers or booleans of the input; floats made of those; data."""


def is_data(graph: Graph) -> list[bool]:
    """For each op, whether it carries data. The op that raised counts if it reads data."""
    levels = _levels(graph, frozenset())
    if any(level in (MADE, NUMBERS, CODE) for level in levels):
        fed = _fed(graph, levels)
        if not fed and DATA not in levels:
            fed = {i for i, level in enumerate(levels) if level in (MADE, NUMBERS, CODE)}
        if fed:
            levels = _levels(graph, fed)
    return [level == DATA for level in levels]


def _levels(graph: Graph, fed: Iterable[int]) -> list[int]:
    """What flows through each op, where the ops in `fed` are known to carry data."""
    levels = [NOTHING] * len(graph.ops)
    for i in fed:
        levels[i] = DATA
    for i, op in enumerate(graph.ops):
        name = op.name
        if name in CREATIONS or levels[i]:
            continue
        level = NOTHING
        for read in op.inputs if name not in DRAWS else ():
            found = levels[read.op]
            if found > level:
                if found == DATA and not graph.ops[read.op].outputs[read.slot].is_float:
                    found = IDS
                level = max(level, found)
        if level < DATA:
            level = _made_of(graph, op, level)
        elif op.outputs and not any(spec.is_float for spec in op.outputs):
            level = IDS
        levels[i] = level
    return levels


def _made_of(graph: Graph, op: Op, level: int) -> int:
    """The level of an op that reads no data, only what has `level`."""
    is_float = any(spec.is_float for spec in op.outputs)
    if op.name == "input":
        return DATA if is_float else IDS
    if level == NOTHING:
        if op.name not in SOURCES and op.name not in IMPORTS and not op.attributes.get(UNSEEN):
            return NOTHING
        # where no input was seen, integers that come in are its ids
        return MADE if is_float else NOTHING if graph.inputs else IDS
    if level == MADE:
        return MADE if is_float else NOTHING
    if op.name in LOOK_UPS and _looks_up_weight(op):
        return DATA
    if not is_float:
        return IDS
    return CODE if level == CODE or op.name in ENCODINGS else NUMBERS


def _fed(graph: Graph, levels: list[int]) -> set[int]:
    """Ops that carry what a learned layer works on, though no data has reached them."""
    learned = [False] * len(levels)  # values made of parameters alone
    waiting: list[int] = []
    for i, op in enumerate(graph.ops):
        if levels[i] == NOTHING:
            learned[i] = any(not weight.buffer for weight in op.weights) or any(learned[r.op] for r in op.inputs)
        elif levels[i] != DATA and _is_learned(op, learned):
            waiting += [read.op for read in op.inputs if _may_be_data(graph, levels[read.op], read.op)]
    fed: set[int] = set()
    while waiting:
        i = waiting.pop()
        if i not in fed and levels[i] in (MADE, NUMBERS):
            fed.add(i)
            waiting += [read.op for read in graph.ops[i].inputs]
    return fed


def _is_learned(op: Op, learned: list[bool]) -> bool:
    if op.attributes.get(UNSEEN):
        return bool(op.weights)
    if op.name not in LINEAR and op.name not in RECURRENT:
        return False
    held = any(not weight.buffer and len(weight.spec.shape) > 1 for weight in op.weights)
    return held or any(learned[read.op] for read in op.inputs)


def _may_be_data(graph: Graph, level: int, i: int) -> bool:
    """Whether a layer works on this value, and not on one number per sample, as a time is."""
    shape = graph.ops[i].outputs[0].shape
    return bool(shape) and (graph.ops[i].outputs[0].count > shape[0] if level == NUMBERS else shape[-1] > 1)


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


def out_of_sight(graph: Graph) -> list[Op]:
    """Live ops that bring in floats of unknown origin: made out of sight while the model ran, or worked on as data."""
    brought = [
        op
        for op in graph.ops
        if (op.attributes and op.attributes.get(UNSEEN))
        or (op.name in IMPORTS and any(spec.is_float and spec.shape for spec in op.outputs))
    ]
    if not brought:
        return []
    data, live = is_data(graph), is_live(graph)
    return [
        op
        for op in brought
        if live[op.id]
        and (op.attributes.get(UNSEEN) or (data[op.id] and op.name in IMPORTS))
        and not any(data[read.op] for read in op.inputs)
        and any(spec.is_float for spec in op.outputs)
    ]


def _looks_up_weight(op: Op) -> bool:
    return any(weight.spec.is_float and len(weight.spec.shape) >= 2 for weight in op.weights)
