"""Begin a run, or go on with one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list

from ..capture.resolve import check_trusted, is_own_code
from ..data import DataSet, load
from ..errors import UserError
from ..files import write_files
from ..notebook import in_notebook
from ..runs import Config, Recipe, Result, RunFolder, open_run
from ..runs import trust as trust_folder
from ..runs.checkpoints import Checkpoint
from ..runs.folder import new_run
from ..runs.lock import writing
from ..runs.recipe import FAST
from .assemble import batches_of, input_sizes, training_of
from .engine import engine
from .environment import differences, environment, environment_file
from .inline import Inline
from .interrupt import heeded
from .loop import Training
from .network import fitted_spec
from .report import Report
from .session import Session
from .state import restore
from .watch import All, Unwatched, Watcher


def train(
    spec: str,
    data: str = "fashion-mnist-mini",
    recipe: Recipe = FAST,
    *,
    seed: int = 0,
    data_root: Path | str | None = None,
    precision: str = "no",
    checkpoint_every: int = 0,
    track: Sequence[str] = (),
    out: Path | str | None = None,
    cpu: bool = False,
    watcher: Watcher | None = None,
) -> Result:
    """Train the network `spec` names on the data set `data` and test it.

    Channels and classes of the network are set from the images where the spec leaves them open. The run is written
    to `out`, by default the first free one of `runs/r1`, `runs/r2`, ... `cpu` leaves a GPU alone. `watcher` sees the
    run grow; in a notebook its curves are shown unless there is one.

    Raises:
        UserError: the network does not fit the images, there is no such set, a setting cannot be.
        CannotWrite: no space left, or no permission.
    """
    recipe.check()
    dataset = load(data, data_root)
    sizes = input_sizes(dataset, recipe)
    config = Config(
        spec=fitted_spec(spec, sizes[0], len(dataset.classes)), data=data,
        data_root=None if data_root is None else str(data_root), seed=seed, precision=precision, recipe=recipe,
        shape=sizes, mean=dataset.mean, std=dataset.std, classes=dataset.classes,
        checkpoint_every=checkpoint_every, track=tuple(track), fingerprint=dataset.fingerprint(),
    )  # fmt: skip
    accelerator = engine(precision, track, cpu)
    training = training_of(config, dataset, accelerator)  # what is wrong with it is said before a folder is made
    with ExitStack() as held:
        folder = _made_by_one(out, config, accelerator, held)
        return _run(folder, config, dataset, training, watcher, ())


def resume(path: Path | str, *, cpu: bool = False, trust: bool = False, watcher: Watcher | None = None) -> Result:
    """Go on with the run at `path` from its newest sound checkpoint, exactly as if it had never stopped.

    A network of somebody's own code is built where the folder is trusted, which `trust` makes it.

    Raises:
        UserError: there is no run, its configuration is damaged, or its data set is not the one it began with.
        CannotWrite: no space left, or no permission.
    """
    folder = open_run(path)
    config = folder.config()
    check_trusted(path, config.spec, trust)
    dataset = load(config.data, config.data_root)
    is_other = config.fingerprint and config.fingerprint != dataset.fingerprint()
    if is_other or (dataset.classes, dataset.mean, dataset.std) != (config.classes, config.mean, config.std):
        hint = "bring the old images and labels back, or start a new run"
        raise UserError(f"{config.data} is not the set that {path} began with", hint=hint)
    accelerator = engine(config.precision, config.track, cpu)
    training = training_of(config, dataset, accelerator)
    with writing(folder.path) if accelerator.is_main_process else nullcontext():
        checkpoint, notes = folder.last()
        if checkpoint is not None:
            restore(training, checkpoint.path)
        accelerator.wait_for_everyone()  # all have read what the main one may remove now
        lost = folder.go_back(checkpoint, training.total) if accelerator.is_main_process else ()
        notes = (*notes, _where(checkpoint), *lost, *differences(folder.environment_file, environment(accelerator)))
        accelerator.wait_for_everyone()
        return _run(folder, config, dataset, training, watcher, notes)


def _run(
    folder: RunFolder,
    config: Config,
    dataset: DataSet,
    training: Training,
    watcher: Watcher | None,
    notes: Sequence[str],
) -> Result:
    accelerator = training.accelerator
    report = Report(folder, config, dataset)
    test = batches_of(config, dataset, accelerator, "test")
    _begin_tracking(accelerator, config, folder)
    with heeded() as wish:
        seen: Watcher = Unwatched()
        if accelerator.is_main_process:
            seen = All(wish, report, watcher or (Inline() if in_notebook() else Unwatched()))
        session = Session(folder, config, training, test, seen, folder.history(), wish)
        try:
            seen.began(config.title, [dataset.how, *notes], training.total, config.recipe.batch_size, training.step)
            with torch.random.fork_rng([accelerator.device] if accelerator.device.type == "cuda" else []):
                found = session.run()
        finally:
            seen.ended()
        if config.track:
            accelerator.end_training()
        if found is not None and accelerator.is_main_process:
            report.finish(session.known, found)
    return Result(folder.path, config, found, session.known)


def _made_by_one(out: Path | str | None, config: Config, accelerator: Accelerator, held: ExitStack) -> RunFolder:
    """A new run folder, made by the main process, which alone writes there while `held`, and known to all."""
    made: list[Path | None] = [None]
    if accelerator.is_main_process:
        folder = new_run(out)
        held.enter_context(writing(folder.path))
        here = environment_file(environment(accelerator))
        write_files({folder.config_file: config.to_json(), folder.environment_file: here})
        if is_own_code(config.spec):
            trust_folder(folder.path)
        made = [folder.path]
    (path,) = broadcast_object_list(made)
    return RunFolder(path)


def _begin_tracking(accelerator: Accelerator, config: Config, folder: RunFolder) -> None:
    if config.track:
        accelerator.project_configuration.logging_dir = str(folder.path)
        settings = {"spec": config.spec, "data": config.data, "recipe": config.recipe.title, "seed": config.seed}
        accelerator.init_trackers("resight", settings)


def _where(checkpoint: Checkpoint | None) -> str:
    return f"goes on after step {checkpoint.step:,}" if checkpoint else "no sound checkpoint: begins again"
