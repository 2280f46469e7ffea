"""What the README shows is what happens: its Python runs, its commands work, its set-up is the one CI uses."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from resight.cli import main

torch.set_num_threads(2)

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The README's code blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    """Every `resight` command line of the README, set-up aside."""
    lines = [line for block in blocks("bash") for line in block.splitlines()]
    return [line.partition("  #")[0].strip() for line in lines if line.startswith("resight ")]


@pytest.mark.parametrize("command", commands())
def test_every_command_works(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    words = shlex.split(command)[1:]
    assert main(words) == 0
    assert capsys.readouterr().err == ""
    wanted = [word for flag, word in pairwise(words) if flag == "-o"]
    assert all((tmp_path / name).stat().st_size > 0 for name in wanted)


def test_the_python_runs_and_prints_what_its_comment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = blocks("python")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    first = capsys.readouterr().out.splitlines()[0]
    (said,) = re.findall(r"print\(trace\.summary\(\)\) +# (.+)", code)
    assert first == said
    assert {path.name for path in tmp_path.iterdir()} == {"resnet18.svg", "resnet18.json"}


def test_the_set_up_is_two_commands_and_ci_finds_the_second() -> None:
    setups = [line for block in blocks("bash") for line in block.splitlines() if " -m venv " in line]
    assert len(setups) == 2
    assert "resight show torchvision:resnet18 -o resnet18.png" in setups[0]
    assert f"<!-- test -->\n```bash\n{setups[1]}\n```\n" in README
    assert "<!-- test -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_linked_file_is_there() -> None:
    linked = [path for path in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in path]
    assert linked
    assert [path for path in linked if not (ROOT / path).is_file()] == []
