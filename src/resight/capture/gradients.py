"""Gradients of a loss with respect to every value, reduced as they pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from ..errors import UserError
from ..graph import Ref
from ..recording import Statistics
from .plain import is_watched, readable, unwatched
from .tray import Tray

Loss: TypeAlias = Callable[[Any], Tensor]
"""From what the model returned to one number."""


class Gradients:
    """Hooks on the values of one forward; hooks on tensors, unlike those on modules, bear writes in place."""

    def __init__(self, loss: Loss, exact: bool) -> None:
        self._loss = loss
        self._tray = Tray(exact=exact)
        self._row_of: dict[Ref, int] = {}
        self._hooks: list[Any] = []
        self._functions: list[Any] = []

    def follow(self, ref: Ref, tensor: Tensor) -> None:
        """From now on the gradient of this value is noted when it comes by."""
        if not tensor.requires_grad:
            return
        self._functions.append(tensor.grad_fn)
        self._hooks.append(tensor.register_hook(lambda gradient: self._note(ref, gradient)))

    def run(self, result: Any, modules: Sequence[nn.Module]) -> None:
        """Go backward from the loss. Nothing is added to any gradient, and no optimiser step hidden in a hook runs.

        Raises:
            UserError: the loss is not one number, or depends on nothing that has a gradient.
        """
        with torch.enable_grad():
            loss = self._loss(result)
        if not isinstance(loss, Tensor) or loss.numel() != 1:
            kind = f"a tensor of shape {list(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
            raise UserError(
                f"the loss is {kind}, not one number", hint="for instance gradients=lambda output: output.mean()"
            )
        if not loss.requires_grad:
            raise UserError(
                "no gradient reaches the loss: nothing it depends on requires one",
                hint="set requires_grad on the parameters or the input",
            )
        with _unstepped(modules):
            loss.backward()

    def statistics(self) -> Statistics:
        return Statistics(self._row_of, self._tray.table())

    def close(self) -> None:
        """Take the hooks off.

        Autograd's functions go from the last to the first: hooks gave them Python objects, and a chain of those is
        freed by a recursion that overflows the stack of a deep network.
        """
        for hook in self._hooks:
            hook.remove()
        while self._functions:
            self._functions.pop()

    def _note(self, ref: Ref, gradient: Tensor | None) -> None:
        with unwatched() if is_watched() else nullcontext():
            plain = None if gradient is None else readable(gradient)
            if plain is not None:
                self._row_of[ref] = self._tray.add(plain)


@contextmanager
def _unstepped(modules: Sequence[nn.Module]) -> Iterator[None]:
    """Hooks that run when a parameter's gradient is complete, which some optimisers step in, are off for a while."""
    parameters = (p for module in modules for p in module._parameters.values() if p is not None)
    hooks = [home for p in parameters if (home := getattr(p, "_post_accumulate_grad_hooks", None))]
    saved = [dict(home) for home in hooks]
    for home in hooks:
        home.clear()
    try:
        yield
    finally:
        for home, before in zip(hooks, saved):
            home.update(before)
