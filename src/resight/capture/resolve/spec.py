"""What the user types to name a network, read without running anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...errors import UserError
from ...text import shorten

FAMILY_NAMES = ("torchvision", "timm", "hf")
"""What stands before the colon for networks that are known by name."""

MISTYPED = 0.75
"""How alike two names are (difflib's ratio) of which one is taken for the other mistyped: 1 letter wrong in 4."""

FORMS = (
    "write resnet18 or another net of resight.nets, torchvision:NAME, timm:NAME, hf:MODEL_TYPE, "
    "package.module:factory, path/file.py:factory or a saved trace.json"
)
FILE = re.compile(r"(?P<place>.+\.py):(?P<call>.+)", re.DOTALL)
CALL = re.compile(r"(?P<name>[^()]+?)\s*(?P<arguments>\(.*\))?\s*", re.DOTALL)

NOT_WORDS = {"true": "True", "false": "False", "null": "None", "nan": "a number", "inf": "a number"}
"""Bare words that mean a value elsewhere and would be read as text here, with what to write instead."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A network by name: `text` as typed, `place` before the colon, `name` behind it, and its arguments.

    `place` is a family (`torchvision`), a dotted module or the path of a Python file; it is empty
    for a net of resight's own. Arguments are literals; a bare word given by name is text, as in `shortcut=A`.
    """

    text: str
    place: str
    name: str
    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_file(self) -> bool:
        return self.place.endswith(".py")

    @property
    def title(self) -> str:
        """The name with its arguments: `resnet18`, `ResNet(depth=20)`."""
        words = [repr(value) for value in self.args] + [f"{key}={value!r}" for key, value in self.kwargs.items()]
        return f"{self.name}({', '.join(words)})" if words else self.name


def parse_spec(text: str) -> Spec:
    """Split `place:name(arguments)`; the arguments are read as literals, never evaluated.

    Raises UserError where the text has no such form.
    """
    text = text.strip()
    found = FILE.fullmatch(text)
    if found:
        place, call = found["place"], found["call"]
    else:
        place, call = _split_before_call(text)
    matched = CALL.fullmatch(call)
    if not matched:
        raise UserError(f"cannot read the spec {named(text)}", hint=FORMS)
    args, kwargs = _literals(matched["arguments"] or "()", text)
    return Spec(text, place, matched["name"].strip(), args, kwargs)


def named(text: str) -> str:
    """What a user typed, for an error: quoted, and no longer than one reads."""
    return repr(shorten(text, 80))


def _split_before_call(text: str) -> tuple[str, str]:
    """Split at the last colon outside the parentheses."""
    head, bracket, tail = text.partition("(")
    place, _, name = head.rpartition(":")
    return place, name + bracket + tail


def _literals(written: str, text: str) -> tuple[tuple[object, ...], dict[str, object]]:
    try:
        call = ast.parse("f" + written, mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            raise ValueError("not one call")
        args = tuple(ast.literal_eval(value) for value in call.args)
        kwargs = {str(word.arg): _value(word.value) for word in call.keywords if word.arg}
        if len(kwargs) != len(call.keywords):
            raise ValueError("** is not a literal")
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError) as error:
        hint = "write literals only, for instance name(num_classes=10, act='relu')"
        raise UserError(f"cannot read the arguments of {named(text)}", hint=hint) from error
    return args, kwargs


def _value(node: ast.expr) -> object:
    """A literal, or the text of a bare word: quotes inside the shell's own quotes are hard to write."""
    if not isinstance(node, ast.Name):
        return ast.literal_eval(node)
    if node.id.lower() in NOT_WORDS:
        raise UserError(f"{node.id} is not a value in Python", hint=f"write {NOT_WORDS[node.id.lower()]}")
    return node.id
