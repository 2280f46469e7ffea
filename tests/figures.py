"""Laws of figures, for tests: what every figure must keep, read from what matplotlib really drew."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

SLACK = 1.0
"""Pixels by which things may touch: anti-aliasing."""


def check_figure(figure: Figure) -> Figure:
    """No text cut off, none over another or over a picture, no axes (but the sheet itself) without content."""
    words, boxes, pictures = drawn(figure)
    cut = (boxes[:, :2] < -SLACK).any(axis=1) | (boxes[:, 2:] > np.array(figure.bbox.max) + SLACK).any(axis=1)
    assert [words[i] for i in np.flatnonzero(cut)] == [], "cut off"
    pairs = np.argwhere(np.triu(overlaps(boxes, boxes), 1))
    assert [(words[a], words[b]) for a, b in pairs] == [], "over each other"
    assert [words[a] for a, _ in np.argwhere(overlaps(boxes, pictures))] == [], "over a picture"
    assert all(axes.has_data() for axes in figure.axes[1:]), "axes without content"
    return figure


def drawn(figure: Figure) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Texts that come out, their boxes [texts, 4] as left, bottom, right, top in pixels, and those of pictures."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    texts: list[Any] = []
    draw_text = renderer.draw_text

    def noted(*args: Any, mtext: Any = None, **kwargs: Any) -> None:
        texts.append(mtext)
        draw_text(*args, mtext=mtext, **kwargs)

    renderer.draw_text = noted  # type: ignore[method-assign]
    figure.draw(renderer)
    texts = [item for item in dict.fromkeys(texts) if item.get_text().strip()]
    words = [item.get_text() for item in texts]
    extents = [[item.get_window_extent(renderer).extents for item in kind] for kind in (texts, images_of(figure))]
    boxes, pictures = (np.array(found).reshape(-1, 4) for found in extents)
    return words, boxes, pictures


def overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """For each pair of boxes, whether they share more than a pixel in both directions."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray((high - low > SLACK).all(axis=2))


def images_of(figure: Figure) -> list[AxesImage]:
    """The pictures in a figure, in the order they were drawn."""
    return [image for axes in figure.axes for image in axes.get_images()]


def words_of(figure: Figure) -> str:
    """Everything a figure says outside of its axes, wrapped lines joined."""
    return " ".join(item.get_text() for item in figure.axes[0].texts)
