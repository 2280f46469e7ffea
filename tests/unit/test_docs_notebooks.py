"""What docs/notebooks.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch

import resight
from resight.widgets.names import Names

WORDS = (Path(__file__).parents[2] / "docs" / "notebooks.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def cells() -> dict[str, Any]:
    """What the names mean after all blocks have run."""
    torch.manual_seed(0)
    names: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", WORDS, re.DOTALL | re.MULTILINE):
        exec(block, names)
    return names


def test_the_blocks_run(cells: dict[str, Any]) -> None:
    assert cells["page"].selected == "skip 2"
    assert cells["trace"].skips[2].kind == "projection"


def test_names_of_the_table_are_names(cells: dict[str, Any]) -> None:
    names = Names(cells["trace"])
    listed = [name for row in re.findall(r"^\| (`.*?) \|", WORDS, re.MULTILINE) for name in re.findall("`(.*?)`", row)]
    assert listed == ["layer1.0.conv1", "layer1.0:add", "skip 3", "output 0"]
    assert [names.name_of(names.id_of(name)) for name in [*listed, "(model)"]] == [*listed, "(model)"]


def test_sizes_are_those_measured(cells: dict[str, Any]) -> None:
    code, bare, full = re.findall(r"([\d.]+) MB", WORDS)
    page, trace = cells["page"], cells["trace"]
    plain = resight.trace(cells["model"], torch.randn(1, 3, 224, 224))
    assert len(page._esm) / 1e6 == pytest.approx(float(code), abs=0.06)
    assert len(resight.widget(plain).wire) / 1e6 == pytest.approx(float(bare), abs=0.01)
    assert len(resight.widget(trace).wire) / 1e6 == pytest.approx(float(full), abs=0.15)
