"""`metrics.jsonl` and `clock.jsonl`: what was measured while a network trained, as JSON lines."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from ..errors import CannotWrite
from .interval import wilson

Line = TypeVar("Line", "Step", "Epoch", "Pace")


FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says where a disk is full."""

LARGEST = 2**53
"""Whole numbers from here on are no measurements."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the optimiser: the mean loss of its batch, over all processes, and the learning rate it took.

    Steps count from 1, epochs from 0.
    """

    step: int
    epoch: int
    loss: float
    lr: float


@dataclass(frozen=True, slots=True)
class Epoch:
    """The whole test set, after `epochs` epochs and `step` steps: mean loss, and how many of the images were right."""

    step: int
    epochs: float
    train_loss: float
    test_loss: float
    correct: int
    images: int

    @property
    def when(self) -> str:
        """`epoch 3`, or `step 12` where the run ended inside an epoch."""
        return f"epoch {self.epochs:g}" if self.epochs.is_integer() else f"step {self.step:,}"

    @property
    def accuracy(self) -> float:
        """Share of the test images that were right."""
        return self.correct / self.images

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval of the accuracy."""
        return wilson(self.correct, self.images)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the training of an epoch took in seconds, without testing, and how many images it saw a second."""

    step: int
    seconds: float
    images_per_second: float


@dataclass(slots=True)
class History:
    """All that was measured, oldest first; it grows with its run."""

    steps: list[Step] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    paces: list[Pace] = field(default_factory=list)

    def add(self, one: Step | Epoch | Pace) -> None:
        """Add the newest measurement."""
        if isinstance(one, Step):
            self.steps.append(one)
        elif isinstance(one, Epoch):
            self.epochs.append(one)
        else:
            self.paces.append(one)

    @property
    def best(self) -> Epoch | None:
        """The first of the epochs with the highest accuracy."""
        return max(self.epochs, key=lambda epoch: epoch.correct, default=None)


def read(metrics: Path, clock: Path) -> History:
    """What both files hold; lines that are damaged are left out."""
    lines = _lines(metrics)
    return History(_all(Step, lines), _all(Epoch, lines), _all(Pace, _lines(clock)))


def append(path: Path, measured: Iterable[Step | Epoch | Pace]) -> None:
    """Add lines at the end.

    Raises:
        CannotWrite: with the system's reason.
    """
    written = "".join(json.dumps(asdict(one)) + "\n" for one in measured)
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(written)
    except OSError as error:
        hint = "free some space" if error.errno in FULL else ""
        raise CannotWrite(f"cannot write {path}: {error.strerror or error}", hint=hint) from error


def sealed(path: Path) -> bytes:
    """All that a file holds, once it is on the disk; nothing where there is none."""
    if not path.exists():
        return b""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        return file.read()


def until(path: Path, step: int) -> bytes:
    """The sound lines of a file up to a step."""
    return "".join(json.dumps(line) + "\n" for line in _lines(path) if line["step"] <= step).encode()


def _lines(path: Path) -> list[dict[str, Any]]:
    """The lines that hold numbers by name, a step among them: others were cut short or damaged."""
    if not path.exists():
        return []
    found = []
    for written in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(written)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict) and isinstance(line.get("step"), int) and all(map(_is_number, line.values())):
            found.append(line)
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < LARGEST)


def _all(cls: type[Line], lines: Sequence[dict[str, Any]]) -> list[Line]:
    """The lines that have the fields of `cls` and no others."""
    names = {part.name for part in fields(cls)}
    return [cls(**line) for line in lines if line.keys() == names and _can_be(**line)]


def _can_be(correct: float = 0, images: float = 1, **_: float) -> bool:
    return 0 <= correct <= images > 0
