"""The ways from a source to a value: which ops they run through and how much is learned on them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from . import vocabulary as words
from .flow import Flow
from .gates import gated_value
from .types import Span


@dataclass(frozen=True, slots=True)
class Way:
    """What lies between a source and a value, over all paths.

    `learned`: the most weighted linear ops on one path. `mixes`: an op lets positions or channels see
    each other. `affine`: an op reads a parameter. `nonlinear`: an op is not linear in the data.
    """

    learned: int = 0
    mixes: bool = False
    affine: bool = False
    nonlinear: bool = False

    def then(self, other: Way) -> Way:
        """This way and after it the other."""
        if other is NOTHING:
            return self
        if self is NOTHING:
            return other
        return Way(
            self.learned + other.learned,
            self.mixes or other.mixes,
            self.affine or other.affine,
            self.nonlinear or other.nonlinear,
        )

    def beside(self, other: Way) -> Way:
        """This way and, from the same source to the same value, the other."""
        if other is self or other is NOTHING:
            return self
        return Way(
            max(self.learned, other.learned),
            self.mixes or other.mixes,
            self.affine or other.affine,
            self.nonlinear or other.nonlinear,
        )


NOTHING = Way()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A skip that can be stepped over: every value that reaches its merge from before, and everything that
    leaves it, passes its source and its merge."""

    source: int
    way: Way
    spans: tuple[Span, ...]

    def holds(self, op: int) -> bool:
        """Whether an op lies inside (or is the merge)."""
        at = bisect_right(self.spans, op, key=lambda span: span[0]) - 1
        return at >= 0 and op <= self.spans[at][1]


@dataclass(slots=True)
class Region:
    """What lies between a source and some values computed from it.

    `ways[op]`: the way from the source, for every op that descends from it. `stepped[op]`: the sealed skip
    that was stepped over at its merge `op`. `entries`: values from before the source that ops here read.
    `rooted`: some op here reads no data at all (an input).
    """

    ways: dict[int, Way] = field(default_factory=dict)
    stepped: dict[int, Sealed] = field(default_factory=dict)
    entries: set[int] = field(default_factory=set)
    rooted: bool = False


def region(
    flow: Flow, source: int, ends: Iterable[int], sealed: Mapping[int, Sealed], values_only: bool = False
) -> Region:
    """The region between `source` and the values `ends`, in time linear in its size.

    Sealed skips are stepped over, so that a thousand nested long skips don't walk each other's insides.
    With `values_only` a gated product is entered through its value port alone.
    """
    found = Region()
    origin = flow.maker[source]
    before: dict[int, tuple[int, ...]] = {}
    pending = [end for end in ends if end != source]
    while pending:
        value = pending.pop()
        op = flow.maker[value]
        if op <= origin:
            if value != source:
                found.entries.add(value)
            continue
        if op in before:
            continue
        skip = None if values_only else sealed.get(op)
        if skip is not None and flow.maker[skip.source] >= origin:
            found.stepped[op] = skip
            before[op] = (skip.source,)
        else:
            before[op] = (values_only and gated_value(flow, op)) or flow.reads[op]
            found.rooted = found.rooted or not before[op]
        pending.extend(before[op])
    for op in sorted(before):
        arrived = _arrive(flow, source, before[op], found.ways)
        if arrived is not None:
            here = found.stepped[op].way if op in found.stepped else work_of(flow, op)
            found.ways[op] = arrived.then(here)
    return found


def way_to(flow: Flow, source: int, end: int, sealed: Mapping[int, Sealed], values_only: bool = False) -> Way | None:
    """The way from `source` to `end`, or None if `end` is not computed from `source`."""
    if flow.maker[end] <= flow.maker[source]:
        return None
    return region(flow, source, (end,), sealed, values_only).ways.get(flow.maker[end])


def _arrive(flow: Flow, source: int, reads: tuple[int, ...], ways: Mapping[int, Way]) -> Way | None:
    arrived: Way | None = None
    for value in reads:
        way = NOTHING if value == source else ways.get(flow.maker[value])
        if way is not None:
            arrived = way if arrived is None else arrived.beside(way)
    return arrived


def work_of(flow: Flow, op: int) -> Way:
    """What one op adds to a way."""
    name = flow.graph.ops[op].name
    product = len(flow.reads[op]) > 1 and (name in words.PRODUCTS or name in words.LINEAR)
    return _work(name, flow.weighted[op], flow.affine[op], product, is_opaque(flow, op))


@cache
def _work(name: str, weighted: bool, affine: bool, product: bool, opaque: bool) -> Way:
    learned = weighted and (opaque or is_learned_op(name))
    way = Way(int(learned), name in words.MIXING or opaque, affine, name in words.NONLINEAR or product or opaque)
    return NOTHING if way == NOTHING else way


def is_learned_op(name: str) -> bool:
    """Whether an op of this name with a weight counts as learned work."""
    return name in words.LINEAR or name in words.RECURRENT or name == "deform_conv2d"


def is_opaque(flow: Flow, op: int) -> bool:
    """Whether the inside of an op could not be seen (a scripted module, a custom autograd function)."""
    return bool(flow.graph.ops[op].attributes.get("opaque", False))
