"""The rows of `resight summary`: module calls in running order, and the ops where skips part and meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..graph import Graph
from ..picture.brackets import Span, brackets
from ..picture.folded import SIGNS
from ..skips import Skip
from ..traces import Trace

MOST_BRACKETS = 6
"""Columns of brackets at most: a line has 80 columns."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a module call, or one op of its own (`op`, else -1) inside the call.

    `held` says which skips are hidden inside the row, `came_from` which one had no room for its bracket.
    """

    call: int
    depth: int
    op: int = -1
    symbol: str = ""
    held: str = ""
    came_from: int = -1


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows from top to bottom, and the brackets in the margin of each."""

    rows: list[Row]
    margins: list[str]


def list_rows(traced: Trace, depth: int) -> Listing:
    """The module calls down to `depth` levels, the ends of skips between them, and their brackets.

    A skip that lies inside one row is counted there instead. Weak skips and gates of recurrent cells,
    which are not counted, are not drawn either.
    """
    skips = [skip for skip in traced.skips if not skip.weak and not skip.recurrent]
    graph = traced.graph
    levels = _levels(graph)
    symbols = {skip.source.op: "" for skip in skips} | {
        skip.merge: SIGNS.get(graph.ops[skip.merge].name, SIGNS[skip.combine]) for skip in skips
    }
    alone = _alone(graph)
    shown = {op: symbol for op, symbol in symbols.items() if op not in alone and levels[graph.ops[op].call] < depth}
    rows = list(_rows(graph, levels, depth, shown))
    places = _places(graph, rows, skips)
    spans, held = [], Counter[tuple[int, str]]()
    for skip in skips:
        first, last = places[skip.source.op], places[skip.merge]
        if first < last and rows[last].op == skip.merge:
            spans.append(Span(first, last, "concat" if skip.combine == "concat" else skip.kind))
        else:
            held[last, skip.name] += 1
    margins, left_out = brackets(len(rows), spans, MOST_BRACKETS)
    plainest_first = [(row, name, held[row, name]) for name in traced.count() for row in range(len(rows))]
    return Listing(_with_held(rows, [entry for entry in plainest_first if entry[2]], left_out), margins)


def _levels(graph: Graph) -> list[int]:
    """Nesting depth of every call; the model's is 0."""
    levels: list[int] = []
    for call in graph.calls:
        levels.append(levels[call.parent] + 1 if call.parent >= 0 else 0)
    return levels


def _alone(graph: Graph) -> set[int]:
    """Ops that are all there is in their module: the module's row stands for them."""
    busy = Counter(op.call for op in graph.ops) + Counter(call.parent for call in graph.calls)
    return {op.id for op in graph.ops if busy[op.call] == 1 and op.call}


def _rows(graph: Graph, levels: list[int], depth: int, shown: dict[int, str]) -> Iterator[Row]:
    """Calls when they are entered, chosen ops when they run."""
    entered = 0
    for op in graph.ops:
        while entered <= op.call:
            if levels[entered] <= depth:
                yield Row(entered, levels[entered])
            entered += 1
        if op.id in shown:
            yield Row(op.call, levels[op.call] + 1, op.id, shown[op.id])
    yield from (Row(i, levels[i]) for i in range(entered, len(graph.calls)) if levels[i] <= depth)


def _places(graph: Graph, rows: list[Row], skips: list[Skip]) -> dict[int, int]:
    """For both ends of every skip, the row that shows it: its own, else that of the innermost listed call."""
    own = {row.op: i for i, row in enumerate(rows) if row.op >= 0}
    calls = {row.call: i for i, row in enumerate(rows) if row.op < 0}
    ends = {op for skip in skips for op in (skip.source.op, skip.merge)}
    around = {op: next(call for call in graph.ancestors(graph.ops[op].call) if call in calls) for op in ends}
    return {op: own.get(op, calls[around[op]]) for op in ends}


def _with_held(rows: list[Row], held: list[tuple[int, str, int]], left_out: list[Span]) -> list[Row]:
    words: dict[int, list[str]] = {}
    for row, name, count in held:
        words.setdefault(row, []).append(f"{count} {name}")
    came_from = {span.last: span.first for span in left_out}
    return [
        replace(row, held=", ".join(words.get(i, [])), came_from=came_from.get(i, -1)) for i, row in enumerate(rows)
    ]
