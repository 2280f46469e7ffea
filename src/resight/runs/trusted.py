"""Whose folders may name code to run: those this user made or said `--trust` to.

A network that a file names (`config.json`, `sweep.json`) may come from a library; code of its own is loaded from a
trusted folder only, as the file may be somebody else's. Trust holds for what is in the folder, and for the folder's
own files should it be moved or copied: they name the same code wherever they are.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

NAMING = ("config.json", "sweep.json")
"""Files that name networks."""

_trusted: set[str] = set()
"""Where nothing can be remembered on the disk, trust lasts as long as the process."""


def trust(folder: str | Path) -> None:
    """Remember, for this user, that what `folder` names may be run."""
    path = Path(folder).resolve()
    for mark in (_mark(os.fsencode(path)), *_contents(path)):
        _trusted.add(mark)
        with suppress(OSError):
            _home().mkdir(parents=True, exist_ok=True, mode=0o700)
            (_home() / mark).write_bytes(os.fsencode(path))  # one file each: processes do not overwrite each other's


def is_trusted(folder: str | Path) -> bool:
    """Whether `folder`, one around it or what it names is trusted."""
    path = Path(folder).resolve()
    marks = [_mark(os.fsencode(around)) for around in (path, *path.parents)] + _contents(path)
    return any(mark in _trusted or (_home() / mark).is_file() for mark in marks)


def _contents(path: Path) -> list[str]:
    return [_mark((path / name).read_bytes()) for name in NAMING if (path / name).is_file()]


def _mark(of: bytes) -> str:
    return sha256(of).hexdigest()


def _home() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")) / "resight" / "trusted"
