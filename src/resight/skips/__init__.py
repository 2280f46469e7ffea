"""Find residual connections: where a value parts and meets itself again, one way short and one learned.

The search reads the graph alone, in five steps: `flow` keeps the live data values, `merges` finds where
they meet, `shortcuts` walks back from each operand, `ways` weighs the other way, `find` decides. `operands`
tells afterwards which values meet at a skip's merge.
"""

from .find import find_skips
from .operands import Meetings, Operands, Sum, Term, as_sum, operands
from .types import KINDS, Contribution, Edit, Join, Skip, Span

__all__ = [
    "KINDS", "Contribution", "Edit", "Join", "Meetings", "Operands", "Skip", "Span", "Sum", "Term", "as_sum",
    "find_skips", "operands",
]  # fmt: skip
