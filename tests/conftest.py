"""Tests import each other's nets and graphs by plain name (`from graphs import Pen`).

Torch computes on one thread, as nets this small gain nothing from more and the same sums come out on every machine, and
its random numbers begin anew with each test, so that none depends on those that ran before.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp(prefix="resight-tests-")  # folders trusted here are not remembered


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Before any fixture, as examples and commands under test may have set another number."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
        sys.modules["torch"].manual_seed(0)
