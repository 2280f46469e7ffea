"""Networks and runs beside each other: what differs in structure, in cost, in what training made of them.

from resight.compare import Subject, compare, contrast
found = contrast(resight.trace(resnet18(), x), resight.trace(plain18(), x))
print(found.summary("resnet18", "plain18"))  # 8 shortcuts missing in plain18: 5 identity, 3 projection
"""

from .comparison import Case, Comparison, Score, compare
from .contrast import Contrast, contrast
from .difference import Difference, Side
from .report import WRITERS, Look, check_path, save_all
from .subjects import Subject, Trained, read_run

__all__ = [
    "WRITERS", "Case", "Comparison", "Contrast", "Difference", "Look", "Score", "Side", "Subject", "Trained",
    "check_path", "compare", "contrast", "read_run", "save_all",
]  # fmt: skip
