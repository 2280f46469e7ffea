"""Networks without weights: parameters on `meta` are stood in for by fake tensors, so that only shapes are computed.

Plain `meta` tensors would stop at the first question about a value or a device; fakes say they are on the CPU.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map

from .quiet import quiet
from .unregistered import things

GROUPED = frozenset(
    function
    for function in (getattr(torch, "_grouped_mm", None), getattr(nn.functional, "grouped_mm", None))
    if function is not None
)


def is_weightless(modules: Iterable[nn.Module], given: Iterable[Tensor]) -> bool:
    """True if a parameter, a buffer or an input has no values, or the caller's own fake mode is on.

    Those that accelerate loads when their module runs do have values.
    """
    loaded = [module for module in modules if "_hf_hook" not in vars(module)]
    held = (tensor for module in loaded for home in (module._parameters, module._buffers) for tensor in home.values())
    return is_faking() or any(tensor is not None and (tensor.is_meta or is_fake(tensor)) for tensor in (*held, *given))


def is_faking() -> bool:
    return torch._C._get_dispatch_mode(torch._C._TorchDispatchModeKey.FAKE) is not None


def is_fake(value: Any) -> bool:
    return type(value).__name__ == "FakeTensor"


@contextmanager
def faked(
    model: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Put fakes in the place of the model's tensors, and yield the arguments with fakes for theirs.

    Nothing is allocated, whatever the size. The model's own tensors are back when the context ends. Where the caller's
    fake mode is on, or some tensors are fakes of it already, all is left to that.
    """
    if is_faking() or any(map(is_fake, (*model.parameters(), *model.buffers(), *tree_leaves((args, kwargs))))):
        yield args, dict(kwargs)
        return
    from torch._subclasses.fake_tensor import FakeTensorMode

    with quiet(), FakeTensorMode(allow_non_fake_inputs=True) as mode, _AnyDtype():
        fakes: dict[int, Tensor] = {}

        def fake(value: Any) -> Any:
            if not isinstance(value, Tensor):
                return value
            if id(value) not in fakes:
                fakes[id(value)] = _fake(value, mode)
            return fakes[id(value)]

        modules = [held for _, held in things(model) if isinstance(held, nn.Module)]
        places = [home for module in modules for home in (module._parameters, module._buffers, vars(module))]
        real = [(home, name, value) for home in places for name, value in home.items() if isinstance(value, Tensor)]
        try:
            for home, name, value in real:
                home[name] = fake(value)
            yield tree_map(fake, args), tree_map(fake, dict(kwargs))
        finally:
            for home, name, value in real:
                home[name] = value


class _AnyDtype(TorchFunctionMode):  # type: ignore[misc]
    """Grouped matrix products of any dtype: they run in float32 on the CPU, yet their shape rule asks for bfloat16."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func not in GROUPED or args[0].dtype is torch.bfloat16:
            return func(*args, **(kwargs or {}))
        narrow = [arg.bfloat16() if isinstance(arg, Tensor) and arg.is_floating_point() else arg for arg in args]
        return func(*narrow, **(kwargs or {})).to(args[0].dtype)


def _fake(tensor: Tensor, mode: Any) -> Tensor:
    if not tensor.is_meta:
        return mode.from_tensor(tensor)
    stand_in = torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="cpu")
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(stand_in, requires_grad=tensor.requires_grad)
    return stand_in.requires_grad_(tensor.requires_grad)
