"""Frozen dataclasses to plain JSON values and back, by their annotations."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from .errors import UserError

SCALARS = (str, int, float, bool, types.NoneType)
"""What JSON has besides lists and objects."""

LARGEST = 1 << 63
"""Integers are below, so that numpy and everybody else can hold them."""

DEEPEST = 32
"""Levels of lists in a value of no fixed shape, such as an attribute."""

NO_TRACE = "is this a resight trace?"


def read_json(path: Path) -> Any:
    """What a JSON file holds; raises ValueError, also where it is nested deeper than can be read, or OSError."""
    try:
        return json.loads(path.read_bytes())
    except RecursionError:
        raise ValueError("it is nested too deep") from None


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

    The annotations are the schema: kinds of values, entries of tuples, integers of 64 bits, little nesting.

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
    if origin in (Union, types.UnionType):
        return _union_decoder(get_args(cls))
    if origin is not None and issubclass(origin, Mapping):
        each = _decoder(get_args(cls)[1])
        return lambda value, where: {key: each(item, where) for key, item in _expect(value, dict, where).items()}
    if cls in SCALARS:
        return lambda value, where: _scalar(value, (cls,), where)
    return _plain


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


def _union_decoder(args: tuple[Any, ...]) -> Decoder:
    """Of scalars, and of one kind of dataclass or tuple besides."""
    scalars = tuple(arg for arg in args if arg in SCALARS)
    nested = [_decoder(arg) for arg in args if arg not in SCALARS]

    def decoder(value: Any, where: str) -> Any:
        return nested[0](value, where) if nested and isinstance(value, (dict, list)) else _scalar(value, scalars, where)

    return decoder


def _plain(value: Any, where: str, left: int = DEEPEST) -> Any:
    """A scalar of any kind, or tuples of tuples of them."""
    if not isinstance(value, list):
        return _scalar(value, SCALARS, where)
    if not left:
        raise UserError(f"{where} is nested more than {DEEPEST} levels deep", hint=NO_TRACE)
    return tuple([_plain(item, where, left - 1) for item in value])


def _scalar(value: Any, kinds: tuple[type, ...], where: str) -> Any:
    kind = type(value)
    if kind not in kinds and not (kind is int and float in kinds):
        raise _wrong(value, kinds[0], where)
    if kind is int and not -LARGEST <= value < LARGEST:
        raise UserError(f"{where} is a number of more than 64 bits", hint=NO_TRACE)
    return value


def _expect(value: Any, cls: type, where: str) -> Any:
    if not isinstance(value, cls):
        raise _wrong(value, cls, where)
    return value


def _wrong(value: Any, cls: type, where: str) -> UserError:
    return UserError(f"{where} is {type(value).__name__} instead of {cls.__name__}", hint=NO_TRACE)
