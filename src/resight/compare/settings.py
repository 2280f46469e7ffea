"""What an op is set to, and which settings two ops do not share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..graph import Graph, Op
from ..graph.cost import VIEWS
from ..graph.types import Plain
from ..picture.labels import batch_size, shape_words
from ..text import one_line, shape

WORDS = {"kernel_size": "kernel", "p": "dropout", "normalized_shape": "width", "num_groups": "groups"}
"""What an attribute is called, where that is not its own name."""

BESIDE_THE_POINT = frozenset({"training", "name", "momentum", "return_indices"})
"""Attributes that say how a network is run, not what it is."""

FIRST = ("stride", "kernel_size")
"""Attributes that are told before others: those that most likely make a shape another one."""

LEARNED = ("conv", "linear")
"""Beginnings of the names of ops whose weight has the number of output features as a size."""


class Setting(NamedTuple):
    """Something set in two ways: `what`, and its value in words on either side."""

    what: str
    first: str
    second: str


def shapes(graph: Graph) -> list[str]:
    """For each op the shapes of its outputs without the batch, several joined by commas; an input's are whole."""
    batch = batch_size(graph)
    return [", ".join(shape_words(spec, 0 if op.name == "input" else batch) for spec in op.outputs) for op in graph.ops]


def changed_settings(first: Graph, second: Graph, a: Op, b: Op) -> Iterator[Setting]:
    """How two ops that stand for each other are set differently.

    What merely follows from other shapes coming in (the sizes of a reshape, the width of a norm) is none.
    """
    if a.name != b.name:
        yield Setting("op", a.name, b.name)
        return
    if a.name == "input":
        ours, theirs = shape(a.outputs[0].shape), shape(b.outputs[0].shape)
        if ours != theirs:
            yield Setting("input", ours, theirs)
        return
    same_input = _read_shapes(first, a) == _read_shapes(second, b)
    yield from _weights(a, b, same_input)
    if same_input or a.name not in VIEWS:
        yield from _attributes(a, b)


def _attributes(a: Op, b: Op) -> Iterator[Setting]:
    names = {*a.attributes, *b.attributes} - BESIDE_THE_POINT
    for name in sorted(names, key=lambda name: (name not in FIRST, FIRST.index(name) if name in FIRST else 0, name)):
        ours, theirs = _words(a.attributes.get(name)), _words(b.attributes.get(name))
        if ours != theirs:
            yield Setting(one_line(WORDS.get(name, name.replace("_", " "))), ours, theirs)


def _weights(a: Op, b: Op, same_input: bool) -> Iterator[Setting]:
    ours = {weight.arg: weight.spec for weight in a.weights if not weight.buffer}
    theirs = {weight.arg: weight.spec for weight in b.weights if not weight.buffer}
    for arg in sorted(ours.keys() ^ theirs.keys()):
        yield Setting(one_line(arg), _yes(arg in ours), _yes(arg in theirs))
    if "weight" not in ours or "weight" not in theirs:
        return
    if a.name.startswith(LEARNED):
        place = 1 if "transpose" in a.name else 0
        if ours["weight"].shape[place] != theirs["weight"].shape[place]:
            yield Setting("width", str(ours["weight"].shape[place]), str(theirs["weight"].shape[place]))
    elif same_input and ours["weight"].shape != theirs["weight"].shape:
        yield Setting("weight", shape(ours["weight"].shape), shape(theirs["weight"].shape))


def _read_shapes(graph: Graph, op: Op) -> list[tuple[int, ...]]:
    return [graph.spec(read).shape for read in op.inputs]


def _words(value: Plain) -> str:
    """A value in words; `(2, 2)` and `2` mean the same."""
    if isinstance(value, tuple):
        parts = [_words(part) for part in value]
        return parts[0] if len(set(parts)) == 1 else "×".join(parts) or "none"
    if isinstance(value, bool):
        return _yes(value)
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else one_line(value)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
