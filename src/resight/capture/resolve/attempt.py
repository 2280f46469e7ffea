"""Try an input on a network without computing anything, and tell how far it came."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    DynamicOutputShapeException,
    FakeTensorMode,
    UnsupportedFakeTensorException,
)
from torch.overrides import TorchFunctionMode

from ...text import one_line
from ..quiet import quiet

UNDECIDED = (DataDependentOutputException, DynamicOutputShapeException, UnsupportedFakeTensorException)
"""Raised where a forward looks at values, which an attempt does not have; the shape was fine up to there."""

OWN_FAULTS = (NameError, AttributeError, ImportError, NotImplementedError, RecursionError, KeyError)
"""Errors that another shape would not mend; what stand-ins can't do raises subclasses of other kinds."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a forward took its input: `refused` says in one line why it did not (None where it did).

    `steps` is the number of tensors made before it stopped, counted from the layer the input was meant for;
    0 if the forward never came past that layer. `is_own_fault`: what stopped it is no matter of shapes.
    """

    refused: str | None
    steps: int
    is_own_fault: bool = False


def attempt(model: nn.Module, args: Sequence[object], layer: nn.Module) -> Attempt:
    """Run the forward on stand-ins of `args`, tensors that `layer` should take; no buffer or mode changes."""
    fake = FakeTensorMode(allow_non_fake_inputs=True)
    steps = _Steps()
    refused, is_own_fault = None, False
    entered = layer.register_forward_hook(steps.begin)
    try:
        with quiet(), _in_eval_mode(model), fake, torch.no_grad(), steps:
            model(*(fake.from_tensor(value) for value in args if isinstance(value, torch.Tensor)))
    except UNDECIDED:
        pass
    except Exception as error:
        refused = one_line(str(error).strip().split("\n")[0])[:120] or type(error).__name__
        is_own_fault = isinstance(error, OWN_FAULTS)
    finally:
        entered.remove()
    return Attempt(refused, steps.count, is_own_fault)


def elements_here(model: nn.Module, args: Sequence[object], kwargs: Mapping[str, object]) -> int:
    """Elements of the inputs; 0 where these or a weight are not on the CPU."""
    tensors = [value for value in (*args, *kwargs.values()) if isinstance(value, torch.Tensor)]
    is_here = all(tensor.device.type == "cpu" for tensor in (*tensors, *model.parameters()))
    return sum(tensor.numel() for tensor in tensors) if is_here else 0


def most_held(model: nn.Module, args: Sequence[object], kwargs: Mapping[str, object]) -> int:
    """Bytes of the values that a forward holds at one time at most, run on stand-ins; 0 where these stop it early."""
    fake = FakeTensorMode(allow_non_fake_inputs=True)
    held = _Held()

    def stand_in(value: object) -> object:
        return fake.from_tensor(value) if isinstance(value, torch.Tensor) else value

    with quiet(), _in_eval_mode(model), suppress(Exception), fake, torch.no_grad(), held:
        model(*map(stand_in, args), **{name: stand_in(value) for name, value in kwargs.items()})
    return held.most


class _Held(TorchFunctionMode):  # type: ignore[misc]
    """Counts the bytes of the storages that are alive."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0
        self._known: set[int] = set()

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        if isinstance(made, torch.Tensor):
            with torch._C.DisableTorchFunction():
                storage = made.untyped_storage()
                place, size = storage._cdata, storage.nbytes()
            if place not in self._known:
                self._known.add(place)
                self.now += size
                self.most = max(self.most, self.now)
                weakref.finalize(made, self._let_go, place, size).atexit = False
        return made

    def _let_go(self, place: int, size: int) -> None:
        self._known.discard(place)
        self.now -= size


class _Steps(TorchFunctionMode):  # type: ignore[misc]
    """Counts the tensors made after `begin`."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def begin(self, *_: object) -> None:
        """The layer has run: from here on the shape is at least plausible."""
        self.count = max(self.count, 1)

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        self.count += self.count > 0 and isinstance(made, torch.Tensor)
        return made


@contextmanager
def _in_eval_mode(model: nn.Module) -> Iterator[None]:
    """Inside, the whole model is in eval mode; after, each module is in the mode it had."""
    was_training = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in was_training.items():
            module.training = mode
