"""Which ops and outputs pictures and tables leave out unless everything is asked for."""

from __future__ import annotations

from dataclasses import replace

from .types import Graph, Output
from .walk import LOOK_UPS, is_data, is_live

CARRIERS = frozenset("reshape flatten unsqueeze squeeze expand contiguous to transpose clone detach getitem".split())
"""Ops that hand ids on to an embedding look-up unchanged, save for their shape or dtype."""


def shown_ops(graph: Graph) -> list[bool]:
    """For each op, whether a picture or table shows it.

    Shown are live ops that carry data, what is computed from them for the model's answer, the way of ids
    from an input to an embedding look-up, and the op that raised. Masks, constants, positions, values made
    of weights alone, dead ops and what only feeds a cache are not.
    """
    answers = tuple(output for output in graph.outputs if not output.cache)
    live = is_live(replace(graph, outputs=answers) if answers else graph)
    shown = [data and alive for data, alive in zip(is_data(graph), live)]
    _show_answers(graph, answers, shown)
    _show_ids(graph, shown)
    if graph.failure is not None and graph.failure.op >= 0:
        shown[graph.failure.op] = True
    if not any(shown):
        return [True] * len(shown)
    return shown


def _show_answers(graph: Graph, answers: tuple[Output, ...], shown: list[bool]) -> None:
    """Show what is computed from shown values for the answer and carries no data itself, such as an argmax."""
    follows = [False] * len(shown)
    for op in graph.ops:
        follows[op.id] = any(shown[read.op] or follows[read.op] for read in op.inputs)
    wanted = [output.op for output in answers]
    while wanted:
        i = wanted.pop()
        if not shown[i] and follows[i]:
            shown[i] = True
            wanted += (read.op for read in graph.ops[i].inputs)


def _show_ids(graph: Graph, shown: list[bool]) -> None:
    """Show the ops between an input of ids and the look-ups that turn them into data."""
    for op in graph.ops:
        if not shown[op.id] or op.name not in LOOK_UPS or not op.weights:
            continue
        way: list[int] = []
        reads = op.inputs
        while len(reads) == 1 and not shown[reads[0].op]:
            reader = graph.ops[reads[0].op]
            way.append(reader.id)
            if reader.name == "input":
                for i in way:
                    shown[i] = True
            reads = reader.inputs if reader.name in CARRIERS else ()
