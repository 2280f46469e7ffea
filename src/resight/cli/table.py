"""The table of `resight summary`: one row per module call and per op where skips part or meet."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from .. import text
from ..graph.cost import Cost, call_costs
from ..traces import Trace
from .rows import Row, list_rows


def summary_table(traced: Trace, depth: int) -> Table:
    """The module calls down to `depth` levels; skips that need more levels are counted in their row."""
    listing = list_rows(traced, depth)
    costs = call_costs(traced.graph)
    table = Table(box=None, header_style="bold", pad_edge=False, collapse_padding=True)
    table.add_column("", no_wrap=True, style="blue", min_width=len(listing.margins[0]))
    table.add_column("module", no_wrap=True, overflow="ellipsis", min_width=12)
    table.add_column("class", no_wrap=True, overflow="ellipsis", style="dim")
    table.add_column("output", no_wrap=True, overflow="ellipsis")
    table.add_column("params", no_wrap=True, justify="right", min_width=6)
    table.add_column("FLOPs", no_wrap=True, justify="right", min_width=6)
    for row, margin in zip(listing.rows, listing.margins):
        cells = _op_cells(traced, row) if row.op >= 0 else _call_cells(traced, row, costs[row.call])
        if row.came_from >= 0:
            cells = (f"{cells[0]} ← {_name(traced, listing.rows[row.came_from])}", *cells[1:])
        table.add_row(Text(margin), *(Text(cell) for cell in cells))
    return table


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
    above = traced.graph.calls[call.parent].path if call.parent >= 0 else ""
    name = call.path.removeprefix(f"{above}.") or traced.about.title
    return text.one_line(f"{name} (call {call.number + 1})" if call.number else name)


def _count(number: int) -> str:
    return text.quantity(number) if number else ""


def totals(traced: Trace) -> Iterator[str]:
    """Lines below the table: skips, sums, and what was chosen for the user."""
    cost = call_costs(traced.graph)[0]
    yield ""
    yield traced.summary()
    activations = text.binary_size(cost.activation_bytes)
    yield f"{traced.about.parameters:,} parameters, {text.quantity(cost.flops, 'FLOPs')}, {activations} of activations"
    yield from (f"  {note}" for note in traced.about.notes)
