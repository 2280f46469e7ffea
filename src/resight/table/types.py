"""A table of plain values: what a program reads; `views` has what a person reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ..errors import UserError
from ..text import did_you_mean, spreadsheet

if TYPE_CHECKING:
    from rich.table import Table as RichTable

Cell: TypeAlias = "str | int | float | tuple[int, ...] | None"
"""A plain value: words, a count, a number, the sizes of a tensor, or nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """What stands below each other: `name` for programs, `title` for people.

    `kind` says how people read it: `text`, `shape`, `count`, `number`, `quantity` (a count in three digits), `share`
    (of 1, read in percent), `percent` (the same with two decimals), `seconds`.
    """

    name: str
    title: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain, unrounded values; what is not known or makes no sense in a row is None.

    Going through it yields a dict per row, so `pandas.DataFrame(table)` works. A terminal, a notebook,
    `to_html` and `to_markdown` show numbers in three digits; `to_csv` writes them whole.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        names = [column.name for column in self.columns]
        return (dict(zip(names, row)) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, *names: str) -> Table:
        """The same rows with these columns, in this order.

        Raises:
            UserError: there is no such column; lists the closest names.
        """
        places = {column.name: i for i, column in enumerate(self.columns)}
        for name in names:
            if name not in places:
                hint = did_you_mean(name, list(places)) or f"columns are {', '.join(places)}"
                raise UserError(f"the table has no column {name!r}", hint=hint)
        chosen = [places[name] for name in names]
        return Table(tuple(self.columns[i] for i in chosen), tuple(tuple(row[i] for i in chosen) for row in self.rows))

    def to_csv(self) -> str:
        """Comma-separated values with a line of names; shapes as `64x56x56`, None as nothing, words that a spreadsheet
        would calculate with an apostrophe before them."""
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(column.name for column in self.columns)
        writer.writerows(map(_written, row) for row in self.rows)
        return lines.getvalue()

    def to_html(self) -> str:
        """A `<table>` without style sheet or script."""
        from .views import as_html

        return as_html(self)

    def to_markdown(self) -> str:
        """A table for GitHub and its like."""
        from .views import as_markdown

        return as_markdown(self)

    def __rich__(self) -> RichTable:
        from .views import as_rich

        return as_rich(self)

    def __str__(self) -> str:
        from .views import as_text

        return as_text(self)

    def __repr__(self) -> str:
        return f"<Table of {len(self.rows)} rows: {', '.join(column.name for column in self.columns)}>"

    def _repr_html_(self) -> str:
        return self.to_html()


def _written(cell: Cell) -> str | int | float:
    """A cell in a file of comma-separated values."""
    if isinstance(cell, tuple):
        return "x".join(map(str, cell))
    return spreadsheet(cell) if isinstance(cell, str) else "" if cell is None else cell
