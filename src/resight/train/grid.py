"""The variants of a sweep: a network with some of its settings replaced, each combination once."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from ..capture.resolve.spec import Spec, parse_spec
from ..errors import UserError
from .network import written

EXAMPLES = "for instance --vary shortcut=B,none or --vary 'strides=[1,2,2,2],[1,1,2,2]'"

LONGEST = 40
"""Characters of a variant in the name of a folder."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A setting and its values, in the order they were given."""

    name: str
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """A network by its spec; `words` say what is its own: `shortcut=B`, empty where nothing is varied."""

    spec: str
    words: str

    @property
    def slug(self) -> str:
        """The words as part of a file name: `shortcut-B`."""
        return re.sub(r"[^\w.]+", "-", self.words, flags=re.ASCII).strip("-.")[:LONGEST]


def parse_axis(text: str) -> Axis:
    """Read `NAME=VALUE,VALUE,...`: values as in a spec, separated by commas; brackets hold a list together.

    Raises:
        UserError: the text has no such form, or a value occurs twice.
    """
    name, sign, values = (part.strip() for part in text.partition("="))
    try:
        listed = ast.parse(f"[{values}]", mode="eval").body
        texts = [ast.unparse(value) for value in listed.elts] if isinstance(listed, ast.List) else []
        if not (sign and name.isidentifier() and texts):
            raise ValueError
        found = tuple(parse_spec(f"net({name}={value})").kwargs[name] for value in texts)
    except (SyntaxError, ValueError, KeyError, UserError):
        raise UserError(f"cannot read --vary {text}", hint=EXAMPLES) from None
    if len({repr(value) for value in found}) < len(found):
        raise UserError(f"--vary {text} has a value twice", hint=EXAMPLES)
    return Axis(name, found)


def variants(spec: str, axes: Sequence[Axis]) -> list[Variant]:
    """Every combination of values, the last axis fastest.

    Raises:
        UserError: the spec cannot be read, or an axis occurs twice.
    """
    parsed = parse_spec(spec)
    names = [axis.name for axis in axes]
    if len(set(names)) < len(names):
        raise UserError("a setting is varied twice", hint="give all its values in one --vary")
    return [_variant(parsed, dict(zip(names, values))) for values in product(*(axis.values for axis in axes))]


def _variant(spec: Spec, settings: dict[str, object]) -> Variant:
    words = ", ".join(f"{name}={value}" for name, value in settings.items())
    return Variant(written(replace(spec, kwargs={**spec.kwargs, **settings})), words)
