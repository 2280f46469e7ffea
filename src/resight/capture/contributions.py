"""What the branch of each skip added, from the statistics of the values that met and their inner products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite, sqrt

from ..graph import Graph, Ref
from ..recording import Statistics
from ..skips import Contribution, Meetings, Skip, Sum
from .products import Pair


def with_contributions(
    graph: Graph, skips: tuple[Skip, ...], values: Statistics, products: Mapping[Pair, float]
) -> tuple[Skip, ...]:
    """The skips, each with its contribution where that can be told.

    It can't be for products added by the same op (addmm), gates inside the merge (lerp), or values that were gone when
    a third one was added to their sum.
    """
    squares = _Squares(graph, values, products)
    return tuple(replace(skip, contribution=squares.contribution(skip)) for skip in skips)


class _Squares:
    """Sums of squares and products over all elements of all batches."""

    def __init__(self, graph: Graph, values: Statistics, products: Mapping[Pair, float]) -> None:
        self._graph = graph
        self._meetings = Meetings(graph)
        self._values = values
        self._products = products

    def contribution(self, skip: Skip) -> Contribution | None:
        met = self._meetings.as_sum(skip)
        if met is not None:
            return self._of_sum(skip, met)
        return self._of_concat(skip) if skip.combine == "concat" else None

    def _of_sum(self, skip: Skip, met: Sum) -> Contribution | None:
        base, terms = met.shortcut, met.branch
        shortcut = self._product(base.ref, base.ref)
        across = [self._product(base.ref, term.ref) for term in terms]
        among = [[self._product(a.ref, b.ref) for b in terms] for a in terms]
        if shortcut is None or None in across or any(None in row for row in among):
            return None
        shortcut *= base.factor**2
        common = sum(base.factor * term.factor * (x or 0.0) for term, x in zip(terms, across))
        branch = sum(a.factor * b.factor * (x or 0.0) for a, row in zip(terms, among) for b, x in zip(terms, row))
        branch = max(branch, 0.0)  # in this order nan stays nan
        norms = sqrt(shortcut) * sqrt(branch) if isfinite(shortcut) and isfinite(branch) else 0.0
        cosine = common / norms if norms and isfinite(common) else None
        return Contribution(
            gain=_ratio(branch, shortcut),
            cosine=None if cosine is None else max(-1.0, min(1.0, cosine)),
            update=_ratio(branch, self._product(Ref(skip.merge), Ref(skip.merge))),
            count=self._count(base.ref),
        )

    def _of_concat(self, skip: Skip) -> Contribution | None:
        met = self._meetings.operands(skip)
        parts = [self._product(ref, ref) for ref in met.branch]
        counts = [self._count(ref) for ref in met.branch]
        shortcut, output = (self._product(ref, ref) for ref in (met.shortcut, Ref(skip.merge)))
        if None in parts or shortcut is None or output is None or not all(counts):
            return None
        branch, count = sum(part or 0.0 for part in parts), sum(counts)
        sides = ((shortcut, met.shortcut), (output, Ref(skip.merge)))
        gain, update = (_ratio(branch / count, squares / max(1, self._count(ref))) for squares, ref in sides)
        return Contribution(gain, None, update, count)

    def _product(self, a: Ref, b: Ref) -> float | None:
        """The inner product of two values; nan where one is not finite, None where it was not taken."""
        if self._graph.spec(a).shape != self._graph.spec(b).shape:
            return None
        if a != b:
            return self._products.get(frozenset((a, b)))
        return self._values.squares(a) if a in self._values.rows else None

    def _count(self, ref: Ref) -> int:
        return int(self._values.table[self._values.rows[ref]]["count"]) if ref in self._values.rows else 0


def _ratio(squares: float, base: float | None) -> float | None:
    """The ratio of two rms, from sums of squares over equally many elements."""
    if base is None or not base > 0 or not isfinite(base) or not isfinite(squares):
        return None
    return sqrt(squares / base)
