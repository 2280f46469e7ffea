"""What a training hands back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .config import Config
from .evaluation import Evaluation
from .history import History


@dataclass(frozen=True, slots=True)
class Result:
    """A run that has ended: where it is and how its test went.

    `found` is None where Ctrl-C or a SIGTERM stopped it before; `resume(folder)` goes on. `load_network` of
    `resight.train` gives the network.
    """

    folder: Path
    config: Config
    found: Evaluation | None
    known: History
