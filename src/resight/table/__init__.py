"""Tables: plain rows of what a trace knows, and how they are shown."""

from .steps import Step, walk_steps
from .types import Cell, Column, Table
from .walk import Walked, walk, walk_table

__all__ = ["Cell", "Column", "Step", "Table", "Walked", "walk", "walk_steps", "walk_table"]
