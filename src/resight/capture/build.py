"""From what was seen during the run to a graph: names, arguments, attributes, module calls."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import nn

from ..graph import Input, ModuleCall, Op, Plain, Ref, TensorSpec, Weight
from .arguments import bind
from .modules import RawCall, class_name
from .ops import canonical_name, plain_name, spelling
from .recorder import RawOp, RawSpec
from .sources import source
from .values import Held, Value

UNSEEN = "opaque"
"""Attribute of ops whose inside was out of sight: a scripted module, a custom gradient function."""

RECORDER_WORDS = frozenset({"input", "constant", "weight"})


class Builder:
    """Turns raw ops and calls into a graph's. `held` says of each parameter and buffer whether it is a buffer."""

    def __init__(self, held: dict[str, tuple[TensorSpec, bool]]) -> None:
        self._held = held

    def op(self, number: int, raw: RawOp) -> Op:
        """One recorded op, with everything named."""
        named = isinstance(raw.function, str)
        spelled = raw.function if named else spelling(raw.function)
        bound = dict(_unseen_arguments(raw)) if named else bind(raw.function, raw.args, raw.kwargs)
        inputs, weights = self._reads(bound)
        return Op(
            id=number,
            name=spelled if named else canonical_name(spelled),
            call=raw.call,
            inputs=inputs,
            weights=weights,
            attributes=self._attributes(plain_name(spelled), bound, inputs, weights),
            outputs=tuple(map(spec, raw.outputs)),
            inplace=raw.inplace,
            source=source(raw.line),
        )

    def _reads(self, bound: dict[str, Any]) -> tuple[tuple[Input, ...], tuple[Weight, ...]]:
        inputs: list[Input] = []
        weights: list[Weight] = []
        for name, argument in bound.items():
            for path, value in _values(argument, name):
                if isinstance(value, Value):
                    inputs.append(Input(value.op, value.slot, path))
                else:
                    of, is_buffer = self._held[value.name]
                    weights.append(Weight(value.name, of, path, is_buffer))
        return tuple(inputs), tuple(weights)

    def _attributes(
        self, plain: str, bound: dict[str, Any], inputs: tuple[Input, ...], weights: tuple[Weight, ...]
    ) -> dict[str, Plain]:
        attributes: dict[str, Plain] = {}
        if plain.startswith("conv"):
            kernel = next((weight.spec.shape[2:] for weight in weights if weight.arg == "weight"), None)
            if kernel is not None:
                attributes["kernel_size"] = kernel
        if plain.startswith(("rnn_tanh", "rnn_relu")):
            attributes["nonlinearity"] = plain[4:8]
        for name, argument in bound.items():
            if name == "index":
                attributes[name] = index_words(argument)
            elif argument is not None and name != "inplace" and not any(True for _ in _values(argument, name)):
                attributes[name] = plain_value(argument)
        return attributes


def _unseen_arguments(raw: RawOp) -> Iterator[tuple[str, Any]]:
    """Arguments of what is no torch function: values by position, and whatever is known besides."""
    for i, value in enumerate(raw.args):
        yield (value.name.rpartition(".")[2] if isinstance(value, Held) else f"inputs.{i}"), value
    yield from raw.kwargs.items()
    if raw.function not in RECORDER_WORDS:
        yield UNSEEN, True


def _values(argument: Any, name: str) -> Iterator[tuple[str, Value | Held]]:
    """Values inside an argument, each with its name: `other`, `tensors.1`."""
    if isinstance(argument, (Value, Held)):
        yield name, argument
    elif isinstance(argument, tuple):
        for i, part in enumerate(argument):
            yield from _values(part, f"{name}.{i}")
    elif isinstance(argument, slice):
        for part in (argument.start, argument.stop, argument.step):
            yield from _values(part, name)


def spec(raw: RawSpec) -> TensorSpec:
    """A tensor's spec without torch's own types."""
    shape, dtype, device = raw
    return TensorSpec(tuple(map(int, shape)), str(dtype).removeprefix("torch."), str(device))


def plain_value(value: Any) -> Plain:
    """An argument as a plain value; non-finite floats as words."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
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


def module_calls(raws: list[RawCall], ops: tuple[Op, ...]) -> tuple[ModuleCall, ...]:
    """Module calls, each with the values that enter it, by argument or otherwise, and those it returned."""
    sizes: dict[int, int] = {}
    entering = _entering(raws, ops)
    return tuple(
        ModuleCall(
            id=i,
            path=raw.path,
            cls=class_name(raw.module),
            parent=raw.parent,
            number=raw.number,
            parameters=_size(raw.module, sizes),
            inputs=_refs((*raw.inputs, *entering[i])),
            outputs=_refs(raw.outputs),
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
            home = around[ops[read.op].call]
            for call in around[op.call]:
                if call in home:
                    break
                entering[call][Value(read.op, read.slot)] = None
    return [list(values) for values in entering]


def _refs(values: Iterable[Value]) -> tuple[Ref, ...]:
    return tuple(Ref(value.op, value.slot) for value in dict.fromkeys(values))


def _size(module: nn.Module, sizes: dict[int, int]) -> int:
    if id(module) not in sizes:
        sizes[id(module)] = sum(parameter.numel() for parameter in module.parameters())
    return sizes[id(module)]
