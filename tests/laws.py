"""What holds for every picture, whatever the network and however it is folded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from resight.picture import engine
from resight.picture.payload import Payload, View

Rectangle = tuple[int, int, int, int]
"""Left, top, right, bottom."""


def check_picture(payload: Payload, view: View) -> None:
    """All laws of a fold and of its scene."""
    folded, scene = engine.fold(payload, view), engine.scene(payload, view)
    boxes = {folded["nodes"][box["node"]]["id"]: box for box in scene["boxes"]}
    assert len(boxes) == len(folded["nodes"]), "a box is drawn twice or not at all"
    check_boxes(scene)
    check_wires(scene)
    check_edges(folded, scene, boxes)
    check_skips(payload, folded, scene)


def face(box: Any) -> Rectangle:
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def pieces(points: list[int]) -> Iterator[Rectangle]:
    """The straight pieces of a wire, as rectangles of no width."""
    for i in range(0, len(points) - 2, 2):
        (ax, ay, bx, by) = points[i : i + 4]
        assert ax == bx or ay == by, f"a wire runs askew: {points}"
        yield min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def overlap(a: Rectangle, b: Rectangle) -> bool:
    """Whether they share more than a border."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def crosses(piece: Rectangle, box: Rectangle) -> bool:
    """Whether a straight piece runs through the inside of a box."""
    return piece[0] < box[2] and piece[2] > box[0] and piece[1] < box[3] and piece[3] > box[1]


def contains(outer: Rectangle, inner: Rectangle) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def check_boxes(scene: Any) -> None:
    """Children lie inside their parent and apart from each other; nothing leaves the canvas."""
    siblings: dict[int, list[Any]] = defaultdict(list)
    by_node = {box["node"]: box for box in scene["boxes"]}
    canvas = (0, 0, scene["width"], scene["height"])
    for box in scene["boxes"]:
        siblings[box["parent"]].append(box)
        around = canvas if box["parent"] < 0 else face(by_node[box["parent"]])
        assert contains(around, face(box["outer"])), f"box {box['node']} leaves what is around it"
        assert contains(face(box["outer"]), face(box))
    for group in siblings.values():
        for i, a in enumerate(group):
            for b in group[i + 1 :]:
                assert not overlap(face(a["outer"]), face(b["outer"])), f"boxes {a['node']} and {b['node']} overlap"


def check_wires(scene: Any) -> None:
    """Wires run straight, inside their box, and through no other."""
    siblings: dict[int, list[Any]] = defaultdict(list)
    by_node = {box["node"]: box for box in scene["boxes"]}
    for box in scene["boxes"]:
        siblings[box["parent"]].append(box)
    for wire in scene["wires"]:
        around = (
            face(by_node[wire["parent"]]["outer"]) if wire["parent"] >= 0 else (0, 0, scene["width"], scene["height"])
        )
        for piece in pieces(wire["points"]):
            assert contains(around, piece), f"a wire leaves box {wire['parent']}: {wire}"
            for box in siblings[wire["parent"]]:
                assert not crosses(piece, face(box["outer"])), f"a wire runs through box {box['node']}: {wire}"


def on_wire(point: tuple[int, int], wire: Any) -> bool:
    return any(p[0] <= point[0] <= p[2] and p[1] <= point[1] <= p[3] for p in pieces(wire["points"]))


def on_border(point: tuple[int, int], box: Any) -> bool:
    x, y = point
    whole = face(box["outer"])
    return contains(whole, (x, y, x, y))


def check_edges(folded: Any, scene: Any, boxes: dict[str, Any]) -> None:
    """Every edge is one unbroken line of wires from its source's border to its target's."""
    of_edge: dict[int, list[Any]] = defaultdict(list)
    for wire in scene["wires"]:
        for edge in wire["edges"]:
            of_edge[edge].append(wire)
    from_box: dict[str, list[Any]] = defaultdict(list)
    for number, edge in enumerate(folded["edges"]):
        assert of_edge[number], f"edge {edge} is not drawn"
        from_box[edge["from"]].extend(of_edge[number])
    for number, edge in enumerate(folded["edges"]):
        check_edge(edge, of_edge[number], boxes, from_box[edge["from"]])


def check_edge(edge: Any, wires: list[Any], boxes: dict[str, Any], trunks: list[Any]) -> None:
    end_of = [(w["points"][-2], w["points"][-1]) for w in wires]
    arrivals = [w for w, end in zip(wires, end_of) if w["lands"] and on_border(end, boxes[edge["to"]])]
    assert len(arrivals) == 1, f"{edge} reaches its target {len(arrivals)} times"
    reached, waiting = {id(arrivals[0])}, [arrivals[0]]
    departed = False
    while waiting:
        wire = waiting.pop()
        start = (wire["points"][0], wire["points"][1])
        departed |= on_border(start, boxes[edge["from"]])
        before = [w for w, end in zip(wires, end_of) if end == start]
        if wire["forks"]:
            trunk = [w for w in trunks if w is not wire and w["parent"] == wire["parent"] and on_wire(start, w)]
            assert trunk, f"{edge} forks from nothing"
            departed |= any(on_border((w["points"][0], w["points"][1]), boxes[edge["from"]]) for w in trunk)
            starts = [(w["points"][0], w["points"][1]) for w in trunk]
            before += [w for w, end in zip(wires, end_of) if end in starts]
        for w in before:
            if id(w) not in reached:
                reached.add(id(w))
                waiting.append(w)
    assert departed, f"{edge} is not joined to its source"
    assert len(reached) == len(wires), f"{edge} has wires that lead nowhere"


def check_skips(payload: Payload, folded: Any, scene: Any) -> None:
    """Every skip of the picture has one arc, or is counted at one box."""
    held: dict[str, int] = defaultdict(int)
    for skip, place in zip(payload.skips, folded["skips"]):
        assert not (place["node"] and place["edges"])
        for edge in place["edges"]:
            assert folded["edges"][edge]["role"] == "shortcut"
        if place["node"] and not skip.weak:
            held[place["node"]] += 1
    for node in folded["nodes"]:
        counted = sum(count for _, _, count in node["skips"])
        if node["times"] == 1:
            assert counted <= held[node["id"]]
        assert (counted > 0) == (held[node["id"]] > 0)
    for wire in scene["wires"]:
        roles = {folded["edges"][edge]["role"] for edge in wire["edges"]}
        assert wire["look"] == "" or roles == {"shortcut"}


def check_texts(payload: Payload, view: View) -> None:
    """Text stays in its box, and no wire crosses it. The view must have no header."""
    assert not view.header
    folded, scene, drawn = engine.fold(payload, view), engine.scene(payload, view), engine.draw(payload, view)
    boxes = {folded["nodes"][box["node"]]["id"]: box for box in scene["boxes"]}
    group = ""
    for item in drawn["items"]:
        if item["t"] == "open":
            group = item["id"]
        if item["t"] != "text":
            continue
        words = text_rectangle(item)
        if group in boxes:
            assert contains(face(boxes[group]["outer"]), words), f"{item['text']!r} leaves box {group}"
        for wire in scene["wires"]:
            for piece in pieces(wire["points"]):
                assert not crosses(piece, words), f"a wire crosses {item['text']!r}"


def text_rectangle(item: Any) -> Rectangle:
    left = item["x"] - {"start": 0, "middle": item["w"] // 2, "end": item["w"]}[item["anchor"]]
    return left, item["y"] - item["size"] * 3 // 4, left + item["w"], item["y"] + 2
