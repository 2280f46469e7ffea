"""The arguments of an add or a concat, with some of its operands multiplied by a number."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from torch import Tensor, zeros_like

from .arguments import bind
from .ops import name_of, spelling, writes_in_place
from .values import Value

PRODUCT_WEIGHTS = {
    "addmm": "alpha", "addbmm": "alpha", "baddbmm": "alpha", "addmv": "alpha", "addr": "alpha",
    "addcmul": "value", "addcdiv": "value",
}  # fmt: skip
"""Ops that add a product to their `input`, and the number torch lets one multiply that product by."""

A_TENSOR = Value(-1, 0)
"""Stands for any tensor where only kinds of arguments count."""


def scaled_arguments(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], factors: Mapping[str, float]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """Positional and named arguments for the same call with the operands named in `factors` multiplied.

    Zero stands for zeros, also where the operand is not finite. An operand that the call overwrites is multiplied
    in place, so that whoever shares its memory sees the same as in an unchanged run. None if an operand is missing.
    """
    scaling = _Scaling(factors)
    weight = PRODUCT_WEIGHTS.get(name_of(function))
    if weight is not None:
        scaling = _Scaling({name: factor for name, factor in factors.items() if name == "input"})
        by_weight = {factor for name, factor in factors.items() if name != "input"}
        kwargs = {**kwargs, weight: kwargs.get(weight, 1) * prod(by_weight)} if by_weight else kwargs
    names = [name for name, _ in bind(function, _kinds(args), dict.fromkeys(kwargs))]
    overwritten = args[0] if args and writes_in_place(spelling(function)) else None
    passed = [scaling.of(name, value, overwritten) for name, value in zip(names, (*args, *kwargs.values()))]
    if scaling.pending:
        return None
    return tuple(passed[: len(args)]), dict(zip(kwargs, passed[len(args) :]))


class _Scaling:
    """Multiplies operands by their factors; `pending` are the names that have not come up."""

    def __init__(self, factors: Mapping[str, float]) -> None:
        self._factors = factors
        self.pending = set(factors)

    def of(self, name: str, value: Any, overwritten: Any) -> Any:
        """An argument with every operand in it multiplied: `tensors.1` is the second of `tensors`."""
        if isinstance(value, (list, tuple)):
            parts = [self.of(f"{name}.{i}", part, overwritten) for i, part in enumerate(value)]
            return parts if isinstance(value, list) else tuple(parts)  # an index that is a list is another index
        if not isinstance(value, Tensor) or name not in self._factors:
            return value
        self.pending.discard(name)
        return _scaled(value, self._factors[name], in_place=value is overwritten)


def _scaled(tensor: Tensor, factor: float, *, in_place: bool) -> Tensor:
    if factor == 0:
        return tensor.zero_() if in_place else zeros_like(tensor)
    return tensor.mul_(factor) if in_place else tensor * factor


def _kinds(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments as `bind` wants them: a stand-in for each tensor, tuples for lists."""
    return tuple([_kind(arg) for arg in args])


def _kind(arg: Any) -> Any:
    if isinstance(arg, Tensor):
        return A_TENSOR
    return tuple([_kind(part) for part in arg]) if isinstance(arg, (list, tuple)) else arg
