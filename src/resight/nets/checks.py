"""Settings of a network, checked before anything is built from them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..errors import UserError
from ..text import did_you_mean, plural


def check_known(name: str, value: object, known: Collection[str]) -> None:
    """Raise UserError, naming the close ones, unless `value` is one of `known`."""
    if value not in tuple(known):
        hint = did_you_mean(str(value), tuple(known)) or f"it is one of {', '.join(known)}"
        raise UserError(f"there is no {name} {value!r}", hint=hint)


def check_switch(name: str, value: object) -> None:
    """Raise UserError unless `value` is True or False."""
    if not isinstance(value, bool):
        raise UserError(f"{name} is {value!r}", hint=f"write {name}=True or {name}=False")


def check_count(name: str, value: object) -> None:
    """Raise UserError unless `value` is a whole number of at least 1."""
    if not _is_count(value):
        raise UserError(f"{name} is {value!r}", hint="give a whole number of at least 1")


def check_counts(name: str, values: object, stages: int | None = None) -> tuple[int, ...]:
    """`values` as a tuple of whole numbers of at least 1, one for each stage.

    Raises UserError where they are something else, none, or not as many as there are `stages`.
    """
    example = f"{name}=[{', '.join(['2'] * (stages or 3))}]"
    if isinstance(values, str) or not isinstance(values, Sequence) or not all(map(_is_count, values)):
        raise UserError(f"{name} is {values!r}", hint=f"give whole numbers of at least 1, for instance {example}")
    if not values:
        raise UserError(f"{name} is empty", hint=f"give one number for each stage, for instance {example}")
    if stages is not None and len(values) != stages:
        what = f"{name} has {plural(len(values), 'number')} for {plural(stages, 'stage')}"
        raise UserError(what, hint=f"give one for each stage, for instance {example}")
    return tuple(values)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
