"""A table for people: in a terminal, a page, a text."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import text
from .types import Cell, Column, Table

if TYPE_CHECKING:
    from rich.table import Table as RichTable

WRITERS: dict[str, Callable[[Any], str]] = {
    "text": text.one_line,
    "shape": text.shape,
    "count": lambda count: f"{count:,}",
    "quantity": text.quantity,
    "number": text.number,
    "share": text.share,
    "percent": lambda share: f"{share:.2%}",
    "seconds": text.duration,
}
"""How a cell is written for people, by the kind of its column."""

TO_THE_LEFT = ("text", "shape")
"""Kinds of columns that are words, not numbers."""


def written(column: Column, cell: Cell) -> str:
    """A cell for people: one line, numbers in three digits, nothing for None."""
    return "" if cell is None else WRITERS[column.kind](cell)


def as_rich(table: Table) -> RichTable:
    """For a terminal."""
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = RichTable(box=None, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    for column in table.columns:
        shown.add_column(Text(column.title), no_wrap=True, justify="left" if column.kind in TO_THE_LEFT else "right")
    for row in table.rows:
        shown.add_row(*(Text(written(column, cell)) for column, cell in zip(table.columns, row)))
    return shown


def as_text(table: Table) -> str:
    """Plain lines, as wide as they need to be."""
    from rich.cells import cell_len
    from rich.console import Console

    longest = [
        max(cell_len(words) for words in (column.title, *(written(column, row[i]) for row in table.rows)))
        for i, column in enumerate(table.columns)
    ]
    lines = io.StringIO()
    console = Console(file=lines, width=sum(longest) + len(longest), color_system=None, highlight=False, markup=False)
    console.print(as_rich(table))
    return "\n".join(line.rstrip() for line in lines.getvalue().splitlines())


def as_html(table: Table) -> str:
    """A `<table>` element; every name in it is escaped."""
    heads = [_html_cell("th", column, column.title) for column in table.columns]
    lines = ["<table>", f"<thead><tr>{''.join(heads)}</tr></thead>", "<tbody>"]
    for row in table.rows:
        cells = (_html_cell("td", column, written(column, cell)) for column, cell in zip(table.columns, row))
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody>", "</table>"]) + "\n"


def _html_cell(tag: str, column: Column, words: str) -> str:
    side = "left" if column.kind in TO_THE_LEFT else "right"
    return f'<{tag} style="text-align:{side}">{text.xml(text.one_line(words))}</{tag}>'


def as_markdown(table: Table) -> str:
    """A table of GitHub's Markdown."""
    lines = [
        [text.markdown(column.title) for column in table.columns],
        ["---" if column.kind in TO_THE_LEFT else "---:" for column in table.columns],
        *([text.markdown(written(column, cell)) for column, cell in zip(table.columns, row)] for row in table.rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
