"""Two networks beside each other: what they do not share, and what that leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..graph import Graph, Ref
from ..graph.aside import shown_ops
from ..names import skip_names, value_names
from ..skips import Skip
from ..text import one_line
from ..traces import Trace
from .align import Alignment, align
from .difference import ORDER, SHAPE, SHORTCUT, Difference
from .findings import Findings, Key, sided
from .phrases import ENGLISH, Phrases
from .settings import changed_settings, shapes

COMMUTATIVE = frozenset({"add", "mul"})


@dataclass(frozen=True, slots=True)
class Contrast:
    """What a second network has otherwise than a first: `differences`, shortcuts first, each with its consequences."""

    first: Trace
    second: Trace
    alignment: Alignment
    differences: tuple[Difference, ...]

    def summary(self, first: str, second: str, say: Phrases = ENGLISH) -> str:
        """One line, with the networks by name: `8 shortcuts missing in plain18: 5 identity, 3 projection`."""
        if not self.differences:
            return one_line(say.alike(first, second))
        parts = [part for side, loser in enumerate((first, second)) for part in self._missing(side, loser, say)]
        settings = dict.fromkeys(say.setting(one.what) for one in self.differences if not one.is_missing)
        parts += [say.set_otherwise(first, second, tuple(settings))] if settings else []
        return one_line(say.told(tuple(parts)))

    def _missing(self, side: int, loser: str, say: Phrases) -> Iterator[str]:
        """What network number `side` lacks."""
        gone = [one for one in self.differences if not (one.first, one.second)[side].words]
        shortcuts = {(one.first.words or one.second.words): one.count for one in gone if one.what == SHORTCUT}
        if shortcuts:
            yield say.lacks_shortcuts(loser, shortcuts)
        others = {one.what: one.count for one in gone if one.what != SHORTCUT}
        if others:
            yield say.lacks(loser, others)


def contrast(first: Trace, second: Trace) -> Contrast:
    """Find what two traced networks do not share.

    Ops and module calls are paired as `align` says. A shortcut counts as missing where the other network has no such
    merge. A setting that differs is a cause; shapes that differ because of it are told with it, not by themselves.
    """
    alignment = align(first.graph, second.graph)
    search = _Search((first, second), (alignment, alignment.turned))
    return Contrast(first, second, alignment, search.differences())


class _Search:
    """The findings so far. `because` says which of them made the shape of an op of the first network another one,
    `alone` to which of them ops of either network belong that have no counterpart."""

    def __init__(self, traces: tuple[Trace, Trace], aligned: tuple[Alignment, Alignment]) -> None:
        self.traces, self.aligned = traces, aligned
        self.graphs = traces[0].graph, traces[1].graph
        self.names = tuple(_op_names(graph) for graph in self.graphs)
        self.shapes = tuple(shapes(graph) for graph in self.graphs)
        self.found = Findings()
        self.because: dict[int, Key] = {}
        self.alone: tuple[dict[int, Key], dict[int, Key]] = ({}, {})

    def differences(self) -> tuple[Difference, ...]:
        self._compare_skips()
        for side in (0, 1):
            self._compare_presence(side)
        for a, b in sorted(self.aligned[0].ops.items()):
            self._compare_ops(a, b)
        return self.found.done()

    def _compare_skips(self) -> None:
        counted = [_counted(trace) for trace in self.traces]
        names = [
            dict(zip(skips, skip_names(graph, list(skips.values())))) for graph, skips in zip(self.graphs, counted)
        ]
        for side in (0, 1):
            for merge, skip in counted[side].items():
                partner = counted[1 - side].get(self.aligned[side].ops.get(merge, -1))
                if partner is None:
                    self._miss(side, skip, names[side][merge])
                elif side == 0 and partner.name != skip.name:
                    key = Key(SHORTCUT, skip.name, partner.name)
                    self._claim(key, names[0][merge], (_own(skip), _own(partner)))

    def _miss(self, side: int, skip: Skip, place: str) -> None:
        """A shortcut that only one side has; where the other lacks the whole block, that is told instead."""
        aligned = self.aligned[side]
        owner = aligned.calls.get(skip.owner)
        has_branch = any(op in aligned.ops for first, last in skip.branch for op in range(first, last + 1))
        if owner is not None and has_branch:
            key = Key(SHORTCUT, *sided(side, skip.name, ""))
            self._claim(key, place, sided(side, _own(skip), ()), sided(side, (), (owner,)))

    def _claim(
        self,
        key: Key,
        place: str,
        ops: tuple[tuple[int, ...], tuple[int, ...]],
        calls: tuple[tuple[int, ...], tuple[int, ...]] = ((), ()),
    ) -> None:
        """A finding whose ops are not told by themselves where they have no counterpart."""
        self.found.add(key, place, ops, calls)
        for alone, own in zip(self.alone, ops):
            alone.update(dict.fromkeys(own, key))

    def _compare_presence(self, side: int) -> None:
        """Ops and whole calls that only one side has."""
        graph, aligned, told = self.graphs[side], self.aligned[side], set[int]()
        for op, is_shown in zip(graph.ops, shown_ops(graph)):
            if not is_shown or op.id in aligned.ops or op.id in self.alone[side]:
                continue
            call = _outermost_alone(graph, op.call, aligned.calls)
            words = op.name if call < 0 else graph.calls[call].cls
            place = self.names[side][op.id] if call < 0 else "" if call in told else graph.calls[call].path
            told.add(call)
            self._claim(Key(words, *sided(side, words, "")), place, sided(side, (op.id,), ()))

    def _compare_ops(self, a: int, b: int) -> None:
        one, other, place = self.graphs[0].ops[a], self.graphs[1].ops[b], self.names[0][a]
        keys = [Key(*setting) for setting in changed_settings(*self.graphs, one, other)] + list(self._rewired(a, b))
        for key in keys:
            self.found.add(key, place, ((a,), (b,)))
        ours, theirs = self.shapes[0][a], self.shapes[1][b]
        if ours == theirs:
            return
        cause = keys[0] if keys else self._inherited(a, b)
        shape = Key(SHAPE, ours, theirs)
        self.because[a] = cause or shape
        if cause is None:
            self.found.add(shape, place, ((a,), (b,)))
        elif one.name != "input":
            self.found.follow(cause, shape, place, ((a,), (b,)))

    def _rewired(self, a: int, b: int) -> Iterator[Key]:
        """Where two ops read values that are not each other's counterparts, although each has one."""
        one, other = self.graphs[0].ops[a], self.graphs[1].ops[b]
        reads, others = [read.op for read in one.inputs], [read.op for read in other.inputs]
        if one.name in COMMUTATIVE:  # the order of operands means nothing
            reads = sorted(reads, key=lambda op: self.aligned[0].ops.get(op, -1))
            others = sorted(others, key=lambda op: op if op in self.aligned[1].ops else -1)
        for ours, theirs in zip(reads, others):
            partners = self.aligned[0].ops.get(ours), self.aligned[1].ops.get(theirs)
            if None not in partners and partners != (theirs, ours):
                yield Key(ORDER, self.graphs[0].ops[ours].name, self.graphs[1].ops[theirs].name)

    def _inherited(self, a: int, b: int) -> Key | None:
        """Why the first input with another shape has it: its own cause, or what only one side has in between; else
        what only one side has among the inputs."""
        (first, second), (alone, others) = self.graphs, self.alone
        reads, partners = first.ops[a].inputs, second.ops[b].inputs
        for ours, theirs in zip(reads, partners):
            if first.spec(ours).shape != second.spec(theirs).shape:
                known = alone.get(ours.op) or others.get(theirs.op) or self.because.get(ours.op)
                if known is not None:
                    return known
        keys = [alone.get(read.op) for read in reads] + [others.get(read.op) for read in partners]
        return next((key for key in keys if key is not None), None)


def _op_names(graph: Graph) -> list[str]:
    return value_names(graph, [Ref(op.id) for op in graph.ops])


def _counted(trace: Trace) -> dict[int, Skip]:
    """Skips by merge, without weak ones and the gates of recurrent cells."""
    return {skip.merge: skip for skip in trace.skips if not skip.weak and not skip.recurrent}


def _own(skip: Skip) -> tuple[int, ...]:
    """The ops that make a shortcut: those on it, and the merge."""
    return (*skip.shortcut, skip.merge)


def _outermost_alone(graph: Graph, call: int, aligned: Mapping[int, int]) -> int:
    """The largest call around that has no counterpart, -1 where all have one."""
    alone = [around for around in graph.ancestors(call) if around not in aligned]
    return alone[-1] if alone else -1
