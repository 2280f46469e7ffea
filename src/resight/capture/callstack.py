"""Which module call is running, inside which others, known from hooks on every module at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from .recorder import is_in_backward
from .unregistered import Places, joined, named_modules
from .values import Value


class RawCall:
    """One module call as it was seen; `first` is the number of ops recorded before it."""

    __slots__ = ("first", "inputs", "module", "number", "outputs", "parent", "path")

    def __init__(self, module: nn.Module, path: str, parent: int, number: int) -> None:
        self.module = module
        self.path = path
        self.parent = parent
        self.number = number
        self.first = 0
        self.inputs: list[Value] = []
        self.outputs: list[Value] = []


class Follower(Protocol):
    """Who wants to know which call is running: `call` is kept at its number."""

    call: int


class CallStack:
    """The calls made so far, and the stack of those that are running. Call 0 is the model's own.

    `modules` are the model's, by path; the model itself is `""`. `is_inside`: its own call has begun already.
    """

    def __init__(self, modules: Mapping[str, nn.Module], follower: Follower, *, is_inside: bool = False) -> None:
        self._paths = {id(module): path for path, module in modules.items()}
        self.places = Places(modules[""])
        self._follower = follower
        self._numbers = {"": 0}
        self._stack = [0]
        self.elsewhere: set[str] = set()
        self._entered = is_inside
        self._thread = threading.get_ident()
        self.calls = [RawCall(modules[""], "", -1, 0)]

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Hooks on all modules; they are removed when the context ends, however it ends."""
        hooks = [
            register_module_forward_pre_hook(self._enter),
            register_module_forward_hook(self._leave, always_call=True),
        ]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def entered(self, call: RawCall, args: Any) -> None:
        """A call has begun; for whoever wants more than its place."""

    def left(self, call: RawCall, args: Any, result: Any) -> None:
        """A call is about to end."""

    def _is_elsewhere(self) -> bool:
        """True in other threads (data parallel replicas) and in the recomputation of a checkpoint."""
        return threading.get_ident() != self._thread or is_in_backward()

    def _enter(self, module: nn.Module, args: Any) -> None:
        if self._is_elsewhere():
            if id(module) in self._paths and not is_in_backward():
                self.elsewhere.add(self._paths[id(module)])
            return
        with torch._C.DisableTorchFunction():
            if module is self.calls[0].module and not self._entered:
                self._entered = True
                call = self.calls[0]
            else:
                call = self._begin(module)
            self.entered(call, args)

    def adopted(self, path: str, module: nn.Module) -> None:
        """A module that the model did not register before it ran is called for the first time, as `path`."""

    def _adopted(self, module: nn.Module, around: str) -> str:
        """Where a module is held that was not there from the start; its class, `(Linear)`, where nothing leads to it.

        Such a class is numbered where it has weights: two of them are two layers, not one that is called twice.
        """
        has_weights = any(len(part._parameters.items()) for _, part in named_modules(module))
        path = self.places.name_of(module, again=has_weights)
        if path is None:
            path = plain = joined(around, f"({type(module).__name__})")
            if not has_weights:
                return path
            known, number = set(self._paths.values()), 1
            while path in known:
                number += 1
                path = f"{plain[:-1]} {number})"
        for name, part in named_modules(module, path):
            self._paths.setdefault(id(part), name)
        self.adopted(path, module)
        return path

    def _begin(self, module: nn.Module) -> RawCall:
        parent = self._stack[-1]
        path = self._paths.get(id(module))
        if path is None:
            path = self._adopted(module, self.calls[parent].path)
        number = self._numbers[path] = self._numbers.get(path, -1) + 1
        call = RawCall(module, path, parent, number)
        self._stack.append(len(self.calls))
        self._follower.call = len(self.calls)
        self.calls.append(call)
        return call

    def _leave(self, module: nn.Module, args: Any, result: Any) -> None:
        if self._is_elsewhere():
            return
        with torch._C.DisableTorchFunction():
            while len(self._stack) > 1 and self.calls[self._stack[-1]].module is not module:
                self._stack.pop()
            self._follower.call = self._stack[-1]
            self.left(self.calls[self._stack[-1]], args, result)
            if len(self._stack) > 1:
                self._stack.pop()
            self._follower.call = self._stack[-1]
