"""Small pictures of values, for a page to show."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..graph import Ref
from ..recording.types import LAYOUTS, PIXELS, Thumbnail

SIDE = 64
"""Pixels of a thumbnail's longer side, at most."""


class Thumbnails:
    """Thumbnails of the first `channels` channels of what ops make; a view shows nothing that was not shown."""

    def __init__(self, channels: int) -> None:
        self.taken: dict[Ref, Thumbnail] = {}
        self._channels = channels
        self._room = PIXELS

    def take(self, ref: Ref, tensor: Tensor) -> None:
        """Take one of a value with two to five dimensions and real elements."""
        if not tensor.is_floating_point() or tensor.dim() not in LAYOUTS or not tensor.numel():
            return
        with torch.no_grad():
            thumbnail = thumbnail_of(ref, tensor.detach(), self._channels)
        if thumbnail.pixels.size <= self._room:
            self._room -= thumbnail.pixels.size
            self.taken[ref] = thumbnail


def thumbnail_of(ref: Ref, tensor: Tensor, channels: int) -> Thumbnail:
    """The first `channels` channels of the first element of a batch."""
    layout = LAYOUTS[tensor.dim()]
    maps = _maps(tensor[0], layout)
    shown = maps[:channels].float()
    shown = F.adaptive_avg_pool2d(shown, [min(SIDE, size) for size in shown.shape[1:]])
    shown = shown.cpu().numpy()
    finite = np.isfinite(shown)
    low = np.where(finite, shown, np.inf).min((1, 2), keepdims=True)
    high = np.where(finite, shown, -np.inf).max((1, 2), keepdims=True)
    low, high = np.where(low > high, 0, low), np.where(low > high, 0, high)
    span = np.where(high > low, high - low, 1)
    pixels = np.where(finite, (np.where(finite, shown, 0) - low) / span * 255, 0).round().astype(np.uint8)
    bounds = tuple(map(float, low.ravel())), tuple(map(float, high.ravel()))
    return Thumbnail(ref, pixels, *bounds, channels=len(maps), layout=layout)


def _maps(element: Tensor, layout: str) -> Tensor:
    """One element of a batch as `[channels, rows, columns]`."""
    if layout == "maps":
        return element
    if layout == "volumes":
        return element[:, element.shape[1] // 2]
    return element.reshape(1, -1, element.shape[-1])
