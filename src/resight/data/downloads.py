"""Where downloaded sets are kept: `resight` in the user's folder for caches, each set complete or not there."""

from __future__ import annotations

import os
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import UserError
from ..text import one_line


def kept(name: str) -> Path:
    """The folder for the set `name`, whether or not it is there."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "resight" / name


def download(name: str, fetch: Callable[[Path], object]) -> Path:
    """The folder of the set `name`, filled by `fetch(folder)` unless it is there.

    Whatever fails, no part of a set stays behind; of several processes that download, the first to finish wins.

    Raises:
        UserError: the network or the disk failed.
    """
    folder = kept(name)
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{name}-", dir=folder.parent) as temporary:
            fetch(Path(temporary) / name)
            _take_name(Path(temporary) / name, folder)
    except (OSError, RuntimeError, HTTPException) as error:  # torchvision raises RuntimeError when mirrors failed
        hint = "give a folder that has it with --data-root, or take fashion-mnist-mini, which needs no network"
        raise UserError(f"cannot download {name} to {folder}: {_reason(error)}", hint=hint) from None
    return folder


def _take_name(complete: Path, folder: Path) -> None:
    try:
        complete.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _reason(error: Exception) -> str:
    """What the system says; an error of `urllib` has it inside."""
    cause = getattr(error, "reason", error)
    return one_line(getattr(cause, "strerror", None) or cause)
