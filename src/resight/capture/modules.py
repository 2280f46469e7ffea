"""Module calls as a trace records them: what entered, what left, and modules whose inside stayed out of sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .callstack import CallStack, RawCall
from .recorder import Recorder
from .structure import returned_tensors, tensors_in
from .unregistered import named_modules
from .values import Held, Value


class ModuleCalls(CallStack):
    """The calls of one run, with the values that entered and left each."""

    def __init__(self, modules: Mapping[str, nn.Module], recorder: Recorder) -> None:
        super().__init__(modules, recorder)
        self._recorder = recorder
        self.unseen: list[str] = []
        self.on_adopted: Callable[[str, nn.Module], None] = lambda path, module: None

    def adopted(self, path: str, module: nn.Module) -> None:
        for name, part in named_modules(module, path):
            self.on_adopted(name, part)

    def entered(self, call: RawCall, args: Any) -> None:
        call.first = len(self._recorder.ops)
        call.inputs = self._values(tensors_in(args))

    def left(self, call: RawCall, args: Any, result: Any) -> None:
        tensors = [result] if isinstance(result, Tensor) else _returned(result)
        call.outputs = self._values(tensors)
        if len(call.outputs) < len(tensors) and self._record_unseen(call, args, tensors):
            call.outputs = self._values(tensors)
        if self._recorder.listener is not None:
            self._recorder.listener.left(call.path, tensors)

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


def _returned(result: Any) -> list[Tensor]:
    """The tensors in what a module returned: containers, dataclasses, objects; not those kept for the next call."""
    return [tensor for _, tensor, in_cache in returned_tensors(result) if not in_cache]


def class_name(module: nn.Module) -> str:
    """A module's class; of a scripted module, the class it was made from."""
    original = module.original_name if isinstance(module, torch.jit.ScriptModule) else ""
    return str(original or type(module).__name__)
