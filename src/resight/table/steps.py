"""A forward pass step by step: the ops as they ran, or the module calls that stay closed around them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..graph import Graph, Ref
from ..graph.aside import shown_ops


@dataclass(frozen=True, slots=True)
class Step:
    """One step: an op, or a module call with everything in it.

    `call` is the module call that the op ran in, or the closed one; `op` is -1 for a closed call. `ref` is the
    value the step hands on (an op of several outputs makes several steps), None where it has none. `name` and
    `number` are what `trace[name, number]` takes.
    """

    call: int
    op: int
    ref: Ref | None
    name: str
    number: int

    @property
    def is_closed(self) -> bool:
        return self.op < 0


def walk_steps(graph: Graph, depth: int | None = None) -> tuple[Step, ...]:
    """The steps of a forward pass in running order.

    Calls `depth` levels below the model stay closed (0: the model itself), without a depth none does. What
    carries no data, such as masks and constants, is left aside as in pictures.
    """
    closed, shown = _closed_around(graph, depth), shown_ops(graph)
    numbers, alone = _numbers(graph), _alone(graph, shown)
    steps: dict[Step, None] = {}
    for op in graph.ops:
        if not shown[op.id]:
            continue
        if closed[op.call] >= 0:
            call = graph.calls[closed[op.call]]
            steps[Step(call.id, -1, _returned(graph, call.id), call.path, call.number)] = None
            continue
        around = graph.calls[op.call]
        name = around.path if op.id in alone else f"{around.path}:{op.name}"
        number = around.number if op.id in alone else numbers[op.id]
        refs: list[Ref | None] = [Ref(op.id, slot) for slot in range(len(op.outputs))]
        for ref in refs or [None]:
            steps[Step(op.call, op.id, ref, name, number)] = None
    return tuple(steps)


def _closed_around(graph: Graph, depth: int | None) -> list[int]:
    """For each call, the outermost closed one around it (perhaps itself), -1 where all are open."""
    levels: list[int] = []
    closed: list[int] = []
    for call in graph.calls:
        levels.append(levels[call.parent] + 1 if call.parent >= 0 else 0)
        around = closed[call.parent] if call.parent >= 0 else -1
        closed.append(call.id if around < 0 and levels[-1] == depth else around)
    return closed


def _returned(graph: Graph, call: int) -> Ref | None:
    """The first value a call returned."""
    outputs = graph.calls[call].outputs or (tuple(output.ref for output in graph.outputs) if call == 0 else ())
    return outputs[0] if outputs else None


def _numbers(graph: Graph) -> list[int]:
    """For each op, its number among those of its name in modules of its path, from 0."""
    seen: Counter[tuple[str, str]] = Counter()
    numbers = []
    for op in graph.ops:
        key = graph.calls[op.call].path, op.name
        numbers.append(seen[key])
        seen[key] += bool(op.outputs)
    return numbers


def _alone(graph: Graph, shown: list[bool]) -> set[int]:
    """Ops that are all there is to see in their module and make what it returns: its name stands for them."""
    ran = [op for op in graph.ops if shown[op.id]]
    seen = {call for op in ran for call in graph.ancestors(op.call)}
    busy = Counter(op.call for op in ran) + Counter(graph.calls[call].parent for call in seen)
    return {op.id for op in ran if op.call and busy[op.call] == 1 and Ref(op.id) in graph.calls[op.call].outputs[:1]}
