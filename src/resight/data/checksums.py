"""Reading files that must be exactly what was published."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path

from ..errors import UserError


def read_verified(path: Path, digest: str, algorithm: str = "md5") -> bytes:
    """The contents of a file, unpacked if its name ends in .gz, whose checksum is `digest` (of what was packed).

    Raises:
        UserError: the file cannot be read, is cut short, or holds something else.
    """
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise _damaged(path, "it cannot be unpacked to its end") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from None
    found = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    if found != digest:
        raise _damaged(path, f"its {algorithm} is {found}, not {digest}")
    return content


def _damaged(path: Path, how: str) -> UserError:
    return UserError(f"{path} is damaged or not the published file: {how}", hint="delete it and get it again")
