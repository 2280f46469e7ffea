"""Change merges while a model runs: `edit`."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import update_wrapper
from typing import Any

from torch import nn

from .. import text
from ..errors import UserError
from ..skips import Edit, Skip
from . import edge
from .eager import eager, uncompiled
from .editor import Editor, Plan, where
from .turns import TURN
from .unregistered import Places, named_modules


@contextmanager
def edit(model: nn.Module, /, *edits: Edit) -> Iterator[nn.Module]:
    """While the context lasts, every call of `model` runs with these merges changed; yields the model.

    ```python
    skip = resight.trace(model, x).skips[3]
    with resight.edit(model, skip.without_branch()):
        y = model(x)
    ```

    Each `Edit` multiplies what enters one merge: the branch by 0 (`skip.without_branch()`; zeros in its place, so a
    concat keeps its shape), the shortcut by 0 (`skip.without_shortcut()`), or the branch by a number
    (`skip.scaled(0.5)`). Everything else runs as written, in any mode, device, batch size or autocast; gradients are
    those of the changed network. A sum written in place is changed in place. The trace may come from another run,
    a file, or a copy of the model: a merge is told by its module call, its op's name and the line that ran it. So
    another model with the same class at the same path is edited there too: a skip of a ResNet-18 fits a ResNet-34.

    An op watcher is on meanwhile: torch's fused transformer inference and compiled code run op by op, so that
    rounding may differ in the last digits even where nothing is changed. Threads of the model's own (data parallel
    replicas) are not edited; calls from other threads are, one at a time. Nothing of the model is written but its
    `forward` attribute, which is put back, also when something raises; of several edits, when the last one ends.

    Raises:
        UserError: what is given is no edit, or of another model; when the model is called: a merge did not run or
            looks different, or lies in a checkpoint whose backward would run it unedited.
    """
    network = uncompiled(model)
    if not isinstance(network, nn.Module):
        raise UserError(f"can't edit {type(model).__name__}: it is no nn.Module")
    modules = dict(named_modules(network))
    _check(edits, modules)
    with eager(list(modules.values())), _rewired(network, modules, Plan(edits)):
        yield model


@contextmanager
def _rewired(model: nn.Module, modules: Mapping[str, nn.Module], plan: Plan) -> Iterator[None]:
    """The model's `forward` runs under an editor; the attribute is as before when the last such context ends."""
    with TURN:
        found = vars(model).get("forward")
        edited = found if isinstance(found, _Edited) else _Edited(model, modules)
        edited.plans.append(plan)
        vars(model)["forward"] = edited
    try:
        yield
    finally:
        with TURN:
            edited.plans.remove(plan)
            if not edited.plans and edited.before is None:
                vars(model).pop("forward", None)
            elif not edited.plans:
                vars(model)["forward"] = edited.before


class _Edited:
    """A model's `forward` under an editor for each plan that is on; they begin and end in any order."""

    def __init__(self, model: nn.Module, modules: Mapping[str, nn.Module]) -> None:
        self.before = vars(model).get("forward")
        self.plans: list[Plan] = []
        self._forward = model.forward
        self._modules = modules
        self._running: set[int] = set()  # threads; a model that calls itself is still in the same run
        update_wrapper(self, self._forward)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        thread = threading.get_ident()
        if thread in self._running:
            return self._forward(*args, **kwargs)
        with TURN, ExitStack() as around:
            editors = [Editor(plan, self._modules) for plan in self.plans]
            self._running.add(thread)
            around.callback(self._running.discard, thread)
            for editor in editors:
                around.enter_context(editor.calls.watching())
                around.enter_context(editor)
            result = edge.call(self._forward, args, kwargs)
        for editor in editors:
            editor.check_all_made()
        return result


def _check(edits: tuple[Edit, ...], modules: Mapping[str, nn.Module]) -> None:
    for change in edits:
        if not isinstance(change, Edit):
            kind = "a skip" if isinstance(change, Skip) else type(change).__name__
            raise UserError(f"edit takes edits, not {kind}", hint="for instance skip.without_branch()")
        if not change.skip.joins:
            raise UserError("this skip does not say where its merge is", hint="trace the model again")
        for join in change.skip.joins:
            if join.path in modules or "(" in join.path:  # `(Class)`: made during the forward
                continue
            if not Places(modules[""]).has(join.path):
                meant = text.did_you_mean(join.path, list(modules))
                raise UserError(
                    f"the model has no {where(join).removeprefix('the ')}",
                    hint=meant or "edit the model that was traced",
                )
