"""What is not the same in two networks, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from ..text import one_line, plural

SHORTCUT, INPUT, SHAPE, ORDER = "shortcut", "input", "shape", "order"
"""Values of `Difference.what` besides names of settings, classes and ops."""

NAMED = 4
"""So many places are named; more are only counted."""


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

    def words(self, first: str, second: str) -> str:
        """One line, with the networks by name: `stride 2 → 1 at layer3.0.conv1, layer3.0.downsample.0`."""
        if not self.is_missing:
            where = "" if self.what == INPUT else f" at {listed(self.places)}"
            what = "reads" if self.what == ORDER else self.what
            return one_line(f"{what} {self.first.words} → {self.second.words}{where}")
        held = self.first.words or self.second.words
        counted = plural(self.count, f"{held} {SHORTCUT}") if self.what == SHORTCUT else f"{self.count} {held}"
        owner, other = (first, second) if self.first.words else (second, first)
        return one_line(f"{counted} in {owner}, not in {other}: {listed(self.places)}")

    @property
    def follows(self) -> str:
        """The consequences in one line, empty where there are none: `so shapes: 256×14×14 → 256×28×28 at 16 ops`."""
        parts = tuple(
            f"{one.first.words} → {one.second.words} at {plural(one.count, 'op')}" for one in self.consequences
        )
        return f"so shapes: {listed(parts)}" if parts else ""


def listed(parts: tuple[str, ...]) -> str:
    """Parts in one line, the first ones by name where there are many: `a, b, c and 5 more`."""
    if len(parts) <= NAMED:
        return one_line(", ".join(parts))
    return one_line(f"{', '.join(parts[: NAMED - 1])} and {len(parts) - NAMED + 1} more")
