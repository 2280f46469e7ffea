"""Tests import each other's nets and graphs by plain name (`from graphs import Pen`)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
