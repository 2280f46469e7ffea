"""What flowed through a network as a table: a row per step, with the gain of the branch at each merge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from ..graph import Graph
from ..recording import Recording, Summary
from ..skips import Contribution, Skip
from .steps import Step, walk_steps
from .types import Cell, Column, Table

Reader: TypeAlias = "Callable[[Walked], Cell]"


class Reading(NamedTuple):
    """A column, and what it takes from a step."""

    column: Column
    read: Reader


@dataclass(frozen=True, slots=True)
class Walked:
    """A step with what is known of it.

    `skips` says which skip meets here, or how many inside a closed call; `contribution` is that of its branch, if it
    is the only one.
    """

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
    rows = []
    for step in walk_steps(graph, depth):
        here = inside.get(step.call, []) if step.is_closed else [merges[step.op]] if step.op in merges else []
        rows.append(_walked(graph, step, recording, here))
    return rows


def _inside(graph: Graph, skips: Sequence[Skip]) -> dict[int, list[Skip]]:
    """The skips that meet in each call and in the calls inside it."""
    found: dict[int, list[Skip]] = {}
    for skip in skips:
        for call in graph.ancestors(graph.ops[skip.merge].call):
            found.setdefault(call, []).append(skip)
    return found


def _walked(graph: Graph, step: Step, recording: Recording | None, skips: Sequence[Skip]) -> Walked:
    ref = step.ref
    spec = graph.spec(ref) if ref is not None else None
    walked = Walked(
        step=step,
        op=graph.calls[step.call].cls if step.is_closed else graph.ops[step.op].name,
        shape=spec.shape if spec else None,
        dtype=spec.dtype if spec else None,
        skips=_counted(skips) if step.is_closed else "".join(skip.name for skip in skips),
        contribution=skips[0].contribution if len(skips) == 1 else None,
    )
    if recording is None or ref is None:
        return walked
    gradients, seconds = recording.gradients, recording.seconds
    return replace(
        walked,
        summary=recording.values.summary(ref),
        gradient=gradients.summary(ref) if gradients is not None else None,
        seconds=float(seconds[step.op]) if seconds is not None and not step.is_closed else None,
    )


def _counted(skips: Sequence[Skip]) -> str:
    """How many skips of each name: `1 identity, 1 projection`."""
    return ", ".join(f"{count} {name}" for name, count in Counter(skip.name for skip in skips).items())


def walk_table(graph: Graph, skips: Sequence[Skip], recording: Recording | None, depth: int | None = None) -> Table:
    """`walk` as plain rows. Columns of which nothing was recorded are left out."""
    rows = walk(graph, skips, recording, depth)
    readings = [READINGS[name] for name in _recorded(recording)]
    columns = tuple(reading.column for reading in readings)
    return Table(columns, tuple(tuple(reading.read(row) for reading in readings) for row in rows))


def _recorded(recording: Recording | None) -> list[str]:
    """Names of the columns there is something to say in."""
    missing: tuple[str, ...] = () if recording is not None else (*OF_VALUES, *OF_MERGES)
    if recording is None or recording.gradients is None:
        missing += OF_GRADIENTS
    if recording is None or recording.seconds is None:
        missing += OF_TIME
    return [name for name in READINGS if name not in missing]


def _of_summary(field: str) -> Reader:
    """A field of the value's numbers; None for the moments of a value without elements."""

    def read(row: Walked) -> Cell:
        summary = row.summary
        if summary is None or (not summary.count and field not in ("count", "nonfinite", "sampled")):
            return None
        cell: Cell = getattr(summary, field)
        return cell

    return read


def _of_gradient(field: str) -> Reader:
    return lambda row: None if row.gradient is None else getattr(row.gradient, field)


def _of_contribution(field: str) -> Reader:
    return lambda row: None if row.contribution is None else getattr(row.contribution, field)


OF_VALUES = ("mean", "std", "rms", "min", "max", "zeros", "nonfinite", "count", "sampled")
OF_MERGES = ("gain", "cosine", "update")
OF_GRADIENTS = ("gradient_rms", "gradient_nonfinite")
OF_TIME = ("seconds",)

READINGS = {
    reading.column.name: reading
    for reading in (
        Reading(Column("name", "step"), lambda row: row.step.name),
        Reading(Column("number", "number", "count"), lambda row: row.step.number),
        Reading(Column("slot", "output", "count"), lambda row: row.step.ref.slot if row.step.ref else None),
        Reading(Column("op", "op"), lambda row: row.op),
        Reading(Column("shape", "shape", "shape"), lambda row: row.shape),
        Reading(Column("dtype", "dtype"), lambda row: row.dtype),
        Reading(Column("skip", "skip"), lambda row: row.skips or None),
        Reading(Column("mean", "mean", "number"), _of_summary("mean")),
        Reading(Column("std", "std", "number"), _of_summary("std")),
        Reading(Column("rms", "rms", "number"), _of_summary("rms")),
        Reading(Column("min", "min", "number"), _of_summary("min")),
        Reading(Column("max", "max", "number"), _of_summary("max")),
        Reading(Column("zeros", "zeros", "share"), _of_summary("zeros")),
        Reading(Column("nonfinite", "inf, nan", "count"), _of_summary("nonfinite")),
        Reading(Column("count", "elements", "count"), _of_summary("count")),
        Reading(Column("sampled", "sampled", "count"), _of_summary("sampled")),
        Reading(Column("gain", "gain", "number"), _of_contribution("gain")),
        Reading(Column("cosine", "cosine", "number"), _of_contribution("cosine")),
        Reading(Column("update", "update", "number"), _of_contribution("update")),
        Reading(Column("gradient_rms", "gradient rms", "number"), _of_gradient("rms")),
        Reading(Column("gradient_nonfinite", "gradient inf, nan", "count"), _of_gradient("nonfinite")),
        Reading(Column("seconds", "time", "seconds"), lambda row: row.seconds),
    )
}
"""Every column there can be, by name, in order."""
