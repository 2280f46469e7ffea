"""What the page shows beside the picture: numbers and words of ops, module calls and skips.

Like the payload these types are a wire between two languages; `web/page/facts.js` is generated from them.
Numbers are for colours and charts, words are ready to be read.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..graph import Graph
from ..graph.cost import Cost, call_costs, op_costs
from ..skips import Skip
from ..traces import Trace


@dataclass(frozen=True, slots=True)
class OpFacts:
    """What an op costs.

    `parameters` in elements, `flops` in operations (a multiply-add is 2), `bytes` of activations it newly writes.
    """

    parameters: int
    flops: int
    bytes: int


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What a module call costs, with all that runs in it; units as in `OpFacts`."""

    parameters: int
    flops: int
    bytes: int


@dataclass(frozen=True, slots=True)
class SkipFacts:
    """What a skip's branch adds, where it was recorded; see `skips.Contribution`."""

    gain: float | None
    cosine: float | None
    update: float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """One row per op, module call and skip of the payload, in its order.

    `ran`: how the trace was made, in one line. `notes`: what observing changed or could not see.
    """

    ops: tuple[OpFacts, ...]
    calls: tuple[CallFacts, ...]
    skips: tuple[SkipFacts, ...]
    ran: str
    notes: tuple[str, ...]


def facts(trace: Trace) -> Facts:
    """The facts of a trace; linear in its graph."""
    about = trace.about
    return Facts(
        ops=tuple(OpFacts(*_numbers(cost)) for cost in op_costs(trace.graph)),
        calls=_call_facts(trace.graph),
        skips=tuple(map(_skip_facts, trace.skips)),
        ran=" · ".join(filter(None, (about.inputs, f"{about.mode} mode", f"on {about.device}"))),
        notes=about.notes,
    )


def _call_facts(graph: Graph) -> tuple[CallFacts, ...]:
    return tuple(CallFacts(*_numbers(cost)) for cost in call_costs(graph))


def _numbers(cost: Cost) -> tuple[int, int, int]:
    return cost.parameters, cost.flops, cost.activation_bytes


def _skip_facts(skip: Skip) -> SkipFacts:
    return SkipFacts(skip.gain, skip.cosine, skip.update)
