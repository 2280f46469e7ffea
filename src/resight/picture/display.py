"""What the engine hands back: a folded network, or the marks of its picture."""

from __future__ import annotations

from typing import Any, Protocol, TypedDict

Item = dict[str, Any]
"""One mark of a display list, told apart by `t`; `web/draw.js` documents them."""


class Display(TypedDict):
    """A drawn picture: marks in the order they are painted, in whole units from the top left corner."""

    width: int
    height: int
    background: str
    title: str
    items: list[Item]


class Painted(Protocol):
    """Anything that formats made of marks can write: a display list, one line for those who can't see it, and the
    pixels to a unit."""

    @property
    def display(self) -> Display: ...

    @property
    def caption(self) -> str: ...

    @property
    def scale(self) -> float: ...


class Warmth(TypedDict):
    """How a box is coloured by a number, and its words; empty for none."""

    fill: str
    words: str


class Legend(TypedDict):
    """What colours mean: the least and the greatest number, the colours from one to the other, and explanations."""

    title: str
    low: str
    high: str
    colours: list[str]
    lines: list[str]


class _Warm(TypedDict, total=False):
    """A box coloured by a number has `heat`; others lack it."""

    heat: Warmth


class Node(_Warm):
    """A box that can be seen at a fold state; an open module is the parent of what is inside it."""

    id: str
    parent: str
    kind: str
    title: str
    detail: str
    shape: str
    reshaped: bool
    group: str
    path: str
    parameters: str
    open: bool
    times: int
    size: int
    skips: list[tuple[str, str, int]]
    merge: str
    shortcut: str
    failed: bool


# `from` is a word of Python, so the fields are given as names
Edge = TypedDict(
    "Edge",
    {
        "from": str, "to": str, "role": str, "skip": str, "combine": str, "weak": bool, "partial": bool,
        "skips": list[int],
    },
)  # fmt: skip
"""A wire between two boxes; `skip` is the kind of the skip it belongs to, `role` is `wire` or `shortcut`."""


class Place(TypedDict):
    """Where a skip is seen: along edges (positions), or counted at a closed node; or nowhere in this picture."""

    node: str
    edges: list[int]


class _Explained(TypedDict, total=False):
    """Where boxes are coloured by a number there is a `legend`."""

    legend: Legend


class Folded(_Explained):
    """Boxes and wires as they can be seen, in the order of execution."""

    nodes: list[Node]
    edges: list[Edge]
    skips: list[Place]
