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
    """Write all files, or none if one can't be written: all are complete on the disk before any takes its name, and
    where one can't take its name, those before it give theirs back.

    Raises:
        CannotWrite: with the file and the system's reason.
    """
    ready: dict[Path, str] = {}
    former: dict[Path, str] = {}
    try:
        for path, content in contents.items():
            check_writable(path)
            ready[path] = _write_beside(path, content)
        for path in list(ready)[:-1]:
            former[path] = _copy_of(path)
        _take_names(ready, former)
    finally:
        for left in (*ready.values(), *former.values()):
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


def _copy_of(path: Path) -> str:
    """A second file with what is at `path`; returns its name, empty where nothing is."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise _refused(path, error) from None
    return _write_beside(path, content)


def _permissions(path: Path) -> int:
    """Those of the file that is replaced, or those any new file gets; a temporary file has stricter ones."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _take_names(ready: Mapping[Path, str], former: Mapping[Path, str]) -> None:
    """Give each file its name; if one is refused, put back what had the names before, as `former` holds it."""
    taken: list[Path] = []
    for path, temporary in ready.items():
        try:
            os.replace(temporary, path)
        except OSError as error:
            for done in taken:
                with suppress(OSError):
                    os.replace(former[done], done) if former[done] else os.unlink(done)
            raise _refused(path, error) from None
        taken.append(path)


def _refused(path: Path, error: OSError) -> CannotWrite:
    return CannotWrite(f"cannot write {path}: {error.strerror or error}", hint="choose another file or folder")
