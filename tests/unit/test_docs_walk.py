"""What docs/walk.md shows is what happens: its commands work, its Python runs, its files are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from resight.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "walk.md"
WORDS = PAGE.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The page's code blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", WORDS, re.DOTALL | re.MULTILINE)


def test_the_commands_work_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    commands = [line.partition("  #")[0] for block in blocks("bash") for line in block.splitlines()]
    assert len(commands) == 6
    for command in commands:
        assert main(shlex.split(command)[1:]) == 0, command
        said = capsys.readouterr()
        assert said.err == ""
        assert all((tmp_path / name).stat().st_size for name in re.findall(r"^  wrote (.+)$", said.out, re.MULTILINE))
    assert {"walk.html", "walk.csv", "maps-conv1.png", "maps-layer1.0_add.png"} <= {p.name for p in tmp_path.iterdir()}


def test_the_python_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python")
    exec(compile(code, "walk.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines[:8]].count("projection") == 3
    assert lines[8].split() == ["step", "shape", "mean", "zeros"]


def test_every_linked_file_is_there() -> None:
    linked = [path for path in re.findall(r"\]\(([^)#]+)\)", WORDS) if "://" not in path]
    assert linked
    assert [path for path in linked if not (PAGE.parent / path).is_file()] == []
