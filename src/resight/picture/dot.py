"""DOT: the picture for Graphviz, one cluster for each open module, skips bold and coloured."""

from __future__ import annotations

from collections.abc import Iterator

from .. import text
from ..colours import DASHED, Palette, palette
from .display import Edge, Folded, Node
from .drawing import Drawing
from .folded import inside_out, label_lines, look, outline

FONT = 'fontname="Inter,Helvetica,Arial,sans-serif"'


def render(drawing: Drawing) -> bytes:
    """The picture as a Graphviz file in UTF-8."""
    return ("\n".join(_lines(drawing)) + "\n").encode()


def _lines(drawing: Drawing) -> Iterator[str]:
    folded, colours = drawing.folded, palette(drawing.view.theme)
    ink, wire, background = colours["ink"], colours["wire"], colours["background"]
    yield f"digraph {text.dot(drawing.heading)} {{"
    yield f"  rankdir={'LR' if drawing.view.direction == 'right' else 'TB'};"
    yield f'  graph [nodesep=0.3, ranksep=0.25, fontsize=12, bgcolor="{background}", fontcolor="{ink}", {FONT}];'
    yield f'  node [shape=box, style="rounded,filled", height=0.3, margin="0.12,0.04", fontsize=11, {FONT}];'
    yield f'  node [fontcolor="{ink}"];'
    yield f'  edge [color="{wire}", arrowsize=0.6];'
    yield from _boxes(folded, colours)
    yield from _wires(folded, colours)
    if drawing.view.header:
        subtitle = "" if drawing.view.only else drawing.payload.subtitle
        legend = drawing.legend_line.replace(" · ", "\n")  # Graphviz breaks no lines
        title = "\n".join(filter(None, (drawing.heading, subtitle, drawing.skips_line, legend)))
        yield f"  label={text.dot(title)};"
        yield "  labelloc=t;"
    yield "}"


def _boxes(folded: Folded, colours: Palette) -> Iterator[str]:
    for step, depth, i, node in inside_out(folded["nodes"]):
        indent = "  " * (depth + 1)
        if step == "leave":
            yield f"{indent}}}"
        elif step == "enter":
            yield f"{indent}subgraph cluster_{i} {{"
            label = text.dot("  ".join(label_lines(node)))
            fill = colours["frames"][min(depth, len(colours["frames"]) - 1)]
            paint = f'style="rounded,filled", fillcolor="{fill}", color="{colours["frameLine"]}"'
            yield f"{indent}  graph [label={label}, labeljust=l, fontsize=11, {paint}];"
        else:
            yield f"{indent}n{i} [{_look_of(node, folded, colours)}];"


def _look_of(node: Node, folded: Folded, colours: Palette) -> str:
    group = colours["groups"]["other" if "heat" in node else node["group"]]
    fill, line = node["heat"]["fill"] if "heat" in node else group["fill"], group["line"]
    pen = 1.0
    if node["failed"]:
        fill, line, pen = colours["alarmFill"], colours["alarm"], 2.5
    elif marked := outline(node, folded, colours):
        line, pen = marked, 2.5 if node["skips"] else 1.5
    paint = f'fillcolor="{fill}", color="{line}", penwidth={pen:g}'
    if node["merge"] in ("add", "sub"):
        sign = "+" if node["merge"] == "add" else "−"
        return f'label="{sign}", shape=circle, style=filled, width=0.3, fixedsize=true, {paint}'
    stack = ", peripheries=2" if node["times"] > 1 else ""
    return f"label={text.dot(chr(10).join(label_lines(node)))}, {paint}{stack}"


def _wires(folded: Folded, colours: Palette) -> Iterator[str]:
    number = {node["id"]: i for i, node in enumerate(folded["nodes"])}
    for edge in folded["edges"]:
        yield f"  n{number[edge['from']]} -> n{number[edge['to']]}{_style_of(edge, colours)};"


def _style_of(edge: Edge, colours: Palette) -> str:
    """A skip is thick and never straightens what lies beside it; plain wires keep the branch straight."""
    name = look(edge)
    if not name:
        return " [weight=4]"
    dashed = ", style=dashed" if name in DASHED else ""
    thickness = 1.5 if edge["weak"] else 3
    return f' [color="{colours["skips"][name]}", penwidth={thickness}, weight=0, tooltip={text.dot(name)}{dashed}]'
