"""Writing files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from .errors import CannotWrite
from .text import one_line, shorten

TEMPORARY = ".resight-"
"""How the name of a file begins that is not complete yet."""


def check_writable(path: Path) -> None:
    """Raise `CannotWrite` where it can be told beforehand that no file can stand at `path`."""
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            path.stat()
        path = _target(path)
        folder, is_folder, exists = path.parent, path.is_dir(), path.exists()
    except (OSError, ValueError) as error:  # longer than a name may be, a loop of links, a NUL
        why = getattr(error, "strerror", None) or "this can't be a name"
        raise CannotWrite(f"cannot write {shorten(one_line(path), 80)}: {why}", hint="choose another file") from error
    if is_folder:
        raise CannotWrite(f"cannot write {path}: it is a folder", hint="add a file name, such as net.svg")
    if exists and not path.is_file():
        raise CannotWrite(
            f"cannot write {path}: it is a pipe or a device", hint="write a plain file, then send it there"
        )
    if exists and not path.stat().st_mode & 0o222:
        raise CannotWrite(f"cannot write {path}: it is read-only", hint="choose another file, or make it writable")
    if not folder.exists():
        raise CannotWrite(f"cannot write {path}: there is no folder {folder}", hint="create it, or choose another")
    if not folder.is_dir():
        raise CannotWrite(f"cannot write {path}: {folder} is a file", hint="choose another folder")
    if not os.access(folder, os.W_OK):
        raise CannotWrite(f"cannot write {path}: permission denied", hint="choose a folder you may write to")


def _target(path: Path) -> Path:
    """The file a link leads to, through any number of links, else the path itself."""
    if not path.is_symlink():
        return path
    with suppress(FileNotFoundError):
        return Path(os.path.realpath(path, strict=True))
    return Path(os.path.realpath(path))


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
            path = _target(path)
            if path in ready:  # two links to one file
                os.unlink(ready[path])
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
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
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
