"""Networks and runs beside each other: runs that differ in their seed alone make one case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev

from ..errors import UserError
from ..runs.interval import wilson
from ..text import one_line
from ..traces import Trace
from .contrast import Contrast, contrast
from .naming import bare_names, numbered, recipe_words, short_names
from .subjects import Subject, Trained


@dataclass(frozen=True, slots=True)
class Score:
    """Test accuracy of a case: `mean` over its runs, each with its last weights.

    `deviation` is the standard deviation over runs (n - 1), None for one run: how much chance in training changes.
    `interval` is Wilson's 95% interval of the mean for so many test `images`: how much chance in the test set changes.
    """

    mean: float
    deviation: float | None
    interval: tuple[float, float]
    runs: int
    images: int
    loss: float


@dataclass(frozen=True, slots=True)
class Case:
    """A network, and its `runs` with one configuration and one or more seeds; `trace` is None where it is not known."""

    name: str
    trace: Trace | None
    runs: tuple[Trained, ...]

    @property
    def tested(self) -> list[Trained]:
        """The runs that were tested at least once."""
        return [run for run in self.runs if run.last is not None]

    @property
    def score(self) -> Score | None:
        """How well the runs did, None where none was tested."""
        last = [run.last for run in self.runs if run.last is not None]
        if not last:
            return None
        images = last[0].images
        mean = sum(epoch.correct for epoch in last) / sum(epoch.images for epoch in last)
        deviation = stdev(epoch.accuracy for epoch in last) if len(last) > 1 else None
        loss = fmean(epoch.test_loss for epoch in last)
        return Score(mean, deviation, wilson(round(mean * images), images), len(last), images, loss)

    @property
    def seconds(self) -> float | None:
        """Mean time of a training in seconds, tests aside; None where it is not known for all runs."""
        spent = [run.seconds[-1] for run in self.tested if run.seconds]
        return fmean(spent) if spent and len(spent) == len(self.tested) else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`cases` in the order they were given; `contrasts`, by case, what each has otherwise than the first traced one."""

    cases: tuple[Case, ...]
    contrasts: tuple[Contrast | None, ...]

    @property
    def reference(self) -> Case | None:
        """The case that the others are contrasted with."""
        return next((case for case in self.cases if case.trace is not None), None)

    @property
    def has_runs(self) -> bool:
        """Whether anything was trained and tested."""
        return any(case.tested for case in self.cases)


def compare(subjects: Sequence[Subject]) -> Comparison:
    """Put subjects beside each other.

    Raises:
        UserError: there are fewer than two.
    """
    if len(subjects) < 2:
        raise UserError("one thing can't be compared", hint="give two or more networks, traces or runs")
    cases = _cases(subjects)
    reference = next((case for case in cases if case.trace is not None), None)
    return Comparison(tuple(cases), tuple(_contrast(reference, case) for case in cases))


def _contrast(reference: Case | None, case: Case) -> Contrast | None:
    """None for the reference itself; another case may well have the same trace: two runs of one network."""
    if reference is None or reference.trace is None or case.trace is None or case is reference:
        return None
    return contrast(reference.trace, case.trace)


def _cases(subjects: Sequence[Subject]) -> list[Case]:
    """Subjects with one configuration but for the seed are one case."""
    found: dict[object, list[Subject]] = {}
    for i, subject in enumerate(subjects):
        key = i if subject.run is None else replace(subject.run.config, seed=0, checkpoint_every=0, track=())
        found.setdefault(key, []).append(subject)
    groups = list(found.values())
    return [
        Case(name, group[0].trace, tuple(one.run for one in group if one.run is not None))
        for name, group in zip(_names(groups), groups)
    ]


def _names(groups: Sequence[Sequence[Subject]]) -> list[str]:
    """What a case is called: its network, with the folder where several cases trained it, with data and what of the
    recipe differs among the runs."""
    subjects = [group[0] for group in groups]
    networks = bare_names([subject.run.config.spec for subject in subjects if subject.run])
    trained = [group for group in groups if group[0].run]
    of_runs = iter([
        f"{name} in {_folders(group)}" if networks.count(name) > 1 else name for name, group in zip(networks, trained)
    ])  # fmt: skip
    others = iter(short_names([subject.name for subject in subjects if not subject.run]))
    names = [next(of_runs if subject.run else others) for subject in subjects]
    configs = [subject.run.config for subject in subjects if subject.run]
    several_sets = len({config.data for config in configs}) > 1
    recipes = iter(recipe_words([config.recipe for config in configs]))
    words = []
    for name, subject in zip(names, subjects):
        parts = [name]
        if subject.run and several_sets:
            parts.append(f"on {subject.run.config.data}")
        if subject.run:
            parts.append(next(recipes))
        words.append(one_line(" ".join(parts)))
    return numbered(words)


def _folders(group: Sequence[Subject]) -> str:
    """`r1`, or `r1 and 2 more` where a case has several runs."""
    return group[0].name if len(group) == 1 else f"{group[0].name} and {len(group) - 1} more"
