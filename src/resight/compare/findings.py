"""Gathering equal findings into one difference with many places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, TypeVar

from .difference import INPUT, SHORTCUT, Difference, Side

Value = TypeVar("Value")
Ids: TypeAlias = "tuple[int, ...]"


class Key(NamedTuple):
    """What differs, and its value on either side, empty where there is none: two findings with one key are one."""

    what: str
    first: str
    second: str


def sided(side: int, own: Value, other: Value) -> tuple[Value, Value]:
    """What network number `side` has, and what the other one has, in the order of the networks."""
    return (own, other) if side == 0 else (other, own)


@dataclass
class _Finding:
    places: list[str] = field(default_factory=list)
    ops: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))
    calls: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))
    consequences: dict[Key, _Finding] = field(default_factory=dict)

    def add(self, place: str, ops: tuple[Ids, Ids], calls: tuple[Ids, Ids]) -> None:
        self.places += [place] if place else []
        for kept, new in zip((*self.ops, *self.calls), (*ops, *calls)):
            kept.extend(new)

    def done(self, key: Key) -> Difference:
        values = (key.first, key.second)
        first, second = (Side(*made) for made in zip(values, map(tuple, self.ops), map(tuple, self.calls)))
        consequences = tuple(finding.done(one) for one, finding in self.consequences.items())
        return Difference(key.what, first, second, tuple(self.places), consequences)


class Findings:
    """Differences in the making, in the order they are met; `ops` and `calls` are those of either network."""

    def __init__(self) -> None:
        self._found: dict[Key, _Finding] = {}

    def add(self, key: Key, place: str, ops: tuple[Ids, Ids], calls: tuple[Ids, Ids] = ((), ())) -> None:
        """One more place where `key` holds; without a name, more ops of the last one."""
        self._found.setdefault(key, _Finding()).add(place, ops, calls)

    def follow(self, cause: Key, key: Key, place: str, ops: tuple[Ids, Ids]) -> None:
        """One more place where `key` holds because `cause` does."""
        self._found[cause].consequences.setdefault(key, _Finding()).add(place, ops, ((), ()))

    def done(self) -> tuple[Difference, ...]:
        """All differences: shortcuts first, then the input, then the others."""
        made = [finding.done(key) for key, finding in self._found.items()]
        return tuple(sorted(made, key=lambda one: (one.what != SHORTCUT, one.what != INPUT)))
