"""The forms in which the command line says that something is wrong."""

from __future__ import annotations

import sys

from ..text import one_line


def complain(words: str) -> None:
    """One line on stderr, whatever the words hold."""
    print(f"resight: error: {one_line(words)}", file=sys.stderr)


def warn(words: str) -> None:
    """One line on stderr about something that did not keep a command from its work."""
    print(f"resight: warning: {one_line(words)}", file=sys.stderr)
