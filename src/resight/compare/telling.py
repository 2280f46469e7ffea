"""Contrasts in words, for every format."""

from __future__ import annotations

from typing import NamedTuple

from .comparison import Comparison

MOST_DETAILS = 12
"""Differences that are told one by one; the others are only counted."""


class Telling(NamedTuple):
    """What one case has otherwise than the first: in one line, and a line for each difference."""

    summary: str
    details: tuple[str, ...]


def tellings(comparison: Comparison) -> list[Telling]:
    """One for each case that is contrasted with the first."""
    first = comparison.reference
    found = []
    for case, contrast in zip(comparison.cases, comparison.contrasts):
        if first is None or contrast is None:
            continue
        names = first.name, case.name
        details = [" · ".join(filter(None, (one.words(*names), one.follows()))) for one in contrast.differences]
        more = len(details) - MOST_DETAILS
        rest = [f"and {more} more differences"] if more > 0 else []
        found.append(Telling(contrast.summary(*names), (*details[:MOST_DETAILS], *rest)))
    return found
