"""Reading image files of any size into one tensor."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from statistics import median_low

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from ..memory import check_fits
from ..pixels import Size, picture, pictures_are_bounded, upright_size

LARGEST_SIDE = 224
"""Images of different sizes become squares of at most this side, the one ImageNet's networks are evaluated at."""


def common_size(files: Sequence[Path]) -> tuple[Size, str]:
    """The size to bring all images to, and what that does to them in words: nothing where all have one size.

    Otherwise a square whose side is the median of the images' shorter sides, at most `LARGEST_SIDE`.

    Raises:
        UserError: a file is no image.
    """
    with pictures_are_bounded(), ThreadPoolExecutor() as pool:
        sizes = list(pool.map(upright_size, files))
    if len(set(sizes)) == 1:
        return sizes[0], ""
    side = min(median_low(min(size) for size in sizes), LARGEST_SIDE)
    return (side, side), f"images of different sizes scaled and cut in the middle to {side}×{side}"


def read_all(files: Sequence[Path], size: Size) -> Tensor:
    """The images as RGB of one size, uint8 (N, 3, H, W).

    Raises:
        UserError: a file is no image or is cut short, or memory cannot hold them all.
    """
    width, height = size
    what = f"holding {len(files):,} images of {width}×{height}"
    check_fits(what, len(files) * 3 * height * width, "make them smaller, or take fewer")
    images = torch.empty((len(files), 3, height, width), dtype=torch.uint8)
    with pictures_are_bounded(), ThreadPoolExecutor() as pool:  # Pillow decodes without holding Python's lock
        for place, pixels in enumerate(pool.map(_pixels, files, repeat(size))):
            images[place] = torch.from_numpy(pixels).permute(2, 0, 1)
    return images


def _pixels(file: Path, size: Size) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    colours = picture(file)
    fitted = colours if colours.size == size else ImageOps.fit(colours, size, Image.Resampling.BILINEAR)
    return np.array(fitted)
