"""What the formats that others lay out have in common: walking nested boxes, the lines of a label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..colours import Palette
from .display import Edge, Folded, Node

SIGNS = {"add": "⊕", "sub": "⊖", "concat": "⧺"}
"""What stands for a merge where it is written, not drawn."""


def inside_out(nodes: Sequence[Node]) -> Iterator[tuple[str, int, int, Node]]:
    """Steps through nested boxes: `enter` and `leave` an open one, `box` for any other; depth, number, node."""
    around: list[int] = []
    for i, node in enumerate(nodes):
        while around and nodes[around[-1]]["id"] != node["parent"]:
            closed = around.pop()
            yield "leave", len(around), closed, nodes[closed]
        yield "enter" if node["open"] else "box", len(around), i, node
        if node["open"]:
            around.append(i)
    while around:
        closed = around.pop()
        yield "leave", len(around), closed, nodes[closed]


def label_lines(node: Node) -> list[str]:
    """A box's label: name and detail, shape where it changes, skips it hides; an open box's fits one line."""
    name = node["title"] + (f" ×{node['times']}" if node["times"] > 1 else "")
    shown = node["reshaped"] or node["kind"] in ("input", "output")
    shape = node["shape"] if shown and not node["open"] else ""
    return [line for line in (name, node["detail"], shape, held_skips(node)) if line]


def held_skips(node: Node) -> str:
    """What a closed box hides: `↷ 2 identity, 1 projection`; an empty string if no skip is inside."""
    counts = [f"{count} {kind}{' concat' if combine == 'concat' else ''}" for kind, combine, count in node["skips"]]
    return f"↷ {', '.join(counts)}" if counts else ""


def look(edge: Edge) -> str:
    """How a wire is drawn: an empty string for plain data, else the kind of its skip, or `concat`."""
    return "" if edge["role"] == "wire" else "concat" if edge["combine"] == "concat" else edge["skip"]


def outline(node: Node, folded: Folded, colours: Palette) -> str:
    """Colour of a box's line where a skip marks it: it closes one, hides some or lies on a shortcut; else empty."""
    if node["failed"]:
        return ""
    if node["skips"]:
        kind, combine, _ = max(node["skips"], key=lambda row: row[2])
        return colours["skips"]["concat" if combine == "concat" else kind]
    if node["merge"]:
        closing = (edge for edge in folded["edges"] if edge["to"] == node["id"] and edge["role"] == "shortcut")
        return colours["skips"][look(next(closing))]
    return colours["skips"][node["shortcut"]] if node["shortcut"] else ""
