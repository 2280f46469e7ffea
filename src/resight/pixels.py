"""Image files as upright pictures of 8 bits, for `--image` and for folders of images alike."""

from __future__ import annotations

import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import UserError

Size = tuple[int, int]
"""Width and height in pixels, as Pillow orders them."""

ENDINGS = (
    ".png", ".jpg", ".jpeg", ".jfif", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm",
    ".jp2", ".avif",
)  # fmt: skip
"""What the name of an image file ends with, in small letters."""

ORIENTATION, TURNED = 0x0112, (5, 6, 7, 8)
"""The EXIF tag of how the camera was held, and its values that exchange width and height."""

WHITE_IS_ZERO, BITS, SAMPLE_FORMAT, SIGNED = 262, 258, 339, 2
"""Tags of a TIFF, the first of which says so by 0, and the value of the last for signed integers."""

DEEP = 16
"""Bits of a pixel up to which a picture that uses only a small part of them is simply dark."""

HINT = "replace it by a PNG or JPEG file, or leave it out"


def picture(path: Path, mode: str = "RGB") -> Image.Image:
    """The first picture of a file as `RGB` or `L`, upright by its EXIF tag.

    Levels of more than 8 bits are scaled by the range of their type, floats are levels from 0 to 1. Transparency is
    ignored: the colours stored below it count.

    Raises:
        UserError: there is no such file, Pillow can't read it, or nothing says which of its levels is white.
    """
    with _opened(path) as opened:
        tags, format = dict(getattr(opened, "tag_v2", {})), opened.format
        opened.load()  # a TIFF is turned here, and then says so
        upright = ImageOps.exif_transpose(opened)
        if upright.mode == "P" and "transparency" in upright.info:
            upright = upright.convert("RGBA")
        return _in_bytes(upright, format, tags).convert(mode)


def upright_size(path: Path) -> Size:
    """The size `picture` has, mostly without decoding it; raises as that does."""
    with _opened(path) as opened:
        orientation = Image.Image.getexif(opened).get(ORIENTATION)  # a PNG's own `getexif` decodes it
        if orientation not in TURNED:
            return opened.size
        if opened.format == "TIFF":  # whether its size is already the one after turning depends on Pillow
            opened.load()
            return ImageOps.exif_transpose(opened).size
        return opened.size[1], opened.size[0]


def check_file(path: Path) -> None:
    """Raise `UserError` where `path` is no file that can be read to an end, such as a folder or a pipe."""
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError):
        what = f"the link {path} leads nowhere" if path.is_symlink() else f"there is no file {path}"
        raise UserError(what, hint="give the path of an image") from None
    if stat.S_ISDIR(kind):
        raise UserError(f"{path} is a directory", hint="give the path of an image")
    if not stat.S_ISREG(kind):
        raise UserError(f"{path} is a pipe or a device, not an image file", hint=HINT)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The file as Pillow opens it; whatever it objects to, now or when it decodes, names the file."""
    check_file(path)
    try:
        with pictures_are_bounded(), Image.open(path) as opened:
            yield opened
    except Exception as error:  # a damaged file can raise anything in Pillow's decoders
        why = "not an image" if isinstance(error, UnidentifiedImageError) else str(error) or type(error).__name__
        raise UserError(f"cannot read the image {path}: {why}", hint=HINT) from error


@contextmanager
def pictures_are_bounded() -> Iterator[None]:
    """Inside, a picture of more pixels than Pillow thinks safe is refused, not warned about.

    Filters of warnings are the whole process's: whoever reads in threads enters this around all of them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _in_bytes(upright: Image.Image, format: str | None, tags: dict[int, Any]) -> Image.Image:
    """The picture with 8 bits a channel, which Pillow's own conversion of deeper ones would cut off at 255."""
    signed = tags.get(SAMPLE_FORMAT, (1,))[0] == SIGNED
    if not (upright.mode in ("I", "F") or upright.mode.startswith("I;") or signed):
        return upright
    levels = np.asarray(upright).astype(np.float64)
    if upright.mode == "F":
        top = 1.0
        if not (levels.min() >= 0 and levels.max() <= top):  # nan is neither
            raise ValueError(f"its levels go from {levels.min():g} to {levels.max():g}, those of floats from 0 to 1")
    else:
        bits = tags[BITS][0] if BITS in tags else DEEP
        if upright.mode == "I" and format not in ("TIFF", "PPM", "PNG"):
            raise ValueError("nothing says which of its levels is white")
        top = float(2 ** (bits - signed) - 1)
        if signed and upright.mode == "L":
            levels = np.asarray(upright).view(np.int8).astype(np.float64)
        elif not signed:
            levels %= 2.0**bits  # Pillow holds 32 bits without a sign as if they had one
        if levels.min() < 0:
            raise ValueError("it has negative levels")
        if bits > DEEP and 0 < levels.max() < top / 255:
            raise ValueError(f"its levels reach {levels.max():.0f} of {top:.0f}, which would be black")
    if tags.get(WHITE_IS_ZERO) == 0:
        levels = top - levels
    return Image.fromarray(np.rint(levels * (255 / top)).astype(np.uint8))
