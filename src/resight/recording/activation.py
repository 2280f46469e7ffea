"""One value of a traced network by name, with all that is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import text
from ..errors import UserError
from ..graph import Graph, Ref, TensorSpec
from .types import Summary


@dataclass(frozen=True, slots=True, eq=False)
class Activation:
    """A value that flowed through the network.

    `title` is the name it was asked by. What was not recorded is None, all of it in a plain `trace`: `summary` and
    `gradient` (numbers of the value and of its gradient), `tensor` (the value itself, if it was kept), `seconds` (of
    the op that made it). `is_along_length`: its dimensions are [batch, channels, length].
    """

    title: str
    ref: Ref
    spec: TensorSpec
    summary: Summary | None = None
    gradient: Summary | None = None
    tensor: Any = None
    seconds: float | None = None
    is_along_length: bool = False


def refs_named(graph: Graph, name: str, number: int | None = None) -> tuple[Ref, ...]:
    """The values a name stands for.

    `layer1.0.conv1` is what that module returned, `layer1.0:add` what the op `add` made that ran in it but in no
    module inside it, `:add` one of the model's own ops. `number` counts calls of the module, or such ops, from 0;
    negative ones from the end, and without it the last one is meant.

    Raises:
        UserError: nothing has that name; lists the closest names.
    """
    path, colon, op = name.partition(":")
    found = _made_by_ops(graph, path, op) if colon else _returned_by(graph, name)
    if not found:
        raise UserError(f"there is no {name!r} in {graph.calls[0].cls}", hint=_closest(graph, name))
    wanted = -1 if number is None else number
    if not -len(found) <= wanted < len(found):
        times = text.plural(len(found), "op" if colon else "call")
        are = "is" if len(found) == 1 else "are"
        raise UserError(f"{name!r} has no number {number}", hint=f"there {are} {times} of that name, from 0")
    return found[wanted]


def value_names(graph: Graph) -> tuple[str, ...]:
    """Every name `refs_named` knows, modules first."""
    ops = (f"{graph.calls[op.call].path}:{op.name}" for op in graph.ops)
    return tuple(dict.fromkeys([*(call.path for call in graph.calls if call.path), *ops]))


def _returned_by(graph: Graph, path: str) -> list[tuple[Ref, ...]]:
    calls = [call for call in graph.calls if call.path == path]
    returned = tuple(output.ref for output in graph.outputs)
    return [refs for call in calls if (refs := call.outputs or (returned if call.id == 0 else ()))]


def _made_by_ops(graph: Graph, path: str, name: str) -> list[tuple[Ref, ...]]:
    ops = (op for op in graph.ops if op.name == name and op.outputs and graph.calls[op.call].path == path)
    return [tuple(Ref(op.id, slot) for slot in range(len(op.outputs))) for op in ops]


def _closest(graph: Graph, name: str) -> str:
    return text.did_you_mean(name, value_names(graph)) or "print(trace) lists its modules and ops"
