"""Tests import each other's nets and graphs by plain name (`from graphs import Pen`); torch computes on one thread.

One thread, as nets this small gain nothing from more, and the same sums come out on every machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Before any fixture, as examples and commands under test may have set another number."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
