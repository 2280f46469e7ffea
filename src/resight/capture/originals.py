"""What tensors were before a run: copied at the latest when they are about to be written, and put back."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from ctypes import string_at
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from .. import text
from .holdings import LIMIT, has_own_elements, tensors_of
from .ops import spelling, writes_in_place
from .plain import unwatched
from .structure import tensors_in
from .values import storage_of, version_of

BEFOREHAND = 64 << 20
"""Bytes copied before a run, so that writes that nobody sees are undone too; parameters are not among them."""

SMALL = 1 << 18
"""Bytes of parameters that are copied before a run as well, if these are all."""

QUICK = 1 << 16
"""Bytes that are copied most quickly as a string."""

ESCAPES = frozenset({
    "__array__", "__cuda_array_interface__", "__dlpack__", "data", "data_ptr", "grad", "numpy", "storage",
    "untyped_storage",
})  # fmt: skip
"""Ways to a tensor's memory: what is done to it from there is out of sight. (Of `grad`, see `Originals.before`.)"""

STATISTICS = ("batch_norm", "instance_norm", "fused_moving_avg_obs_fake_quant")
"""Ends of names of functions that write running statistics, though the name does not say so."""

RESIZES = ("resize_", "resize_as_")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Inside, tensors are what they are: no mode, transform or subclass has a say, and no gradient is kept."""
    with torch._C.DisableTorchFunction(), unwatched(), torch.no_grad():
        yield


@lru_cache(maxsize=4096)
def may_write(function: Callable[..., Any]) -> bool:
    """True for a function that may change a tensor it is given, or hands out its memory."""
    name = spelling(function)
    if name in ESCAPES or writes_in_place(name) or getattr(function, "__name__", "") in ("__set__", "__delete__"):
        return True
    if isinstance(function, types.FunctionType):  # others' run out of sight as a whole
        is_torch = str(function.__module__).startswith("torch.")
        return not is_torch or name.endswith(STATISTICS) or not CHOOSERS.isdisjoint(function.__code__.co_varnames)
    overloads: Any = getattr(function, "overloads", tuple)()
    schemas = [getattr(one, "_schema", None) for one in (function, *(getattr(function, one) for one in overloads))]
    return name.endswith(STATISTICS) or any(schema is not None and schema.is_mutable for schema in schemas)


CHOOSERS = frozenset({"inplace", "max_norm"})
"""Parameters that make a function write into what it is given: True, or a number."""


def _is_chosen(function: types.FunctionType, name: str, args: Any, kwargs: Mapping[str, Any]) -> bool:
    """False for functions of torch that would write if they were called in another way."""
    if not str(function.__module__).startswith("torch.") or name.endswith(("_", *STATISTICS)):
        return True
    if name.startswith("embedding"):
        return kwargs.get("max_norm", args[3] if len(args) > 3 else None) is not None
    return any(argument is True for argument in (*args, *kwargs.values()))


SPARSE = frozenset({torch.sparse_coo, torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc})


class Memory:
    """A storage, which bytes of it are of concern, and a copy of these once they may change."""

    def __init__(self, storage: torch.UntypedStorage) -> None:
        self.copies: list[Any] | None = None
        self.has_parameter = False
        self.holders = 0
        self._storage = storage
        self._size = storage.nbytes()
        self._spans: list[tuple[int, int]] = []

    def hold(self, tensor: Tensor) -> None:
        """A tensor in this storage is of concern."""
        count = tensor.numel()
        if not count:
            return
        if not tensor.is_contiguous():
            count = 1 + sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride()))
        start = tensor.storage_offset() * tensor.itemsize
        stop = start + count * tensor.itemsize
        self.holders += 1
        self.has_parameter |= isinstance(tensor, nn.Parameter)
        if stop <= self._size:
            self._spans.append((start, stop))

    @property
    def size(self) -> int:
        """Bytes of concern; those of tensors that overlap, several times."""
        return sum(stop - start for start, stop in self._spans)

    def save(self) -> None:
        """Copy what is of concern, unless that was done before."""
        if self.copies is not None:
            return
        merged: list[tuple[int, int]] = []
        for start, stop in sorted(self._spans):
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(stop, merged[-1][1])
            else:
                merged.append((start, stop))
        self._spans = merged
        self.copies = [self._read(*span) for span in merged]

    def restore(self) -> None:
        """Write what was copied, where it is no longer so: some memory can be read only."""
        if self._storage.nbytes() != self._size:
            self._storage.resize_(self._size)
        for (start, stop), before in zip(self._spans, self.copies or ()):
            if isinstance(before, bytes):
                if self._read(start, stop) == before:
                    continue
                before = torch.frombuffer(bytearray(before), dtype=torch.uint8)
            now = self._bytes(start, stop)
            if now.device.type != "cpu" or not torch.equal(now, before):
                now.copy_(before)

    def _read(self, start: int, stop: int) -> Any:
        address = self._storage.data_ptr() if self._storage.device.type == "cpu" and stop - start <= QUICK else 0
        return string_at(address + start, stop - start) if address else self._bytes(start, stop).clone()

    def _bytes(self, start: int, stop: int) -> Tensor:
        empty = torch.empty(0, dtype=torch.uint8, device=self._storage.device)
        return empty.set_(self._storage, start, (stop - start,), (1,))


class Original(NamedTuple):
    """A tensor, and what is known of it besides its elements; `alias` shares its memory, None where it has none."""

    tensor: Tensor
    alias: Tensor | None
    version: int
    is_leaf: bool
    needs_gradient: bool
    gradient: Tensor | None
    hooks: tuple[Any, Any]


class Originals:
    """What tensors are now: shapes, places, elements, versions, hooks and gradients.

    Elements are copied beforehand, but those of large networks' parameters when a function comes up that might write
    them. Gradients are laid aside, so that nothing can be added to them. `lost`: tensors that were written out of
    sight, whose old elements nobody has; `is_all`: all that the roots hold was looked at.
    """

    def __init__(self) -> None:
        self.lost: list[Tensor] = []
        self.is_all = True
        self._originals: dict[int, Original] = {}
        self._gradients: dict[int, Tensor] = {}
        self._memories: dict[int, Memory] = {}
        self._is_all_saved = False

    def note(self, tensors: Sequence[Tensor]) -> None:
        """Remember what some tensors are now."""
        for tensor in tensors:
            self._note(tensor)
        self._save_beforehand()
        self._is_all_saved = all(memory.copies is not None for memory in self._memories.values())

    def before(self, function: Any, args: Any, kwargs: Mapping[str, Any]) -> None:
        """A function that `may_write` is about to run: copy what it might write.

        Asked for a gradient that was laid aside, a tensor gets a copy of it.
        """
        name = spelling(function)
        if name == "grad":
            self._show_gradient(args[0], is_read=function.__name__ == "__get__")
            return
        if name in RESIZES:
            self._make_room(args[0])
        if self._is_all_saved:
            return
        if isinstance(function, types.FunctionType) and not _is_chosen(function, name, args, kwargs):
            return
        for tensor in tensors_in((args, kwargs)):
            if not (name.endswith(STATISTICS) and isinstance(tensor, nn.Parameter)):
                self._save(tensor)

    def restore(self) -> None:
        """Make every tensor what it was."""
        written = [one for one in self._originals.values() if one.version != version_of(one.tensor)]
        for one in written:
            memory = self._memory(one.tensor if one.alias is None else one.alias)
            if memory is not None and memory.copies is None:
                self.lost.append(one.tensor)
        for one in self._originals.values():
            with suppress(RuntimeError, TypeError):  # a view can't leave its graph; a subclass refuses
                _reset(one)
        for memory in self._memories.values():
            with suppress(RuntimeError):
                memory.restore()
        for one in written:
            _set_version(one.tensor, one.version)

    def notes(self, model: nn.Module) -> tuple[str, ...]:
        """What could not be put back, or may not have been."""
        ids = set(map(id, self.lost))
        names = [name for name, tensor in model.named_parameters() if id(tensor) in ids]
        named = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        lost = f"{named or text.plural(len(ids), 'tensor')} written out of sight and could not be put back"
        many = f"the model holds more than {LIMIT:,} things; what its forward changed in the rest is not put back"
        return (*((lost,) if ids else ()), *((many,) if not self.is_all else ()))

    def _note(self, tensor: Tensor) -> None:
        alias = None
        if has_own_elements(tensor) or tensor.layout in SPARSE:
            alias = tensor.detach()
            key = storage_of(alias)
            if key is not None:
                memory = self._memories.get(key)
                if memory is None:
                    memory = self._memories[key] = Memory(alias.untyped_storage())
                memory.hold(tensor)
        is_leaf = tensor.is_leaf
        gradient = tensor.grad if is_leaf else None
        hooks = tensor._backward_hooks, tensor._post_accumulate_grad_hooks
        self._originals[id(tensor)] = Original(
            tensor, alias, version_of(tensor), is_leaf, tensor.requires_grad, gradient, hooks
        )
        if gradient is not None:
            self._gradients[id(tensor)] = gradient
            tensor.grad = None

    def _save_beforehand(self) -> None:
        parameters = [memory for memory in self._memories.values() if memory.has_parameter]
        others = sorted((m for m in self._memories.values() if not m.has_parameter), key=lambda memory: memory.size)
        taken = 0
        for memory in others:
            taken += memory.size
            if taken > BEFOREHAND:
                break
            memory.save()
        if sum(memory.size for memory in parameters) <= SMALL:
            for memory in parameters:
                memory.save()

    def _save(self, tensor: Tensor) -> None:
        if not has_own_elements(tensor):
            for part in tensors_of(tensor):
                if isinstance(part, Tensor):
                    self._save(part)
            return
        memory = self._memory(tensor)
        if memory is not None and memory.copies is None:
            with undisturbed():
                memory.save()

    def _memory(self, tensor: Tensor) -> Memory | None:
        key = storage_of(tensor)
        return None if key is None else self._memories.get(key)

    def _make_room(self, tensor: Tensor) -> None:
        """Put a copy in the place of a tensor that is about to be resized, so that its own memory stays where it is."""
        one = self._originals.get(id(tensor))
        memory = self._memory(tensor)
        if one is not None and one.alias is not None and memory is not None and memory.holders == 1:
            with undisturbed():
                tensor.data = tensor.clone()

    def _show_gradient(self, tensor: Tensor, *, is_read: bool) -> None:
        before = self._gradients.pop(id(tensor), None)
        if is_read and before is not None:
            with undisturbed():
                tensor.grad = before.clone() if tensor.grad is None else before + tensor.grad


def _reset(one: Original) -> None:
    tensor, alias = one.tensor, one.alias
    if one.is_leaf and not tensor.is_leaf:
        tensor.detach_()
    if tensor.requires_grad != one.needs_gradient:
        tensor.requires_grad_(one.needs_gradient)
    hooks = one.hooks
    if tensor._backward_hooks is not hooks[0] or tensor._post_accumulate_grad_hooks is not hooks[1]:
        _reset_hooks(one)
    if alias is not None and (tensor.dtype is not alias.dtype or not _is_set_to(tensor, alias)):
        tensor.data = alias
    if one.is_leaf and tensor.grad is not one.gradient:
        tensor.grad = one.gradient


def _reset_hooks(one: Original) -> None:
    for name, hooks in zip(("_backward_hooks", "_post_accumulate_grad_hooks"), one.hooks):
        found = getattr(one.tensor, name)
        if found is not hooks:
            if found:
                found.clear()
            setattr(one.tensor, name, hooks)


def _is_set_to(tensor: Tensor, alias: Tensor) -> bool:
    try:
        return bool(tensor.is_set_to(alias))
    except (RuntimeError, NotImplementedError):  # sparse, quantized
        return False


def _set_version(tensor: Tensor, version: int) -> None:
    if version < 0 or version_of(tensor) < 0:
        return
    write: Any = torch._C._autograd._unsafe_set_version_counter
    try:
        write((tensor,), (version,))
    except TypeError:  # before torch 2.7
        write(tensor, version)
