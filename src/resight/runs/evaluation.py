"""What a network got right and wrong on a test set."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from ..codec import decode
from ..errors import UserError
from .interval import wilson


@dataclass(frozen=True, slots=True)
class Mistake:
    """A test image taken for another class: its place in the set, both classes, and the share the guess was given."""

    index: int
    truth: int
    guess: int
    confidence: float


class ClassScore(NamedTuple):
    """How one class fared.

    `recall` is the share of its `images` that were recognised, with its 95% interval, `precision` the share of right
    ones among the images taken for it; None where there are none.
    """

    name: str
    images: int
    recall: float | None
    interval: tuple[float, float] | None
    precision: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A whole test set: `confusion[truth][guess]` counts images, `mistakes` are those the network was surest of."""

    step: int
    loss: float
    confusion: tuple[tuple[int, ...], ...]
    mistakes: tuple[Mistake, ...]

    @property
    def images(self) -> int:
        """All images."""
        return sum(map(sum, self.confusion))

    @property
    def correct(self) -> int:
        """Images that were recognised."""
        return sum(row[label] for label, row in enumerate(self.confusion))

    @property
    def accuracy(self) -> float:
        """Share of the images that were recognised."""
        return self.correct / self.images

    @property
    def words(self) -> str:
        """`accuracy 93.5% (95% interval 93.0 to 94.0%, 10,000 test images)`."""
        low, high = wilson(self.correct, self.images)
        return f"accuracy {self.accuracy:.1%} (95% interval {100 * low:.1f} to {high:.1%}, {self.images:,} test images)"

    def by_class(self, names: tuple[str, ...]) -> list[ClassScore]:
        """The score of every class."""
        scores = []
        for label, name in enumerate(names):
            right, own = self.confusion[label][label], sum(self.confusion[label])
            taken = sum(row[label] for row in self.confusion)
            recall, interval = (right / own, wilson(right, own)) if own else (None, None)
            scores.append(ClassScore(name, own, recall, interval, right / taken if taken else None))
        return scores

    def to_json(self) -> bytes:
        """The file `test.json`."""
        return (json.dumps(asdict(self)) + "\n").encode()


def read_evaluation(path: Path) -> Evaluation:
    """What `to_json` wrote.

    Raises:
        UserError: there is no such file, or it is damaged.
    """
    try:
        found: Evaluation = decode(Evaluation, json.loads(path.read_bytes()))
    except (OSError, ValueError, UserError) as error:
        raise UserError(
            f"{path} cannot be read", hint="go on with the run: resight train --resume writes it"
        ) from error
    return found
