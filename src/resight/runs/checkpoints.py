"""Checkpoints: folders of files that are there whole, with checksums, or count as not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import CannotWrite

WEIGHTS = "model.safetensors"
TRAINING = "training.pt"
"""Optimiser, schedule and step; the best checkpoint has none."""

SEAL = "checksums.json"
LAST, BEST = "step", "best"
KEPT = {LAST: 2, BEST: 1}
"""Checkpoints that are kept: to go on from the newest, and one more in case it is damaged."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A sound checkpoint: its folder, and the steps that were done."""

    path: Path
    step: int


def write(folder: Path, kind: str, step: int, files: Mapping[str, bytes]) -> Path:
    """Write the checkpoint `kind-step` and remove all but the newest of its kind (see `KEPT`).

    Everything is on the disk, sealed with SHA-256 sums, before the folder takes its name.

    Raises:
        CannotWrite: with the system's reason; older checkpoints are as they were.
    """
    path = folder / f"{kind}-{step:08d}"
    beside = ""
    try:
        folder.mkdir(exist_ok=True)
        beside = tempfile.mkdtemp(prefix=".", dir=folder)
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        for name, content in {**files, SEAL: json.dumps(sums, indent=2).encode()}.items():
            _write_through(Path(beside) / name, content)
        os.chmod(beside, 0o755)
        _remove(path)  # from before the run went back to an earlier checkpoint
        os.replace(beside, path)
        _sync(folder)
    except OSError as error:
        raise CannotWrite(f"cannot write the checkpoint {path}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    _prune(folder, kind, KEPT[kind])
    return path


def newest(folder: Path, kind: str, *needed: str) -> tuple[Checkpoint | None, tuple[str, ...]]:
    """The newest sound checkpoint of a kind, and what is wrong with those after it, a line each.

    It holds the weights and the files that are `needed`.
    """
    damaged: list[str] = []
    for path in reversed(_of_kind(folder, kind)):
        fault = _fault(path, (WEIGHTS, *needed))
        if not fault:
            return Checkpoint(path, _step(path)), tuple(damaged)
        damaged.append(f"{path.name} is damaged ({fault})")
    return None, tuple(damaged)


def drop_after(folder: Path, step: int) -> None:
    """Remove what an interrupted run left beyond `step`, and what it had begun to write or to remove."""
    for kind, keep in KEPT.items():
        for path in _of_kind(folder, kind):
            if _step(path) > step:
                _remove(path)
        _prune(folder, kind, keep)
    for path in folder.glob(".*"):
        _remove(path)
    for path in folder.glob("*-*"):
        with suppress(OSError):  # what was being removed may be left as an empty folder
            path.rmdir()


def _fault(path: Path, needed: Sequence[str]) -> str:
    """What is wrong with a checkpoint, empty where nothing is."""
    try:
        sums = json.loads((path / SEAL).read_bytes())
        if missing := [name for name in needed if name not in sums]:
            return f"{missing[0]} is missing"
        for name, expected in sums.items():
            if Path(name).name != name or not (path / name).is_file():
                return f"{name} is missing or no file"
            if hashlib.sha256((path / name).read_bytes()).hexdigest() != expected:
                return f"{name} is cut short or changed"
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return "a file is missing or unreadable"
    return ""


def _of_kind(folder: Path, kind: str) -> list[Path]:
    """Checkpoints of a kind, oldest first."""
    named = (path for path in folder.glob(f"{kind}-*") if path.name.removeprefix(f"{kind}-").isdecimal())
    return sorted(named, key=_step)


def _step(path: Path) -> int:
    return int(path.name.rpartition("-")[2])


def _prune(folder: Path, kind: str, keep: int) -> None:
    for path in _of_kind(folder, kind)[:-keep]:
        _remove(path)


def _remove(path: Path) -> None:
    """Whatever is there: a folder that can't be removed is met again by the next who writes to it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system knows how."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
