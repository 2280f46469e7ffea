"""CIFAR-10: 60,000 colour photos of ten classes, 32×32 (Krizhevsky 2009).

Read from either form it is published in: the one for Python (`cifar-10-batches-py`), which torchvision downloads and
reads, or the binary one (`cifar-10-batches-bin`), where each image is a byte for the class and then 3,072 for the
pixels: red, green, blue, row by row.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ..errors import UserError
from .checksums import read_verified
from .downloads import download, kept
from .extra import torchvision_for
from .types import DataSet, Split, assemble

NAME = "cifar10"
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
PYTHON, BINARY = "cifar-10-batches-py", "cifar-10-batches-bin"

SHA1 = {
    "data_batch_1.bin": "aadd24acce27caa71bf4b10992e9e7b2d74c2540",
    "data_batch_2.bin": "c0ba65cce70568cd57b4e03e9ac8d2a5367c1795",
    "data_batch_3.bin": "1dd00a74ab1d17a6e7d73e185b69dbf31242f295",
    "data_batch_4.bin": "aab85764eb3584312d3c7f65fd2fd016e36a258e",
    "data_batch_5.bin": "26e2849e66a845b7f1e4614ae70f4889ae604628",
    "test_batch.bin": "67eb016db431130d61cd03c7ad570b013799c88c",
}
"""Checksums of the binary files, as Apache MXNet's loader states them; torchvision brings those of the Python ones."""

RECORD = 1 + 3 * 32 * 32


def load(root: Path | None = None) -> DataSet:
    """The whole set, checksums verified; only `root` is looked into where one is given, and nothing downloaded.

    Raises:
        UserError: a file is missing, damaged or cannot be downloaded.
    """
    folder = _folder_in(root) if root is not None else found() or _downloaded()
    train, test = _read_binary(folder) if folder.name == BINARY else _read_python(folder)
    how = "CIFAR-10 (Krizhevsky 2009): 50,000 training and 10,000 test images, checksums verified"
    return assemble(NAME, train, test, CLASSES, how)


def found() -> Path | None:
    """The folder with the files on this machine, if they were downloaded."""
    folder = kept(NAME) / PYTHON
    return folder if folder.is_dir() else None


def _folder_in(root: Path) -> Path:
    if not root.is_dir():
        raise UserError(f"there is no folder {root}", hint="leave the root out to download CIFAR-10")
    for folder in (root / PYTHON, root / BINARY, root):
        if folder.is_dir() and folder.name in (PYTHON, BINARY):
            return folder
    raise UserError(
        f"{root} has no CIFAR-10: neither {PYTHON} nor {BINARY} is in it", hint="leave the root out to download it"
    )


def _read_binary(folder: Path) -> tuple[Split, Split]:
    *train, test = (_records(folder / name, checksum) for name, checksum in SHA1.items())
    return _split(np.concatenate(train)), _split(test)


def _records(path: Path, sha1: str) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    content = read_verified(path, sha1, "sha1")
    if len(content) % RECORD:
        raise UserError(f"{path} has {len(content)} bytes, no multiple of the {RECORD} of an image and its label")
    return np.frombuffer(content, np.uint8).reshape(-1, RECORD)


def _split(records: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Split:
    images = np.ascontiguousarray(records[:, 1:]).reshape(-1, 3, 32, 32)
    return Split(torch.from_numpy(images), torch.from_numpy(records[:, 0].astype(np.int64)))


def _read_python(folder: Path) -> tuple[Split, Split]:
    """Through torchvision. The files are pickles, which can run code: each is verified before it is opened."""
    reader = torchvision_for("reading CIFAR-10's Python files").datasets.CIFAR10
    for name, md5 in (*reader.train_list, *reader.test_list, (reader.meta["filename"], reader.meta["md5"])):
        read_verified(folder / name, md5)
    train, test = (reader(folder.parent, train=part) for part in (True, False))
    return _from_torchvision(train.data, train.targets), _from_torchvision(test.data, test.targets)


def _from_torchvision(images: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], labels: list[int]) -> Split:
    channels_first = np.ascontiguousarray(images.transpose(0, 3, 1, 2))
    return Split(torch.from_numpy(channels_first), torch.tensor(labels))


def _downloaded() -> Path:
    datasets = torchvision_for("downloading CIFAR-10").datasets
    return download(NAME, lambda folder: datasets.CIFAR10(folder, download=True)) / PYTHON
