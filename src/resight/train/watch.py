"""Who looks on while a network trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..runs import History


class Watcher(Protocol):
    """Sees a run grow; only the main process has one that does something."""

    def began(self, title: str, notes: Sequence[str], total: int, images_per_step: int, step: int) -> None:
        """The run goes on from `step` of `total` steps; `notes` say what was chosen or found."""

    def stepped(self, known: History, step: int) -> None:
        """A step is done; its loss may not be known yet."""

    def tested(self, known: History) -> None:
        """An epoch was tested and written down."""

    def ended(self) -> None:
        """Nothing more will come, also because something was raised."""


class Unwatched:
    """Nobody looks."""

    def began(self, title: str, notes: Sequence[str], total: int, images_per_step: int, step: int) -> None: ...

    def stepped(self, known: History, step: int) -> None: ...

    def tested(self, known: History) -> None: ...

    def ended(self) -> None: ...


class All:
    """Several who look."""

    def __init__(self, *watchers: Watcher) -> None:
        self.watchers = watchers

    def began(self, title: str, notes: Sequence[str], total: int, images_per_step: int, step: int) -> None:
        for watcher in self.watchers:
            watcher.began(title, notes, total, images_per_step, step)

    def stepped(self, known: History, step: int) -> None:
        for watcher in self.watchers:
            watcher.stepped(known, step)

    def tested(self, known: History) -> None:
        for watcher in self.watchers:
            watcher.tested(known)

    def ended(self) -> None:
        for watcher in self.watchers:
            watcher.ended()
