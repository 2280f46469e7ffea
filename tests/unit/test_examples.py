"""The examples run, quickly, find what they are about, and write the files they name."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "examples").glob("[0-9][0-9]_*.py"))
LONGEST = 40
"""Lines of an example."""

FOUND = {
    "01": r"Residual: 1 identity skip · .*f32\[4,3,6,6\]\nResidual: 1 projection skip · .*f32\[4,6,3,3\]",
    "02": r"layer2\.0:add +add +1×128×28×28 +projection\n",
    "03": r"VGG: no residual.*ResNet: 12 identity \+ 4 proj.*DenseNet: 58 identity concat.*GPT2LMHeadModel: 8 identity",
    "04": r"layer1\.0: identity +gain [\d.]+, .*layer4\.1: identity +gain [\d.]+, ",
    "05": r"[\d.]+% of 500 test images right; trained for 1 epochs? on 2,500 images, seed 0",
    "06": r"after conv .*\(layer3\.0\) .*kept \(10, 16, 28, 28\).*stopped: layer2\.1\.conv2: [\d,]+ nan",
    "07": r"([\d.]+%) of 500 .*without the branch of layer3\.1, identity.* \1 as before",
    "08": r"accuracy [\d.]+% \(95% interval .*, 500 test images\).*Ankle boot +\d+% of 50",
    "09": r"layer2\.0 .*×32×14×14 .*×32×28×28  ←\n.*identity is 32x14x14, branch is 32x7x7",
}
"""What each example says, by its number."""

TRAINS = ("05", "07", "08")
"""Examples that take a number of epochs."""

WRITES_NOTHING = ("07",)


@pytest.mark.parametrize("script", SCRIPTS, ids=[script.stem for script in SCRIPTS])
def test_an_example_finds_what_it_is_about_and_writes_what_it_names(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    number = script.name[:2]
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(script.parent))
    monkeypatch.setattr(sys, "argv", [str(script), *(["1"] if number in TRAINS else [])])
    runpy.run_path(str(script), run_name="__main__")
    printed = capsys.readouterr()
    assert re.search(FOUND[number], printed.out, re.DOTALL), printed.out
    named = set(re.findall(r"^ *wrote (.+)$", printed.out, re.MULTILINE))
    assert bool(named) == (number not in WRITES_NOTHING)
    assert all((tmp_path / name).stat().st_size for name in named)
    assert {path.name for path in tmp_path.iterdir()} <= {*named, "runs"}


def test_there_are_nine_and_each_fits_on_a_page() -> None:
    assert [script.name[:2] for script in SCRIPTS] == sorted(FOUND)
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in SCRIPTS}
    assert [name for name, count in lines.items() if count >= LONGEST] == []


def test_the_list_of_examples_names_them_all() -> None:
    words = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d\d_\w+\.py)\)", words) == [script.name for script in SCRIPTS]


def test_examples_use_only_what_is_public() -> None:
    for script in (ROOT / "examples").glob("*.py"):
        used = re.findall(r"^(?:from|import) (resight[\w.]*)", script.read_text(encoding="utf-8"), re.MULTILINE)
        assert used, script.name
        assert set(used) <= {"resight", "resight.compare", "resight.data", "resight.train"}, script.name
