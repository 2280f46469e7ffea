"""From what was seen during the run to a graph: names, arguments, attributes, module calls."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import Any

import torch
from torch import nn

from ..graph import UNSEEN, Input, ModuleCall, Op, Plain, Ref, TensorSpec, Weight
from .arguments import bind
from .callstack import RawCall
from .modules import class_name
from .ops import name_of, namespace_of, spelling
from .recorder import RawOp, RawSpec
from .sources import Sources
from .values import Held, Value

PLAIN = frozenset({bool, int, float, str})
"""Types of arguments that hold no value."""

RECORDER_WORDS = frozenset({"input", "constant", "weight", "vmap"})


class Builder:
    """Turns raw ops into a graph's. `held` holds each parameter's and buffer's spec, and whether it is a buffer."""

    def __init__(self, held: dict[str, tuple[TensorSpec, bool]]) -> None:
        self._held = held
        self._sources = Sources()

    def op(self, number: int, raw: RawOp) -> Op:
        """One recorded op, with everything named."""
        if isinstance(raw.function, str):
            name, arguments = raw.function, _unseen_arguments(raw)
        else:
            name, arguments = name_of(raw.function), bind(raw.function, raw.args, raw.kwargs)
        reading = _Reading(self._held)
        for argument, value in arguments:
            if type(value) is Value and argument != "index":  # most of them, so without another call
                reading.inputs.append(Input(value.op, value.slot, argument))
            elif value is not None:
                reading.take(argument, value)
        reading.complete(name, raw.function)
        return Op(
            id=number,
            name=name,
            call=raw.call,
            inputs=tuple(reading.inputs),
            weights=tuple(reading.weights),
            attributes=reading.attributes,
            outputs=tuple([spec(output) for output in raw.outputs]),
            inplace=raw.inplace,
            source=self._sources.of(raw.spot),
        )


class _Reading:
    """What one op reads: values, weights, and plain attributes."""

    __slots__ = ("attributes", "held", "inputs", "weights")

    def __init__(self, held: dict[str, tuple[TensorSpec, bool]]) -> None:
        self.held = held
        self.inputs: list[Input] = []
        self.weights: list[Weight] = []
        self.attributes: dict[str, Plain] = {}

    def take(self, name: str, argument: Any) -> None:
        """Sort one argument in."""
        if name == "inplace" or name.startswith("_"):  # `_stacklevel` and the like
            return
        holds_values = type(argument) not in PLAIN and self._take_values(name, argument)
        if name == "index":
            self.attributes[name] = index_words(argument)
        elif not holds_values:
            self.attributes[name] = plain_value(argument)

    def _take_values(self, name: str, argument: Any) -> bool:
        """Sort in the values inside an argument, named `other`, `tensors.1`; False if there are none."""
        kind = type(argument)
        if kind is Value:
            self.inputs.append(Input(argument.op, argument.slot, name))
        elif kind is Held:
            of, is_buffer = self.held[argument.name]
            self.weights.append(Weight(argument.name, of, name, is_buffer))
        elif kind is tuple:
            return sum([self._take_values(f"{name}.{i}", part) for i, part in enumerate(argument)]) > 0
        elif kind is slice:
            return sum([self._take_values(name, part) for part in (argument.start, argument.stop, argument.step)]) > 0
        else:
            return False
        return True

    def complete(self, name: str, function: Any) -> None:
        """Add what the spelling or a weight says about an op besides its arguments."""
        if name.startswith("conv"):
            kernel = next((weight.spec.shape[2:] for weight in self.weights if weight.arg == "weight"), None)
            if kernel is not None:
                self.attributes = {"kernel_size": kernel, **self.attributes}
        elif name in ("rnn", "rnn_cell") and not isinstance(function, str):
            self.attributes["nonlinearity"] = spelling(function)[4:8]
        if not isinstance(function, str) and namespace_of(function) == "quantized" and "_relu" in spelling(function):
            self.attributes["activation"] = "relu"


def _unseen_arguments(raw: RawOp) -> Iterator[tuple[str, Any]]:
    """Arguments of what is no torch function: values by position, and whatever is known besides."""
    for i, value in enumerate(raw.args):
        yield (value.name.rpartition(".")[2] if isinstance(value, Held) else f"inputs.{i}"), value
    yield from raw.kwargs.items()
    if raw.function not in RECORDER_WORDS:
        yield UNSEEN, True


@lru_cache(maxsize=4096)
def spec(raw: RawSpec) -> TensorSpec:
    """A tensor's spec without torch's own types."""
    shape, dtype, device = raw
    return TensorSpec(tuple(map(int, shape)), str(dtype).removeprefix("torch."), str(device))


def plain_value(value: Any) -> Plain:
    """An argument as a plain value; non-finite floats as words."""
    if value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, tuple):
        return tuple(plain_value(part) for part in value)
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    return index_words(value) if isinstance(value, (slice, type(...))) else str(value)


def index_words(index: Any) -> str:
    """An index as people write it between the brackets: `:, ::2, None, ..., tensor`."""
    if isinstance(index, (Value, Held)):
        return "tensor"
    if isinstance(index, tuple):
        return ", ".join(f"[{index_words(part)}]" if isinstance(part, tuple) else index_words(part) for part in index)
    if isinstance(index, slice):
        start, stop, step = (
            "" if part is None else index_words(part) for part in (index.start, index.stop, index.step)
        )
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    return "..." if index is ... else str(index)


def module_calls(raws: list[RawCall], ops: tuple[Op, ...], loose: Container[str]) -> tuple[ModuleCall, ...]:
    """Module calls, each with the values that enter it, by argument or otherwise, and those it returned.

    `loose`: paths of the outermost modules that are not registered.
    """
    parameters: dict[int, dict[int, int]] = {}
    entering = _entering(raws, ops)
    return tuple(
        ModuleCall(
            id=i,
            path=raw.path,
            cls=class_name(raw.module),
            parent=raw.parent,
            number=raw.number,
            parameters=sum(_parameters(raw.module, parameters).values()),
            inputs=_refs((*raw.inputs, *entering[i])),
            outputs=_refs(raw.outputs),
            loose=raw.path in loose,
        )
        for i, raw in enumerate(raws)
    )


def _entering(raws: list[RawCall], ops: tuple[Op, ...]) -> list[list[Value]]:
    """For each call the values that ops inside read and ops outside made, in the order of reading."""
    around: list[tuple[int, ...]] = []
    for i, raw in enumerate(raws):
        around.append((i, *(around[raw.parent] if raw.parent >= 0 else ())))
    entering: list[dict[Value, None]] = [{} for _ in raws]
    for op in ops:
        for read in op.inputs:
            if ops[read.op].call == op.call:
                continue
            home = around[ops[read.op].call]
            for call in around[op.call]:
                if call in home:
                    break
                entering[call][Value(read.op, read.slot)] = None
    return [list(values) for values in entering]


def _refs(values: Iterable[Value]) -> tuple[Ref, ...]:
    return tuple([Ref(value.op, value.slot) for value in dict.fromkeys(values)])


def _parameters(module: nn.Module, known: dict[int, dict[int, int]]) -> dict[int, int]:
    """Sizes of the distinct parameters in a module and below it, by identity (tied weights are one)."""
    if id(module) not in known:
        sizes = known[id(module)] = {id(p): p.numel() for p in module._parameters.values() if p is not None}
        for child in module._modules.values():
            if child is not None:
                sizes.update(_parameters(child, known))
    return known[id(module)]
