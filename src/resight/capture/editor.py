"""Watch one forward for the merges that were edited, and change what comes in there."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from types import FrameType
from typing import Any, NamedTuple, TypeAlias

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils import checkpoint

from ..errors import UserError
from ..skips import Edit, Join
from .callstack import CallStack, RawCall
from .opened import OPENED
from .ops import name_of
from .recorder import is_in_backward
from .scaling import scaled_arguments
from .sources import EDGE, Sources, user_spot

Place: TypeAlias = tuple[str, int, str, str]
"""Where ops are counted: path and number of the module call, op name, text of the user's line."""


class Change(NamedTuple):
    """One op to be changed: where it takes in shortcut and branch, and what each operand is multiplied by."""

    join: Join
    factors: Mapping[str, float]


class Plan:
    """The ops that a set of edits changes. Edits of the same merge multiply."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self.changes: dict[tuple[Place, int], Change] = {}
        for edit in edits:
            for join in edit.skip.joins:
                key = (join.path, join.number, join.name, join.text), join.order
                before = self.changes[key].factors if key in self.changes else {}
                sides = {**dict.fromkeys(join.shortcut, edit.shortcut), **dict.fromkeys(join.branch, edit.branch)}
                factors = {name: factor * before.get(name, 1.0) for name, factor in sides.items()}
                self.changes[key] = Change(join, factors)
        self.calls = {(path, number) for (path, number, *_), _ in self.changes}
        self.names = {name for (_, _, name, _), _ in self.changes}


class Editor(TorchFunctionMode):  # type: ignore[misc]
    """Counts ops where the plan has changes, as the op recorder does, and makes each change when its op comes up.

    One editor serves one forward. Ops are told by their module call, name and line, and counted only among their
    likes: what else runs (another mode, another batch size, other modules) does not matter.
    """

    def __init__(self, plan: Plan, modules: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.call = 0
        self.calls = CallStack(modules, self, is_inside=True)
        self._plan = plan
        self._counted: dict[Place, int] = {}
        self._sources = Sources()
        self._waiting = dict(plan.changes)
        self._needs_gradients = torch.is_grad_enabled()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        call = self.calls.calls[self.call]
        if (call.path, call.number) not in self._plan.calls or is_in_backward():
            return func(*args, **kwargs)
        if func in OPENED:
            with self:
                return OPENED[func](*args, **kwargs)
        name = name_of(func)
        change = self._change_at(call, name, sys._getframe(1)) if name in self._plan.names else None
        if change is not None:
            args, kwargs = _changed(change, func, args, kwargs)
        return func(*args, **kwargs)

    def _change_at(self, call: RawCall, name: str, frame: FrameType) -> Change | None:
        line = self._sources.of(user_spot(frame))
        place = call.path, call.number, name, line.text if line else ""
        order = self._counted[place] = self._counted.get(place, -1) + 1
        change = self._waiting.pop((place, order), None)
        if change is not None and self._needs_gradients and _is_checkpointed(frame):
            raise UserError(
                f"{where(change.join)} is inside a checkpoint, which would run it again, unedited, in the backward",
                hint="turn gradient checkpointing off, or run under torch.no_grad()",
            )
        return change

    def check_all_made(self) -> None:
        """Raise `UserError` if the forward is over and an op to be changed never came up."""
        for change in self._waiting.values():
            raise UserError(
                f"{where(change.join)} did not run: this forward took another path than the traced one",
                hint="trace the model again with this input",
            )


def where(join: Join) -> str:
    """A merge in words: the add in layer1.0 (`out += identity`)."""
    home = join.path or "the model itself"
    again = f", call {join.number + 1}" if join.number else ""
    return f"the {join.name} in {home}{again}" + (f" (`{join.text}`)" if join.text else "")


def _changed(change: Change, func: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
    factors = {name: factor for name, factor in change.factors.items() if factor != 1}
    scaled = scaled_arguments(func, args, kwargs, factors)
    if scaled is None:
        raise UserError(
            f"{where(change.join)} reads other operands than when it was traced",
            hint="trace the model again with this input",
        )
    return scaled


def _is_checkpointed(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_code.co_filename != EDGE:
        if frame.f_code.co_filename == checkpoint.__file__:
            return True
        frame = frame.f_back
    return False
