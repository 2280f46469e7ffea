"""Decide which merges close a skip, and say what each one is like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..garbage import no_collections
from ..graph import Graph
from . import vocabulary as words
from .flow import Flow, flow_of
from .gates import gated_value
from .joins import joins, orders
from .merges import Merge, merges
from .shortcuts import Walk, walk_back
from .types import Skip, Span
from .ways import NOTHING, Region, Sealed, Way, region

LINK_REACH = 6
"""Ops that may lie between a skip and the merge before it for the two to be linked."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way a merge may close a skip: an operand, the walk back from it to a source, and the region from there to
    the other operands. `only_gates`: the source reaches those as the gate of a product, not as a value."""

    operand: int
    source: int
    walk: Walk
    weak: bool
    only_gates: bool
    region: Region

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """Best first: strong before weak, values before gates, then the plainest kind, then the latest fork."""
        return self.weak, self.only_gates, self.walk.rank, -self.source


@no_collections()
def find_skips(graph: Graph) -> tuple[Skip, ...]:
    """All residual connections of a graph, in the order of their merges.

    A merge (an add-like op or a concat with two or more data operands) closes a skip when one operand,
    walked back over ops a shortcut may hold, reaches a fork from which another operand is computed with
    more learned work. Purely structural: names of modules and values of tensors don't matter. A merge has
    at most one skip; weak ones (nothing learned on the branch) carry `weak=True`.

    Time is linear in the ops between sources and merges, where closed inner skips count as one op.
    """
    flow = flow_of(graph)
    order = orders(graph)
    sealed: dict[int, Sealed] = {}
    found: dict[int, Skip] = {}
    for merge in merges(flow):
        best = _best(flow, merge, sealed)
        if best is None:
            continue
        # A bare wire adds nothing to the region of the other operands, so that one serves again.
        inside = region(flow, best.source, merge.operands, sealed) if best.walk.ops else best.region
        skip = _describe(flow, merge, best, inside, found, order)
        found[merge.op] = skip
        if skip.closed and not skip.weak and not inside.entries and not inside.rooted:
            sealed[merge.op] = _seal(flow, merge, best.source, inside, skip)
    return _mark_recurrent(graph, tuple(found.values()))


def _best(flow: Flow, merge: Merge, sealed: dict[int, Sealed]) -> Candidate | None:
    """The best candidate. Operands are tried in an order that lets the first plain one end the search.

    Of two operands that is the earlier: a source found from the other would have to lie before it, on the way to it.
    Of more it is the latest, from which the latest forks are reached.
    """
    best: Candidate | None = None
    shape = flow.graph.ops[merge.op].outputs[0].shape if flow.graph.ops[merge.op].outputs else None
    operands = set(merge.operands)
    for operand in sorted(operands, reverse=len(operands) > 2):
        if merge.combine == "add" and flow.shape(operand) != shape:
            continue
        for candidate in _candidates(flow, merge, operand, sealed):
            if best is None or candidate.rank < best.rank:
                best = candidate
        if best is not None and best.rank[:3] == (False, False, 0):
            return best
    return best


def _candidates(flow: Flow, merge: Merge, operand: int, sealed: dict[int, Sealed]) -> Iterable[Candidate]:
    others = [value for value in set(merge.operands) if value != operand]
    regions: dict[int, Region] = {}

    def is_source(value: int, walk: Walk) -> bool:
        later = [other for other in others if flow.maker[other] > flow.maker[value]]
        if not later:
            return False
        regions[value] = region(flow, value, others, sealed)
        return any(flow.maker[other] in regions[value].ways for other in later)

    kind = "gated" if merge.gated else "scaled" if operand in merge.scaled else "identity"
    for source, walk in walk_back(flow, operand, kind, is_source):
        if merge.combine == "concat" and (walk.learned or walk.pooled):
            continue
        gated = walk.kind == "gated"
        ways = region(flow, source, others, sealed, values_only=True).ways if gated else regions[source].ways
        judged = [_judge(walk, ways[op]) for op in map(flow.maker.__getitem__, others) if op in ways]
        if True in judged or False in judged:
            only_gates = not gated and all(_is_only_gate(flow, source, other, sealed) for other in others)
            yield Candidate(operand, source, walk, True not in judged, only_gates, regions[source])


def _is_only_gate(flow: Flow, source: int, operand: int, sealed: dict[int, Sealed]) -> bool:
    """Whether an operand is a product of a gate and a value, and `source` reaches it through the gate alone."""
    values = gated_value(flow, flow.maker[flow.unchanged(operand)])
    if not values or source in values:
        return False
    ways = region(flow, source, values, sealed).ways
    return not any(flow.maker[value] in ways for value in values)


def _judge(walk: Walk, way: Way) -> bool | None:
    """True: the way is a learned branch beside this walk. False: a weak one. None: no branch."""
    if way.learned > walk.learned and (way.nonlinear or not walk.learned):
        return True
    if way.learned == walk.learned == 0 and way.mixes:
        return way.affine
    return None


def _describe(
    flow: Flow, merge: Merge, best: Candidate, inside: Region, found: dict[int, Skip], order: dict[int, int]
) -> Skip:
    around = {merge.op, *merge.inner}
    ops = [op for op in inside.ways if op not in best.walk.ops and op not in inside.stepped]
    branch = _spans(ops, [span for skip in inside.stepped.values() for span in skip.spans])
    first = min([*best.walk.ops, *(span[0] for span in branch[:1])], default=merge.op)
    return Skip(
        merge=merge.op,
        source=flow.ref(best.source),
        kind=best.walk.kind,
        combine=merge.combine,
        shortcut=tuple(sorted(best.walk.ops)),
        branch=branch,
        owner=_common_call(flow.graph, first, merge.op),
        also=tuple(flow.ref(v) for v in sorted(set(merge.operands) & inside.entries)),
        partial=best.walk.partial,
        weak=best.weak,
        closed=_is_closed(flow, inside, around),
        long=any(op in found and not found[op].weak for op in inside.ways),
        link=_link(flow, best.source, found),
        joins=joins(flow, merge, best.operand, inside, order),
    )


def _is_closed(flow: Flow, inside: Region, around: set[int]) -> bool:
    """Whether every value made inside is read inside (or by the merge) and none is returned."""
    over: dict[int, list[Sealed]] = {}
    for skip in inside.stepped.values():
        over.setdefault(skip.source, []).append(skip)
    for op in inside.ways:
        for value in range(flow.first[op], flow.first[op] + len(flow.graph.ops[op].outputs)):
            if value in flow.returned:
                return False
            for reader in flow.readers[value]:
                known = reader in inside.ways or reader in around
                if not known and not any(skip.holds(reader) for skip in over.get(value, ())):
                    return False
    return True


def _seal(flow: Flow, merge: Merge, source: int, inside: Region, skip: Skip) -> Sealed:
    way = NOTHING
    for operand in merge.operands:
        way = way.beside(inside.ways.get(flow.maker[operand], NOTHING))
    return Sealed(source, way, _spans((*skip.shortcut, *merge.inner, merge.op), list(skip.branch)))


def _spans(ops: Sequence[int], spans: list[Span]) -> tuple[Span, ...]:
    """Ops and runs of ops as the fewest runs, in order."""
    merged: list[Span] = []
    for first, last in sorted([*zip(ops, ops), *spans]):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def _common_call(graph: Graph, first: int, last: int) -> int:
    """The innermost module call around two ops, and so around all between them."""
    around = set(graph.ancestors(graph.ops[first].call))
    return next(call for call in graph.ancestors(graph.ops[last].call) if call in around)


def _link(flow: Flow, source: int, found: dict[int, Skip]) -> str:
    link = "identity"
    for _ in range(LINK_REACH):
        op = flow.op(source)
        if op.id in found:
            return link
        if len(flow.reads[op.id]) != 1:
            return ""
        if op.name in words.NORMS:
            link = "act" if link == "act" else "norm"
        elif op.name in words.NONLINEAR:
            link = "act"
        elif op.name not in words.PLAIN_STEPS:
            return ""
        source = flow.reads[op.id][0]
    return ""


def _mark_recurrent(graph: Graph, skips: tuple[Skip, ...]) -> tuple[Skip, ...]:
    """Mark gated skips that carry a state from step to step: the same line of the same module, each starting at the
    merge of the one before. A loop over time reads the same weights at each step, a loop over layers others."""
    gated = [skip for skip in skips if skip.kind == "gated"]
    if not gated:
        return skips
    place = {skip.merge: (graph.calls[skip.owner].path, graph.ops[skip.merge].source) for skip in skips}
    read = {skip.merge: _weights(graph, skip) for skip in gated}
    steps: set[int] = set()
    for skip in gated:
        before = skip.source.op
        if before in read and place[before] == place[skip.merge] and read[before] == read[skip.merge]:
            steps.update((before, skip.merge))
    return tuple(replace(skip, recurrent=True) if skip.merge in steps else skip for skip in skips)


def _weights(graph: Graph, skip: Skip) -> set[str]:
    """Names of the weights that ops between a skip's source and its merge read."""
    spans = [*skip.branch, *((op, op) for op in skip.shortcut)]
    return {weight.name for first, last in spans for op in graph.ops[first : last + 1] for weight in op.weights}
