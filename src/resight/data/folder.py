"""`folder:PATH`: images in one folder per class, the layout of torchvision's `ImageFolder`.

PATH/train/cat/1.jpg   PATH/test/cat/2.jpg     a training and a test part; `val` or `valid` also serve as test
PATH/cat/1.jpg                                 one part: one in five of each class is held out as test
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from ..errors import UserError
from ..text import did_you_mean, one_line
from .extra import torchvision_for
from .order import Purpose, shuffled
from .photos import common_size, read_all
from .types import DataSet, Split, assemble

TRAIN = "train"
TESTS = ("test", "val", "valid")
"""Names of a test part; the first that is there is taken."""

HELD_OUT = 5
"""One in this many images of each class is held out where there is no test part."""

SEED = 0


class Listing(NamedTuple):
    """The image files of one part and the place of each one's class."""

    files: list[Path]
    labels: list[int]


def load(path: Path) -> DataSet:
    """The images below `path` as RGB, all of one size.

    Images of different sizes are scaled and cut in the middle to squares; `how` says so.

    Raises:
        UserError: there is no such folder, no class folder, an empty class, a class in the test part alone, or a file
            that is no complete image.
    """
    if not path.is_dir():
        raise UserError(f"there is no folder {path}", hint="folder:PATH needs a folder of class folders")
    classes, train, test, parted = _parts(path)
    size, resized = common_size([*train.files, *test.files])
    counted = f"{len(train.files):,} training and {len(test.files):,} test images from a folder"
    how = "; ".join(filter(None, (counted, parted, resized)))
    name = f"folder:{path.resolve().name}"
    return assemble(name, _split(train, size), _split(test, size), tuple(map(one_line, classes)), how)


def _parts(path: Path) -> tuple[list[str], Listing, Listing, str]:
    """The classes, the training and test images, and how the two were parted."""
    trained = path / TRAIN
    tested = next((path / name for name in TESTS if (path / name).is_dir()), None)
    if trained.is_dir() and tested is not None:
        classes = _classes(trained)
        _check_known(tested, classes)
        return classes, _listing(trained, classes), _listing(tested, classes), ""
    if tested is not None:
        classes = _classes(tested)
        return classes, Listing([], []), _listing(tested, classes), "nothing to train on"
    only = trained if trained.is_dir() else path
    classes = _classes(only)
    train, test = _held_out(_listing(only, classes))
    return classes, train, test, f"one in {HELD_OUT} of each class held out, drawn with seed {SEED}"


def _classes(folder: Path) -> list[str]:
    """Names of the class folders, sorted; those that begin with a dot or underscores belong to other programs."""
    names = sorted(
        entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith((".", "__"))
    )
    if not names:
        raise UserError(f"{folder} has no class folders", hint=f"put the images into {folder}/CLASS/*.jpg")
    return names


def _check_known(tested: Path, classes: list[str]) -> None:
    for name in _classes(tested):
        if name not in classes:
            hint = did_you_mean(name, classes) or "both parts need the same class folders"
            raise UserError(f"{tested / name} is a class that {TRAIN} does not have", hint=hint)


def _listing(folder: Path, classes: list[str]) -> Listing:
    """All image files by torchvision's own rule of what an image file is, in the order of their names."""
    folders = torchvision_for("reading folders of images").datasets.folder
    numbers = {name: number for number, name in enumerate(classes)}
    found = folders.make_dataset(str(folder), numbers, extensions=folders.IMG_EXTENSIONS, allow_empty=True)
    listing = Listing([Path(file) for file, _ in found], [label for _, label in found])
    filled = set(listing.labels)
    for name in _classes(folder):
        if numbers[name] not in filled:
            what = f"{folder} does not look like a folder of class folders: {name} holds no images"
            raise UserError(what, hint="give a folder that has one folder of images for each class, and no others")
    return listing


def _held_out(whole: Listing) -> tuple[Listing, Listing]:
    """Training and test images, one in `HELD_OUT` of each class to the second; of one or two images none."""
    own: dict[int, list[int]] = {}
    for place, label in enumerate(whole.labels):
        own.setdefault(label, []).append(place)
    test: set[int] = set()
    for label, places in own.items():
        order = shuffled(len(places), Purpose.HOLD_OUT, SEED, label).tolist()
        test.update(places[each] for each in order[: round(len(places) / HELD_OUT)])
    train = [place for place in range(len(whole.files)) if place not in test]
    return _chosen(whole, train), _chosen(whole, sorted(test))


def _chosen(whole: Listing, places: list[int]) -> Listing:
    return Listing([whole.files[place] for place in places], [whole.labels[place] for place in places])


def _split(listing: Listing, size: tuple[int, int]) -> Split:
    images: Tensor = read_all(listing.files, size)
    return Split(images, torch.tensor(listing.labels, dtype=torch.int64))
