"""`resight sweep SPEC --vary ...`: train variants of a network, each with several seeds, and compare them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from ..errors import UserError
from ..text import plural
from . import options, recipes
from .compare import print_comparison, subjects_of
from .complaints import complain

Plan: TypeAlias = Any
Outcome: TypeAlias = Any
Way: TypeAlias = Any
"""Nouns of `train.sweep`, whose room would wake torch here."""

FAILED = 2
"""The exit code where a run could not go on."""


def sweep(
    spec: Annotated[
        str, typer.Argument(metavar="SPEC", show_default=False, help="The network, as for `train`: resnet20.")
    ] = "",
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            metavar="NAME=V,V",
            show_default=False,
            help="Values of a setting, separated by commas; brackets hold a list together: "
            "'strides=[1,2,2],[1,1,2]'. Repeat for a grid.",
        ),
    ] = None,
    seeds: Annotated[
        int, typer.Option("--seeds", metavar="N", min=1, help="Runs of each variant: seeds 0, 1, ...")
    ] = 1,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FOLDER", show_default=False, help="Folder; sweeps/s1, ... without it."),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="SWEEP", show_default=False, help="Go on with this sweep; no other settings."),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", metavar="N", min=1, help="Runs at once, in processes.")] = 1,
    cluster: Annotated[
        str,
        typer.Option(
            "--cluster",
            metavar="submitit",
            show_default=False,
            help="Runs as jobs of a cluster: submitit, or submitit:timeout_min=600,slurm_partition=gpu.",
        ),
    ] = "",
    data: recipes.Data = recipes.DATA,
    data_root: recipes.DataRoot = None,
    recipe: recipes.RecipeName = recipes.RECIPE,
    precision: recipes.Precision = recipes.PRECISION,
    checkpoint_every: recipes.CheckpointEvery = 0,
    cpu: recipes.Cpu = False,
    trust: options.Trust = False,
    epochs: recipes.Epochs = None,
    steps: recipes.Steps = None,
    batch_size: recipes.BatchSize = None,
    lr: recipes.Lr = None,
    schedule: recipes.Schedule = None,
    optimizer: recipes.Optimizer = None,
    momentum: recipes.Momentum = None,
    weight_decay: recipes.WeightDecay = None,
    label_smoothing: recipes.LabelSmoothing = None,
    crop: recipes.Crop = None,
    resize: recipes.Resize = None,
) -> int:
    """Train every combination of the values that are varied, with every seed, and compare them.

    All variants are built before anything is trained. Ctrl-C saves; --resume skips what is finished and goes on with
    what was cut.

    Examples:

    \b
      resight sweep resnet20 --vary shortcut=A,B,none --seeds 3
      resight sweep resnet20 --vary "strides=[1,2,2],[1,1,2]" --vary shortcut=B,none --epochs 3 --jobs 2
      resight sweep resnet20 --vary zero_init=True,False --data cifar10 --cluster submitit:timeout_min=600
      resight sweep --resume sweeps/s1
    """
    from ..runs.recipe import recipe_named

    changes = recipes.given(
        epochs=epochs, steps=steps, batch_size=batch_size, lr=lr, schedule=schedule, optimizer=optimizer,
        momentum=momentum, weight_decay=weight_decay, label_smoothing=label_smoothing, crop=crop, resize=resize,
    )  # fmt: skip
    usual = (data, recipe, precision) == (recipes.DATA, recipes.RECIPE, recipes.PRECISION)
    if resume is not None and (
        spec or vary or out or changes or data_root or checkpoint_every or seeds != 1 or not usual
    ):
        raise UserError("a sweep goes on with the settings it began with", hint=f"resight sweep --resume {resume}")
    if resume is None and not spec:
        raise UserError("which network?", hint="for instance resight sweep resnet20 --vary shortcut=B,none")
    from ..train.sweep import Plan, begin, plan_of

    way = _way(jobs, cluster, cpu)
    if resume is not None:
        return _run(resume, plan_of(resume, trust=trust), way)
    root = None if data_root is None else str(data_root)
    made = recipe_named(recipe).changed(changes)
    plan = Plan(spec, tuple(vary or ()), seeds, data, root, made, precision, checkpoint_every)
    return _run(begin(plan, out), plan, way)


def _way(jobs: int, cluster: str, cpu: bool) -> Way:
    from ..train.live import InTerminal
    from ..train.ways import InProcesses, OneAfterAnother, parse_cluster

    if cluster and jobs > 1:
        raise UserError("--jobs is for this machine, --cluster for others", hint="leave one of them out")
    if cluster:
        return parse_cluster(cluster, cpu)
    return InProcesses(jobs, cpu) if jobs > 1 else OneAfterAnother(InTerminal, cpu)


def _run(folder: Path, plan: Plan, way: Way) -> int:
    from ..train.sweep import go_on, tasks_of

    tasks = tasks_of(folder, plan)
    variants, seeds = plural(len(plan.variants), "variant"), plural(plan.seeds, "seed")
    print(f"{folder}: {variants} × {seeds} = {plural(len(tasks), 'run')}")
    done = sum(task.is_done for task in tasks)
    if done:
        print(f"  {done} of them are finished")
    try:
        failed = _watch(go_on(folder, way), done, len(tasks))
    except KeyboardInterrupt:
        failed = 0
    _compare([task.folder for task in tasks])
    if failed:
        return FAILED
    if not all(task.is_done for task in tasks):
        print(f"stopped; go on with: resight sweep --resume {folder}")
        return recipes.INTERRUPTED
    if len(tasks) > 1:
        print(f"  all of it on a page: resight compare {folder} -o compare.html")
    else:
        print(f"  look at it: resight show {tasks[0].folder}")
    return 0


def _watch(outcomes: Iterable[Outcome], done: int, total: int) -> int:
    """Say how each run ended; returns how many failed."""
    failed = 0
    for outcome in outcomes:
        name = outcome.task.folder.name
        if outcome.is_done:
            done += 1
            print(f"[{done} of {total}] {name} is finished", flush=True)
        elif outcome.error:
            failed += 1
            complain(f"{name}: {outcome.error}")
    return failed


def _compare(folders: list[Path]) -> None:
    """The table of what was trained so far."""
    from ..compare import compare
    from ..runs import is_run

    subjects, notes = subjects_of([path for path in folders if is_run(path)])
    if len(subjects) < 2:
        return
    print()
    print_comparison(compare(subjects))
    for line in notes:
        print(f"  {line}")
