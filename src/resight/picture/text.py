"""The picture for a terminal, an issue or a log: a tree of boxes, with the skips as brackets beside it."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from ..errors import UserError
from ..fonts import is_silent, is_wide
from .brackets import Span, brackets
from .display import Folded, Node
from .drawing import Drawing
from .folded import SIGNS, held_skips, look

WIDTH = 100
"""Columns of a line at most."""

INDENT = "  "
FEWEST_FOR_NAMES = 24


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of one line: what it is, its shape where that changes, its parameters."""

    name: str
    shape: str
    parameters: str


def render(drawing: Drawing) -> bytes:
    """The picture as plain text in UTF-8, at most `WIDTH` columns wide."""
    return page(drawing).encode()


def page(drawing: Drawing) -> str:
    """Title, skips, and the tree; ends with a newline.

    Raises:
        UserError: it should be coloured.
    """
    if drawing.view.color:
        raise UserError("a text has no colours", hint="write .svg, .png, .pdf, .html, .md, .mmd or .dot, or no color")
    subtitle = "" if drawing.view.only else drawing.payload.subtitle
    head = [drawing.heading, subtitle, drawing.skips_line] if drawing.view.header else []
    tail = wrap(f"the forward stopped: {drawing.payload.failure}", WIDTH) if drawing.payload.failure else []
    lines = [fitted(line, WIDTH) for line in head if line] + [""] * bool(head) + tree(drawing.folded) + tail
    return "\n".join(line.rstrip() for line in lines) + "\n"


def tree(folded: Folded) -> list[str]:
    """One line for each box: the brackets of skips, names, shapes and parameters in columns."""
    nodes = folded["nodes"]
    row_of = {node["id"]: row for row, node in enumerate(nodes)}
    margins, left_out = brackets(len(nodes), _spans(folded, row_of))
    depths = _depths(nodes, row_of)
    rows = [_row(node, depths[i]) for i, node in enumerate(nodes)]
    for span in left_out:
        came_from = f"  ← {nodes[span.first]['title']}"
        rows[span.last] = _Row(rows[span.last].name + came_from, rows[span.last].shape, rows[span.last].parameters)
    return _aligned(margins, rows)


def _spans(folded: Folded, row_of: dict[str, int]) -> list[Span]:
    """The rows each visible skip goes from and to; skips that share both and look alike are one."""
    spans = {}
    for skip in folded["skips"]:
        edges = [folded["edges"][i] for i in skip["edges"]]
        if edges:
            kind = look(edges[0])
            first = min(row_of[edge["from"]] for edge in edges)
            last = max(row_of[edge["to"]] for edge in edges)
            spans[first, last, kind] = Span(first, last, kind)
    return list(spans.values())


def _depths(nodes: list[Node], row_of: dict[str, int]) -> list[int]:
    depths: list[int] = []
    for node in nodes:
        depths.append(depths[row_of[node["parent"]]] + 1 if node["parent"] else 0)
    return depths


def _row(node: Node, depth: int) -> _Row:
    title = node["title"] + (f" ×{node['times']}" if node["times"] > 1 else "")
    symbol = f"{SIGNS[node['merge']]} " if node["merge"] in SIGNS else ""
    words = [
        f"{INDENT * depth}{symbol}{title}",
        node["detail"],
        held_skips(node),
        "✗ failed here" if node["failed"] else "",
    ]
    shown = node["reshaped"] or node["kind"] in ("input", "output")
    return _Row("  ".join(filter(None, words)), node["shape"] if shown and not node["open"] else "", node["parameters"])


def _aligned(margins: list[str], rows: list[_Row]) -> list[str]:
    shapes = max((columns(row.shape) for row in rows), default=0)
    parameters = max((columns(row.parameters) for row in rows), default=0)
    beside = columns(margins[0]) + shapes + parameters + 2 * bool(shapes) + 2 * bool(parameters) if rows else 0
    room = max(FEWEST_FOR_NAMES, WIDTH - beside)
    names = min(room, max((columns(row.name) for row in rows), default=0))
    lines = []
    for margin, row in zip(margins, rows):
        line = margin + padded(fitted(row.name, names), names)
        line += f"  {padded(row.shape, shapes)}" if shapes else ""
        line += f"  {' ' * (parameters - columns(row.parameters))}{row.parameters}" if parameters else ""
        lines.append(line)
    return lines


def columns(words: str) -> int:
    """Columns a text takes in a terminal: two for CJK and emoji, none for combining marks."""
    return sum(0 if is_silent(char) else 2 if is_wide(char) else 1 for char in words)


def padded(words: str, width: int) -> str:
    """The text, filled with spaces up to `width` columns."""
    return words + " " * (width - columns(words))


def fitted(words: str, width: int) -> str:
    """The text in at most `width` columns, its end cut with an ellipsis."""
    if columns(words) <= width:
        return words
    kept, taken = [], 1
    for char in words:
        taken += columns(char)
        if taken > width:
            break
        kept.append(char)
    return "".join(kept) + "…"
