"""A forward pass line by line: names of modules above their steps, and the skips as brackets beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from .. import text
from ..graph import Graph, Ref
from ..picture.brackets import Span
from ..picture.folded import SIGNS
from ..picture.labels import batch_size, shape_words
from ..recording import Histogram
from ..skips.vocabulary import SLICES, VIEWS
from ..table import READINGS, Cell, Column, Walked, walk, written
from ..traces import Trace

COLUMNS = ("op", "shape", "mean", "std", "min", "max", "zeros", "nonfinite", "gain", "cosine", "seconds")
"""Columns beside a line's title, as far as there is something in them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A step, or the name of a module above the steps in it (then `walked` is None).

    `depth` counts the modules around; `op` is what a module is or does, empty where the title says it; `look` is
    the kind of the skip that meets in this step, `concat`, or empty.
    """

    title: str
    depth: int
    walked: Walked | None = None
    op: str = ""
    look: str = ""

    @property
    def nonfinite(self) -> int:
        """How many elements of the value are inf or nan."""
        return self.walked.summary.nonfinite if self.walked and self.walked.summary else 0

    @property
    def is_alarming(self) -> bool:
        """True where a value is not finite, or where the forward raised."""
        return self.nonfinite > 0 or (self.walked is not None and self.walked.step.ref is None)

    @property
    def histogram(self) -> Histogram | None:
        """Of the value, where it was recorded."""
        return self.walked.summary.histogram if self.walked and self.walked.summary else None


@dataclass(frozen=True)
class Listing:
    """Lines from top to bottom, the skips between them, and the columns there are beside a title."""

    trace: Trace
    lines: tuple[Line, ...]
    spans: tuple[Span, ...]

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Those that at least one line has something in; of non-finite elements, only where there are some."""
        walked = [line.walked for line in self.lines if line.walked is not None]
        known = (name for name in COLUMNS if any(READINGS[name].read(row) not in (None, "") for row in walked))
        troubled = any(line.nonfinite for line in self.lines)
        return tuple(READINGS[name].column for name in known if name != "nonfinite" or troubled)

    @cached_property
    def _batch(self) -> int:
        return batch_size(self.trace.graph)

    def cells(self, line: Line) -> tuple[str, ...]:
        """What stands beside a line's title, for people; the batch is left out of shapes."""
        return tuple(self._cell(line, line.walked, column) if line.walked else "" for column in self.columns)

    def exact(self, line: Line) -> tuple[Cell, ...]:
        """The same as plain, unrounded values."""
        return tuple(READINGS[column.name].read(line.walked) if line.walked else None for column in self.columns)

    def _cell(self, line: Line, walked: Walked, column: Column) -> str:
        ref = walked.step.ref
        if column.name == "op":
            return line.op
        if column.name == "shape":
            return shape_words(self.trace.graph.spec(ref), self._batch) if ref is not None else ""
        if column.name == "nonfinite" and not line.nonfinite:
            return ""
        return written(column, READINGS[column.name].read(walked))


def listing(trace: Trace, depth: int | None = None, *, everything: bool = False) -> Listing:
    """The forward pass of a trace; modules `depth` levels deep stay closed, without a depth none does.

    Ops that only hand on the same elements in another shape or order are left out, unless `everything` is asked for.
    """
    rows = walk(trace.graph, trace.skips, trace.recording, depth)
    rows = [row for row in rows if everything or not _only_rearranges(trace.graph, row)]
    lines = tuple(_lines(trace, rows))
    return Listing(trace, lines, tuple(_spans(trace, lines)))


def _only_rearranges(graph: Graph, row: Walked) -> bool:
    """True for a reshape, a transpose, a slice of everything and their like, unless it stands for a module."""
    step = row.step
    if step.ref is None or step.is_closed or ":" not in step.name or not graph.ops[step.op].inputs:
        return False
    op = graph.ops[step.op]
    return op.name in VIEWS | SLICES and graph.spec(step.ref).count == graph.spec(op.inputs[0]).count


def _lines(trace: Trace, rows: list[Walked]) -> Iterator[Line]:
    graph = trace.graph
    looks = {skip.merge: "concat" if skip.combine == "concat" else skip.kind for skip in trace.skips}
    standing = _standing_for_modules(graph, rows)
    around: list[int] = []
    for row in rows:
        calls = list(graph.ancestors(row.step.call))[::-1][1:]  # the model itself goes without saying
        is_module = row.step.is_closed or row.step.op in standing
        open_calls = calls[:-1] if is_module else calls
        shared = 0
        while shared < min(len(around), len(open_calls)) and around[shared] == open_calls[shared]:
            shared += 1
        for depth in range(shared, len(open_calls)):
            yield Line(text.one_line(graph.call_title(graph.calls[open_calls[depth]])), depth)
        around = open_calls
        look = looks.get(row.step.op, "") if row.skips else ""
        op = row.op if is_module else ""
        yield Line(_title(graph, row, is_module, look), len(open_calls), row, text.one_line(op), look)


def _standing_for_modules(graph: Graph, rows: list[Walked]) -> set[int]:
    """Ops that are all there is to list of their module: they go by its name."""
    ops = {row.step.op: row.step.call for row in rows if not row.step.is_closed}
    inside = Counter(around for call in ops.values() for around in graph.ancestors(call))
    return {op for op, call in ops.items() if call and inside[call] == 1}


def _title(graph: Graph, row: Walked, is_module: bool, look: str) -> str:
    """What a step is called where its modules stand above it."""
    step = row.step
    if step.is_closed:
        inside = f"  ↷ {row.skips}" if row.skips else ""
        raised = " ✗ raised in here" if _raised_in(graph, step.call) else ""
        return f"{text.one_line(graph.call_title(graph.calls[step.call]))}{raised}{inside}"
    op = graph.ops[step.op]
    sign = SIGNS.get(op.name, SIGNS["concat" if look == "concat" else "add"]) if look else ""
    name = graph.call_title(graph.calls[step.call]) if is_module else op.name
    if op.name == "input" and op.attributes.get("name", "input") != "input":
        name = f"input {op.attributes['name']}"
    slot = f".{step.ref.slot}" if step.ref is not None and len(op.outputs) > 1 else ""
    raised = "✗ raised here" if step.ref is None else ""
    return text.one_line(" ".join(filter(None, (sign, name + slot, raised))))


def _raised_in(graph: Graph, call: int) -> bool:
    failure = graph.failure
    return failure is not None and failure.op >= 0 and call in graph.ancestors(graph.ops[failure.op].call)


def _spans(trace: Trace, lines: tuple[Line, ...]) -> Iterator[Span]:
    """For every skip that does not lie inside one line, the lines it goes from and to."""
    graph = trace.graph
    own = {line.walked.step.ref: i for i, line in reversed([*enumerate(lines)]) if line.walked}
    merges = {line.walked.step.op: i for i, line in enumerate(lines) if line.walked and line.look}
    closed = {line.walked.step.call: i for i, line in enumerate(lines) if line.walked and line.walked.step.is_closed}
    for skip in trace.skips:
        if skip.merge not in merges:
            continue
        around = next((call for call in graph.ancestors(graph.ops[skip.source.op].call) if call in closed), None)
        first = _line_of(graph, skip.source, own) if around is None else closed[around]
        if first is not None:
            yield Span(first, merges[skip.merge], lines[merges[skip.merge]].look)


def _line_of(graph: Graph, ref: Ref, own: Mapping[Ref | None, int]) -> int | None:
    """The line of a value, or of the one that it only rearranges; None where neither has a line."""
    while ref not in own and graph.ops[ref.op].name in VIEWS | SLICES and graph.ops[ref.op].inputs:
        ref = graph.ops[ref.op].inputs[0].ref
    return own.get(ref)
