"""A comparison as tables: every number of every case for programs, what people read for people."""

from __future__ import annotations

from collections.abc import Sequence

from ..graph.cost import call_costs
from ..names import skip_names
from ..skips import Skip
from ..table import Cell, Column, Table
from ..traces import Trace
from .comparison import Case, Comparison

COLUMNS = (
    Column("network", "network"),
    Column("parameters", "parameters", "count"),
    Column("flops", "FLOPs", "quantity"),
    Column("skips", "skips"),
    Column("data", "data"),
    Column("recipe", "recipe"),
    Column("runs", "runs", "count"),
    Column("seeds", "seeds"),
    Column("accuracy", "accuracy", "percent"),
    Column("deviation", "±", "percent"),
    Column("low", "95% from", "percent"),
    Column("high", "to", "percent"),
    Column("images", "images", "count"),
    Column("loss", "test loss", "number"),
    Column("epochs", "epochs", "number"),
    Column("seconds", "time", "seconds"),
)
"""All that is known of a case; accuracies are shares of 1."""

NETWORKS = ("network", "parameters", "flops", "skips")
TRAININGS = ("network", "accuracy", "deviation", "runs", "low", "high", "loss", "seconds")


def table(comparison: Comparison) -> Table:
    """A row for each case, with plain, unrounded values."""
    return Table(COLUMNS, tuple((case.name, *_structure(case.trace), *_training(case)) for case in comparison.cases))


def networks(comparison: Comparison) -> Table:
    """What the networks are made of."""
    return table(comparison).select(*NETWORKS)


def trainings(comparison: Comparison) -> Table:
    """What training made of them."""
    return table(comparison).select(*TRAININGS)


def gains(comparison: Comparison) -> Table | None:
    """Gain of every block by its name in each case, None where none was recorded: rms(branch) / rms(shortcut)."""
    found = {case.name: _gains(case.trace) for case in comparison.cases if case.trace is not None}
    found = {name: known for name, known in found.items() if known}
    if not found:
        return None
    blocks = dict.fromkeys(block for known in found.values() for block in known)
    columns = (Column("block", "block"), *(Column(name, f"gain in {name}", "number") for name in found))
    return Table(columns, tuple((block, *(known.get(block) for known in found.values())) for block in blocks))


def _gains(trace: Trace) -> dict[str, float | None]:
    skips: list[Skip] = [skip for skip in trace.skips if skip.contribution is not None and not skip.weak]
    return {name: skip.gain for name, skip in zip(skip_names(trace.graph, skips), skips)}


def _structure(trace: Trace | None) -> Sequence[Cell]:
    if trace is None:
        return None, None, ""
    skips = " + ".join(f"{count} {name}" for name, count in trace.count().items())
    return trace.about.parameters, call_costs(trace.graph)[0].flops, skips or "none"


def _training(case: Case) -> Sequence[Cell]:
    if not case.runs:
        return "", "", *[None] * 2, *[None] * 8
    config, score = case.runs[0].config, case.score
    seeds = ", ".join(str(run.config.seed) for run in case.runs)
    named: tuple[Cell, ...] = (config.data, config.recipe.title, len(case.runs), seeds)
    if score is None:
        return *named, *[None] * 8
    last = max(run.last.epochs for run in case.runs if run.last is not None)
    return *named, score.mean, score.deviation, *score.interval, score.images, score.loss, last, case.seconds
