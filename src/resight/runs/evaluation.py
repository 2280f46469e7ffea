"""What a network got right and wrong on a test set."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from ..codec import decode, read_json
from ..errors import UserError
from .interval import wilson

NONE = -1
"""The guess where a network gives nan: no class, and never right."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A test image taken for another class: its place in the set, both classes, and the share the guess was given.

    Where the network gave nan, `guess` is `NONE` and `confidence` nan.
    """

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
    """A whole test set: `confusion` counts images as (truth, guess, images), of pairs that occur, in their order;
    `mistakes` are those the network was surest of.
    """

    step: int
    loss: float
    confusion: tuple[tuple[int, int, int], ...]
    mistakes: tuple[Mistake, ...]

    @property
    def images(self) -> int:
        """All images."""
        return sum(count for _, _, count in self.confusion)

    @property
    def correct(self) -> int:
        """Images that were recognised."""
        return sum(count for truth, guess, count in self.confusion if truth == guess)

    @property
    def accuracy(self) -> float:
        """Share of the images that were recognised."""
        return self.correct / self.images

    @property
    def words(self) -> str:
        """`accuracy 93.5% (95% interval 93.0 to 94.0%, 10,000 test images)`."""
        low, high = wilson(self.correct, self.images)
        nans = sum(count for _, guess, count in self.confusion if guess == NONE)
        images = f"{self.images:,} test images" + (f", nan for {nans:,} of them" if nans else "")
        return f"accuracy {self.accuracy:.1%} (95% interval {100 * low:.1f} to {high:.1%}, {images})"

    def by_class(self, names: tuple[str, ...]) -> list[ClassScore]:
        """The score of every class."""
        rights, owns, takens = Counter[int](), Counter[int](), Counter[int]()
        for truth, guess, count in self.confusion:
            owns[truth] += count
            takens[guess] += count
            rights[truth] += count * (truth == guess)
        scores = []
        for label, name in enumerate(names):
            right, own, taken = rights[label], owns[label], takens[label]
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
        found: Evaluation = decode(Evaluation, read_json(path))
    except (OSError, ValueError, UserError) as error:
        raise UserError(
            f"{path} cannot be read", hint="go on with the run: resight train --resume writes it"
        ) from error
    return found
