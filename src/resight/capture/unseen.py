"""What a run did not see, in notes: where nothing is found because nothing was seen, a trace has to say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from torch import nn

from .. import text
from ..graph import Graph, Op, Ref, Source
from ..graph.walk import IMPORTS, SOURCES, is_data, is_live
from ..skips import find_skips
from .unregistered import named_modules

NAMED = 3
"""Modules and places a note names; more are only counted."""


def unseen_data(graph: Graph, hidden: list[Op], left: Source | None) -> list[str]:
    """Notes on data of unknown origin. `hidden`: ops that bring it in; `left`: where numbers first left torch."""
    notes = []
    if graph.failure is None and not graph.inputs:
        made = next((op for op in graph.ops if op.name in IMPORTS | SOURCES), None)
        place = f" ({made.name}{_at(made)})" if made else ""
        notes.append(f"no input was seen: what the model makes itself{place} counts as its data")
    elif graph.failure is None and not _has_data(graph):
        notes.append("no data was seen: no float input, and no integers that a layer works on")
    if hidden and (graph.inputs or left):
        them = "it was made of" if len(hidden) == 1 else "they were made of"
        count = text.plural(len(hidden), "value")
        gone = f"; numbers left torch at {left}" if left else ""
        first = ", the first" if len(hidden) > 1 else ""
        is_are = "was" if len(hidden) == 1 else "were"
        notes.append(f"{count} {is_are} made out of sight{first}{_at(hidden[0])}: what {them} is not known{gone}")
    return notes


def _has_data(graph: Graph) -> bool:
    return any(graph.spec(Ref(i)).is_float for i in graph.inputs) or any(is_data(graph))


def lost_sums(graph: Graph) -> list[str]:
    """Notes on sums that would close a skip, if anybody read them."""
    if graph.failure is not None or not graph.outputs:
        return []
    read = {read.op for op in graph.ops for read in op.inputs}
    live = is_live(graph)
    lost = {
        op.id
        for op in graph.ops
        if not live[op.id] and op.name in ("add", "sub") and op.id not in read and len(op.inputs) > 1
    }
    if not lost:
        return []
    skips = find_skips(replace(graph, outputs=()))
    sums = [graph.ops[skip.merge] for skip in skips if skip.merge in lost and not skip.weak]
    return [f"the sum{_at(op)} is thrown away: nobody reads its result" for op in sums]


def loose_modules(root: nn.Module, adopted: Mapping[str, nn.Module]) -> dict[str, int]:
    """Of the modules that ran and were not there from the start, the outermost that are not registered: the number of
    their parameters, by path."""
    registered = {id(p) for _, module in named_modules(root) for _, p in module._parameters.items()}
    homes = {id(module) for _, module in named_modules(root)}
    found: dict[str, int] = {}
    for path, module in adopted.items():
        if id(module) in homes:
            continue
        own = {
            id(p): p.numel() for _, part in named_modules(module) for _, p in part._parameters.items() if p is not None
        }
        size = sum(own[key] for key in own.keys() - registered)
        registered |= own.keys()
        if size:
            found[path] = size
    return found


def unregistered(modules: Mapping[str, int], weights: Mapping[str, int]) -> list[str]:
    """Notes on modules and single weights, with their sizes, that ran and are not registered."""
    parts = [(len(sizes), noun, sum(sizes.values())) for noun, sizes in (("module", modules), ("weight", weights))]
    return [
        f"{text.plural(count, noun)} {'is' if count == 1 else 'are'} not registered: "
        f"{'its' if count == 1 else 'their'} {text.plural(size, 'parameter')} would not be trained"
        for count, noun, size in parts
        if count
    ]


def idle(root: nn.Module, used: Iterable[str], is_all_seen: bool) -> tuple[int, str]:
    """How many of a hundred parameters no op read, and a note on them with the topmost modules of which none ran."""
    names: dict[int, str] = {}
    sizes: dict[str, int] = {}
    ran = set(used)
    for path, module in named_modules(root):
        for name, parameter in module._parameters.items():
            if parameter is not None and id(parameter) not in names:
                names[id(parameter)] = full = f"{path}.{name}" if path else name
                sizes[full] = parameter.numel()
    idle_names = [name for name in sizes if name not in ran]
    missing, total = sum(sizes[name] for name in idle_names), sum(sizes.values())
    if not missing:
        return 0, ""
    share = round(100 * missing / total)
    words = f"{share}%" if share else "less than 1%"
    did = "did not run" if is_all_seen else "were not seen to run"
    return share, f"{words} of the parameters {did}: {_few(_topmost(idle_names, sizes.keys() & ran))}"


def _topmost(names: Sequence[str], ran: set[str]) -> list[str]:
    """The outermost modules around some parameters in which none ran; beside one that ran, the parameter itself."""
    busy = {name[:end] for name in ran for end in range(len(name) + 1) if name[end : end + 1] in ("", ".")}
    found: dict[str, None] = {}
    for name in names:
        ends = [end for end in range(len(name) + 1) if name[end : end + 1] in ("", ".")]
        found[next(name[:end] for end in ends if name[:end] not in busy)] = None
    return list(found)


def _few(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _at(op: Op) -> str:
    return f" at {op.source}" if op.source else ""
