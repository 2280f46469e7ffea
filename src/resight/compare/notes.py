"""What has to be said about the numbers of a comparison: how they were obtained, and what makes them unequal."""

from __future__ import annotations

from collections.abc import Iterator

from ..text import one_line, plural
from .comparison import Comparison
from .subjects import Trained
from .tables import gains

COSTS = "FLOPs of one forward on the traced input; a multiply-add counts as two"
GAINS = "gain: rms(branch) / rms(shortcut) where they meet"


def notes(comparison: Comparison) -> list[str]:
    """One line each, what is alarming first."""
    return [one_line(line) for line in (*_warnings(comparison), *_methods(comparison))]


def _warnings(comparison: Comparison) -> Iterator[str]:
    runs = [run for case in comparison.cases for run in case.runs]
    for what, values in (
        ("data sets", {(run.config.data, run.config.data_root): run.config.data for run in runs}),
        ("sizes of images", {run.config.shape: "×".join(map(str, run.config.shape)) for run in runs}),
        ("precisions", {run.config.precision: run.config.precision for run in runs}),
    ):
        if len(values) > 1:
            yield f"different {what} ({', '.join(values.values())}): the runs do not compare networks alone"
    recipes = {run.config.recipe.title for run in runs}
    if len(recipes) > 1:
        yield f"different recipes: {'; '.join(sorted(recipes))}"
    for run in runs:
        if not run.is_finished:
            yield f"{run.name} is not finished: {_progress(run)}"
    for case in comparison.cases:
        if case.trace is not None and case.trace.failure is not None:
            yield f"the forward of {case.name} stopped ({case.trace.failure.error}): its structure ends there"
        if len({run.config.seed for run in case.runs}) < len(case.runs):
            yield f"{case.name} has runs with the same seed: their spread says nothing about chance"


def _progress(run: Trained) -> str:
    if run.last is not None:
        return f"its newest test is after {run.last.when}"
    return f"step {run.known.steps[-1].step:,}, not tested yet" if run.known.steps else "no step was done"


def _methods(comparison: Comparison) -> Iterator[str]:
    cases = [case for case in comparison.cases if case.tested]
    if cases:
        data = ", ".join(dict.fromkeys(run.config.data for case in cases for run in case.runs))
        images = ", ".join(dict.fromkeys(f"{case.score.images:,}" for case in cases if case.score))
        yield f"accuracy: on the {images} test images of {data}, with the last weights; 95%: Wilson's interval of it"
    if any(len(case.tested) > 1 for case in cases):
        counts = ", ".join(dict.fromkeys(plural(len(case.tested), "run") for case in cases))
        yield f"±: standard deviation over runs that differ in their seed ({counts} each); accuracy, loss, time: means"
    places = dict.fromkeys(run.where or "a place not written down" for case in cases for run in case.runs)
    if places:
        yield f"time: training alone, tests aside, on {' and on '.join(places)}"
    if any(case.trace is not None for case in comparison.cases):
        yield COSTS
    if gains(comparison) is not None:
        yield GAINS
        recorded = [(case.name, case.trace) for case in comparison.cases if case.trace and case.trace.recording]
        yield from dict.fromkeys(trace.recording.how for _, trace in recorded if trace.recording)
        yield from (f"{name}: {note}" for name, trace in recorded for note in trace.about.notes)
