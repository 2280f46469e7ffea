"""`runs/r1`: the network of a training run, with its best weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch
from PIL import Image
from torch import nn

from ...runs import is_run, open_run
from ...runs.checkpoints import BEST, WEIGHTS
from .example import Example, floats
from .preprocessing import Preprocessing, Size, as_floats, cropped, normalised
from .spec import Spec, parse_spec
from .weights import load_weights

__all__ = ["TrainedRun", "is_run"]


class Builder(Protocol):
    """What a run needs of the family its network is from."""

    def build(self, spec: Spec, device: str) -> nn.Module: ...


class TrainedRun:
    """The family that one run is: its own network, weights, input and normalisation.

    Raises:
        UserError: the configuration is damaged, or no checkpoint is sound.
    """

    def __init__(self, path: str, family_of: Callable[[Spec], Builder]) -> None:
        run = open_run(path)
        self._config = run.config()
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
