"""Aligning two sequences of keys: patience diff, near-linear also where keys repeat."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

Pairs: TypeAlias = "list[tuple[int, int]]"
"""Positions that belong together, increasing on both sides."""

Keys: TypeAlias = "Sequence[Hashable] | dict[int, Hashable]"

PHRASE = 8
"""So many keys in a row make a phrase."""

MOST_COMPARED = 40_000
"""Sequences without a unique key are compared in full up to this product of their lengths (200 by 200)."""


def matched(first: Sequence[Hashable], second: Sequence[Hashable]) -> Pairs:
    """Positions with equal keys, increasing on both sides, as many as can be had cheaply.

    Equal ends are taken first, then keys that occur once on either side anchor the rest (patience diff, Bram Cohen);
    between two anchors the same again. Where all keys repeat, a few are compared in full; many are anchored by
    phrases, and told apart by their number where those repeat too.
    """
    pairs: Pairs = []
    waiting = [(0, len(first), 0, len(second))]
    while waiting:
        a, a_end, b, b_end = waiting.pop()
        while a < a_end and b < b_end and first[a] == second[b]:
            pairs.append((a, b))
            a, b = a + 1, b + 1
        while a < a_end and b < b_end and first[a_end - 1] == second[b_end - 1]:
            a_end, b_end = a_end - 1, b_end - 1
            pairs.append((a_end, b_end))
        if a == a_end or b == b_end:
            continue
        whole = range(a, a_end), range(b, b_end)
        anchors = _anchors(first, second, *whole)
        if not anchors and len(whole[0]) * len(whole[1]) > MOST_COMPARED:
            anchors = _anchors(_in_context(first, whole[0]), _in_context(second, whole[1]), *whole)
        if anchors:
            pairs += anchors
            waiting += gaps(anchors, (a, a_end), (b, b_end))
        else:
            pairs += _compared(first, second, *whole)
    return sorted(pairs)


def gaps(pairs: Pairs, first: tuple[int, int], second: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """What lies between neighbouring pairs, inside two ranges: `(start, end)` on either side, where both have some."""
    a, b = first[0], second[0]
    for next_a, next_b in (*pairs, (first[1], second[1])):
        if a < next_a and b < next_b:
            yield a, next_a, b, next_b
        a, b = next_a + 1, next_b + 1


def _anchors(first: Keys, second: Keys, a: range, b: range) -> Pairs:
    """Keys that occur once in either range, as many as keep their order."""
    places_a, places_b = _once(first, a), _once(second, b)
    return _increasing([(place, places_b[key]) for key, place in places_a.items() if key in places_b])


def _in_context(keys: Sequence[Hashable], places: range) -> dict[int, Hashable]:
    """Each key with those after it: a phrase occurs once where its words do not."""
    return {i: tuple(keys[i : min(i + PHRASE, places.stop)]) for i in places}


def _once(keys: Keys, places: range) -> dict[Hashable, int]:
    counts = Counter(keys[i] for i in places)
    return {keys[i]: i for i in places if counts[keys[i]] == 1}


def _increasing(pairs: Pairs) -> Pairs:
    """The longest part of `pairs`, sorted on their first side, that increases on the second too."""
    ends: list[int] = []  # of the best chain of each length, the least second place
    last: list[int] = []  # and which pair that is
    before: list[int] = []
    for i, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [i]
    chain, i = [], last[-1] if last else -1
    while i >= 0:
        chain.append(pairs[i])
        i = before[i]
    return chain[::-1]


def _compared(first: Sequence[Hashable], second: Sequence[Hashable], a: range, b: range) -> Pairs:
    """Ranges of keys that all repeat."""
    if len(a) * len(b) > MOST_COMPARED:
        numbered_a, numbered_b = _numbered(first, a), _numbered(second, b)
        return _increasing([(place, numbered_b[key]) for key, place in numbered_a.items() if key in numbered_b])
    ours, theirs = [first[i] for i in a], [second[i] for i in b]
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    return [(a[block.a + i], b[block.b + i]) for block in blocks for i in range(block.size)]


def _numbered(keys: Sequence[Hashable], places: range) -> dict[tuple[Hashable, int], int]:
    """Places by key and how often it came before."""
    seen: Counter[Hashable] = Counter()
    found = {}
    for i in places:
        found[keys[i], seen[keys[i]]] = i
        seen[keys[i]] += 1
    return found
