"""Image files of every depth and shape: upright pictures of 8 bits, or refused in one line, for all who read them."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import DTypeLike
from PIL import Image

from resight.data import load
from resight.errors import UserError
from resight.pixels import ORIENTATION, picture, upright_size
from resight.samples import sample_image

SHARES = np.array([[0.0, 0.25, 0.5, 1.0]])
"""Levels from black to white."""

CAT = sample_image("cat")


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "gif", "tiff", "ppm"])
def test_the_usual_formats_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (20, 10), (200, 40, 90)).save(path)
    read = picture(path)
    assert (read.mode, read.size, upright_size(path)) == ("RGB", (20, 10), (20, 10))
    assert np.abs(np.asarray(read, dtype=int)[5, 5] - (200, 40, 90)).max() <= 8
    assert picture(path, "L").mode == "L"


@pytest.mark.parametrize(
    ("suffix", "kind", "top"),
    [
        ("png", "uint16", 65535), ("tif", "uint16", 65535), ("pgm", "uint16", 65535), ("jp2", "uint16", 65535),
        ("tif", "int32", 2**31 - 1), ("tif", "float32", 1), ("png", "uint8", 255), ("tif", "uint8", 255),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_levels_are_scaled_by_what_their_type_can_hold(
    tmp_path: Path, suffix: str, kind: DTypeLike, top: int, mode: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    wanted = (SHARES * top).astype(kind)
    options = {"irreversible": False} if suffix == "jp2" else {}
    Image.fromarray(wanted).save(path, **options)
    levels = np.asarray(picture(path, mode)).reshape(1, 4, -1)
    assert np.abs(levels - SHARES[..., None] * 255).max() <= 0.6 + (kind == "uint8")


def tiff(path: Path, levels: np.ndarray, white_is_zero: bool = False) -> None:
    """A grey TIFF of any type, as the standard has it, with Pillow out of the way."""
    height, width = levels.shape
    kind = {"u": 1, "i": 2, "f": 3}[levels.dtype.kind]
    tags = [(256, width), (257, height), (258, 8 * levels.itemsize), (259, 1), (262, int(not white_is_zero)),
            (273, 8), (277, 1), (278, height), (279, levels.nbytes), (339, kind)]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, 4 if tag in (273, 279) else 3, 1, value) for tag, value in tags)
    start = 8 + levels.nbytes
    file = b"II*\0" + struct.pack("<I", start) + levels.tobytes() + struct.pack("<H", len(tags)) + entries
    path.write_bytes(file + bytes(4))


@pytest.mark.parametrize("kind", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"])
def test_a_tiff_says_its_type(tmp_path: Path, kind: str) -> None:
    path, dtype = tmp_path / "a.tif", np.dtype(kind)
    top = 1 if dtype.kind == "f" else np.iinfo(dtype).max
    levels = (SHARES * top).astype(dtype)
    tiff(path, levels)
    near = 0.6 + (
        255 / top if dtype.kind != "f" else 0
    )  # the truth is rounded once to a level of the type and once to one of 255
    assert np.abs(np.asarray(picture(path, "L")) - SHARES * 255).max() <= near
    tiff(path, levels, white_is_zero=True)
    try:
        inverted = np.asarray(picture(path, "L"))
    except UserError:
        return  # Pillow knows not all of them
    assert np.abs(inverted - (1 - SHARES) * 255).max() <= near


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        (np.array([[0.0, 255.0]], np.float32), "its levels go from 0 to 255, those of floats from 0 to 1"),
        (np.array([[-0.5, 0.5]], np.float32), "its levels go from -0.5 to 0.5"),
        (np.array([[np.nan, 0.5]], np.float32), "its levels go from nan to nan"),
        (np.array([[0, 65535]], np.int32), "its levels reach 65535 of 2147483647, which would be black"),
        (np.array([[-1, 2**30]], np.int32), "it has negative levels"),
        (np.array([[-1, 100]], np.int8), "it has negative levels"),
        (np.array([[-1, 100]], np.int16), "it has negative levels"),
    ],
)
def test_levels_of_unknown_white_are_refused(tmp_path: Path, levels: np.ndarray, said: str) -> None:
    tiff(tmp_path / "a.tif", levels)
    with pytest.raises(UserError, match=said):
        picture(tmp_path / "a.tif")


def test_black_is_black_in_every_type(tmp_path: Path) -> None:
    for kind in (np.uint16, np.int32, np.float32):
        tiff(tmp_path / "a.tif", np.zeros((2, 2), kind))
        assert not np.asarray(picture(tmp_path / "a.tif")).any()


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_taken_with_the_camera_turned_stands_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    seen = Image.new("RGB", (20, 10))
    exif = seen.getexif()
    exif[ORIENTATION] = orientation
    path = tmp_path / f"a.{suffix}"
    seen.save(path, exif=exif)
    wanted = (20, 10) if orientation < 5 else (10, 20)
    assert picture(path).size == upright_size(path) == wanted


def test_alpha_is_ignored_also_that_of_a_palette(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (4, 4), (10, 200, 30, 0))
    clear.save(tmp_path / "a.png")
    clear.quantize(4).save(tmp_path / "b.png")
    Image.new("LA", (4, 4), (77, 0)).save(tmp_path / "c.png")
    assert picture(tmp_path / "a.png").getpixel((0, 0)) == (10, 200, 30)
    assert picture(tmp_path / "b.png").getpixel((0, 0)) == (10, 200, 30)
    assert picture(tmp_path / "c.png").getpixel((0, 0)) == (77, 77, 77)


@pytest.mark.parametrize(("mode", "white"), [("CMYK", (0, 0, 0, 0)), ("YCbCr", (255, 128, 128)), ("1", 1)])
def test_white_is_white_in_other_colours(tmp_path: Path, mode: str, white: int | tuple[int, ...]) -> None:
    Image.new(mode, (4, 4), white).save(tmp_path / "a.tif")
    assert np.asarray(picture(tmp_path / "a.tif")).min() >= 250


def bomb(path: Path) -> None:
    """A PNG of 400 million pixels in half a megabyte."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def some_more_than_safe(path: Path) -> None:
    """Pillow only warns of so many pixels."""
    Image.new("1", (10_000, 10_000)).save(path)


REFUSED: list[tuple[Callable[[Path], object], str]] = [
    (lambda path: path.write_bytes(b""), "not an image"),
    (lambda path: path.write_bytes(b"not a picture"), "not an image"),
    (lambda path: path.write_bytes(CAT.read_bytes()[:9000]), "truncated"),
    (bomb, "decompression bomb"),
    (some_more_than_safe, "decompression bomb"),
    (lambda path: path.mkdir(), "is a directory"),
    (lambda path: os.mkfifo(path), "is a pipe or a device"),
    (lambda path: path.symlink_to("/dev/zero"), "is a pipe or a device"),
    (lambda path: path.symlink_to("nowhere"), "leads nowhere"),
    (lambda path: path.symlink_to(path), "leads nowhere"),
    (lambda path: None, "there is no file"),
]


@pytest.mark.parametrize(("make", "said"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_image_is_one_line(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    path = tmp_path / "a.png"
    make(path)
    with pytest.raises(UserError, match=said) as error:
        picture(path)
    assert "\n" not in str(error.value)
    if said not in ("truncated", "decompression bomb"):  # the size of what is cut short is known
        with pytest.raises(UserError, match=said):
            upright_size(path)


def test_a_folder_of_images_reads_them_so_too(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    for name, share in (("dark", 0.25), ("bright", 0.75)):
        (tmp_path / name).mkdir()
        for i in range(5):
            deep = np.full((6, 8), round(share * 65535), np.uint16)
            Image.fromarray(deep).save(tmp_path / name / f"{i}.png")
        Image.new("L", (6, 8), round(share * 255)).save(tmp_path / name / "turned.jpg", exif=exif)
        Image.new("L", (8, 6), round(share * 255)).save(tmp_path / name / "z.GIF")
    made = load(f"folder:{tmp_path}")
    assert made.shape == (3, 6, 8)
    assert "different sizes" not in made.how
    means = [made.train.images[made.train.labels == label].float().mean().item() / 255 for label in (0, 1)]
    assert dict(zip(made.classes, means)) == pytest.approx({"dark": 0.25, "bright": 0.75}, abs=0.01)
