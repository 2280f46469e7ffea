"""The command line: `resight show`, `resight summary`. One command per file, one line each in the list."""

from .app import main

__all__ = ["main"]
