"""What docs/figures.md shows is what happens: its Python runs, its functions are there, and the files are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from resight import plot

PAGE = Path(__file__).parents[2] / "docs" / "figures.md"
WORDS = PAGE.read_text(encoding="utf-8")


def test_the_python_runs_and_writes_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", WORDS, re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "figures.md", "exec"), {})
    written = set(re.findall(r'"(\w+\.(?:png|svg|pdf))"', code))
    assert len(written) == 6
    assert {path.name for path in tmp_path.iterdir()} == written


def test_the_table_lists_every_function() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", WORDS, re.MULTILINE)
    assert sorted([*listed, "Figure", "save"]) == sorted(plot.__all__)
