"""Names for modules and tensors that a model uses and does not register: in lists, objects, closures, globals."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Iterator
from functools import partial
from types import FunctionType, MethodType
from typing import Any
from weakref import ref

from torch import Tensor, nn

DEPTH = 8
"""Containers within containers looked into."""

OBJECTS = 20_000
"""Objects looked at before giving up: a vocabulary in a dict is no place for layers."""

SCANS = 32
"""Times a model is looked through for what was not there the time before."""

ATOMS = frozenset({bool, int, float, str, bytes, complex, type(None)})
REGISTRIES = frozenset({"_parameters", "_buffers", "_modules"})


class Places:
    """Names of tensors and modules by where a model holds them, looked for when first asked.

    `root` is the model. What it registers keeps its own name; `blocks.0` is the first of a list, and a name in
    parentheses, `(conv)`, is a variable of the code around a forward.
    """

    def __init__(self, root: nn.Module) -> None:
        self._root = root
        self._names: dict[int, tuple[ref[Any], str]] = {}
        self._scans = 0

    def name_of(self, thing: Tensor | nn.Module, *, again: bool = False) -> str | None:
        """Where a thing is held; None where nothing leads to it. `again`: look again for what came since."""
        found = self._known(thing)
        if found is None and self._scans < (SCANS if again else 1):
            self._scans += 1
            for name, held in things(self._root):
                self._names.setdefault(id(held), (ref(held), name))
            found = self._known(thing)
        return found

    def has(self, name: str) -> bool:
        """Whether a module or tensor is held under a name, registered or not."""
        return any(held == name for held, _ in things(self._root))

    def _known(self, thing: Any) -> str | None:
        holder, name = self._names.get(id(thing), (None, None))
        return name if holder is not None and holder() is thing else None


def things(root: nn.Module) -> Iterator[tuple[str, Tensor | nn.Module]]:
    """Tensors and modules, those that are registered first, each with a name that leads to it."""
    registered = list(named_modules(root))
    for path, module in registered:
        yield path, module
        for home in (module._parameters, module._buffers):
            yield from ((joined(path, name), tensor) for name, tensor in home.items() if tensor is not None)
    visited = {id(module) for _, module in registered}
    forwards: dict[Any, None] = {}
    for path, module in registered:
        waiting = deque((joined(path, key), part, DEPTH) for key, part in vars(module).items() if key not in REGISTRIES)
        yield from _reached(waiting, visited)
        forwards[getattr(type(module).forward, "__wrapped__", type(module).forward)] = None
    for forward in forwards:
        if isinstance(forward, FunctionType):
            names = {name: forward.__globals__.get(name) for name in forward.__code__.co_names}
            around = deque((f"({key})", part, DEPTH) for key, part in (*_closure(forward), *names.items()))
            yield from _reached(around, visited)


def _reached(waiting: deque[tuple[str, Any, int]], visited: set[int]) -> Iterator[tuple[str, Tensor | nn.Module]]:
    while waiting and len(visited) < OBJECTS:
        name, thing, depth = waiting.popleft()
        if type(thing) in ATOMS or id(thing) in visited:
            continue
        visited.add(id(thing))
        if isinstance(thing, Tensor):
            yield name, thing
        elif isinstance(thing, nn.Module):
            yield name, thing
            waiting.extend((joined(name, key), part, DEPTH) for key, part in _of_module(thing))
        elif depth:
            waiting.extend((joined(name, key), part, depth - 1) for key, part in _parts(thing))


def _of_module(module: nn.Module) -> Iterator[tuple[str, Any]]:
    for home in (module._modules, module._parameters, module._buffers):
        yield from home.items()
    yield from ((key, part) for key, part in vars(module).items() if key not in REGISTRIES)


def _parts(thing: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(thing, dict):  # other mappings may load something for every key
        yield from dict.items(thing)
    elif isinstance(thing, (list, tuple, deque, set, frozenset)):
        yield from enumerate(thing)
    elif isinstance(thing, FunctionType):
        yield from (*_closure(thing), *enumerate(thing.__defaults__ or ()))
    elif isinstance(thing, MethodType):
        yield from (("", thing.__self__), ("", thing.__func__))
    elif isinstance(thing, partial):
        yield from (("", thing.func), *enumerate(thing.args), *thing.keywords.items())
    elif not inspect.isclass(thing) and not inspect.ismodule(thing) and not inspect.isroutine(thing):
        yield from getattr(thing, "__dict__", {}).items()
        for cls in type(thing).__mro__:
            slots = cls.__dict__.get("__slots__", ())
            for slot in (slots,) if isinstance(slots, str) else slots:
                member = cls.__dict__.get(slot)
                if inspect.ismemberdescriptor(member):
                    yield slot, getattr(thing, slot, None)


def _closure(function: FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not filled yet
            continue


def named_modules(root: nn.Module, path: str = "") -> Iterator[tuple[str, nn.Module]]:
    """Each registered module once, whatever attributes of the model hide `modules()` or `named_modules()`."""
    visited: set[int] = set()
    waiting = [(path, root)]
    while waiting:
        path, module = waiting.pop()
        if id(module) in visited:
            continue
        visited.add(id(module))
        yield path, module
        children = [(joined(path, name), child) for name, child in module._modules.items() if child is not None]
        waiting += reversed(children)


def joined(path: str, name: Any) -> str:
    """A dotted path; an empty part is left out."""
    return f"{path}.{name}" if path and name != "" else path or str(name)
