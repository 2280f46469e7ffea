"""`resight data list` and `resight data preview`: what they print, what they write, and what the sheet shows."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image

from resight.cli import main
from resight.data import DataSet, Split, fashion_mnist, load, preview
from resight.data.types import assemble

SVG = "{http://www.w3.org/2000/svg}"


def made(classes: int, side: int = 8, channels: int = 3, name: str = "made") -> DataSet:
    """Three training images and a test image for each class."""
    images = torch.randint(
        0, 256, (classes * 4, channels, side, side), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )
    labels = torch.arange(classes * 4) % classes
    train, test = (Split(images[part], labels[part]) for part in (slice(classes, None), slice(classes)))
    return assemble(name, train, test, tuple(f"class {label}" for label in range(classes)), "made here")


def parsed(dataset: DataSet) -> ElementTree.Element:
    return ElementTree.fromstring(preview.sheet(dataset)[0])


def pixels(image: ElementTree.Element) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(b64decode(image.attrib["href"].partition("base64,")[2]))))


def test_the_list_says_where_each_set_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(fashion_mnist, "SYSTEM_FOLDERS", ())
    assert main(["data", "list"]) == 0
    rows = [re.split(r"  +", line.strip()) for line in capsys.readouterr().out.splitlines()]
    assert rows == [
        ["name", "train + test", "image", "where"],
        ["fashion-mnist-mini", "2,500 + 500", "1×28×28", "comes with resight"],
        ["fashion-mnist", "60,000 + 10,000", "1×28×28", "will be downloaded"],
        ["cifar10", "50,000 + 10,000", "3×32×32", "will be downloaded"],
        ["folder:PATH", "your own", "3×H×W", "PATH/CLASS/*.jpg"],
    ]


def test_a_preview_is_written_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "clothes.png"
    assert main(["data", "preview", "fashion-mnist-mini", "-o", str(path)]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0].startswith(
        "fashion-mnist-mini: 2,500 training and 500 test images of Fashion-MNIST"
    )
    assert (said.out.splitlines()[1], said.err) == (f"  wrote {path}", "")
    first = path.read_bytes()
    assert Image.open(path).width > 1000
    preview.save(load("fashion-mnist-mini"), path)
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["nonsense", "-o", "a.png"], "there is no data set 'nonsense'; there are fashion-mnist-mini"),
        (["fashion-mnist-mini", "-o", "a.gif"], "a preview cannot be written as a.gif; use .svg or .png"),
        (["fashion-mnist-mini", "-o", "none/a.png"], "cannot write none/a.png: there is no folder none"),
        (["fashion-mnist-mini"], "Missing option"),
        (["cifar10", "-o", "a.png", "--data-root", "none"], "there is no folder none; leave the root out"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_writes_nothing(
    words: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["data", "preview", *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"resight: error: {line}")
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_small_images_are_shown_as_they_are_a_row_for_each_class() -> None:
    dataset = made(5)
    images = parsed(dataset).findall(f"{SVG}image")
    rows = sorted({float(image.attrib["y"]) for image in images})
    assert len(images) == 15
    assert len(rows) == 5
    for image in images:
        label = rows.index(float(image.attrib["y"]))
        own = dataset.train.images[dataset.train.labels == label].permute(0, 2, 3, 1).numpy()
        assert any((pixels(image) == candidate).all() for candidate in own)
        assert image.attrib["width"] == image.attrib["height"] == "64"


def test_boxes_lie_inside_the_sheet_and_never_overlap() -> None:
    sheet = parsed(made(3))
    boxes = [
        tuple(float(image.attrib[key]) for key in ("x", "y", "width", "height")) for image in sheet.iter(f"{SVG}image")
    ]
    width, height = float(sheet.attrib["width"]), float(sheet.attrib["height"])
    assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes)
    for place, (x, y, w, h) in enumerate(boxes):
        assert all(x + w <= a or a + c <= x or y + h <= b or b + d <= y for a, b, c, d in boxes[place + 1 :])


def test_large_images_are_reduced_and_many_classes_are_counted() -> None:
    sheet, words = preview.sheet(made(50, side=120, channels=1))
    assert "40 of 50 classes shown" in " ".join(words)
    images = ElementTree.fromstring(sheet).findall(f"{SVG}image")
    assert len(images) == 40 * 3
    assert pixels(images[0]).shape == (192, 192)


def test_hostile_names_stay_words() -> None:
    hostile = "</text><script>alert(1)</script>\n\"'%s 猫 😀"
    dataset = made(1, name=hostile)
    sheet = parsed(dataset)
    assert sheet.findall(f".//{SVG}script") == []
    title = sheet.find(f"{SVG}title")
    assert title is not None
    assert title.text == "</text><script>alert(1)</script> \"'%s 猫 😀"
