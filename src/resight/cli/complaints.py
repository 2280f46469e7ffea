"""The one form in which the command line says that something went wrong."""

from __future__ import annotations

import sys

from ..text import one_line


def complain(words: str) -> None:
    """One line on stderr, whatever the words hold."""
    print(f"resight: error: {one_line(words)}", file=sys.stderr)
