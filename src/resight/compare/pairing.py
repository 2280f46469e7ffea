"""Two networks as the interactive page puts them side by side: what belongs together, and what differs.

Like a picture's payload these types are a wire between two languages; `web/pair/pairing.js` is generated from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from ..graph import Graph
from .align import Alignment
from .contrast import Contrast
from .difference import Difference, Side
from .marks import marks
from .phrases import CHINESE, ENGLISH, Phrases


@dataclass(frozen=True, slots=True)
class Marked:
    """Ids of boxes of one network that have a mark; see `marks.Marks`."""

    differs: tuple[str, ...]
    lacks: tuple[str, ...]
    follows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The same in each language of the page, by its tag."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Told:
    """One difference.

    `words` and `follows` say what differs and which shapes do so because of it. `first` and `second` are the ids of
    ops and module calls that differ in either network, `led_first` and `led_second` those of ops whose shapes follow.
    """

    words: Spoken
    follows: Spoken
    first: tuple[str, ...]
    second: tuple[str, ...]
    led_first: tuple[str, ...]
    led_second: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """What two networks have in common, and what not.

    `ops` and `calls`: the counterpart in the second of each op and module call of the first, -1 where there is none.
    `first` and `second`: marks of either.
    """

    summary: Spoken
    ops: tuple[int, ...]
    calls: tuple[int, ...]
    first: Marked
    second: Marked
    differences: tuple[Told, ...]


def pairing(contrast: Contrast, first: str, second: str) -> Pairing:
    """A contrast for the page, with the networks called by these names."""
    graphs = contrast.first.graph, contrast.second.graph
    calls = _calls(*graphs, contrast.alignment)
    return Pairing(
        summary=_in_both(partial(contrast.summary, first, second)),
        ops=tuple(contrast.alignment.ops.get(op.id, -1) for op in graphs[0].ops),
        calls=tuple(calls.get(call.id, -1) for call in graphs[0].calls),
        first=_marked(graphs[0], contrast, 0),
        second=_marked(graphs[1], contrast, 1),
        differences=tuple(_told(one, first, second) for one in contrast.differences),
    )


def _calls(first: Graph, second: Graph, alignment: Alignment) -> dict[int, int]:
    """Paired calls, with those around a single op, which an alignment pairs by their op alone."""
    paired, taken = dict(alignment.calls), set(alignment.calls.values())
    for a, b in sorted(alignment.ops.items()):
        for one, other in zip(first.ancestors(first.ops[a].call), second.ancestors(second.ops[b].call)):
            if one in paired or other in taken:
                break
            paired[one] = other
            taken.add(other)
    return paired


def _marked(graph: Graph, contrast: Contrast, number: int) -> Marked:
    found = marks(graph, [(contrast, number)])
    return Marked(*(tuple(sorted(ids)) for ids in (found.differs, found.lacks, found.follows)))


def _told(one: Difference, first: str, second: str) -> Told:
    led = one.consequences
    return Told(
        words=_in_both(partial(one.words, first, second)),
        follows=_in_both(one.follows),
        first=_ids([one.first]),
        second=_ids([one.second]),
        led_first=_ids(shape.first for shape in led),
        led_second=_ids(shape.second for shape in led),
    )


def _in_both(words: Callable[[Phrases], str]) -> Spoken:
    return Spoken(en=words(ENGLISH), zh=words(CHINESE))


def _ids(sides: Iterable[Side]) -> tuple[str, ...]:
    """Ids of boxes; a call that lacks something leads to a better place than the ops around."""
    return tuple(
        name for side in sides for name in (*(f"call-{c}" for c in side.calls), *(f"op-{op}" for op in side.ops))
    )
