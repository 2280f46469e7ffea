"""Module calls: which module ran when, inside which other, told by hooks on every module at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from .recorder import Recorder, is_in_backward, tensors_in
from .values import Held, Value


class RawCall:
    """One module call as it was seen; `first` is the number of ops recorded before it."""

    __slots__ = ("first", "inputs", "module", "number", "outputs", "parent", "path")

    def __init__(self, module: nn.Module, path: str, parent: int, number: int, first: int) -> None:
        self.module = module
        self.path = path
        self.parent = parent
        self.number = number
        self.first = first
        self.inputs: list[Value] = []
        self.outputs: list[Value] = []


class ModuleCalls:
    """The calls made so far, and the stack of those that are running. Call 0 is the model's own.

    `modules` are the model's, by path; the model itself is `""`.
    """

    def __init__(self, modules: Mapping[str, nn.Module], recorder: Recorder) -> None:
        self._recorder = recorder
        self._paths = {id(module): path for path, module in modules.items()}
        self._numbers = {"": 0}
        self._stack = [0]
        self._entered = False
        self._thread = threading.get_ident()
        self.calls = [RawCall(modules[""], "", -1, 0, 0)]
        self.unseen: list[str] = []

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

    def _is_elsewhere(self) -> bool:
        """True in other threads (data parallel replicas) and in the recomputation of a checkpoint."""
        return threading.get_ident() != self._thread or is_in_backward()

    def _enter(self, module: nn.Module, args: Any) -> None:
        if self._is_elsewhere():
            return
        with torch._C.DisableTorchFunction():
            if module is self.calls[0].module and not self._entered:
                self._entered = True
                call = self.calls[0]
            else:
                call = self._begin(module)
            call.inputs = self._values(tensors_in(args))

    def _begin(self, module: nn.Module) -> RawCall:
        parent = self._stack[-1]
        path = self._paths.get(id(module))
        if path is None:  # made during the forward, so no name leads to it
            around = self.calls[parent].path
            path = f"{around}.({type(module).__name__})" if around else f"({type(module).__name__})"
        number = self._numbers[path] = self._numbers.get(path, -1) + 1
        call = RawCall(module, path, parent, number, len(self._recorder.ops))
        self._stack.append(len(self.calls))
        self._recorder.call = len(self.calls)
        self.calls.append(call)
        return call

    def _leave(self, module: nn.Module, args: Any, result: Any) -> None:
        if self._is_elsewhere():
            return
        with torch._C.DisableTorchFunction():
            while len(self._stack) > 1 and self.calls[self._stack[-1]].module is not module:
                self._stack.pop()
            self._recorder.call = self._stack[-1]
            call = self.calls[self._stack[-1]]
            tensors = tensors_in(result)
            call.outputs = self._values(tensors)
            if len(call.outputs) < len(tensors) and self._record_unseen(call, args, tensors):
                call.outputs = self._values(tensors)
            if len(self._stack) > 1:
                self._stack.pop()
            self._recorder.call = self._stack[-1]

    def _record_unseen(self, call: RawCall, args: Any, tensors: list[Tensor]) -> bool:
        """A module in which no op was seen, yet which made tensors, becomes one op named by its class."""
        ops = self._recorder.ops
        if any(ops[i].function not in ("input", "constant") for i in range(call.first, len(ops))):
            return False
        kept = {id(value) for value in vars(call.module).values()}
        made = tuple(t for t in tensors if id(t) not in kept and self._recorder.values.find(t) is None)
        if not made:
            return False
        name = class_name(call.module)
        reads = tuple(self._recorder.read(tensor) for tensor in tensors_in(args))
        held = tuple(Held(path) for path, _ in call.module.named_parameters(prefix=call.path))
        self._recorder.add_named(name, made, reads + held)
        self.unseen.append(f"{call.path} ({name})" if call.path else name)
        return True

    def _values(self, tensors: list[Tensor]) -> list[Value]:
        """The values that tensors hold, where they are known."""
        found = [self._recorder.values.find(tensor) for tensor in tensors]
        return [value for value in found if type(value) is Value]


def class_name(module: nn.Module) -> str:
    """A module's class; of a scripted module, the class it was made from."""
    original = module.original_name if isinstance(module, torch.jit.ScriptModule) else ""
    return str(original or type(module).__name__)
