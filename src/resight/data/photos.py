"""Reading image files of any size into one tensor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from statistics import median_low

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from ..errors import UserError
from ..text import binary_size

LARGEST_SIDE = 224
"""Images of different sizes become squares of at most this side, the one ImageNet's networks are evaluated at."""

Size = tuple[int, int]
"""Width and height in pixels, as Pillow orders them."""


def common_size(files: Sequence[Path]) -> tuple[Size, str]:
    """The size to bring all images to, and what that does to them in words: nothing where all have one size.

    Otherwise a square whose side is the median of the images' shorter sides, at most `LARGEST_SIDE`.

    Raises:
        UserError: a file is no image.
    """
    with ThreadPoolExecutor() as pool:
        sizes = list(pool.map(_size, files))
    if len(set(sizes)) == 1:
        return sizes[0], ""
    side = min(median_low(min(size) for size in sizes), LARGEST_SIDE)
    return (side, side), f"images of different sizes scaled and cut in the middle to {side}×{side}"


def read_all(files: Sequence[Path], size: Size) -> Tensor:
    """The images as RGB of one size, uint8 (N, 3, H, W).

    Raises:
        UserError: a file is no image or is cut short, or memory cannot hold them all.
    """
    images = _room(len(files), size)
    with ThreadPoolExecutor() as pool:  # Pillow decodes without holding Python's lock
        for place, pixels in enumerate(pool.map(_pixels, files, repeat(size))):
            images[place] = torch.from_numpy(pixels).permute(2, 0, 1)
    return images


def _room(count: int, size: Size) -> Tensor:
    width, height = size
    try:
        return torch.empty((count, 3, height, width), dtype=torch.uint8)
    except RuntimeError:
        needed = binary_size(count * 3 * height * width)
        raise UserError(
            f"{count:,} images of {width}×{height} need {needed} of memory, more than there is",
            hint="make them smaller, or take fewer",
        ) from None


def _size(file: Path) -> Size:
    with _opened(file) as image:
        return image.size


def _pixels(file: Path, size: Size) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with _opened(file) as image:
        colours = image.convert("RGB")
    fitted = colours if colours.size == size else ImageOps.fit(colours, size, Image.Resampling.BILINEAR)
    return np.array(fitted)


@contextmanager
def _opened(file: Path) -> Iterator[Image.Image]:
    """The image; whatever Pillow objects to, now or when it decodes, names the file."""
    try:
        with Image.open(file) as image:
            yield image
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        why = "not an image" if isinstance(error, UnidentifiedImageError) else str(error)
        raise UserError(f"cannot read the image {file}: {why}", hint="replace or remove the file") from None
