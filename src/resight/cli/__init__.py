"""The command line: `resight show`, `walk`, `features`, ... One command per file, one line each in the list."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]

INTERRUPTED = 130
"""What a shell reports for a process stopped by Ctrl-C: 128 + SIGINT."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; Ctrl-C while the commands are imported is one too."""
    try:
        from .app import main as run
    except KeyboardInterrupt:
        return INTERRUPTED
    return run(argv)
