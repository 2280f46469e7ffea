"""The op recorder: what runs at every torch function call, kept lean. Everything else is worked out after the run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ..graph import UNSEEN
from .lost import Recovered, is_young, recover
from .opened import OPENED
from .ops import KEPT_WHEN_IDLE, exits, plain_name, questions, spelling, writes_in_place
from .originals import Originals, may_write
from .plain import USUAL, sizes_of
from .sources import Spot, user_spot
from .structure import tensors_in
from .values import Held, Value, Values

RawSpec: TypeAlias = tuple[Sequence[int], torch.dtype, torch.device]

QUESTIONS = questions()
EXITS = exits()
task_id = torch._C._current_graph_task_id  # of the backward that is running; -1 for none
newest_gradient = getattr(torch.autograd, "_get_sequence_nr", None)  # counts autograd functions made so far
ITERATE = Tensor.__iter__
DATA = Tensor.data.__get__
LENDING = frozenset({DATA, *(getattr(Tensor, name) for name in (
    "numpy", "__array__", "__dlpack__", "data_ptr", "storage", "untyped_storage",
))})  # fmt: skip
"""Functions that hand out a tensor's memory: what is written there, its version counter does not tell."""

ATOMS = frozenset({bool, int, float, str, type(None), type(...), torch.dtype, torch.device})
LISTS = (list, tuple)


class RawOp:
    """One op as it was seen. Tensors among its arguments are replaced by the values they held."""

    __slots__ = ("args", "call", "function", "inplace", "kwargs", "outputs", "spot")

    def __init__(
        self, function: Any, call: int, args: tuple[Any, ...], kwargs: dict[str, Any], spot: Spot | None
    ) -> None:
        self.function = function
        self.call = call
        self.args = args
        self.kwargs = kwargs
        self.spot = spot
        self.outputs: list[RawSpec] = []
        self.inplace = False


class Listener(Protocol):
    """Who wants the tensors themselves; they may not be kept, as the model may write into them."""

    def run(self, raw: RawOp, function: Any, args: Any, kwargs: Any) -> Any:
        """Call `function` with its arguments and return what it returns."""

    def made(self, value: Value, tensor: Tensor, raw: RawOp) -> None:
        """`tensor` holds `value` now, made by `raw`."""

    def left(self, path: str, tensors: list[Tensor]) -> None:
        """The module at `path` returned `tensors`."""

    def returned(self, result: Any) -> None:
        """The model returned `result`; nothing is recorded any more."""


class Recorder(TorchFunctionMode):  # type: ignore[misc]
    """Records every torch function call that makes tensors; `call` is the module call running now.

    `function` of an op is the torch function, or a name for what is no function: `input`, `constant`, and
    what ran out of sight (a scripted module, a custom gradient function). A `listener` gets to see every tensor.
    `held` says which weight a tensor of unknown origin is, or packed weights are; `left` is how many ops had run each
    time that numbers left torch for numpy or lists, and where.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ops: list[RawOp] = []
        self.values = Values(self._grow, self._chain)
        self.call = 0
        self.failed: tuple[int, RawOp] | None = None
        self.recovered: list[Recovered] = []
        self.listener: Listener | None = None
        self.held: Callable[[Any], Held | None] = lambda thing: None
        self.left: list[tuple[int, Spot | None]] = []
        self.originals: Originals | None = None

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self.originals is not None and (may_write(func) or (kwargs and "out" in kwargs)):
            self.originals.before(func, args, kwargs or {})
        if func in QUESTIONS:
            if func in LENDING:
                self.values.alias(args[0])
            if func in EXITS and task_id() == -1:
                self.left.append((len(self.ops), user_spot(sys._getframe(1))))
            return func(*args, **kwargs) if kwargs else func(*args)
        kwargs = kwargs or {}
        if task_id() != -1:
            return func(*args, **kwargs)
        if func in OPENED:
            with self:
                return OPENED[func](*args, **kwargs)
        if func is ITERATE and args[0].dim():
            return iter(self.__torch_function__(Tensor.unbind, types, args))
        return self._run(func, args, kwargs)

    def _run(self, func: Any, args: Any, kwargs: Any) -> Any:
        raw = RawOp(
            func,
            self.call,
            tuple([value if type(value) in ATOMS else self._seen(value) for value in args]),
            {name: self._seen(value) for name, value in kwargs.items() if name != "out"} if kwargs else kwargs,
            user_spot(sys._getframe(2)),
        )
        listener = self.listener
        try:
            result = func(*args, **kwargs) if listener is None else listener.run(raw, func, args, kwargs)
        except Exception as error:
            self.failed = (id(error), raw)
            raise
        self.failed = None
        first = args[0] if args else next(iter(kwargs.values()), None)
        if isinstance(result, Tensor):
            if result is first or "out" in kwargs:
                self._record_rewritten(raw, result, is_filled="out" in kwargs)
            else:
                if type(func) is type(DATA) and func == DATA:
                    self.values.alias(result)
                self.add(raw, result)
        elif isinstance(result, LISTS):
            self._record_several(raw, result, args)
        elif isinstance(first, Tensor) and spelling(func) in ("__setitem__", "data"):
            self._record_rewritten(raw, first)
        return result

    def add(self, raw: RawOp, *tensors: Tensor) -> None:
        """Record an op that made `tensors`."""
        number = len(self.ops)
        self.ops.append(raw)
        for slot, tensor in enumerate(tensors):
            raw.outputs.append(spec_of(tensor))
            self.values.set(tensor, Value(number, slot))
            if tensor.requires_grad and not tensor.is_leaf:
                self.values.note_gradient(Value(number, slot), _sequence_number(tensor, raw))
            if self.listener is not None:
                self.listener.made(Value(number, slot), tensor, raw)

    def add_named(
        self, name: str, tensors: tuple[Tensor, ...], reads: tuple[Any, ...] = (), /, **attributes: Any
    ) -> None:
        """Record something that is no torch function."""
        self.add(RawOp(name, self.call, reads, attributes, user_spot(sys._getframe(1))), *tensors)

    def read(self, tensor: Tensor) -> Value | Held:
        """The value a tensor holds. One that nobody was seen making is recovered, or becomes a constant."""
        value = self.values.find(tensor)
        if value is not None:
            return value
        found = recover(tensor, self.values) or self.held(tensor)
        if isinstance(found, (Value, Held)):
            self.values.set(tensor, found)
            return found
        if found is not None:
            self.recovered.append(found)
            self.add_named(found.name, (tensor,), found.reads)
        else:
            self.add_named("constant", (tensor,), **({UNSEEN: True} if is_young(tensor) else {}))
        return self.values.find(tensor) or Value(len(self.ops) - 1, 0)

    def _record_rewritten(self, raw: RawOp, tensor: Tensor, *, is_filled: bool = False) -> None:
        """Record an op that handed back a tensor it was given, or filled the one given as `out`."""
        written = True if is_filled else self.values.is_written(tensor)
        if written is None:
            written = writes_in_place(spelling(raw.function)) or raw.kwargs.get("inplace") is True
        raw.inplace = written
        if not raw.inplace and plain_name(spelling(raw.function)) not in KEPT_WHEN_IDLE:
            return  # `.to` the same dtype, `.contiguous()` of a contiguous tensor: nothing happened
        replaced = self.values.find(tensor)
        self.add(raw, tensor)
        if raw.inplace:
            self.values.write(tensor, Value(len(self.ops) - 1, 0), replaced)

    def _record_several(self, raw: RawOp, result: Any, args: Any) -> None:
        tensors = tensors_in(result)
        if not tensors:
            return
        rewritten = {id(tensor) for tensor in tensors_in(args)}.intersection(map(id, tensors))
        before = {id(tensor): self.values.find(tensor) for tensor in tensors} if rewritten else {}
        self.add(raw, *tensors)
        for slot, tensor in enumerate(tensors):
            if id(tensor) in rewritten and writes_in_place(spelling(raw.function)):
                raw.inplace = True
                self.values.write(tensor, Value(len(self.ops) - 1, slot), before[id(tensor)])

    def _seen(self, argument: Any) -> Any:
        """An argument that may be kept: values for tensors, copies of containers."""
        if isinstance(argument, Tensor):
            return self.values.find(argument) or self.read(argument)
        kind = type(argument)
        if kind in ATOMS:
            return argument
        if isinstance(argument, LISTS):
            return tuple([value if type(value) in ATOMS else self._seen(value) for value in argument])
        if kind is slice:
            return slice(self._seen(argument.start), self._seen(argument.stop), self._seen(argument.step))
        if isinstance(argument, dict):
            return tuple([self._seen(value) for value in argument.values()])
        if isinstance(argument, torch.ScriptObject):
            return self.held(argument) or kind.__name__
        if isinstance(argument, (torch.SymInt, torch.SymFloat, torch.SymBool)):
            return str(argument)
        return kind.__name__ if not isinstance(argument, (torch.memory_format, torch.layout)) else str(argument)

    def _grow(self, op: int, tensor: Tensor) -> Value:
        raw = self.ops[op]
        raw.outputs.append(spec_of(tensor))
        value = Value(op, len(raw.outputs) - 1)
        if self.listener is not None:
            self.listener.made(value, tensor, raw)
        return value

    def _chain(self, op: int, value: Value) -> None:
        raw = self.ops[op]
        raw.kwargs = {**raw.kwargs, "base": value}


def _sequence_number(tensor: Tensor, raw: RawOp) -> int:
    """The number of the autograd function that made a tensor: the newest, if an op just has.

    To ask the tensor for its function would make a Python object of that, and a chain of functions with such objects is
    freed by a recursion in C++, which overflows the stack of a network with tens of thousands of ops.
    """
    if newest_gradient is None or isinstance(raw.function, str):
        return -1 if tensor.grad_fn is None else int(tensor.grad_fn._sequence_nr())
    return int(newest_gradient()) - 1


def spec_of(tensor: Tensor) -> RawSpec:
    """Sizes, data type and device of a tensor of any kind."""
    is_usual = type(tensor) in USUAL and not tensor.is_nested
    return tensor.shape if is_usual else sizes_of(tensor), tensor.dtype, tensor.device


def is_in_backward() -> bool:
    """True while gradients are computed: then a checkpoint runs its part of the forward again."""
    return bool(task_id() != -1)
