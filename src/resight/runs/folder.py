"""Where a run's files are, and opening a run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import CannotWrite, UserError
from ..files import TEMPORARY, write_files
from ..text import one_line, shorten
from . import checkpoints, history
from .checkpoints import Checkpoint
from .config import Config, read_config
from .history import History
from .lock import LOCK

PARENT = Path("runs")
CONFIG = "config.json"

LISTED = 3
"""Runs named in a hint before it says `and N more`."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The directory of a run."""

    path: Path

    @property
    def config_file(self) -> Path:
        """What is trained, on what and how."""
        return self.path / CONFIG

    @property
    def environment_file(self) -> Path:
        """Where the run began."""
        return self.path / "environment.json"

    @property
    def metrics(self) -> Path:
        """A line for each step and each epoch."""
        return self.path / "metrics.jsonl"

    @property
    def clock(self) -> Path:
        """A line for each epoch."""
        return self.path / "clock.jsonl"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    @property
    def test_file(self) -> Path:
        """How the network did on its test set at the end; written last."""
        return self.path / "test.json"

    @property
    def is_finished(self) -> bool:
        """Whether the run went to its end."""
        return self.test_file.is_file()

    def go_back(self, checkpoint: Checkpoint | None, total: int) -> list[str]:
        """Forget what was measured and saved after a checkpoint of a run of `total` steps.

        What was measured until then is in the checkpoint too, and is put back from there; says where that was needed.

        Raises:
            CannotWrite: no space left, or no permission.
        """
        step = checkpoint.step if checkpoint else 0
        if step < total:
            self.test_file.unlink(missing_ok=True)  # first: from here on the run is not finished
        kept, lost = {}, []
        for path in (self.metrics, self.clock):
            copy = checkpoint and checkpoint.path / path.name
            kept[path] = copy.read_bytes() if copy and copy.is_file() else history.until(path, step)
            if checkpoint and history.until(path, step) != kept[path]:
                lost.append(f"{path.name} was damaged or cut short: restored from {checkpoint.path.name}")
        write_files(kept)
        checkpoints.drop_after(self.checkpoints, step)
        for path in self.path.glob(f"{TEMPORARY}*"):
            path.unlink(missing_ok=True)
        return lost

    def measured(self) -> dict[str, bytes]:
        """The files of what was measured, brought to the disk, for a checkpoint to keep: by name."""
        return {path.name: history.sealed(path) for path in (self.metrics, self.clock)}

    def config(self) -> Config:
        """The configuration; raises UserError where it is damaged."""
        return read_config(self.config_file)

    def history(self) -> History:
        """What was measured so far."""
        return history.read(self.metrics, self.clock)

    def last(self) -> tuple[Checkpoint | None, tuple[str, ...]]:
        """The newest sound checkpoint that a training can go on from, and what is wrong with newer ones."""
        return checkpoints.newest(self.checkpoints, checkpoints.LAST, checkpoints.TRAINING)

    def best(self) -> tuple[Checkpoint, tuple[str, ...]]:
        """The weights with the highest test accuracy, else the newest, and what is wrong with those preferred.

        Raises:
            UserError: there is no sound checkpoint.
        """
        best, worse = checkpoints.newest(self.checkpoints, checkpoints.BEST)
        if best is not None:
            return best, worse
        last, damaged = checkpoints.newest(self.checkpoints, checkpoints.LAST)
        if last is None:
            hint = f"train it: resight train --resume {self.path}"
            raise UserError(f"{self.path} has no sound checkpoint", hint=hint)
        return last, (*worse, *damaged)


def is_run(path: str | Path) -> bool:
    """Whether there is a run at `path`, sound or damaged."""
    with suppress(OSError, ValueError):  # what is no path, as it is too long or has a NUL in it, is no run
        return (Path(path) / CONFIG).is_file() and not is_pretrained(path)
    return False


def is_pretrained(path: str | Path) -> bool:
    """Whether the folder at `path` is what transformers' `save_pretrained` wrote: its `config.json` is no run's."""
    with suppress(OSError, ValueError, RecursionError):
        config = json.loads((Path(path) / CONFIG).read_bytes())
        return isinstance(config, dict) and "model_type" in config and "spec" not in config
    return False


def open_run(path: str | Path) -> RunFolder:
    """The run at `path`.

    Raises:
        UserError: there is none.
    """
    if not _is_folder(path):
        raise UserError(
            f"there is no run folder {shorten(one_line(path), 80)}",
            hint="runs are below runs/ unless --out said otherwise",
        )
    if not is_run(path):
        hint = which_run(path) or "give the folder that resight train named"
        raise UserError(f"{path} is no run: it has no {CONFIG}", hint=hint)
    return RunFolder(Path(path))


def _is_folder(path: str | Path) -> bool:
    with suppress(OSError, ValueError):
        return Path(path).is_dir()
    return False


def runs_below(path: str | Path) -> Iterator[Path]:
    """The runs directly inside a folder, such as that of a sweep, by name."""
    if _is_folder(path):
        yield from (inner for inner in sorted(Path(path).iterdir()) if is_run(inner))


def which_run(path: str | Path) -> str:
    """A hint for whoever named a folder of runs where one run is wanted; empty where it holds none."""
    names = [str(run) for run in runs_below(path)]
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"name one of its runs: {', '.join(names[:LISTED])}{more}" if names else ""


def new_run(path: str | Path | None) -> RunFolder:
    """An empty folder for a run: `path`, or the first of `runs/r1`, `runs/r2`, ... that is free.

    Raises:
        UserError: `path` holds something already, or is a file.
        CannotWrite: the folder can't be made.
    """
    try:
        if path is not None:
            return RunFolder(_emptied(Path(path)))
        PARENT.mkdir(exist_ok=True)
        number = 1
        while True:
            try:
                (PARENT / f"r{number}").mkdir()
                return RunFolder(PARENT / f"r{number}")
            except FileExistsError:
                number += 1
    except OSError as error:
        where = PARENT if path is None else path
        raise CannotWrite(f"cannot make the folder {where}: {error.strerror or error}") from error


def _emptied(path: Path) -> Path:
    if is_run(path):
        raise UserError(f"{path} is a run already", hint=f"go on with it: resight train --resume {path}")
    if path.is_file():
        raise UserError(f"{path} is a file", hint="--out names a new folder, for instance runs/first")
    path.mkdir(parents=True, exist_ok=True)
    left = [inner for inner in path.iterdir() if inner.name != LOCK]
    if not all(inner.name.startswith(TEMPORARY) for inner in left):
        raise UserError(f"{path} is not empty", hint="give a new folder with --out")
    for inner in left:  # a run that was killed before it had a configuration
        inner.unlink()
    return path
