"""The table of `resight summary`: one row per module call and per op where skips part or meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from .. import text
from ..graph.cost import Cost, call_costs
from ..traces import Trace
from .rows import Row, list_rows

HEADS = ("module", "class", "output", "params", "FLOPs")

SHORTEST_CLASS = 11
"""Columns a class keeps beside long names: enough for `BatchNorm2d`."""


def summary_table(traced: Trace, depth: int, width: int) -> Table:
    """The module calls down to `depth` levels; skips that need more levels are counted in their row.

    Names and classes are shortened to fit `width` columns; shapes and numbers never are.
    """
    listing = list_rows(traced, depth)
    costs = call_costs(traced.graph)
    cells = [_cells(traced, listing.rows, row, costs) for row in listing.rows]
    margin = max(map(cell_len, listing.margins))
    names, classes = _room(cells, width - margin)
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("", no_wrap=True, style="blue", width=margin)
    table.add_column(HEADS[0], no_wrap=True, overflow="ellipsis", width=names)
    table.add_column(HEADS[1], no_wrap=True, overflow="ellipsis", width=classes, style="dim")
    table.add_column(HEADS[2], no_wrap=True)
    table.add_column(HEADS[3], no_wrap=True, justify="right")
    table.add_column(HEADS[4], no_wrap=True, justify="right")
    for beside, row in zip(listing.margins, cells):
        table.add_row(Text(beside), *map(Text, row))
    return table


def _room(cells: Sequence[Sequence[str]], width: int) -> tuple[int, int]:
    """Columns for names and for classes, in a line of `width` shared with shapes and numbers."""
    longest = [max(map(cell_len, column)) for column in zip(HEADS, *cells)]
    taken = sum(longest[2:]) + len(longest)
    room = max(width - taken, 2 * SHORTEST_CLASS)
    classes = min(longest[1], max(SHORTEST_CLASS, room - longest[0]))
    return min(longest[0], room - classes), classes


def _cells(traced: Trace, rows: Sequence[Row], row: Row, costs: Sequence[Cost]) -> tuple[str, ...]:
    """One line of the table, without its bracket."""
    cells = _op_cells(traced, row) if row.op >= 0 else _call_cells(traced, row, costs[row.call])
    if row.came_from >= 0:
        return (f"{cells[0]} ← {_name(traced, rows[row.came_from])}", *cells[1:])
    return cells


def _call_cells(traced: Trace, row: Row, cost: Cost) -> tuple[str, ...]:
    call = traced.graph.calls[row.call]
    held = f"  ↷ {row.held}" if row.held else ""
    output = text.shape(traced.graph.spec(call.outputs[0]).shape) if call.outputs else ""
    name = "  " * row.depth + _name(traced, row) + held
    return name, text.one_line(call.cls), output, _count(cost.parameters), _count(cost.flops)


def _op_cells(traced: Trace, row: Row) -> tuple[str, ...]:
    outputs = traced.graph.ops[row.op].outputs
    return "  " * row.depth + _name(traced, row), "", text.shape(outputs[0].shape) if outputs else "", "", ""


def _name(traced: Trace, row: Row) -> str:
    """What a row is called: an op with its symbol, a module as its parent names it."""
    if row.op >= 0:
        op = traced.graph.ops[row.op]
        return f"{row.symbol} {op.name}".strip()
    call = traced.graph.calls[row.call]
    return text.one_line(traced.graph.call_title(call) if call.path else traced.about.title)


def _count(number: int) -> str:
    return text.quantity(number) if number else ""


def totals(traced: Trace) -> Iterator[str]:
    """Lines below the table: skips, sums, and what was chosen for the user."""
    cost = call_costs(traced.graph)[0]
    yield ""
    yield traced.summary()
    activations = text.binary_size(cost.activation_bytes)
    yield f"{traced.about.parameters:,} parameters, {text.quantity(cost.flops, 'FLOP')}, {activations} of activations"
    yield from (f"  {note}" for note in traced.about.notes)
