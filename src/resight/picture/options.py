"""From the options a user gives to a checked view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from ..errors import UserError
from ..text import did_you_mean
from ..traces import Trace
from .drawing import Drawing
from .heat import check_color
from .payload import View

LARGEST_SCALE = 20.0
MOST_COLUMNS = 1000


def drawing(trace: Trace, options: Mapping[str, Any]) -> Drawing:
    """A trace with the view that `options` describe: the fields of `View`, `scale` and `map_bytes`.

    Raises:
        UserError: an unknown option, or a value of the wrong type or out of range.
    """
    known = [field.name for field in fields(View)] + list(BESIDE)
    for name in options:
        if name not in known:
            hint = did_you_mean(name, known) or f"options are {', '.join(known)}"
            raise UserError(f"there is no option {name!r} for a picture", hint=hint)
    values = dict(options)
    beside = {name: check(values.pop(name)) for name, check in BESIDE.items() if values.get(name) is not None}
    if isinstance(values.get("open"), str):
        values["open"] = (values["open"],)
    asked = {name: value for name, value in values.items() if name not in BESIDE}
    view = View(**{**asked, "open": tuple(values.get("open") or ())})
    _check_numbers(view)
    if view.color:
        check_color(view.color)
    return Drawing(trace, view, **beside)


def _check_numbers(view: View) -> None:
    """Refuse what is no number; the engine knows which numbers and paths make sense."""
    for name, number in (("depth", view.depth), ("wrap", view.wrap)):
        if number is not None and not isinstance(number, int):
            raise UserError(f"{name} can't be {number!r}", hint="give a whole number, 0 or more")
    if view.wrap is not None and view.wrap > MOST_COLUMNS:
        raise UserError(f"wrap can't be {view.wrap}", hint=f"give at most {MOST_COLUMNS} columns, or 0 to choose")


def _scale(scale: Any) -> float:
    if not isinstance(scale, (int, float)) or not 0 < scale <= LARGEST_SCALE:
        raise UserError(f"scale can't be {scale!r}", hint=f"give a number above 0 and up to {LARGEST_SCALE:g}")
    return float(scale)


def _map_bytes(count: Any) -> int:
    if not isinstance(count, int) or count < 0:
        raise UserError(
            f"map_bytes can't be {count!r}", hint="give a number of bytes, 0 for a page without feature maps"
        )
    return count


BESIDE: dict[str, Callable[[Any], Any]] = {"scale": _scale, "map_bytes": _map_bytes}
"""Options that are no part of a view, and what checks each."""
