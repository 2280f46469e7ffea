"""Whether we run in a notebook, and how to show something there."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


def in_notebook() -> bool:
    """True in Jupyter; a terminal's IPython shows no pictures."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


def show_inline(shown: Any) -> None:
    """Show something below the running cell, as IPython represents it."""
    import_module("IPython.display").display(shown)
