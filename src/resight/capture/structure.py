"""Tensors in whatever a model takes and gives: nested containers, dataclasses, caches, and a name for each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Set
from copy import copy
from dataclasses import fields, is_dataclass
from typing import Any

from torch import Tensor, nn

from .holdings import slots_of, value_of

DEPTH = 12
"""Containers within containers looked into."""

LIMIT = 100_000
"""Things looked at: an argument may lead to half a program."""

ITERATORS: tuple[type, ...] = (type(iter([])), type(iter(())))
"""Iterators that are read ahead from a copy."""


def named_tensors(nest: Any, name: str = "") -> Iterator[tuple[str, Tensor]]:
    """Every tensor in `nest` once, with the way to it: `0`, `logits`, `past_key_values.layers.0.keys`."""
    return ((path, tensor) for path, tensor, _ in returned_tensors(nest, name))


def returned_tensors(nest: Any, name: str = "") -> Iterator[tuple[str, Tensor, bool]]:
    """As `named_tensors`, and whether each is kept in a cache: for the next call, not as an answer."""
    yield from _walk(nest, name, False, set(), DEPTH)


def _walk(nest: Any, name: str, in_cache: bool, visited: set[int], depth: int) -> Iterator[tuple[str, Tensor, bool]]:
    if id(nest) in visited or depth == 0 or len(visited) > LIMIT:
        return
    visited.add(id(nest))
    if isinstance(nest, Tensor):
        yield name, nest, in_cache
        return
    in_cache = in_cache or _is_cache(nest)
    for key, part in _parts(nest):
        yield from _walk(part, _path(name, key, part), in_cache, visited, depth - 1)


def _path(name: str, key: Any, part: Any) -> str:
    """The path to a part; an object's private stores are no step of it: `batch.x` for `batch._store._mapping["x"]`."""
    if isinstance(key, str) and key.startswith("_"):
        key = key.strip("_") if isinstance(part, Tensor) else ""
    return f"{name}.{key}" if name and key != "" else name or str(key)


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
    elif type(nest) in ITERATORS:
        yield from enumerate(copy(nest))
    elif _is_open(nest):
        kind: Any = type(nest)
        yield from ((key, value_of(slot, nest)) for key, slot in slots_of(kind).items())
        yield from list(getattr(nest, "__dict__", {}).items())


def _is_open(nest: Any) -> bool:
    """True for plain objects that only hold things, such as a key-value cache or a batch of graphs."""
    kind: Any = type(nest)
    if isinstance(nest, (type, nn.Module)) or inspect.isroutine(nest) or inspect.ismodule(nest):
        return False
    holds = kind.__dictoffset__ != 0 or slots_of(kind)
    return bool(holds) and str(kind.__module__).split(".")[0] not in ("builtins", "torch")


def unread(argument: Any) -> Any:
    """The argument itself; a copy of an iterator, so that the caller's is not used up."""
    return copy(argument) if type(argument) in ITERATORS else argument


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
