"""What the page shows beside the picture: numbers and words of ops, module calls and skips.

Like the payload these types are a wire between two languages; `web/page/facts.js` is generated from them.
Numbers are for colours, charts and words in the reader's language; what Python alone can say is ready words.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from .. import text
from ..graph import Graph, ModuleCall, Op, Ref
from ..graph.cost import Cost, call_costs, op_costs
from ..skips import Skip
from ..traces import Trace
from .recorded import MapFacts, Recorded, ValueFacts

LONGEST = 300
"""An attribute's or source line's words are cut in the middle beyond this; some hold whole tables."""

MAP_BYTES = 1_200_000
"""So many bytes of feature maps a page holds unless another bound is asked for: that of ResNet-18 stays below 2 MB."""


@dataclass(frozen=True, slots=True)
class WeightFacts:
    """A parameter or buffer: its dotted name and `f32[64,3,7,7]`."""

    name: str
    spec: str
    buffer: bool


@dataclass(frozen=True, slots=True)
class OpFacts:
    """What is known of an op.

    `parameters` in elements, `flops` in operations (a multiply-add is 2), `bytes` of activations it newly writes,
    `seconds` it took where that was recorded. `outputs`: the spec of each (`f32[8,64,32,32]`). `values`, `gradients`
    and `maps` lead to those of each output in `Facts`, -1 where there is none; empty where there is none at all.
    `attributes` and `source` are positions too.
    """

    parameters: int
    flops: int
    bytes: int
    outputs: tuple[str, ...]
    weights: tuple[WeightFacts, ...]
    attributes: int
    source: int
    inplace: bool = False
    seconds: float | None = None
    values: tuple[int, ...] = ()
    gradients: tuple[int, ...] = ()
    maps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a module call: costs of all that runs in it, units as in `OpFacts`; values as `(op, slot)`."""

    parameters: int
    flops: int
    bytes: int
    inputs: tuple[tuple[int, int], ...]
    outputs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class SkipFacts:
    """How a skip lies in the network, and what its branch adds where it was recorded; see `skips.Skip`."""

    closed: bool
    recurrent: bool
    link: str
    gain: float | None
    cosine: float | None
    update: float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """One row per op, module call and skip of the payload, in its order, and what these lead to.

    `attributes`: sets of name and words; `sources`: place and text of a line (position 0 of both is empty). `ran`: how
    the trace was made; `how`: how the numbers were obtained, empty where none were. `notes`: what observing changed
    or could not see.
    """

    ops: tuple[OpFacts, ...]
    calls: tuple[CallFacts, ...]
    skips: tuple[SkipFacts, ...]
    values: tuple[ValueFacts, ...]
    gradients: tuple[ValueFacts, ...]
    maps: tuple[MapFacts, ...]
    attributes: tuple[tuple[tuple[str, str], ...], ...]
    sources: tuple[tuple[str, str], ...]
    ran: str
    how: str
    notes: tuple[str, ...]


def facts(trace: Trace, map_bytes: int = MAP_BYTES) -> Facts:
    """The facts of a trace, with feature maps of at most so many bytes as the page holds them."""
    about, recorded = trace.about, Recorded(trace.recording, map_bytes)
    attributes: _Pool[tuple[tuple[str, str], ...]] = _Pool(())
    sources: _Pool[tuple[str, str]] = _Pool(("", ""))
    costs = op_costs(trace.graph)
    return Facts(
        ops=tuple(_op_facts(op, cost, recorded, attributes, sources) for op, cost in zip(trace.graph.ops, costs)),
        calls=tuple(map(_call_facts, _with_ends(trace.graph), call_costs(trace.graph))),
        skips=tuple(map(_skip_facts, trace.skips)),
        values=recorded.values,
        gradients=recorded.gradients,
        maps=recorded.maps,
        attributes=attributes.all(),
        sources=sources.all(),
        ran=" · ".join(filter(None, (about.inputs, f"{about.mode} mode", f"on {about.device}"))),
        how=text.one_line(trace.recording.how) if trace.recording else "",
        notes=tuple(map(text.one_line, about.notes)),
    )


T = TypeVar("T", bound=Hashable)


class _Pool(Generic[T]):
    """Many ops have the same words: each is written once and called by its position."""

    def __init__(self, first: T) -> None:
        self._places = {first: 0}

    def place(self, words: T) -> int:
        return self._places.setdefault(words, len(self._places))

    def all(self) -> tuple[T, ...]:
        return tuple(self._places)


def _op_facts(
    op: Op,
    cost: Cost,
    recorded: Recorded,
    attributes: _Pool[tuple[tuple[str, str], ...]],
    sources: _Pool[tuple[str, str]],
) -> OpFacts:
    refs = [Ref(op.id, slot) for slot in range(len(op.outputs))]
    return OpFacts(
        *_numbers(cost),
        outputs=tuple(map(str, op.outputs)),
        weights=tuple(WeightFacts(text.one_line(one.name), str(one.spec), one.buffer) for one in op.weights),
        attributes=attributes.place(tuple((_cut(name), _cut(repr(value))) for name, value in op.attributes.items())),
        source=sources.place((_cut(str(op.source)), _cut(op.source.text)) if op.source else ("", "")),
        inplace=op.inplace,
        seconds=recorded.seconds(op.id),
        values=recorded.places(refs, "values"),
        gradients=recorded.places(refs, "gradients"),
        maps=recorded.places(refs, "maps"),
    )


def _with_ends(graph: Graph) -> list[tuple[ModuleCall, tuple[Ref, ...]]]:
    """Each call with what it returned; what the model returned the graph knows better."""
    returned = tuple(output.ref for output in graph.outputs)
    return [(call, call.outputs if call.id else returned) for call in graph.calls]


def _call_facts(ended: tuple[ModuleCall, tuple[Ref, ...]], cost: Cost) -> CallFacts:
    call, returned = ended
    inputs, outputs = (tuple((ref.op, ref.slot) for ref in refs) for refs in (call.inputs, returned))
    return CallFacts(*_numbers(cost), inputs, outputs)


def _numbers(cost: Cost) -> tuple[int, int, int]:
    return cost.parameters, cost.flops, cost.activation_bytes


def _skip_facts(skip: Skip) -> SkipFacts:
    return SkipFacts(skip.closed, skip.recurrent, skip.link, skip.gain, skip.cosine, skip.update)


def _cut(words: str) -> str:
    return text.shorten(text.one_line(words), LONGEST)
