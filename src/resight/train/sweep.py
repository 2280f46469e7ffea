"""Sweeps: a grid of variants and seeds, one run each, in one folder that can always be gone on with.

sweeps/s1/
  sweep.json            what is varied, how it is trained: enough to do it again
  1-shortcut-B-seed0/   a run; `resight compare sweeps/s1` compares all of them
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ..capture.resolve import check_trusted, is_own_code
from ..codec import decode, read_json
from ..data import load
from ..errors import CannotWrite, UserError
from ..files import write_files
from ..runs import Recipe, is_run, open_run
from ..runs import trust as trust_folder
from ..runs.lock import writing
from .assemble import input_sizes
from .grid import Variant, parse_axis, variants
from .network import build, fitted_spec
from .run import resume, train
from .watch import Watcher

PARENT = Path("sweeps")
PLAN = "sweep.json"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What is trained: `vary` as it was typed (`shortcut=B,none`), `seeds` runs of each variant with seeds 0, 1, ..."""

    spec: str
    vary: tuple[str, ...]
    seeds: int
    data: str
    data_root: str | None
    recipe: Recipe
    precision: str = "no"
    checkpoint_every: int = 0
    schema: int = SCHEMA

    @property
    def variants(self) -> list[Variant]:
        """The networks; raises UserError where the plan cannot be read."""
        return variants(self.spec, [parse_axis(text) for text in self.vary])


@dataclass(frozen=True, slots=True)
class Task:
    """One run of a sweep, done or not."""

    folder: Path
    spec: str
    seed: int
    plan: Plan

    @property
    def is_done(self) -> bool:
        """Whether its run went to its end."""
        return is_run(self.folder) and open_run(self.folder).is_finished

    def do(self, *, cpu: bool = False, watcher: Watcher | None = None) -> bool:
        """Train it, or go on where it was cut; False where somebody stopped it, with all done so far saved.

        Raises:
            UserError: the loss is no longer a finite number, or the data set is not there any more.
            CannotWrite: no space left.
        """
        plan = self.plan
        if is_run(self.folder):
            return resume(self.folder, cpu=cpu, watcher=watcher).found is not None
        done = train(
            self.spec, plan.data, plan.recipe, seed=self.seed, data_root=plan.data_root, precision=plan.precision,
            checkpoint_every=plan.checkpoint_every, out=self.folder, cpu=cpu, watcher=watcher,
        )  # fmt: skip
        return done.found is not None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task went: done, else `error` says why, else somebody stopped it."""

    task: Task
    is_done: bool
    error: str = ""


Way = Callable[[Sequence[Task]], Iterable[Outcome]]
"""How tasks are done: one after another, in processes, on a cluster (see `ways`)."""


def begin(plan: Plan, out: Path | str | None = None) -> Path:
    """Check a plan, down to building every network, and make its folder: `out`, else `sweeps/s1`, `sweeps/s2`, ...

    Raises:
        UserError: a variant cannot be built or does not fit the images, which it names; nothing was made then.
        CannotWrite: the folder can't be made.
    """
    plan.recipe.check()
    dataset = load(plan.data, plan.data_root)
    sizes, classes = input_sizes(dataset, plan.recipe), len(dataset.classes)
    for variant in plan.variants:
        try:
            build(fitted_spec(variant.spec, sizes[0], classes), sizes, classes, seed=0)
        except UserError as error:
            raise UserError(
                f"variant {variant.spec}: {error.what}", hint=_of_recipe(plan, error.what) or error.hint
            ) from error
    folder = _new_folder(out)
    write_files({folder / PLAN: (json.dumps(asdict(plan), indent=2, ensure_ascii=False) + "\n").encode()})
    if is_own_code(plan.spec):
        trust_folder(folder)
    return folder


def _of_recipe(plan: Plan, complaint: str) -> str:
    """What to do where the setting that is complained of is the recipe's, not the network's; empty where it is not."""
    settings = {field.name for field in fields(Recipe)}
    axes = [parse_axis(text) for text in plan.vary]
    found = next((axis.name for axis in axes if axis.name in settings and repr(axis.name) in complaint), None)
    if found is None:
        return ""
    return f"a sweep varies the network alone: resight train once for each {found}, then resight compare the runs"


def plan_of(folder: Path | str, *, trust: bool = False) -> Plan:
    """The plan of a sweep.

    Raises:
        UserError: there is none, it is damaged, a newer resight wrote it, or its own code is not trusted, which `trust`
            makes it.
    """
    path = Path(folder) / PLAN
    if not path.is_file():
        raise UserError(f"{folder} is no sweep: it has no {PLAN}", hint="give the folder that resight sweep named")
    try:
        plan: Plan = decode(Plan, read_json(path))
    except (OSError, ValueError, UserError) as error:
        raise UserError(f"{path} is damaged ({error})", hint="restore it, or start a new sweep") from error
    if plan.schema > SCHEMA:
        raise UserError(f"{path} has schema {plan.schema}, this resight knows {SCHEMA}", hint="update resight")
    check_trusted(folder, plan.spec, trust)
    return plan


def tasks_of(folder: Path, plan: Plan) -> list[Task]:
    """All runs of a sweep: every variant with the first seed, then with the next."""
    named = [(f"{i}-{one.slug}".rstrip("-"), one.spec) for i, one in enumerate(plan.variants, start=1)]
    return [
        Task(folder / f"{name}-seed{seed}", spec, seed, plan) for seed in range(plan.seeds) for name, spec in named
    ]  # fmt: skip


def go_on(folder: Path, way: Way) -> Iterator[Outcome]:
    """Do what is left of a sweep, which nobody else does then; a task that fails does not stop the others.

    Raises:
        UserError: another process is at it.
    """
    with writing(folder):
        yield from way([task for task in tasks_of(folder, plan_of(folder)) if not task.is_done])


def _new_folder(out: Path | str | None) -> Path:
    """An empty folder for a sweep."""
    number = 1
    while out is None and (PARENT / f"s{number}").exists():
        number += 1
    folder = PARENT / f"s{number}" if out is None else Path(out)
    if (folder / PLAN).exists():
        raise UserError(f"{folder} is a sweep already", hint=f"go on with it: resight sweep --resume {folder}")
    try:
        if folder.is_file():
            raise UserError(f"{folder} is a file", hint="--out names a new folder, for instance sweeps/first")
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UserError(f"{folder} is not empty", hint="give a new folder with --out")
    except OSError as error:
        raise CannotWrite(f"cannot make the folder {folder}: {error.strerror or error}") from error
    return folder
