"""A display list as a part of a larger one: moved, and with outlines around some of its boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..picture.display import Item

APART = {"differs": 5, "follows": 4}
"""Units between a box and its outline."""


def moved(items: list[Item], dx: int, dy: int, prefix: str) -> list[Item]:
    """The same marks elsewhere; ids of groups get a prefix, as one picture may have an id once."""
    return [_moved(item, dx, dy, prefix) for item in items]


def _moved(item: Item, dx: int, dy: int, prefix: str) -> Item:
    match item["t"]:
        case "open":
            return {**item, "id": f"{prefix}{item['id']}"}
        case "path":
            return {**item, "d": [_moved_step(step, dx, dy) for step in item["d"]]}
        case "close":
            return item
    return {**item, "x": item["x"] + dx, "y": item["y"] + dy}


def _moved_step(step: list[Any], dx: int, dy: int) -> list[Any]:
    letter, *numbers = step
    return [letter, *(number + (dy if i % 2 else dx) for i, number in enumerate(numbers))]


def outlined(items: list[Item], kinds: Mapping[str, str], colour: str) -> Iterator[Item]:
    """The marks with an outline below each box that `kinds` has a mark for, by the id of its group."""
    faces = _faces(items)
    for item in items:
        if item["t"] == "open" and item["id"] in faces and (kind := kinds.get(item["id"], "")):
            left, top, right, bottom = faces[item["id"]]
            yield outline(left, top, right - left, bottom - top, kind, colour)
        yield item


def outline(x: float, y: float, width: float, height: float, kind: str, colour: str) -> Item:
    """The mark around a box: a bold line for what differs, a thin broken one for what follows."""
    apart = APART[kind]
    place = {"x": x - apart, "y": y - apart, "w": width + 2 * apart, "h": height + 2 * apart, "r": 6 + apart}
    look = {"line": 3} if kind == "differs" else {"line": 1.5, "dash": [3, 3]}
    return {"t": "rect", "stroke": colour, **place, **look}


def _faces(items: list[Item]) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of every box by the id of its group: its last rectangle or its circle."""
    faces = {}
    group = ""
    for item in items:
        if item["t"] == "open":
            group = item["id"]
        elif item["t"] == "close":
            group = ""
        elif group and item["t"] == "rect":
            faces[group] = (item["x"], item["y"], item["x"] + item["w"], item["y"] + item["h"])
        elif group and item["t"] == "circle":
            x, y, r = item["x"], item["y"], item["r"]
            faces[group] = (x - r, y - r, x + r, y + r)
    return faces
