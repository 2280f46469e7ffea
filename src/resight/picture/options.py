"""From the options a user gives to a checked view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ..errors import UserError
from ..text import did_you_mean
from ..traces import Trace
from .drawing import Drawing
from .heat import check_color
from .payload import View

LARGEST_SCALE = 20.0


def drawing(trace: Trace, options: Mapping[str, Any]) -> Drawing:
    """A trace with the view that `options` describe: the fields of `View`, and `scale`.

    Raises:
        UserError: an unknown option, or a value of the wrong type or out of range.
    """
    known = [field.name for field in fields(View)] + ["scale"]
    for name in options:
        if name not in known:
            hint = did_you_mean(name, known) or f"options are {', '.join(known)}"
            raise UserError(f"there is no option {name!r} for a picture", hint=hint)
    values = dict(options)
    scale = values.pop("scale", None)
    if isinstance(values.get("open"), str):
        values["open"] = (values["open"],)
    view = View(**{**values, "open": tuple(values.get("open") or ())})
    _check_numbers(view)
    if view.color:
        check_color(view.color)
    return Drawing(trace, view) if scale is None else Drawing(trace, view, _scale(scale))


def _check_numbers(view: View) -> None:
    """Refuse what is no number; the engine knows which numbers and paths make sense."""
    for name, number in (("depth", view.depth), ("wrap", view.wrap)):
        if number is not None and not isinstance(number, int):
            raise UserError(f"{name} can't be {number!r}", hint="give a whole number, 0 or more")


def _scale(scale: Any) -> float:
    if not isinstance(scale, (int, float)) or not 0 < scale <= LARGEST_SCALE:
        raise UserError(f"scale can't be {scale!r}", hint=f"give a number above 0 and up to {LARGEST_SCALE:g}")
    return float(scale)
