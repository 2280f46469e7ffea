"""Which argument is which: names for what was passed to a torch function by position.

Functions written in Python have a signature; the others are looked up among the operator schemas torch was built
with (`aten::conv2d(Tensor input, Tensor weight, ...)`), by the kinds of the arguments where there are several.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import chain
from types import FunctionType
from typing import Any

import torch

from .ops import ALIASES, SWAPPED, canonical_name, namespace_of, plain_name, spelling
from .values import Held, Value

FIXED: dict[str, tuple[str, ...]] = {
    "getitem": ("input", "index"), "setitem": ("input", "index", "value"), "einsum": ("equation", "operands"),
    "data": ("input", "value"), "to": ("input", "dtype", "copy"), "type_as": ("input", "other"),
    "iter": ("input",), "T": ("input",), "mT": ("input",), "H": ("input",), "mH": ("input",),
}  # fmt: skip
"""Names of arguments where torch has none, or none that help."""

KINDS = {
    type(None): "none", Value: "tensor", Held: "tensor", bool: "bool", int: "int", float: "float", torch.dtype: "dtype",
}  # fmt: skip
"""What an argument of a type is; a tuple may be either numbers or tensors."""

VALUES = (Value, Held)

QUANTIZED = {"qx": "input", "qa": "input", "X": "input", "qb": "other", "b": "other", "packed_weight": "weight"}
"""What quantized operators call their operands, and the name those have here."""

OPEN_ENDED = frozenset({
    "view", "reshape", "permute", "expand", "repeat", "tile", "einsum", "flip", "sum_to_size", "new_zeros", "new_ones",
    "new_empty", "zeros", "ones", "rand", "randn", "empty",
})  # fmt: skip
"""Functions whose last named argument may be spread over the rest: `x.view(2, 3)`, `einsum(rule, a, b)`."""


def bind(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Name and value of each argument, in the order they were passed."""
    names, is_open_ended = _names(function, tuple([KINDS.get(type(arg)) or _kind(arg) for arg in args]))
    if is_open_ended and len(names) <= len(args) and type(args[len(names) - 1]) is not tuple:
        args = (*args[: len(names) - 1], args[len(names) - 1 :])
    if len(names) < len(args):
        names += tuple(f"argument{i}" for i in range(len(names), len(args)))
    passed = zip(names, args)
    return chain(passed, [(_renamed(name), value) for name, value in kwargs.items()]) if kwargs else passed


@lru_cache(maxsize=4096)
def _names(function: Any, kinds: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """What positional arguments of these kinds are called, and whether the last name takes all that follow."""
    spelled = spelling(function)
    plain = plain_name(spelled)
    names = _positional(function, plain, kinds)
    if plain in SWAPPED:
        names = ("other", "input")
    elif canonical_name(spelled) == "matmul":
        names = tuple("other" if name in ("mat2", "vec") else name for name in names)
    return names, plain in OPEN_ENDED


def _positional(function: Any, plain: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    named = FIXED.get(plain) or (_signature(function) if isinstance(function, FunctionType) else ())
    if named:
        return named
    home = namespace_of(function) or "aten"
    schemas = _schemas(f"{home}::{plain}") or _schemas(f"{home}::{ALIASES.get(plain, plain)}")
    if not schemas:
        return ("input", "other") if len(kinds) < 3 else ("input",)
    fitting = (schema for schema in schemas if _fits(schema, kinds, plain in OPEN_ENDED))
    closest = next(fitting, None) or max(schemas, key=lambda schema: _agreement(schema, kinds))
    names = [name for name, _ in closest]
    return tuple(QUANTIZED.get(name, name) if home == "quantized" else _renamed(name) for name in names)


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
    found = torch._C._jit_get_schemas_for_operator(name)
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
    if type(value) is not tuple:
        return "words"
    return "tensors" if any(type(part) in VALUES for part in value) else "numbers"
