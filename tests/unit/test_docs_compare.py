"""What docs/compare.md shows is what happens: its commands work, its Python prints what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from resight.cli import main

WORDS = (Path(__file__).parents[2] / "docs" / "compare.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The page's code blocks in one language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", WORDS, re.DOTALL | re.MULTILINE)
    return [body for name, body in found if name == language]


def test_the_commands_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    said = ""
    for command in blocks("bash")[0].splitlines():
        assert main(shlex.split(command)[1:]) == 0, command
        found = capsys.readouterr()
        assert found.err == ""
        said += found.out
    assert {path.name for path in tmp_path.iterdir()} == {"strides.png", "compare.html", "compare.csv", "compare.md"}
    shown = [line for block in blocks("")[:2] for line in block.splitlines()]
    shown = [line.removesuffix(", ...") for line in shown]
    assert [line for line in shown if line not in said] == []


def test_the_python_prints_what_its_comment_says(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python")
    exec(compile(code, "compare.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    (said,) = re.findall(r"print\(found\.summary\(.*?\)\) +# (.+)", code)
    assert lines[0] == said
    assert len(lines) == 3
