"""What a model and its arguments hold, as far as Python can see: found once, and put back after a run."""

from __future__ import annotations

import array
import copy
import io
import itertools
import random
import sys
import types
import warnings
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from functools import lru_cache
from operator import is_
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from .plain import is_plain

LIMIT = 200_000
"""Members of containers and objects looked at, nearest to the model first."""

MANY = 1000
"""Members that are worth a quick look whether any of them holds something at all."""

ARRAYS = 64 << 20
"""Bytes of numpy arrays copied."""

ATOMS = frozenset({
    type(None), type(...), bool, int, float, complex, str, bytes, type, types.FunctionType, types.MethodType,
    types.BuiltinFunctionType, torch.dtype, torch.device, torch.Size,
})  # fmt: skip
"""Types of what can't change, and of code, which is not looked into."""

ITERATORS = (itertools.count, itertools.cycle, *map(type, (iter(()), iter([]), iter(range(0)), iter(""))))
"""Iterators that are run as copies, since they can't be turned back."""

OPEN_LIBRARY = frozenset({"abc", "argparse", "builtins", "collections", "contextlib", "queue", "types", "typing"})
OPEN_TORCH = ("torch.amp", "torch.ao", "torch.distributed", "torch.distributions", "torch.nn", "torch.optim")
"""Where classes may be from whose objects are looked into, of Python's library and of torch; others' all are."""

HEAP = 1 << 9
"""The flag of types that Python code has made."""

HOOKED = tuple(name for name in vars(nn.Module()) if "_hooks" in name)
"""Attributes of modules that hold hooks."""

MISSING = object()
EMPTY: dict[Any, Any] = {}


class Container(NamedTuple):
    """How to copy what a container holds and to put it back, whatever a subclass does when it is read or written."""

    kind: Any
    copy: Callable[[Any], Any]
    refill: Callable[[Any, Any], object]


def _refill_ordered(container: Any, before: OrderedDict[Any, Any]) -> None:
    OrderedDict.clear(container)
    for key, value in before.items():
        OrderedDict.__setitem__(container, key, value)


CONTAINERS = (
    Container(OrderedDict, lambda c: OrderedDict(OrderedDict.items(c)), _refill_ordered),
    Container(dict, dict.copy, lambda c, before: (dict.clear(c), dict.update(c, before))),
    Container(list, list.copy, lambda c, before: list.__setitem__(c, slice(None), before)),
    Container(deque, lambda c: [*deque.__iter__(c)], lambda c, before: (deque.clear(c), deque.extend(c, before))),
    Container(set, set.union, lambda c, before: (set.clear(c), set.update(c, before))),
)
DICT = CONTAINERS[1]
PLAIN = frozenset(container.kind for container in CONTAINERS)

STATES: tuple[tuple[type, Callable[[Any], Any], Callable[[Any, Any], object]], ...] = (
    (torch.Generator, torch.Generator.get_state, torch.Generator.set_state),
    (random.Random, random.Random.getstate, random.Random.setstate),
    (np.random.Generator, lambda r: r.bit_generator.state, lambda r, was: setattr(r.bit_generator, "state", was)),
    (np.random.RandomState, np.random.RandomState.get_state, np.random.RandomState.set_state),
    (np.random.BitGenerator, lambda r: r.state, lambda r, was: setattr(r, "state", was)),
    (np.ndarray, np.ndarray.copy, np.copyto),
    (bytearray, bytes, lambda b, was: b.__setitem__(slice(None), was)),
    (array.array, copy.copy, lambda a, was: a.__setitem__(slice(None), was)),
    (io.BytesIO, io.BytesIO.__getstate__, io.BytesIO.__setstate__),  # type: ignore[attr-defined, unused-ignore]
    (io.StringIO, io.StringIO.__getstate__, io.StringIO.__setstate__),  # type: ignore[attr-defined, unused-ignore]
    (io.IOBase, lambda f: f.tell() if f.seekable() else None, lambda f, was: was is None or f.seek(was)),
)
"""Objects whose state is out of sight: how to ask for it, how to set it. Of files, it is where they are read."""


class Holdings:
    """Everything within reach of some roots and what it holds now, nearest first.

    Containers (also of subclasses), instance dictionaries and slots, class attributes of modules, generators of random
    numbers, arrays, buffers of bytes. Nobody's properties, `__getattr__` or `__eq__` are called. Code is not looked
    into, nor are hooks, which may note something for whoever registered them. `tensors` are the tensors met;
    `is_all`: nothing was left out because there was too much.
    """

    def __init__(self, roots: Iterable[Any]) -> None:
        self.tensors: list[Tensor] = []
        self.is_all = True
        self._empty: list[Any] = []
        self._containers: list[tuple[Any, Any, Container]] = []
        self._slots: list[tuple[Any, Any, Any]] = []
        self._kinds: list[tuple[Any, type]] = []
        self._classes: dict[type, dict[str, Any]] = {}
        self._states: list[tuple[Any, Any, Callable[[Any, Any], object]]] = []
        self._seen: set[int] = set()
        self._waiting: deque[Any] = deque()
        self._left = LIMIT
        self._bytes_left = ARRAYS
        self._look(list(roots))
        while self._waiting:
            self._open(self._waiting.popleft())

    def restore(self) -> None:
        """Put everything back that is no longer as it was found."""
        for owner, before, put in self._states:
            with suppress(Exception):  # a file was closed
                put(owner, before)
        for owner, slot, before in self._slots:
            if value_of(slot, owner) is not before:
                slot.__delete__(owner) if before is MISSING else slot.__set__(owner, before)
        for owner, kind in self._kinds:
            if type(owner) is not kind:
                owner.__class__ = kind
        for container in filter(None, self._empty):
            container.clear()
        for container, before, how in self._containers:
            if not _same(container, before, how):
                how.refill(container, before)
        for kind, attributes in self._classes.items():
            if attributes:
                _restore_class(kind, attributes)

    def _look(self, values: Collection[Any], home: Any = None) -> None:
        """Have those of some values looked into that may hold something; `home` is the container they are in."""
        if len(values) > MANY and ATOMS.issuperset(map(type, values)):
            return
        if len(values) > self._left:
            self.is_all = False
            return
        self._left -= len(values)
        seen = self._seen
        for value in [value for value in values if type(value) not in ATOMS]:
            kind = type(value)
            if kind in PLAIN and not value:
                self._empty.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                if kind in ITERATORS:
                    _stand_in(home, value)
                else:
                    self._waiting.append(value)

    def _open(self, owner: Any) -> None:
        kind: Any = type(owner)
        how = _handling(kind)
        if how.is_tensor:
            self.tensors.append(owner)
            if not has_own_elements(owner):
                self._look(tensors_of(owner))
            for hooks in (owner._backward_hooks, owner._post_accumulate_grad_hooks):
                if hooks:
                    self._look((hooks,))
        elif how.container is not None:
            self._keep(owner, how.container)
        elif how.fixed is not None:
            self._look([*how.fixed.__iter__(owner)])
        elif how.state is not None:
            self._note_state(owner, *how.state)
        for slot in how.slots:
            value = value_of(slot, owner)
            self._slots.append((owner, slot, value))
            self._look((value,))
        if how.has_dict:
            attributes = object.__getattribute__(owner, "__dict__")
            if how.is_module:
                self._note_module(owner, kind, attributes)
            if attributes or not how.is_tensor:
                self._keep(attributes, DICT)
            else:
                self._empty.append(attributes)

    def _keep(self, container: Any, how: Container) -> None:
        before = how.copy(container) if how.kind.__len__(container) else EMPTY
        self._containers.append((container, before, how))
        if before:
            self._look(before.values() if isinstance(before, dict) else before, container)

    def _note_state(self, owner: Any, get: Callable[[Any], Any], put: Callable[[Any, Any], object]) -> None:
        if isinstance(owner, np.ndarray):
            if not owner.flags.writeable or owner.nbytes > self._bytes_left:
                self.is_all &= not owner.flags.writeable
                return
            self._bytes_left -= owner.nbytes
        with suppress(Exception):  # a closed file
            self._states.append((owner, get(owner), put))

    def _note_module(self, module: nn.Module, kind: Any, attributes: dict[str, Any]) -> None:
        self._kinds.append((module, kind))
        for name in HOOKED:
            hooks = attributes.get(name)
            if hooks and type(hooks) is OrderedDict:
                self._seen.update(map(id, hooks.values()))
        if kind not in self._classes:
            for part in (kind, *kind.__mro__):
                if part not in self._classes:
                    is_torch = part.__module__.partition(".")[0] in ("builtins", "torch")
                    self._classes[part] = {} if is_torch else _class_attributes(part)
                    self._look(self._classes[part].values())
        if isinstance(module, torch.jit.ScriptModule):
            self._look([*module._parameters.values(), *module._buffers.values()])


class _Handling(NamedTuple):
    """What to do with objects of one type."""

    is_tensor: bool
    is_module: bool
    container: Container | None
    fixed: Any
    state: tuple[Callable[[Any], Any], Callable[[Any, Any], object]] | None
    slots: tuple[Any, ...]
    has_dict: bool


@lru_cache(maxsize=4096)
def _handling(kind: type) -> _Handling:
    is_open = issubclass(kind, (Tensor, nn.Module)) or _is_open(kind)
    return _Handling(
        is_tensor=issubclass(kind, Tensor),
        is_module=issubclass(kind, nn.Module),
        container=next((container for container in CONTAINERS if issubclass(kind, container.kind)), None),
        fixed=next((fixed for fixed in (tuple, frozenset) if issubclass(kind, fixed)), None),
        state=next(((get, put) for home, get, put in STATES if issubclass(kind, home)), None),
        slots=tuple(slots_of(kind).values()) if is_open else (),
        has_dict=is_open and kind.__dictoffset__ != 0,
    )


@lru_cache(maxsize=4096)
def slots_of(kind: type) -> dict[str, Any]:
    """The slots of a class and those above it, by name."""
    slotted = [vars(part) for part in reversed(kind.__mro__) if "__slots__" in vars(part)]
    return {n: slot for part in slotted for n, slot in part.items() if isinstance(slot, types.MemberDescriptorType)}


def _is_open(kind: type) -> bool:
    """True for classes of things that only hold something: the user's, and some of torch and Python's library."""
    if issubclass(kind, (type, types.ModuleType)) or not kind.__flags__ & HEAP:
        return False
    for part in kind.__mro__:
        room = str(part.__module__)
        top = room.partition(".")[0]
        if top == "torch" and not room.startswith(OPEN_TORCH):
            return False
        if top in sys.stdlib_module_names and top not in OPEN_LIBRARY:
            return False
    return True


def has_own_elements(tensor: Tensor) -> bool:
    """False for shapes without values, and for what is made of other tensors: sparse, wrappers, transformed ones."""
    return is_plain(tensor) or (
        tensor.layout is torch.strided
        and not tensor.is_nested
        and not tensor.is_meta
        and type(tensor).__torch_dispatch__ is Tensor.__torch_dispatch__
        and not torch._C._functorch.is_functorch_wrapped_tensor(tensor)
        and not isinstance(tensor, (nn.UninitializedParameter, nn.UninitializedBuffer))
    )


def tensors_of(tensor: Tensor) -> list[Any]:
    """What a tensor without elements of its own is made of: unwrapped, indices and values, attributes."""
    if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        return [torch._C._functorch.get_unwrapped(tensor)]
    if tensor.layout is torch.sparse_coo:
        return [tensor._indices(), tensor._values()]
    if tensor.layout in COMPRESSED:
        return [*COMPRESSED[tensor.layout](tensor), tensor.values()]
    if tensor.is_nested and tensor.layout is torch.strided:
        return [tensor.values()]
    kind: Any = type(tensor)
    held = (value_of(slot, tensor) for slot in _handling(kind).slots)
    return [*object.__getattribute__(tensor, "__dict__").values(), *held]


COMPRESSED: dict[torch.layout, Callable[[Tensor], tuple[Tensor, Tensor]]] = {
    **dict.fromkeys((torch.sparse_csr, torch.sparse_bsr), lambda t: (t.crow_indices(), t.col_indices())),
    **dict.fromkeys((torch.sparse_csc, torch.sparse_bsc), lambda t: (t.ccol_indices(), t.row_indices())),
}
"""Layouts of compressed sparse tensors, and their indices."""


def _class_attributes(kind: type) -> dict[str, Any]:
    return {name: value for name, value in vars(kind).items() if not name.startswith("__")}


def _restore_class(kind: type, before: dict[str, Any]) -> None:
    now = _class_attributes(kind)
    for name in now.keys() - before.keys():
        type.__delattr__(kind, name)
    for name, value in before.items():
        if now.get(name, MISSING) is not value:
            type.__setattr__(kind, name, value)


def value_of(slot: Any, owner: Any) -> Any:
    try:
        return slot.__get__(owner)
    except AttributeError:
        return MISSING


def _stand_in(home: Any, iterator: Any) -> None:
    """Put a copy of an iterator in its place: it can't be turned back, so the run must not use it."""
    if isinstance(home, (dict, list)):
        with suppress(TypeError, DeprecationWarning), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            fresh = copy.copy(iterator)  # itertools' can't be copied from Python 3.14 on
            write: Any = dict.__setitem__ if isinstance(home, dict) else list.__setitem__
            for place in [place for place, value in _pairs(home) if value is iterator]:
                write(home, place, fresh)


def _pairs(home: Any) -> list[tuple[Any, Any]]:
    return [*dict.items(home)] if isinstance(home, dict) else [*enumerate(list.__iter__(home))]


def _same(container: Any, before: Any, how: Container) -> bool:
    """True if a container holds the very same objects in the same order; `==` might ask tensors."""
    count: int = how.kind.__len__(container)
    if count != len(before) or not count:
        return count == len(before)
    now: Any = container if type(container) is how.kind else how.copy(container)
    if how.kind is set:
        return set(map(id, now)) == set(map(id, before))
    if not all(map(is_, now, before)):
        return False
    return not isinstance(now, dict) or all(map(is_, now.values(), before.values()))
