"""Signs that the shipped font lacks, drawn with lines so that they look the same on every machine."""

from __future__ import annotations

from typing import Any

WIDTH = 11
"""Units a sign takes in a line of text."""

Lines = list[list[Any]]
"""Steps of a path as in a display list: a letter and its numbers."""

_CIRCLE: Lines = [["M", 0, 5], ["C", 0, 2.2, 2.2, 0, 5, 0], ["C", 7.8, 0, 10, 2.2, 10, 5],
           ["C", 10, 7.8, 7.8, 10, 5, 10], ["C", 2.2, 10, 0, 7.8, 0, 5], ["Z"]]  # fmt: skip
_ACROSS: Lines = [["M", 2.5, 5], ["L", 7.5, 5]]

SIGNS: dict[str, Lines] = {
    "⊕": [*_CIRCLE, *_ACROSS, ["M", 5, 2.5], ["L", 5, 7.5]],
    "⊖": [*_CIRCLE, *_ACROSS],
    "⧺": [["M", 0, 5], ["L", 10, 5], ["M", 3, 2], ["L", 3, 8], ["M", 7, 2], ["L", 7, 8]],
    "↷": [["M", 0, 8], ["C", 0, 2, 7, 1, 8.5, 6.5], ["M", 5.8, 5], ["L", 8.5, 7], ["L", 9.8, 3.9]],
    "✗": [["M", 1, 1], ["L", 9, 9], ["M", 9, 1], ["L", 1, 9]],
}
"""Lines of each sign in a box of 10 by 10 units."""


def sign_path(sign: str, x: float, baseline: float) -> Lines:
    """The lines of a sign that stands in a text at `x`, on a baseline."""
    left, top = x, baseline - 9
    return [
        [letter, *(round(number + (left if i % 2 == 0 else top), 1) for i, number in enumerate(numbers))]
        for letter, *numbers in SIGNS[sign]
    ]
