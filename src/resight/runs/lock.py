"""One writer at a time: a lock on the folder of a run or a sweep that ends with its process, however that ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import CannotWrite, UserError

LOCK = "lock"
"""The file that is locked; it names the process that holds it and is gone when that has ended in peace."""

FAR = 1 << 20
"""The byte that Windows locks, which nobody can read then: far behind the words."""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Inside, this process alone writes into `folder`.

    Where the file system knows no locks nobody is kept out.

    Raises:
        UserError: another process, or thread, writes there now.
        CannotWrite: the lock can't be made.
    """
    path = folder / LOCK
    try:
        handle = _locked(path)
    except BlockingIOError:
        by = path.read_text(errors="replace").strip()[:80] or "another process"
        raise UserError(f"{folder} is being written by {by}", hint="wait for it, or stop it") from None
    except OSError as error:
        raise CannotWrite(f"cannot write {path}: {error.strerror or error}") from error
    try:
        os.truncate(handle, 0)
        os.write(handle, f"process {os.getpid()}\n".encode())
        yield
    finally:
        with suppress(OSError):  # Windows removes no open file: it is left there, unlocked
            path.unlink()
        os.close(handle)


def _locked(path: Path) -> int:
    """The file, open and locked; raises `BlockingIOError` where another has it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(handle)
            if os.path.exists(path) and os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # it was removed by its last owner meanwhile


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
        os.lseek(handle, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(handle: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            pass
