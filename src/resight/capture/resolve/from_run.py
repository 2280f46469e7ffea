"""`runs/r1`: the network of a training run, with its best weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch
from PIL import Image
from torch import nn

from ...errors import UserError
from ...runs import is_run, is_trusted, open_run
from ...runs import trust as trust_folder
from ...runs.checkpoints import BEST, WEIGHTS
from ...text import one_line, shorten
from .example import Example, floats
from .preprocessing import Preprocessing, Size, as_floats, cropped, normalised
from .spec import FAMILY_NAMES, Spec, parse_spec
from .weights import load_weights

__all__ = ["TrainedRun", "check_trusted", "is_own_code", "is_run"]


class Builder(Protocol):
    """What a run needs of the family its network is from."""

    def build(self, spec: Spec, device: str) -> nn.Module: ...


def is_own_code(spec: str) -> bool:
    """Whether a spec names code that no library of networks answers for."""
    place = parse_spec(spec).place
    return bool(place) and place not in FAMILY_NAMES


def check_trusted(folder: str | Path, spec: str, trust: bool = False) -> None:
    """Raise UserError where a spec read from a file in `folder` would run code and the folder is not trusted.

    `trust` makes it so, for good.
    """
    if trust:
        trust_folder(folder)
    if is_own_code(spec) and not is_trusted(folder):
        hint = "if you know who made this folder, say --trust once (in Python trust=True)"
        raise UserError(f"{folder} would run code that it names itself: {shorten(one_line(spec), 120)}", hint=hint)


class TrainedRun:
    """The family that one run is: its own network, weights, input and normalisation.

    Raises:
        UserError: the configuration is damaged, no checkpoint is sound, or its code is not trusted.
    """

    def __init__(self, path: str, family_of: Callable[[Spec], Builder], trust: bool = False) -> None:
        run = open_run(path)
        self._config = run.config()
        check_trusted(path, self._config.spec, trust)
        self._checkpoint, self._damaged = run.best()
        self._inner = parse_spec(self._config.spec)
        self._builder = family_of(self._inner)
        self.spec = Spec(path, "", f"{Path(path).resolve().name}: {self._inner.title}")

    @property
    def weights(self) -> str:
        """Where the numbers in the network come from."""
        which = "the best" if self._checkpoint.path.name.startswith(BEST) else "the newest"
        trained = f"weights after {self._checkpoint.step:,} steps on {self._config.data}, {which}"
        return "; ".join((trained, *self._damaged))

    def default_device(self, spec: Spec) -> str:
        """`cpu`: there are weights to look at."""
        return "cpu"

    def build(self, spec: Spec, device: str) -> nn.Module:
        """The network as it was trained; on `meta`, where nothing has values, without its weights."""
        net = self._builder.build(self._inner, device)
        if device != "meta":
            load_weights(net, self._checkpoint.path / WEIGHTS)
        return net

    def example(self, model: nn.Module, spec: Spec, device: str) -> Example:
        """One image of the size it was trained on."""
        sizes = (1, *self._config.shape)
        return Example((floats(sizes, device),), said=f"input {'x'.join(map(str, sizes))}, as it was trained on")

    def preprocessing(self, model: nn.Module, spec: Spec, size: Size) -> Preprocessing:
        """That of its training set, where the input has its channels."""
        mean, std = self._config.mean, self._config.std

        def prepare(picture: Image.Image) -> torch.Tensor:
            return normalised(as_floats(cropped(picture, size)), mean, std)

        said = f"scaled to {size.height}x{size.width}, normalised with mean and deviation of {self._config.data}"
        return Preprocessing(prepare, said)
