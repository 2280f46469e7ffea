"""`folder:PATH`: the layouts it reads, how it parts and resizes, and one clear line for every folder that is wrong."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from resight.data import load, photos
from resight.errors import UserError

COLOURS = {"cat": (200, 10, 10), "dog": (10, 200, 10), "eel": (10, 10, 200)}


def paint(path: Path, colour: tuple[int, ...], size: tuple[int, int] = (8, 6)) -> None:
    """A PNG of one colour; width and height as Pillow orders them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


def pets(folder: Path, count: int = 10, **sizes: tuple[int, int]) -> Path:
    """`count` images for each class, in class folders."""
    for name, colour in COLOURS.items():
        for number in range(count):
            paint(folder / name / f"{number:02}.png", (*colour[:2], colour[2] + number), sizes.get(name, (8, 6)))
    return folder


def complaint(path: Path) -> str:
    """The one line that loading a folder raises."""
    with pytest.raises(UserError) as raised:
        load(f"folder:{path}")
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("tested", ["test", "val", "valid"])
def test_two_parts(tmp_path: Path, tested: str) -> None:
    pets(tmp_path / "train", 3)
    pets(tmp_path / tested, 2)
    made = load(f"folder:{tmp_path}")
    assert made.name == f"folder:{tmp_path.name}"
    assert made.classes == ("cat", "dog", "eel")
    assert made.shape == (3, 6, 8)
    assert made.train.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert made.test.labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert made.train.images[:, :, 2, 3].tolist()[3:6] == [[10, 200, 10], [10, 200, 11], [10, 200, 12]]
    assert made.how == "9 training and 6 test images from a folder"


@pytest.mark.parametrize("below", ["", "train"])
def test_of_one_part_a_fifth_of_each_class_is_held_out(tmp_path: Path, below: str) -> None:
    pets(tmp_path / below, 20)
    made = load(f"folder:{tmp_path}")
    assert made.train.labels.bincount().tolist() == [16, 16, 16]
    assert made.test.labels.bincount().tolist() == [4, 4, 4]
    everything = torch.cat([made.train.images, made.test.images])[:, :, 0, 0]
    assert len(everything.unique(dim=0)) == 60
    assert torch.equal(load(f"folder:{tmp_path}").test.images, made.test.images)
    assert "one in 5 of each class held out, drawn with seed 0" in made.how


def test_a_test_part_alone_can_only_be_tested(tmp_path: Path) -> None:
    pets(tmp_path / "test", 2)
    made = load(f"folder:{tmp_path}")
    assert (len(made.train), len(made.test), made.shape) == (0, 6, (3, 6, 8))
    assert made.how.endswith("nothing to train on")
    assert made.mean[0] == pytest.approx((200 + 10 + 10) / 3 / 255)


def test_images_of_different_sizes_become_squares_and_that_is_said(tmp_path: Path) -> None:
    pets(tmp_path, 5, cat=(30, 20), eel=(9, 40))
    made = load(f"folder:{tmp_path}")
    assert made.shape == (3, 9, 9)
    assert made.how.endswith("images of different sizes scaled and cut in the middle to 9×9")
    cats = made.train.images[made.train.labels == 0]
    assert (cats[:, :2] == torch.tensor([200, 10])[:, None, None]).all()


def test_a_large_image_is_cut_in_the_middle(tmp_path: Path) -> None:
    pixels = np.zeros((300, 600, 3), np.uint8)
    pixels[:, 200:400] = 250
    (tmp_path / "a").mkdir()
    Image.fromarray(pixels).save(tmp_path / "a" / "wide.png")
    paint(tmp_path / "a" / "tall.png", (0, 0, 0), (400, 500))
    made = load(f"folder:{tmp_path}")
    assert made.shape == (3, photos.LARGEST_SIDE, photos.LARGEST_SIDE)
    wide = made.train.images[1].float()
    assert wide[:, :, 60:160].min() == 250
    assert wide[:, :, :30].max() == 0


def test_grey_and_transparent_images_become_colours(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    Image.new("L", (4, 4), 77).save(tmp_path / "a" / "1.png")
    Image.new("RGBA", (4, 4), (1, 2, 3, 128)).save(tmp_path / "a" / "2.png")
    assert load(f"folder:{tmp_path}").train.images[:, :, 0, 0].tolist() == [[77, 77, 77], [1, 2, 3]]


def test_what_other_programs_leave_is_passed_over(tmp_path: Path) -> None:
    pets(tmp_path, 1)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "cat" / "notes.txt").write_text("a cat")
    (tmp_path / "README.md").write_text("pets")
    made = load(f"folder:{tmp_path}")
    assert made.classes == ("cat", "dog", "eel")
    assert len(made.train) == 3


def test_names_of_classes_stay_on_one_line(tmp_path: Path) -> None:
    paint(tmp_path / "two\nlines 猫" / "1.png", (1, 2, 3))
    assert load(f"folder:{tmp_path}").classes == ("two lines 猫",)


def test_a_folder_that_is_wrong_is_one_line(tmp_path: Path) -> None:
    assert complaint(tmp_path / "none").startswith(f"there is no folder {tmp_path / 'none'}; folder:PATH needs")
    assert complaint(tmp_path).startswith(f"{tmp_path} has no class folders; put the images into")
    pets(tmp_path / "train", 1)
    (tmp_path / "train" / "fox").mkdir()
    wanted = f"{tmp_path / 'train'} does not look like a folder of class folders: fox holds no images; give a folder"
    assert complaint(tmp_path).startswith(wanted)
    (tmp_path / "train" / "fox").rmdir()
    paint(tmp_path / "test" / "cats" / "1.png", (0, 0, 0))
    wanted = f"{tmp_path / 'test' / 'cats'} is a class that train does not have; did you mean cat?"
    assert complaint(tmp_path) == wanted


def test_a_file_that_is_no_image_is_named(tmp_path: Path) -> None:
    pets(tmp_path, 2)
    broken = tmp_path / "dog" / "00.png"
    broken.write_bytes(b"woof")
    assert (
        complaint(tmp_path)
        == f"cannot read the image {broken}: not an image; replace it by a PNG or JPEG file, or leave it out"
    )


def test_an_image_cut_short_is_named(tmp_path: Path) -> None:
    pets(tmp_path, 2)
    broken = tmp_path / "dog" / "01.jpg"
    noise = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(noise).save(broken)
    broken.write_bytes(broken.read_bytes()[:-40])
    assert complaint(tmp_path).startswith(f"cannot read the image {broken}: image file is truncated")


def test_images_that_memory_cannot_hold_are_one_line(tmp_path: Path) -> None:
    paint(tmp_path / "1.png", (0, 0, 0))
    with pytest.raises(UserError, match=r"^holding 1,000,000 images of 100000×100000 needs at least .* TiB of memory"):
        photos.read_all([tmp_path / "1.png"] * 1_000_000, (100_000, 100_000))


def test_torchvision_is_not_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pets(tmp_path, 1)
    monkeypatch.setitem(sys.modules, "torchvision", None)
    assert len(load(f"folder:{tmp_path}").train) == 3


# --- the same file twice --------------------------------------------------------------------------------------------


def test_links_are_followed_and_no_image_is_taken_twice(tmp_path: Path) -> None:
    cats = pets(tmp_path / "pets", 10) / "cat"
    plain = load(f"folder:{tmp_path / 'pets'}")
    (cats / "deeper").mkdir()
    (cats / "deeper" / "up").symlink_to(cats)
    (cats / "here").symlink_to(cats)
    (cats / "again.png").symlink_to(cats / "03.png")
    (cats / "hard.png").hardlink_to(cats / "04.png")
    paint(tmp_path / "elsewhere" / "new.png", COLOURS["cat"])
    (cats / "more").symlink_to(tmp_path / "elsewhere")
    made = load(f"folder:{tmp_path / 'pets'}")
    assert len(made.train) + len(made.test) == len(plain.train) + len(plain.test) + 1
    assert "2 files met again through links, taken once" in made.how


def link_class(pictures: Path) -> None:
    (pictures / "train" / "fox").symlink_to(pictures / "train" / "cat")


def link_part(pictures: Path) -> None:
    shutil.rmtree(pictures / "test")
    (pictures / "test").symlink_to(pictures / "train")


def link_root(pictures: Path) -> None:
    (pictures / "train" / "cat" / "all").symlink_to(pictures)


def link_one(pictures: Path) -> None:
    (pictures / "test" / "dog" / "x.png").hardlink_to(pictures / "train" / "dog" / "00.png")


@pytest.mark.parametrize("link", [link_class, link_part, link_root, link_one])
def test_a_file_in_two_classes_or_parts_is_refused(tmp_path: Path, link: Callable[[Path], None]) -> None:
    pets(tmp_path / "train", 3)
    pets(tmp_path / "test", 2)
    link(tmp_path)
    assert re.search(r"/\w+.png and \S+/\w+.png are the same file; one image cannot be", complaint(tmp_path))


def test_what_is_passed_over_is_counted(tmp_path: Path) -> None:
    pets(tmp_path, 1)
    for name in ("cat/a.heic", "cat/b.HEIC", "dog/notes.txt", "dog/.DS_Store", "README.md"):
        (tmp_path / name).write_text("x")
    paint(tmp_path / "stray.png", (0, 0, 0))
    assert "; 4 files passed over (.heic, .png, .txt); one in 5" in load(f"folder:{tmp_path}").how


@pytest.mark.parametrize("name", ["fashion-mnist-mini", "folder:pets"])
def test_a_root_for_a_set_that_has_none_is_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"^{name} takes no root; leave it out$"):
        load(name, tmp_path)
