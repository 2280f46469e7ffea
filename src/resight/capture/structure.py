"""Tensors in whatever a model takes and gives: nested containers, dataclasses, caches, and a name for each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from typing import Any

from torch import Tensor, nn

DEPTH = 12
"""Containers within containers looked into."""


def named_tensors(nest: Any, name: str = "") -> Iterator[tuple[str, Tensor]]:
    """Every tensor in `nest` once, with the way to it: `0`, `logits`, `past_key_values.layers.0.keys`."""
    return ((path, tensor) for path, tensor, _ in returned_tensors(nest, name))


def returned_tensors(nest: Any, name: str = "") -> Iterator[tuple[str, Tensor, bool]]:
    """As `named_tensors`, and whether each is kept in a cache: for the next call, not as an answer."""
    yield from _walk(nest, name, False, set(), DEPTH)


def _walk(nest: Any, name: str, in_cache: bool, visited: set[int], depth: int) -> Iterator[tuple[str, Tensor, bool]]:
    if id(nest) in visited or depth == 0:
        return
    visited.add(id(nest))
    if isinstance(nest, Tensor):
        yield name, nest, in_cache
        return
    in_cache = in_cache or _is_cache(nest)
    for key, part in _parts(nest):
        yield from _walk(part, f"{name}.{key}" if name else str(key), in_cache, visited, depth - 1)


def _is_cache(nest: Any) -> bool:
    """True for objects, not containers, that take in more at each call: `update` is what all key-value caches offer."""
    return not isinstance(nest, (Mapping, Set)) and callable(getattr(type(nest), "update", None)) and _is_open(nest)


def _parts(nest: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(nest, Mapping):
        yield from nest.items()
    elif isinstance(nest, tuple) and hasattr(nest, "_fields"):
        yield from zip(nest._fields, nest)
    elif isinstance(nest, (list, tuple)):
        yield from enumerate(nest)
    elif is_dataclass(nest) and not isinstance(nest, type):
        yield from ((field.name, getattr(nest, field.name, None)) for field in fields(nest))
    elif _is_open(nest):
        yield from ((key, part) for key, part in vars(nest).items() if not key.startswith("_"))


def _is_open(nest: Any) -> bool:
    """True for plain objects that only hold things, such as a key-value cache."""
    is_code = isinstance(nest, (type, nn.Module)) or inspect.isroutine(nest) or inspect.ismodule(nest)
    return (
        hasattr(nest, "__dict__") and not is_code and type(nest).__module__.split(".")[0] not in ("builtins", "torch")
    )


def tensors_in(nest: Any) -> list[Tensor]:
    """Tensors in nested lists, tuples and dicts, in order."""
    if isinstance(nest, Tensor):
        return [nest]
    parts = nest if isinstance(nest, (list, tuple)) else nest.values() if isinstance(nest, dict) else ()
    return [tensor for part in parts for tensor in tensors_in(part)]


def named_arguments(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments by the names `function` gives them; by position where it does not take them."""
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return {**{str(i): value for i, value in enumerate(args)}, **kwargs}
    named: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            named.update(value)
        elif kind is inspect.Parameter.VAR_POSITIONAL and len(value) == 1:
            named[name] = value[0]
        else:
            named[name] = value
    return named
