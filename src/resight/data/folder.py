"""`folder:PATH`: images in one folder per class, the layout of torchvision's `ImageFolder`.

Folders inside a class folder belong to it. Links are followed, and no image is taken twice.

PATH/train/cat/1.jpg   PATH/test/cat/2.jpg     a training and a test part; `val` or `valid` also serve as test
PATH/cat/1.jpg                                 one part: one in five of each class is held out as test
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from ..errors import UserError
from ..pixels import ENDINGS
from ..text import did_you_mean, one_line, plural
from .order import Purpose, shuffled
from .photos import common_size, read_all
from .types import DataSet, Split, assemble

TRAIN = "train"
TESTS = ("test", "val", "valid")
"""Names of a test part; the first that is there is taken."""

HELD_OUT = 5
"""One in this many images of each class is held out where there is no test part."""

SEED = 0

LISTED = 3
"""Endings of files passed over that are named."""


class Listing(NamedTuple):
    """The image files of one part and the place of each one's class."""

    files: list[Path]
    labels: list[int]


@dataclass
class Search:
    """Looks for images and remembers the files it met: `again` counts those met twice in one class, `others` those
    that are no images by their endings.
    """

    known: dict[object, tuple[Path, Path]] = field(default_factory=dict)
    again: int = 0
    others: Counter[str] = field(default_factory=Counter)

    def images(self, folder: Path) -> Iterator[Path]:
        """The image files below a class folder, in the order of their folders' names and their own.

        Raises:
            UserError: a folder cannot be read, or a file was met in another class or part.
        """
        folders: set[object] = set()

        def refuse(error: OSError) -> None:
            raise UserError(f"cannot read {error.filename}: {error.strerror}", hint="make it readable, or remove it")

        for place, inner, names in os.walk(folder, followlinks=True, onerror=refuse):
            if _identity(place) in folders:  # a link to a folder this one is in
                inner.clear()
                continue
            folders.add(_identity(place))
            inner[:] = sorted(name for name in inner if not _is_foreign(name))
            for name in sorted(names):
                if name.startswith("."):
                    continue
                if not name.lower().endswith(ENDINGS):
                    self.others[Path(name).suffix.lower() or name] += 1
                elif self._is_new(file := Path(place, name), folder):
                    yield file

    def _is_new(self, file: Path, folder: Path) -> bool:
        met, of = self.known.setdefault(_identity(file), (file, folder))
        if of != folder:
            hint = "one image cannot be of two classes, or trained on and tested; remove one of them"
            raise UserError(f"{file} and {met} are the same file", hint=hint)
        self.again += met != file
        return met == file

    @property
    def words(self) -> str:
        """What was passed over; empty where nothing was."""
        endings = ", ".join(ending for ending, _ in self.others.most_common(LISTED))
        others = f"{plural(self.others.total(), 'file')} passed over ({endings})" if self.others else ""
        again = f"{plural(self.again, 'file')} met again through links, taken once" if self.again else ""
        return "; ".join(filter(None, (again, others)))


def load(path: Path) -> DataSet:
    """The images below `path` as RGB, all of one size.

    Images of different sizes are scaled and cut in the middle to squares; `how` says so.

    Raises:
        UserError: there is no such folder, no class folder, an empty class, a class in the test part alone, a file
            that is no complete image, or one that is in two classes or both parts.
    """
    if not path.is_dir():
        raise UserError(f"there is no folder {path}", hint="folder:PATH needs a folder of class folders")
    search = Search()
    classes, train, test, parted = _parts(path, search)
    size, resized = common_size([*train.files, *test.files])
    counted = f"{len(train.files):,} training and {len(test.files):,} test images from a folder"
    how = "; ".join(filter(None, (counted, search.words, parted, resized)))
    name = f"folder:{path.resolve().name}"
    return assemble(name, _split(train, size), _split(test, size), tuple(map(one_line, classes)), how)


def _parts(path: Path, search: Search) -> tuple[list[str], Listing, Listing, str]:
    """The classes, the training and test images, and how the two were parted."""
    trained = path / TRAIN
    tested = next((path / name for name in TESTS if (path / name).is_dir()), None)
    if trained.is_dir() and tested is not None:
        classes = _classes(trained)
        _check_known(tested, classes)
        return classes, _listing(trained, classes, search), _listing(tested, classes, search), ""
    if tested is not None:
        classes = _classes(tested)
        return classes, Listing([], []), _listing(tested, classes, search), "nothing to train on"
    only = trained if trained.is_dir() else path
    classes = _classes(only)
    train, test = _held_out(_listing(only, classes, search))
    return classes, train, test, f"one in {HELD_OUT} of each class held out, drawn with seed {SEED}"


def _classes(folder: Path) -> list[str]:
    """Names of the class folders, sorted; those that begin with a dot or underscores belong to other programs."""
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not _is_foreign(entry.name))
    if not names:
        raise UserError(f"{folder} has no class folders", hint=f"put the images into {folder}/CLASS/*.jpg")
    return names


def _check_known(tested: Path, classes: list[str]) -> None:
    known = set(classes)
    for name in _classes(tested):
        if name not in known:
            hint = did_you_mean(name, classes) or "both parts need the same class folders"
            raise UserError(f"{tested / name} is a class that {TRAIN} does not have", hint=hint)


def _listing(folder: Path, classes: list[str], search: Search) -> Listing:
    """All image files in the order of their names."""
    listing = Listing([], [])
    numbers = {name: number for number, name in enumerate(classes)}
    beside = (entry.suffix.lower() for entry in folder.iterdir() if entry.is_file())
    search.others.update(ending for ending in beside if ending in ENDINGS)
    for name in _classes(folder):
        found = list(search.images(folder / name))
        if not found:
            what = f"{folder} does not look like a folder of class folders: {name} holds no images"
            raise UserError(what, hint="give a folder that has one folder of images for each class, and no others")
        listing.files.extend(found)
        listing.labels.extend([numbers[name]] * len(found))
    return listing


def _is_foreign(name: str) -> bool:
    """Whether a folder belongs to another program, by its name."""
    return name.startswith((".", "__"))


def _identity(path: Path | str) -> object:
    """What two names of one file have in common."""
    try:
        found = os.stat(path)
    except OSError:  # a broken link: reading it will say so
        return str(path)
    return (found.st_dev, found.st_ino) if found.st_ino else os.path.realpath(path)


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
