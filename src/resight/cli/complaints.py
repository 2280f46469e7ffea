"""The lines in which the command line speaks: no name or message in them reaches the terminal as a command."""

from __future__ import annotations

import sys

from ..text import one_line


def say(words: str) -> None:
    """One line on stdout, indented as it is, whatever the words hold."""
    print(" " * (len(words) - len(words.lstrip(" "))) + one_line(words))


def complain(words: str) -> None:
    """One line on stderr, whatever the words hold."""
    print(f"resight: error: {one_line(words)}", file=sys.stderr)


def warn(words: str) -> None:
    """One line on stderr about something that did not keep a command from its work."""
    print(f"resight: warning: {one_line(words)}", file=sys.stderr)
