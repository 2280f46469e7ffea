"""What flowed through a network as a table: a row per step, with the gain of the branch at each merge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..graph import Graph
from ..recording import Recording, Summary
from ..skips import Contribution, Skip
from .steps import Step, walk_steps
from .types import Cell, Column, Table

Reader: TypeAlias = "Callable[[Walked], Cell]"


@dataclass(frozen=True, slots=True)
class Walked:
    """A step with what is known of it. `skips` says which skips meet here, or inside a closed call."""

    step: Step
    op: str
    shape: tuple[int, ...] | None
    dtype: str | None
    summary: Summary | None = None
    gradient: Summary | None = None
    seconds: float | None = None
    skips: str = ""
    contribution: Contribution | None = None


def walk(graph: Graph, skips: Sequence[Skip], recording: Recording | None, depth: int | None = None) -> list[Walked]:
    """The steps of a forward pass (see `walk_steps`) with shapes, skips and, where recorded, numbers.

    Weak skips and the gates of recurrent cells, which are not counted, are not marked either.
    """
    counted = [skip for skip in skips if not skip.weak and not skip.recurrent]
    merges = {skip.merge: skip for skip in counted}
    inside = _inside(graph, counted)
    return [_walked(graph, step, recording, merges.get(step.op), inside) for step in walk_steps(graph, depth)]


def _inside(graph: Graph, skips: Sequence[Skip]) -> dict[int, str]:
    """For each call with skips in it, how many of each name: `1 identity, 1 projection`."""
    counts: dict[int, Counter[str]] = {}
    for skip in skips:
        for call in graph.ancestors(graph.ops[skip.merge].call):
            counts.setdefault(call, Counter())[skip.name] += 1
    return {call: ", ".join(f"{count} {name}" for name, count in found.items()) for call, found in counts.items()}


def _walked(graph: Graph, step: Step, recording: Recording | None, skip: Skip | None, inside: dict[int, str]) -> Walked:
    ref = step.ref
    spec = graph.spec(ref) if ref is not None else None
    op = graph.calls[step.call].cls if step.is_closed else graph.ops[step.op].name
    shape, dtype = (spec.shape, spec.dtype) if spec else (None, None)
    skips = inside.get(step.call, "") if step.is_closed else skip.name if skip else ""
    if recording is None or ref is None:
        return Walked(step, op, shape, dtype, skips=skips)
    values, gradients, seconds = recording.values, recording.gradients, recording.seconds
    return Walked(
        step,
        op,
        shape,
        dtype,
        values.summary(ref),
        gradients.summary(ref) if gradients is not None else None,
        float(seconds[step.op]) if seconds is not None and not step.is_closed else None,
        skips,
        skip.contribution if skip else None,
    )


def walk_table(graph: Graph, skips: Sequence[Skip], recording: Recording | None, depth: int | None = None) -> Table:
    """`walk` as plain rows. Columns of which nothing was recorded are left out."""
    rows = walk(graph, skips, recording, depth)
    columns = [*STEP]
    if recording is not None:
        columns += NUMBERS + CONTRIBUTION
        columns += GRADIENT if recording.gradients is not None else []
        columns += SECONDS if recording.seconds is not None else []
    return Table(tuple(column for column, _ in columns), tuple(tuple(read(row) for _, read in columns) for row in rows))


def _of_summary(field: str) -> Reader:
    return lambda row: None if row.summary is None else getattr(row.summary, field)


def _of_gradient(field: str) -> Reader:
    return lambda row: None if row.gradient is None else getattr(row.gradient, field)


def _of_contribution(field: str) -> Reader:
    return lambda row: None if row.contribution is None else getattr(row.contribution, field)


STEP: list[tuple[Column, Reader]] = [
    (Column("name", "step"), lambda row: row.step.name),
    (Column("number", "number", "count"), lambda row: row.step.number),
    (Column("slot", "output", "count"), lambda row: row.step.ref.slot if row.step.ref else None),
    (Column("op", "op"), lambda row: row.op),
    (Column("shape", "shape", "shape"), lambda row: row.shape),
    (Column("dtype", "dtype"), lambda row: row.dtype),
    (Column("skip", "skip"), lambda row: row.skips or None),
]
NUMBERS: list[tuple[Column, Reader]] = [
    (Column("mean", "mean", "number"), _of_summary("mean")),
    (Column("std", "std", "number"), _of_summary("std")),
    (Column("rms", "rms", "number"), _of_summary("rms")),
    (Column("min", "min", "number"), _of_summary("min")),
    (Column("max", "max", "number"), _of_summary("max")),
    (Column("zeros", "zeros", "share"), _of_summary("zeros")),
    (Column("nonfinite", "not finite", "count"), _of_summary("nonfinite")),
    (Column("count", "elements", "count"), _of_summary("count")),
    (Column("sampled", "sampled", "count"), _of_summary("sampled")),
]
CONTRIBUTION: list[tuple[Column, Reader]] = [
    (Column("gain", "gain", "number"), _of_contribution("gain")),
    (Column("cosine", "cosine", "number"), _of_contribution("cosine")),
    (Column("update", "update", "number"), _of_contribution("update")),
]
GRADIENT: list[tuple[Column, Reader]] = [
    (Column("gradient_rms", "gradient rms", "number"), _of_gradient("rms")),
    (Column("gradient_nonfinite", "gradient not finite", "count"), _of_gradient("nonfinite")),
]
SECONDS: list[tuple[Column, Reader]] = [(Column("seconds", "time", "seconds"), lambda row: row.seconds)]
