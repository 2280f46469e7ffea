"""A sheet of labelled images: a row for each class, images from all over it, with the counts of both splits."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from .. import fonts
from ..colours import Palette, palette
from ..errors import UserError
from ..files import check_writable, write_files
from ..picture.png import rasterise
from ..text import shorten, xml
from .types import DataSet, Split

IN_A_ROW, FEWEST_IN_A_ROW = 12, 6
MOST_ROWS = 40
"""More classes would make a sheet nobody looks at; the caption says how many there are."""

MARGIN, GAP, SPACE = 24, 4, 16
ENLARGED, REDUCED = 64, 96
"""Units a side: small images are enlarged by whole numbers up to the first, large ones reduced to the second."""

SHARPNESS = 2
"""Pixels kept for each unit of a reduced image, and of the PNG."""

TITLE, NAME, SMALL = 18, 13, 11
LINE = 19
LONGEST_NAME, LONGEST_TITLE = 24, 60


@dataclass(frozen=True)
class Grid:
    """Where the images go: `count` in a row, from `left` on."""

    count: int
    left: int
    cell_width: int
    cell_height: int

    @property
    def columns(self) -> list[int]:
        """Left edge of each column."""
        return [self.left + column * (self.cell_width + GAP) for column in range(self.count)]

    @property
    def right(self) -> int:
        """Right edge of the last column."""
        return self.columns[-1] + self.cell_width


@dataclass(frozen=True)
class Label:
    """A line of text at a base line; `anchor` as in SVG."""

    words: str
    x: float
    y: float
    size: int
    weight: int
    colour: str
    anchor: str = "start"


def save(dataset: DataSet, path: Path) -> None:
    """Write the sheet as .svg or .png.

    Raises:
        UserError: another ending, or the file cannot be written.
    """
    if path.suffix.lower() not in (".svg", ".png"):
        raise UserError(f"a preview cannot be written as {path.name}", hint="use .svg or .png")
    check_writable(path)
    markup, words = sheet(dataset)
    as_svg = path.suffix.lower() == ".svg"
    write_files({path: markup.encode() if as_svg else rasterise(markup, words, SHARPNESS)})


def sheet(dataset: DataSet) -> tuple[str, list[str]]:
    """The sheet as SVG, and all words in it."""
    colours = palette("light")
    shown = range(min(len(dataset.classes), MOST_ROWS))
    grid = _grid(dataset, shown)
    labels = _header(dataset, grid.right - MARGIN, colours)
    top = labels[-1].y + TITLE
    images = []
    for label in shown:
        y = top + label * (grid.cell_height + GAP)
        labels += _row_labels(dataset, label, grid.left - SPACE, y + grid.cell_height / 2, colours)
        images += [_embedded(image, x, y, grid) for x, image in zip(grid.columns, _spread(dataset, label))]
    height = round(top + len(shown) * (grid.cell_height + GAP) - GAP + MARGIN)
    body = [*map(_text, labels), *images]
    markup = _document(dataset.name, grid.right + MARGIN, height, colours["background"], body)
    return markup, [label.words for label in labels]


def _grid(dataset: DataSet, shown: range) -> Grid:
    labels_width = max(_label_width(dataset, label) for label in shown)
    most = int(_shown_split(dataset).labels.bincount().max())
    width, height = _cell(dataset.shape[2], dataset.shape[1])
    count = min(max(most, FEWEST_IN_A_ROW), IN_A_ROW)
    return Grid(count, round(MARGIN + labels_width + SPACE), width, height)


def _header(dataset: DataSet, width: int, colours: Palette) -> list[Label]:
    """The set's name, and below it how it came to be."""
    labels = [Label(shorten(dataset.name, LONGEST_TITLE), MARGIN, MARGIN + TITLE, TITLE, 600, colours["ink"])]
    for line in _wrapped(_caption(dataset), width):
        labels.append(Label(line, MARGIN, labels[-1].y + LINE, SMALL, 400, colours["muted"]))
    return labels


def _caption(dataset: DataSet) -> str:
    channels, height, width = dataset.shape
    shown = "" if len(dataset.classes) <= MOST_ROWS else f"; {MOST_ROWS} of {len(dataset.classes):,} classes shown"
    colour = "grey" if channels == 1 else "colour"
    return f"{width}×{height}, {colour}. {dataset.how}. Counts are training + test{shown}."


def _cell(width: int, height: int) -> tuple[int, int]:
    """Units an image takes."""
    side = max(width, height)
    if side <= REDUCED:
        factor = max(1, ENLARGED // side)
        return width * factor, height * factor
    return max(1, round(width * REDUCED / side)), max(1, round(height * REDUCED / side))


def _row_labels(dataset: DataSet, label: int, right: float, middle: float, colours: Palette) -> Iterator[Label]:
    yield Label(_name(dataset, label), right, middle - 2, NAME, 600, colours["ink"], "end")
    yield Label(_counts(dataset, label), right, middle + 13, SMALL, 400, colours["muted"], "end")


def _label_width(dataset: DataSet, label: int) -> float:
    name, counts = fonts.width(_name(dataset, label), NAME, 600), fonts.width(_counts(dataset, label), SMALL, 400)
    return max(name, counts)


def _name(dataset: DataSet, label: int) -> str:
    return shorten(dataset.classes[label], LONGEST_NAME)


def _counts(dataset: DataSet, label: int) -> str:
    train, test = (int((split.labels == label).sum()) for split in (dataset.train, dataset.test))
    return f"{train:,} + {test:,}"


def _spread(dataset: DataSet, label: int) -> Iterator[Tensor]:
    """Up to `IN_A_ROW` images of a class, evenly spread over those stored: neighbours are often alike."""
    split = _shown_split(dataset)
    own = (split.labels == label).nonzero().flatten().tolist()
    count = min(len(own), IN_A_ROW)
    yield from (split.images[own[place * len(own) // count]] for place in range(count))


def _shown_split(dataset: DataSet) -> Split:
    return dataset.train if len(dataset.train) else dataset.test


def _embedded(image: Tensor, x: int, y: float, grid: Grid) -> str:
    """A small image as it is, for the viewer to enlarge in sharp squares; a large one reduced."""
    width, height = grid.cell_width, grid.cell_height
    pixels = Image.fromarray(np.ascontiguousarray(image.permute(1, 2, 0).squeeze(2).numpy()))
    look = ' image-rendering="optimizeSpeed" style="image-rendering:pixelated"'
    if pixels.width > width:
        pixels, look = pixels.resize((width * SHARPNESS, height * SHARPNESS), Image.Resampling.LANCZOS), ""
    file = io.BytesIO()
    pixels.save(file, "PNG")
    source = base64.b64encode(file.getvalue()).decode()
    return f'<image x="{x}" y="{y:g}" width="{width}" height="{height}"{look} href="data:image/png;base64,{source}"/>'


def _wrapped(words: str, width: float) -> list[str]:
    """Lines of small text that fit the width where words allow it."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and fonts.width(longer, SMALL, 400) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _text(label: Label) -> str:
    return (
        f'<text x="{label.x:g}" y="{label.y:g}" font-size="{label.size}" font-weight="{label.weight}" '
        f'fill="{label.colour}" text-anchor="{label.anchor}">{xml(label.words)}</text>'
    )


def _document(title: str, width: int, height: int, background: str, body: list[str]) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="{xml(fonts.FAMILIES)}">',
            f"<title>{xml(title)}</title>",
            f'<rect width="{width}" height="{height}" fill="{background}"/>',
            *body,
            "</svg>\n",
        ]
    )
