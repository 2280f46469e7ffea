"""Which ops and outputs pictures and tables leave out unless everything is asked for."""

from __future__ import annotations

from dataclasses import replace

from .types import UNSEEN, Graph, Output
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
    _show_sources(graph, shown)
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


def _show_sources(graph: Graph, shown: list[bool]) -> None:
    """Show the path of integers from an input to where they become data, and what comes in from out of sight."""
    for op in graph.ops:
        if not shown[op.id]:
            continue
        for read in op.inputs:
            made = graph.ops[read.op]
            shown[read.op] |= bool(made.attributes.get(UNSEEN)) and graph.spec(read).is_float
        if op.name not in LOOK_UPS or not op.weights:
            if not any(shown[read.op] for read in op.inputs):
                _show_behind(graph, op.id, shown)
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


def _show_behind(graph: Graph, start: int, shown: list[bool]) -> None:
    """Show what integers of an input run through until they become floats at the op `start`."""
    behind, waiting = {start}, [start]
    while waiting:
        for read in graph.ops[waiting.pop()].inputs:
            if read.op not in behind:
                behind.add(read.op)
                waiting.append(read.op)
    follows: set[int] = set()
    for i in sorted(behind):
        if graph.ops[i].name == "input" or any(read.op in follows for read in graph.ops[i].inputs):
            follows.add(i)
    for i in follows:
        shown[i] = True
