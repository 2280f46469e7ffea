"""Which argument is which: names for what was passed to a torch function by position.

Functions written in Python have a signature; the others are looked up among the operator schemas torch was built
with (`aten::conv2d(Tensor input, Tensor weight, ...)`), by the kinds of the arguments where there are several.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from types import FunctionType
from typing import Any

import torch

from .ops import ALIASES, SWAPPED, canonical_name, plain_name, spelling
from .values import Held, Value

FIXED: dict[str, tuple[str, ...]] = {
    "getitem": ("input", "index"), "setitem": ("input", "index", "value"), "einsum": ("equation", "operands"),
    "data": ("input", "value"), "to": ("input", "dtype", "copy"), "type_as": ("input", "other"),
    "iter": ("input",), "T": ("input",), "mT": ("input",), "H": ("input",), "mH": ("input",),
}  # fmt: skip
"""Names of arguments where torch has none, or none that help."""

OPEN_ENDED = frozenset({
    "view", "reshape", "permute", "expand", "repeat", "tile", "einsum", "flip", "sum_to_size", "new_zeros", "new_ones",
    "new_empty", "zeros", "ones", "rand", "randn", "empty",
})  # fmt: skip
"""Functions whose last named argument may be spread over the rest: `x.view(2, 3)`, `einsum(rule, a, b)`."""


def bind(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments by name, in the order they were passed."""
    spelled = spelling(function)
    names = _names(function, spelled, tuple(_kind(arg) for arg in args))
    plain = plain_name(spelled)
    if plain in OPEN_ENDED and len(names) <= len(args) and not isinstance(args[len(names) - 1], tuple):
        args = (*args[: len(names) - 1], args[len(names) - 1 :])
    bound = {_name_at(names, i): arg for i, arg in enumerate(args)}
    bound.update({"input" if name == "self" else name: value for name, value in kwargs.items()})
    if plain in SWAPPED:
        bound = {"input": bound.get("other"), "other": bound.get("input")}
    if canonical_name(spelled) == "matmul":
        bound = {"other" if name in ("mat2", "vec") else name: value for name, value in bound.items()}
    return bound


def _name_at(names: tuple[str, ...], position: int) -> str:
    return names[position] if position < len(names) else f"argument{position}"


@lru_cache(maxsize=4096)
def _names(function: Any, spelled: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    plain = plain_name(spelled)
    if isinstance(function, str):
        return ("inputs",)
    if plain in FIXED:
        return FIXED[plain]
    if isinstance(function, FunctionType):
        named = _signature(function)
        if named:
            return named
    schemas = _schemas(plain) or _schemas(ALIASES.get(plain, plain))
    fitting = next((schema for schema in schemas if _fits(schema, kinds, plain in OPEN_ENDED)), None)
    if fitting is None and schemas:
        fitting = max(schemas, key=lambda schema: _agreement(schema, kinds))
    if fitting is None:
        return ("input", "other") if len(kinds) < 3 else ("input",)
    return tuple(_renamed(name) for name, _ in fitting)


def _signature(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    if any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters):
        return ()
    return tuple(_renamed(parameter.name) for parameter in parameters)


def _renamed(name: str) -> str:
    return "input" if name == "self" else name


@lru_cache(maxsize=1024)
def _schemas(name: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Name and type of the positional arguments of every overload of an operator."""
    found = torch._C._jit_get_schemas_for_operator(f"aten::{name}")
    return tuple(
        tuple((argument.name, str(argument.type)) for argument in schema.arguments if not argument.kwarg_only)
        for schema in found
    )


def _fits(schema: tuple[tuple[str, str], ...], kinds: tuple[str, ...], open_ended: bool) -> bool:
    if len(kinds) > len(schema) and not (open_ended and schema):
        return False
    return all(_accepts(wanted, kind) for (_, wanted), kind in zip(schema, kinds))


def _agreement(schema: tuple[tuple[str, str], ...], kinds: tuple[str, ...]) -> int:
    return sum(_accepts(wanted, kind) for (_, wanted), kind in zip(schema, kinds))


def _accepts(wanted: str, kind: str) -> bool:
    if kind == "none":
        return wanted.startswith("Optional")
    bare = wanted.removeprefix("Optional[").removesuffix("]") if wanted.startswith("Optional") else wanted
    return {
        "tensor": bare == "Tensor",
        "tensors": bare.startswith("List") and "Tensor" in bare,
        "numbers": bare.startswith("List") and "Tensor" not in bare,
        "bool": bare in ("bool", "number"),
        "int": bare in ("int", "number", "float", "List[int]", "List[int"),
        "float": bare in ("float", "number"),
        "dtype": bare == "int",
        "words": bare in ("str", "Device"),
    }.get(kind, False)


def _kind(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, (Value, Held)):
        return "tensor"
    if isinstance(value, tuple):
        return "tensors" if any(isinstance(part, (Value, Held)) for part in value) else "numbers"
    for kind, type_ in (("bool", bool), ("int", int), ("float", float), ("dtype", torch.dtype)):
        if isinstance(value, type_):
            return kind
    return "words"
