"""Networks without weights: parameters on `meta` are stood in for by fake tensors, so that only shapes are computed.

Plain `meta` tensors would stop at the first question about a value or a device; fakes say they are on the CPU.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map


def is_weightless(model: nn.Module, given: list[Tensor]) -> bool:
    """True if a parameter, a buffer or an input has no values."""
    return any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers(), *given))


@contextmanager
def faked(
    model: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Put fakes in the place of the model's tensors, and yield the arguments with fakes for theirs.

    Nothing is allocated, whatever the size. The model's own tensors are back when the context ends.
    """
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode(allow_non_fake_inputs=True) as mode:
        fakes: dict[int, Tensor] = {}

        def fake(value: Any) -> Any:
            if not isinstance(value, Tensor):
                return value
            if id(value) not in fakes:
                fakes[id(value)] = _fake(value, mode)
            return fakes[id(value)]

        places = [home for module in model.modules() for home in (module._parameters, module._buffers, vars(module))]
        real = [(home, name, value) for home in places for name, value in home.items() if isinstance(value, Tensor)]
        try:
            for home, name, value in real:
                home[name] = fake(value)
            yield tree_map(fake, args), tree_map(fake, dict(kwargs))
        finally:
            for home, name, value in real:
                home[name] = value


def _fake(tensor: Tensor, mode: Any) -> Tensor:
    if not tensor.is_meta:
        return mode.from_tensor(tensor)
    stand_in = torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="cpu")
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(stand_in, requires_grad=tensor.requires_grad)
    return stand_in.requires_grad_(tensor.requires_grad)
