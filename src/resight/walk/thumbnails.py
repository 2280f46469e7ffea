"""Small feature maps as pictures inside a page."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from ..recording import Thumbnail

BETWEEN = 1
"""Pixels between two maps."""


def as_data_uri(thumbnail: Thumbnail) -> str:
    """The maps side by side, as a PNG in a `data:` address; what lies between them is transparent."""
    import numpy as np
    from PIL import Image

    count, height, width = thumbnail.pixels.shape
    strip = np.zeros((height, count, width + BETWEEN, 2), np.uint8)
    strip[:, :, :width, 0] = thumbnail.pixels.transpose(1, 0, 2)
    strip[:, :, :width, 1] = 255
    picture = Image.fromarray(strip.reshape(height, -1, 2)[:, : count * (width + BETWEEN) - BETWEEN], "LA")
    content = BytesIO()
    picture.save(content, "PNG", optimize=True)
    return f"data:image/png;base64,{b64encode(content.getvalue()).decode()}"
