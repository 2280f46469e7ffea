"""Fashion-MNIST: 70,000 grey images of clothes, 28×28 (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747; MIT licence).

Looked for where resight keeps downloads and where the system keeps data sets, such as Debian's package
dataset-fashion-mnist; downloaded by torchvision otherwise. Files are read in place, packed or not.
"""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from ..errors import UserError
from .checksums import read_verified
from .downloads import download, kept
from .extra import torchvision_for
from .idx import parse
from .types import DataSet, Split, assemble

NAME = "fashion-mnist"
CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

CHECKSUMS = {
    "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
    "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
    "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
}
"""md5 of the unpacked files. Those of the packed ones differ between distributors, as each packs anew."""

SYSTEM_FOLDERS = (Path("/usr/share/datasets/fashion-mnist"), Path("/usr/local/share/datasets/fashion-mnist"))
IN_ROOT = ("FashionMNIST/raw", "")
"""Where below a given root the files may lie: as torchvision puts them, or plainly."""


def load(root: Path | None = None) -> DataSet:
    """The whole set, checksums verified; only `root` is looked into where one is given, and nothing downloaded.

    Raises:
        UserError: a file is missing, damaged or cannot be downloaded.
    """
    return read(folder_in(root)) if root is not None else read(found() or _downloaded())


def read(folder: Path) -> DataSet:
    """The set from the four files in `folder`."""
    train, test = (_split(folder, part) for part in ("train", "t10k"))
    how = "Fashion-MNIST (Xiao et al. 2017, MIT licence): 60,000 training and 10,000 test images, md5 verified"
    return assemble(NAME, train, test, CLASSES, how)


def found() -> Path | None:
    """The folder with the files on this machine, if there is one."""
    folders = (kept(NAME) / IN_ROOT[0], *SYSTEM_FOLDERS)
    return next((folder for folder in folders if _file(folder, next(iter(CHECKSUMS)))), None)


def folder_in(root: Path) -> Path:
    """The folder of the four files below `root`.

    Raises:
        UserError: there is none.
    """
    if not root.is_dir():
        raise UserError(f"there is no folder {root}", hint="leave the root out to find or download Fashion-MNIST")
    for folder in (root / below for below in IN_ROOT):
        if any(_file(folder, name) for name in CHECKSUMS):
            return folder
    raise UserError(
        f"{root} has no Fashion-MNIST, such as {root / IN_ROOT[0] / next(iter(CHECKSUMS))}.gz",
        hint="leave the root out to find or download it",
    )


def _file(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _split(folder: Path, part: str) -> Split:
    images, labels = (_array(folder, f"{part}-{kind}-ubyte") for kind in ("images-idx3", "labels-idx1"))
    return Split(images.unsqueeze(1), labels.long())


def _array(folder: Path, name: str) -> Tensor:
    path = _file(folder, name)
    if path is None:
        raise UserError(f"{folder / name}.gz is missing", hint="all four files of Fashion-MNIST are needed")
    return parse(read_verified(path, CHECKSUMS[name]), path)


def _downloaded() -> Path:
    datasets = torchvision_for("downloading Fashion-MNIST").datasets
    return download(NAME, lambda folder: datasets.FashionMNIST(folder, download=True)) / IN_ROOT[0]
