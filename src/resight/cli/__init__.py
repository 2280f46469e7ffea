"""The command line: `resight show`, `walk`, `features`, ... One command per file, one line each in the list."""

from .app import main

__all__ = ["main"]
