"""Tables: plain rows of what a trace knows, and how they are shown."""

from .steps import Step, walk_steps
from .types import Cell, Column, Table
from .views import TO_THE_LEFT, written
from .walk import READINGS, Walked, walk, walk_table

__all__ = [
    "READINGS", "TO_THE_LEFT", "Cell", "Column", "Step", "Table", "Walked", "walk", "walk_steps", "walk_table",
    "written",
]  # fmt: skip
