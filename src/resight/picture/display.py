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


class Node(TypedDict):
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


class Folded(TypedDict):
    """Boxes and wires as they can be seen, in the order of execution."""

    nodes: list[Node]
    edges: list[Edge]
    skips: list[Place]
