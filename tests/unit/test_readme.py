"""What the README shows is what happens: its Python runs, its commands work, its set-up is the one CI uses."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from resight.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

SHORT = {"train": ["--steps", "2", "--cpu"], "sweep": ["--steps", "2", "--cpu", "--seeds", "1"]}
"""What is added to commands that train."""


def blocks(language: str) -> list[str]:
    """The README's code blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def sessions() -> list[list[str]]:
    """The `resight` command lines of each block, comments aside; set-up has none."""
    lines = [block.splitlines() for block in blocks("bash")]
    found = [[line.partition("  #")[0].strip() for line in block if line.startswith("resight ")] for block in lines]
    return [commands for commands in found if commands]


@pytest.mark.parametrize("commands", sessions(), ids=lambda commands: commands[0])
def test_the_commands_of_a_block_work_one_after_another(
    commands: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    for command in commands:
        words = shlex.split(command)[1:]
        assert main([*words, *SHORT.get(words[0], [])]) == 0, command
        said = capsys.readouterr().err
        assert words[0] in SHORT or said == "", command  # trainings may show their progress there
        wanted = [word for flag, word in pairwise(words) if flag == "-o"]
        assert all((tmp_path / name).stat().st_size > 0 for name in wanted)


def test_the_python_runs_and_prints_what_its_comments_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "\n".join(blocks("python"))
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    (said,) = re.findall(r"print\(trace\.summary\(\)\) +# (.+)", code)
    assert printed[0] == said
    (seen,) = re.findall(r"net\(x\)  # (.+) \.\.\.", code)
    assert any(line.startswith(seen) for line in printed)
    assert {path.name for path in tmp_path.iterdir()} == set(re.findall(r'"(\w+\.(?:svg|json|png))"', code))


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
