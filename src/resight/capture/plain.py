"""Which tensors have plain memory of their own: only these are read where they are stored.

Everything else (stand-ins without values, wrappers around other tensors, sparse, quantized and nested ones) has sizes,
a device and a data type like any tensor, and ends the process when its memory is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import _disable_current_modes

from .layout import Layout, layout_of

KEYS = ["ADInplaceOrView", "Conjugate", "Negative"]
KEYS += [kind + backend for kind in ("", "Autograd", "Autocast") for backend in ("CPU", "CUDA", "XPU", "MPS", "HPU")]
"""What torch's dispatcher may know about a plain tensor."""


def _odd_keys() -> int:
    known = (getattr(torch._C.DispatchKey, name, None) for name in KEYS)
    mask = 0
    for key in known:
        mask |= torch._C.DispatchKeySet(key).raw_repr() if key is not None else 0
    return ~mask


ODD = _odd_keys()
USUAL = frozenset({Tensor, nn.Parameter})
keys_of = torch._C._dispatch_keys
modes_on = torch._C._len_torch_dispatch_stack
transform_on = torch._C._functorch.maybe_current_level


class Plain(NamedTuple):
    """A plain tensor, and where its elements are: a key of the storage, and the positions in it."""

    tensor: Tensor
    storage: int
    layout: Layout


def is_plain(tensor: Tensor) -> bool:
    """True for torch's own tensors and parameters with memory of their own (that may have been freed)."""
    return type(tensor) in USUAL and not keys_of(tensor).raw_repr() & ODD


def readable(tensor: Tensor) -> Plain | None:
    """A plain tensor with the elements of `tensor`: it itself, or what it wraps; None where that is not known.

    A nested tensor's has another shape. Of a tensor spread over devices a part is not the whole, and to gather it
    every process would have to take part.
    """
    found = _plain(tensor) if type(tensor) in USUAL else None
    if found is None:
        with torch._C.DisableTorchFunctionSubclass():
            try:
                inner = _unwrapped(tensor.detach())
                found = None if inner is None else _plain(inner)
            except Exception:  # wrappers are anybody's code
                return None
    return found


def _plain(tensor: Tensor) -> Plain | None:
    """A plain tensor with its memory; None for any other, and where the storage was freed or shrunk."""
    if keys_of(tensor).raw_repr() & ODD:
        return None
    storage, layout = tensor.untyped_storage(), layout_of(tensor)
    if layout.size and storage.nbytes() < layout.end * tensor.itemsize:
        return None
    return Plain(tensor, storage._cdata, layout)


def _unwrapped(tensor: Any) -> Tensor | None:
    if tensor.is_nested:
        return tensor.values() if tensor.is_contiguous() else torch.cat([row.reshape(-1) for row in tensor.unbind()])
    if tensor._is_zerotensor():
        return torch.zeros(tensor.shape, dtype=tensor.dtype, device=tensor.device)
    if torch._C._functorch.is_gradtrackingtensor(tensor):
        return _unwrapped(torch._C._functorch.get_unwrapped(tensor))
    if hasattr(tensor, "device_mesh"):
        is_whole = tensor.device_mesh.size() == 1 or all(part.is_replicate() for part in tensor.placements)
        return tensor.to_local() if is_whole else None
    return tensor.as_subclass(Tensor)


def sizes_of(tensor: Tensor) -> tuple[int, ...]:
    """The sizes of a tensor as numbers; of a nested one, those that hold its longest rows."""
    if tensor.is_nested:
        rows = [tuple(row.shape) for row in tensor.unbind()]
        return len(rows), *map(max, zip(*rows))
    return tuple([size if type(size) is int else _hint(size) for size in tensor.shape])


def _hint(size: Any) -> int:
    """The number that a symbolic size has in this run, asked for without a promise that it stays so."""
    hint = getattr(size.node, "hint", None)
    return hint if isinstance(hint, int) else 0


def is_watched() -> bool:
    """Whether a mode or a transform of somebody else would see, or change, what is computed now."""
    return bool(modes_on()) or transform_on() is not None


@contextmanager
def unwatched() -> Iterator[None]:
    """Inside, no mode (fake tensors, counters) and no transform (`vmap`, `grad`) has a part in what is computed."""
    from torch._functorch.pyfunctorch import temporarily_clear_interpreter_stack

    with _disable_current_modes(), temporarily_clear_interpreter_stack():
        yield
