"""What is not the same in two networks, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from ..text import one_line
from .phrases import ENGLISH, Phrases

SHORTCUT, INPUT, SHAPE, ORDER = "shortcut", "input", "shape", "order"
"""Values of `Difference.what` besides names of settings, classes and ops."""


@dataclass(frozen=True, slots=True)
class Side:
    """A difference as one of the networks has it.

    `words` is its value, empty where this network has nothing there. `ops` differ, `calls` lack something.
    """

    words: str = ""
    ops: tuple[int, ...] = ()
    calls: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two networks do not share, however often it occurs.

    `what` is a setting (`stride`, `width`, `kernel`, `op`), `shortcut` (its words are kinds), `input`, `shape`, `order`
    (its words are the ops a value comes from), or a class or op that only one of them has. `places` name where, in
    running order, as the first network calls them unless only the second has them. `consequences` are the shapes that
    differ because of it.
    """

    what: str
    first: Side
    second: Side
    places: tuple[str, ...]
    consequences: tuple[Difference, ...] = ()

    @property
    def is_missing(self) -> bool:
        """Whether one of the networks has nothing there."""
        return not (self.first.words and self.second.words)

    @property
    def count(self) -> int:
        """How often it occurs."""
        return len(self.places)

    def words(self, first: str, second: str, say: Phrases = ENGLISH) -> str:
        """One line, with the networks by name: `stride 2 → 1 at layer3.0.conv1, layer3.0.downsample.0`."""
        values = self.first.words, self.second.words
        if self.is_missing:
            owner, other = (first, second) if values[0] else (second, first)
            is_shortcut, held = self.what == SHORTCUT, values[0] or values[1]
            return one_line(say.missing(self.count, held, owner, other, self.places, is_shortcut=is_shortcut))
        if self.what == ORDER:
            return one_line(say.reads_otherwise(values, self.places))
        places = () if self.what == INPUT else self.places
        return one_line(say.changed(say.setting(self.what), (say.value(values[0]), say.value(values[1])), places))

    def follows(self, say: Phrases = ENGLISH) -> str:
        """The consequences in one line, empty where there are none: `so shapes: 256×14×14 → 256×28×28 at 16 ops`."""
        shapes = tuple((one.first.words, one.second.words, one.count) for one in self.consequences)
        return one_line(say.follows(shapes)) if shapes else ""
