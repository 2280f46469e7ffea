"""`metrics.jsonl` and `clock.jsonl`: what was measured while a network trained, as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from ..errors import CannotWrite
from ..files import write_files
from .interval import wilson

Line = TypeVar("Line", "Step", "Epoch", "Pace")


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
    """What both files hold; a last line that was cut short is left out."""
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
        raise CannotWrite(f"cannot write {path}: {error.strerror or error}", hint="free some space") from error


def cut(path: Path, step: int) -> None:
    """Leave out what was measured after `step`, and a last line that was cut short."""
    if path.exists():
        kept = [line for line in _lines(path) if line["step"] <= step]
        write_files({path: "".join(json.dumps(line) + "\n" for line in kept).encode()})


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    found = []
    for written in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(written)
        except ValueError:
            break  # the process ended while it wrote this line
        if not isinstance(line, dict) or not isinstance(line.get("step"), int):
            break
        found.append(line)
    return found


def _all(cls: type[Line], lines: Sequence[dict[str, Any]]) -> list[Line]:
    """The lines that have the fields of `cls` and no others."""
    names = {part.name for part in fields(cls)}
    return [cls(**line) for line in lines if line.keys() == names]
