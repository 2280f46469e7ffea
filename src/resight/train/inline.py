"""A run in a notebook: one figure below the cell that is drawn anew after every epoch."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from ..runs import History
from .curves import curves


class Inline:
    """The curves of a run below the running cell."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._title = ""

    def began(self, title: str, notes: Sequence[str], total: int, images_per_step: int, step: int) -> None:
        """Remember what is trained."""
        self._title = " · ".join((title, *notes))

    def stepped(self, known: History, step: int) -> None:
        """A figure takes longer than a step."""

    def tested(self, known: History) -> None:
        """Draw the curves in the place where they were."""
        figure = curves(known, caption=self._title)
        if self._handle is None:
            self._handle = import_module("IPython.display").display(figure, display_id=True)
        else:
            self._handle.update(figure)

    def ended(self) -> None:
        """The last figure stays."""
