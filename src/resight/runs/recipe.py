"""How to train: optimiser, learning rates, batches, augmentation, as plain numbers that can be read without torch.

The named recipes say where their numbers come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ..errors import UserError
from ..text import did_you_mean

OPTIMIZERS = ("sgd", "adamw")
SCHEDULES = ("constant", "steps", "cosine", "one-cycle")
INITS = ("own", "xavier")
LARGEST = 10**12
"""Of what is counted; more than anybody has."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of a training.

    `lr` is the highest learning rate. `schedule` leads from it over the whole run: `constant`; `steps`, a tenth after
    half of the steps and another tenth after three quarters; `cosine` down to 0; `one-cycle` up for the first 30% and
    down to almost 0. The run lasts `epochs` epochs, or `steps` steps where that is not 0. `batch_size` counts the
    images of all processes together. Images are padded by `crop` pixels, cut at random and mirrored (not at all
    where it is None), then their shorter side is resized to `resize` pixels. `init` is the network's own
    initialisation or Xavier's for all convolutions and linear layers. `momentum` and `nesterov` are SGD's alone.
    """

    name: str
    optimizer: str = "sgd"
    lr: float = 0.1
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    schedule: str = "constant"
    batch_size: int = 128
    epochs: int = 10
    steps: int = 0
    crop: int | None = None
    resize: int | None = None
    init: str = "own"

    def check(self) -> None:
        """Raise `UserError`, naming the setting, where one cannot be."""
        for name, known in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("init", INITS)):
            value = getattr(self, name)
            if value not in known:
                raise UserError(f"there is no {name} {value!r}", hint=f"it is one of {', '.join(known)}")
        for name in ("batch_size", "epochs", "resize"):
            if (value := getattr(self, name)) is not None and value < 1:
                raise UserError(f"{name} {value} is below 1")
        for name in ("momentum", "weight_decay", "label_smoothing", "steps", "crop"):
            if (getattr(self, name) or 0) < 0:
                raise UserError(f"{name} {getattr(self, name)} is negative")
        if not 0 < self.lr < float("inf"):
            raise UserError(f"a learning rate of {self.lr} trains nothing", hint="give more than 0")
        for name in ("momentum", "label_smoothing"):
            if not getattr(self, name) < 1:
                raise UserError(f"{name} {getattr(self, name)} is not below 1")
        if not self.weight_decay < float("inf"):
            raise UserError(f"a weight decay of {self.weight_decay} is no number", hint="for instance 0.0005")
        for name in ("batch_size", "epochs", "steps", "crop", "resize"):
            if (getattr(self, name) or 0) > LARGEST:
                raise UserError(f"{name} is above {LARGEST:,}")
        if self.nesterov and not self.momentum:
            raise UserError("nesterov needs a momentum", hint="add momentum 0.9, or leave nesterov out")

    def length(self, batches: int) -> int:
        """Steps of the whole run, where an epoch has so many batches."""
        return self.steps or self.epochs * batches

    def changed(self, changes: Mapping[str, Any]) -> Recipe:
        """This recipe with some settings changed, checked.

        Raises:
            UserError: there is no such setting, or it cannot have that value.
        """
        known = [field.name for field in fields(self)]
        for name in changes:
            if name not in known:
                raise UserError(f"a recipe has no setting {name!r}", hint=did_you_mean(name, known) or ", ".join(known))
        if changes.get("steps") == 0:
            raise UserError("steps 0 is below 1", hint="leave steps out where epochs say how long")
        if "epochs" in changes and "steps" not in changes:
            changes = {**changes, "steps": 0}
        made = replace(self, **changes)
        made.check()
        return made

    @property
    def title(self) -> str:
        """The name, with what differs from the recipe of that name: `fast with epochs 2, lr 0.05`."""
        return titled(self.name, self.changes)

    @property
    def changes(self) -> dict[str, Any]:
        """The settings that differ from the recipe of that name."""
        base = RECIPES.get(self.name, self)
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in found.items() if value != getattr(base, name)}


def titled(name: str, settings: Mapping[str, Any]) -> str:
    """`fast with epochs 2, lr 0.05`; without settings `fast`, without a name `with epochs 2, lr 0.05`."""
    words = ", ".join(f"{setting} {value}" for setting, value in settings.items())
    return " ".join(filter(None, (name, words and f"with {words}")))


D2L = Recipe("d2l", lr=0.05, batch_size=256, epochs=10, resize=96, init="xavier")
"""Dive into Deep Learning (d2l.ai), section on ResNet: plain SGD, images enlarged to 96 pixels."""

CIFAR_HE2015 = Recipe(
    "cifar-he2015", lr=0.1, momentum=0.9, weight_decay=1e-4, schedule="steps", batch_size=128, steps=64_000, crop=4
)
"""He et al. 2015 (arXiv 1512.03385), section 4.2: 64,000 iterations, the rate divided by 10 at 32,000 and 48,000."""

FAST = Recipe(
    "fast", lr=0.2, momentum=0.9, nesterov=True, weight_decay=5e-4, label_smoothing=0.05, schedule="one-cycle",
    batch_size=128, epochs=15, crop=2,
)  # fmt: skip
"""Ours, after Smith and Topin 2017 (arXiv 1708.07120): small images, a small network, two cores, half an hour."""

RECIPES: Mapping[str, Recipe] = {recipe.name: recipe for recipe in (FAST, D2L, CIFAR_HE2015)}
"""The recipes by name, the usual one first."""


def recipe_named(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        UserError: there is none.
    """
    if name not in RECIPES:
        hint = did_you_mean(name, list(RECIPES)) or f"there are {', '.join(RECIPES)}"
        raise UserError(f"there is no recipe {name!r}", hint=hint)
    return RECIPES[name]
