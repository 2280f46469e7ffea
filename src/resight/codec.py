"""Frozen dataclasses to plain JSON values and back, by their annotations."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from .errors import UserError


def encode(value: Any) -> Any:
    """A dataclass as a dict without the fields that hold their default; tuples as lists.

    A class with the methods `to_plain` and `from_plain` says itself how it is written and read.
    """
    if hasattr(value, "to_plain"):
        return value.to_plain()
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: encode(held)
            for name, default in _defaults(value.__class__)
            if (held := getattr(value, name)) != default or default is MISSING
        }
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    return value


def decode(cls: Any, value: Any) -> Any:
    """What `encode` made, as a `cls` again.

    Raises:
        UserError: the value does not have the shape of a `cls`; names the field.
    """
    return _decoder(cls)(value, getattr(cls, "__name__", str(cls)))


@cache
def _defaults(cls: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, _default(field)) for field in fields(cls))


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


Decoder = Callable[[Any, str], Any]


@cache
def _decoder(cls: Any) -> Decoder:
    origin = get_origin(cls)
    if hasattr(cls, "from_plain"):
        return lambda value, where: cls.from_plain(value)
    if is_dataclass(cls):
        return _dataclass_decoder(cls)
    if origin is tuple:
        return _tuple_decoder(get_args(cls))
    held: list[Any] = [arg for arg in get_args(cls) if is_dataclass(arg)]
    if origin in (Union, types.UnionType) and held:
        inner = _decoder(held[0])
        return lambda value, where: None if value is None else inner(value, where)
    if origin is not None and issubclass(origin, Mapping):
        return lambda value, where: {key: _frozen(item) for key, item in _expect(value, dict, where).items()}
    if cls in (str, int, bool):
        return lambda value, where: _expect(value, cls, where)
    return lambda value, where: _frozen(value)


def _dataclass_decoder(cls: Any) -> Decoder:
    hints = get_type_hints(cls)
    parts = [(field.name, _decoder(hints[field.name]), _default(field)) for field in fields(cls)]

    def decoder(value: Any, where: str) -> Any:
        _expect(value, dict, where)
        held = []
        for name, part, default in parts:
            if name in value:
                held.append(part(value[name], f"{where}.{name}"))
            elif default is MISSING:
                raise UserError(f"{where} has no {name}", hint="the file may be cut short or edited by hand")
            else:
                held.append(default)
        return cls(*held)

    return decoder


def _tuple_decoder(args: tuple[Any, ...]) -> Decoder:
    if len(args) == 2 and args[1] is Ellipsis:
        each = _decoder(args[0])
        return lambda value, where: tuple([each(item, where) for item in _expect(value, list, where)])
    parts = [_decoder(arg) for arg in args]

    def decoder(value: Any, where: str) -> Any:
        if len(_expect(value, list, where)) != len(parts):
            raise UserError(f"{where} has {len(value)} entries instead of {len(parts)}")
        return tuple([part(item, where) for part, item in zip(parts, value)])

    return decoder


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _expect(value: Any, cls: type, where: str) -> Any:
    if not isinstance(value, cls) or (cls is int and isinstance(value, bool)):
        raise UserError(f"{where} is {type(value).__name__} instead of {cls.__name__}", hint="is this a resight trace?")
    return value
