"""Who looks on while a network trains."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from ..runs import History
from .interrupt import Wish


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
    """Several who look; where nobody reads what one of them prints, `wish` is told."""

    def __init__(self, wish: Wish, *watchers: Watcher) -> None:
        self.wish, self.watchers = wish, watchers

    def began(self, title: str, notes: Sequence[str], total: int, images_per_step: int, step: int) -> None:
        self._each(lambda watcher: watcher.began(title, notes, total, images_per_step, step))

    def stepped(self, known: History, step: int) -> None:
        self._each(lambda watcher: watcher.stepped(known, step))

    def tested(self, known: History) -> None:
        self._each(lambda watcher: watcher.tested(known))

    def ended(self) -> None:
        self._each(lambda watcher: watcher.ended())

    def _each(self, tell: Callable[[Watcher], None]) -> None:
        for watcher in self.watchers:
            try:
                tell(watcher)
            except BrokenPipeError:
                self._unread()

    def _unread(self) -> None:
        """The reader of the output left (`| head`): save and stop, and say so; where nobody can be told, go on."""
        try:
            print("resight: nobody reads the output any more: saving and stopping", file=sys.stderr, flush=True)
        except OSError:
            return
        self.wish.to_stop = True
