"""Data sets by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from ..text import did_you_mean
from . import cifar10, fashion_mnist, fashion_mnist_mini, folder
from .types import DataSet

FOLDER = "folder:"
IN_FILES = {fashion_mnist.NAME: fashion_mnist.load, cifar10.NAME: cifar10.load}
"""Sets whose published files have to be somewhere."""


@dataclass(frozen=True, slots=True)
class Named:
    """A set that `load` knows: how many images it `holds`, their `shape`, and `where` this machine has it from."""

    name: str
    holds: str
    shape: str
    where: Callable[[], str]


NAMED = (
    Named(fashion_mnist_mini.NAME, "2,500 + 500", "1×28×28", lambda: "comes with resight"),
    Named(fashion_mnist.NAME, "60,000 + 10,000", "1×28×28", lambda: _where(fashion_mnist.found())),
    Named(cifar10.NAME, "50,000 + 10,000", "3×32×32", lambda: _where(cifar10.found())),
    Named("folder:PATH", "your own", "3×H×W", lambda: "PATH/CLASS/*.jpg"),
)


def load(name: str, root: Path | str | None = None) -> DataSet:
    """A data set, whole in memory, checksums verified.

    Args:
        name: `fashion-mnist-mini`, `fashion-mnist`, `cifar10` or `folder:PATH`.
        root: the folder that holds the files of `fashion-mnist` or `cifar10`, in torchvision's layout. Without it they
            are looked for on this machine and downloaded where they are not.

    Raises:
        UserError: no such set, or its files are missing, damaged or cannot be downloaded.
        MissingExtra: torchvision is needed for this set and not installed.
    """
    if name in IN_FILES:
        return IN_FILES[name](None if root is None else Path(root))
    if name != fashion_mnist_mini.NAME and not name.startswith(FOLDER):
        names = [named.name for named in NAMED]
        hint = did_you_mean(name, names) or f"there are {', '.join(names)}"
        raise UserError(f"there is no data set {name!r}", hint=hint)
    if root is not None:
        raise UserError(f"{name} takes no root", hint="leave it out")
    if name == fashion_mnist_mini.NAME:
        return fashion_mnist_mini.load()
    return folder.load(Path(name.removeprefix(FOLDER)).expanduser())


def _where(found: Path | None) -> str:
    return str(found) if found else "will be downloaded"
