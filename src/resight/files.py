"""Writing files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from .errors import CannotWrite


def check_writable(path: Path) -> None:
    """Raise `CannotWrite` where it can be told beforehand that no file can stand at `path`."""
    folder = path.parent
    if path.is_dir():
        raise CannotWrite(f"cannot write {path}: it is a folder", hint="add a file name, such as net.svg")
    if not folder.exists():
        raise CannotWrite(f"cannot write {path}: there is no folder {folder}", hint="create it, or choose another")
    if not folder.is_dir():
        raise CannotWrite(f"cannot write {path}: {folder} is a file", hint="choose another folder")
    if not os.access(folder, os.W_OK):
        raise CannotWrite(f"cannot write {path}: permission denied", hint="choose a folder you may write to")


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write all files, or none if one can't be written: all are complete on the disk before any takes its name.

    Raises:
        CannotWrite: with the file and the system's reason.
    """
    ready: dict[Path, str] = {}
    try:
        for path, content in contents.items():
            check_writable(path)
            ready[path] = _write_beside(path, content)
        for path in list(ready):
            _take_name(ready.pop(path), path)
    finally:
        for left in ready.values():
            with suppress(OSError):
                os.unlink(left)


def _write_beside(path: Path, content: bytes) -> str:
    """Write a temporary file in the folder of `path`; returns its name."""
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=".resight-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, _permissions(path))
    except BaseException as error:
        with suppress(OSError):
            os.unlink(name)
        if isinstance(error, OSError):
            raise _refused(path, error) from None
        raise
    return name


def _permissions(path: Path) -> int:
    """Those of the file that is replaced, or those any new file gets; a temporary file has stricter ones."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _take_name(temporary: str, path: Path) -> None:
    try:
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            os.unlink(temporary)
        raise _refused(path, error) from None


def _refused(path: Path, error: OSError) -> CannotWrite:
    return CannotWrite(f"cannot write {path}: {error.strerror or error}", hint="choose another file or folder")
