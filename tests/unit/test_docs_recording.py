"""What docs/recording.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "recording.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_prints_what_its_comments_say(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "recording.md", "exec"), {})
    said = re.findall(r"^print\(.*\)  # (.+)$", block, re.MULTILINE)
    assert said
    assert capsys.readouterr().out.splitlines()[: len(said)] == said


def test_the_first_block_saves_both_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(BLOCKS[0], "recording.md", "exec"), {})
    assert {path.name for path in tmp_path.iterdir()} == {"resnet18.json", "resnet18.safetensors"}
