"""Runs beside each other: seeds gathered, spreads and intervals, what is unequal is said, every format."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from figures import check_figure, words_of
from resight.cli import main
from resight.compare import Comparison, Look, Subject, compare, read_run, save_all
from resight.compare.curves import curves
from resight.compare.notes import notes
from resight.compare.tables import table
from resight.errors import UserError
from resight.runs import RECIPES, Config, Epoch, Pace, Recipe, Step, history, runs_below
from resight.runs.interval import wilson


def write_run(
    folder: Path, spec: str, seed: int, correct: Sequence[int], data: str = "made-up", recipe: str | Recipe = "fast",
    *, is_finished: bool = True,
) -> Path:  # fmt: skip
    """A run as it would be on the disk: an epoch of 10 steps for each number of right images of 200."""
    folder.mkdir(parents=True)
    config = Config(
        spec=spec, data=data, data_root=None, seed=seed, precision="no", shape=(1, 28, 28),
        recipe=RECIPES[recipe] if isinstance(recipe, str) else recipe,
        mean=(0.5,), std=(0.5,), classes=tuple("0123456789"),
    )  # fmt: skip
    (folder / "config.json").write_bytes(config.to_json())
    (folder / "environment.json").write_text(json.dumps({"device": "cpu", "threads": 2, "processes": 1}))
    for i, right in enumerate(correct, start=1):
        made = (Step(10 * i, i - 1, 2 / i, 0.1), Epoch(10 * i, float(i), 2 / i, 2.5 / i, right, 200))
        history.append(folder / "metrics.jsonl", made)
        history.append(folder / "clock.jsonl", (Pace(10 * i, 30.0 + seed, 100.0),))
    if is_finished:
        (folder / "test.json").write_text("{}")
    return folder


RES, PLAIN = "resnet20(in_channels=1, num_classes=10)", "plain20(in_channels=1, num_classes=10)"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two networks, three seeds of one and one of the other."""
    for seed, right in enumerate((180, 184, 188)):
        write_run(tmp_path / "runs" / f"res-{seed}", RES, seed, (100, right))
    write_run(tmp_path / "runs" / "plain", PLAIN, 0, (90, 150))
    return tmp_path / "runs"


def compared(folder: Path) -> Comparison:
    return compare([Subject(path.name, None, read_run(path)) for path in runs_below(folder)])


def test_seeds_make_one_case_with_mean_and_spread(runs: Path) -> None:
    plain, res = compared(runs).cases
    assert (plain.name, res.name) == ("plain20", "resnet20")
    score = res.score
    assert score is not None
    assert (score.mean, score.runs, score.images) == (184 / 200, 3, 200)
    assert score.deviation == pytest.approx(0.02)  # of 0.90, 0.92, 0.94
    assert score.interval == wilson(184, 200)
    assert res.seconds == pytest.approx(2 * 31)
    assert plain.score is not None
    assert plain.score.deviation is None


def test_the_table_holds_plain_numbers(runs: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(table(compared(runs)).to_csv())))
    assert [row["network"] for row in rows] == ["plain20", "resnet20"]
    assert (rows[1]["seeds"], rows[1]["runs"], rows[1]["accuracy"]) == ("0, 1, 2", "3", "0.92")
    assert (rows[0]["deviation"], rows[0]["seconds"], rows[0]["images"]) == ("", "60.0", "200")


def test_what_is_unequal_is_said(runs: Path) -> None:
    write_run(runs / "other", RES, 0, (100,), data="else", recipe="d2l")
    write_run(runs / "cut", PLAIN, 1, (), is_finished=False)
    write_run(runs / "same", PLAIN, 0, (90, 151))
    said = notes(compared(runs))
    assert "different data sets (made-up, else): the runs do not compare networks alone" in said
    assert "different recipes: d2l; fast" in said
    assert "cut is not finished: no step was done" in said
    assert any("same seed" in line for line in said)
    assert any(line.startswith("time: ") and line.endswith("cpu, 2 threads") for line in said)


def write_recipes(folder: Path, *recipes: Recipe) -> Path:
    """A run of one network by each recipe."""
    for i, recipe in enumerate(recipes):
        write_run(folder / f"r{i}", RES, 0, (100, 150), recipe=recipe)
    return folder


FAST = RECIPES["fast"]
LONG = {"batch_size": 64, "epochs": 2, "weight_decay": 0.001, "label_smoothing": 0.2, "schedule": "cosine"}


@pytest.mark.parametrize(
    ("recipes", "names"),
    [
        ((FAST.changed(LONG), FAST.changed({**LONG, "lr": 0.3})), ["r0 with lr 0.2", "r1 with lr 0.3"]),
        ((FAST, FAST.changed({"epochs": 2, "crop": 4})), ["r0 with epochs 15, crop 2", "r1 with epochs 2, crop 4"]),
        ((FAST, RECIPES["d2l"]), ["r0 by fast", "r1 by d2l"]),
        (
            (FAST.changed({"epochs": 2}), RECIPES["d2l"].changed({"epochs": 2, "lr": 0.1})),
            ["r0 by fast", "r1 by d2l with lr 0.1"],
        ),
        ((FAST, FAST.changed({"crop": 3}), FAST), ["r0 and 1 more with crop 2", "r1 with crop 3"]),
        ((FAST, FAST), ["r0 and 1 more"]),
    ],
)
def test_a_case_is_called_by_what_of_its_recipe_differs(
    tmp_path: Path, recipes: Sequence[Recipe], names: Sequence[str]
) -> None:
    cases = compared(write_recipes(tmp_path / "runs", *recipes)).cases
    words = [case.name.removeprefix("resnet20 in ") for case in cases]
    assert words == (names if len(names) > 1 else ["resnet20"])


@pytest.mark.parametrize("width", [60, 80])
def test_a_narrow_terminal_breaks_names_and_titles_and_cuts_nothing(
    width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    long = FAST.changed({**LONG, "lr": 0.3})
    folder = write_recipes(tmp_path / "runs", FAST, long)
    assert main(["compare", str(folder)]) == 0
    said = capsys.readouterr().out
    tables = said.split("\n\n")[:2]
    assert max(len(line) for table in tables for line in table.splitlines()) <= width
    assert "…" not in said
    at = tables[0].index("accuracy") - 1
    names = "".join(line[:at].replace(" ", "") for line in tables[0].splitlines()[1:])
    assert names == "".join(case.name.replace(" ", "") for case in compared(folder).cases)
    assert tables[0].count("75.00%") == 2


def test_equal_runs_raise_no_alarm(runs: Path) -> None:
    said = notes(compared(runs))
    assert not any(line.startswith(("different", "plain is not")) for line in said)
    assert any("± " in line or line.startswith("±") for line in said)


@pytest.mark.parametrize("width", [4.0, 8.0, 16.0])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_curves_are_on_one_axis(runs: Path, width: float, theme: str) -> None:
    figure = check_figure(curves(compared(runs), theme=theme, width=width))
    assert len(figure.axes) == 1 + 4
    accuracy = figure.axes[3]
    found = {line.get_label(): line.get_ydata().tolist() for line in accuracy.lines}
    assert found == {"plain20": [0.45, 0.75], "resnet20": pytest.approx([0.5, 0.92])}
    assert len(accuracy.collections) == 1  # the spread of the one with several runs
    assert figure.axes[4].lines[1].get_xdata().tolist() == [31, 62]
    assert "resnet20, n = 3" in words_of(figure)


def test_every_format_of_runs(runs: Path, tmp_path: Path) -> None:
    outs = [tmp_path / f"c.{suffix}" for suffix in ("html", "csv", "md")]
    assert save_all(compared(runs), outs, Look()) == outs
    page = outs[0].read_text(encoding="utf-8")
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", page)
    assert "92.00%" in page
    assert "92.00%" in outs[2].read_text(encoding="utf-8")
    again = [path.read_bytes() for path in outs]
    save_all(compared(runs), outs, Look())
    assert [path.read_bytes() for path in outs] == again


def test_two_runs_of_one_network_are_built_alike_in_every_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = (
        write_run(tmp_path / name, RES, 0, (90,), recipe=recipe) for name, recipe in (("a", "fast"), ("b", "d2l"))
    )
    outs = [tmp_path / f"c.{suffix}" for suffix in ("html", "svg", "md")]
    assert main(["compare", str(one), str(other), *(word for path in outs for word in ("-o", str(path)))]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    words = "resnet20 in b by d2l is built like resnet20 in a by fast"
    assert words in said.out
    for path in outs:
        assert words in path.read_text(encoding="utf-8"), path.name


def test_gains_are_named_and_say_what_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    specs = ["resnet20", "resnet20(shortcut=A)"]
    assert main(["compare", *specs, "--image", "sample:cat"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^block +gain in resnet20 +gain in resnet20\(shortcut=A\)$", said, re.MULTILINE)
    assert "resnet20: weights random (seed 0)" in said


def test_hostile_names_are_only_words(tmp_path: Path) -> None:
    bad = '</script><img src="http://x/y">%s\n卷积🎉|*'
    write_run(tmp_path / "runs" / "a", bad, 0, (90,), data=bad)
    write_run(tmp_path / "runs" / "b", PLAIN, 0, (90,))
    outs = [tmp_path / f"c.{suffix}" for suffix in ("html", "csv", "md")]
    save_all(compared(tmp_path / "runs"), outs, Look())
    assert "<img src=&quot;" in outs[0].read_text(encoding="utf-8").replace("&lt;", "<")
    assert '<img src="http' not in outs[0].read_text(encoding="utf-8")
    assert "<img" not in outs[2].read_text(encoding="utf-8").replace("\\<", "")
    assert next(csv.DictReader(outs[1].open(encoding="utf-8", newline="")))["data"] == bad


def test_the_command_compares_any_mix(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "resnet20", "-o", str(tmp_path / "net.json")]) == 0
    capsys.readouterr()
    out = tmp_path / "all.svg"
    assert main(["compare", str(runs), "plain20", str(tmp_path / "net.json"), "-o", str(out)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "92.00% 2.00%    3" in said.out
    assert "9 shortcuts missing in plain20: 7 identity, 2 resampled" in said.out
    assert "plain20 (2)" in said.out
    assert f"  wrote {out}" in said.out
    assert out.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["resnet20"], "one thing can't be compared"),
        (["runs/nope", "resnet20"], "there is no run folder runs/nope"),
        (["resnet20", "nonsense"], "does not say where the network comes from"),
        (["resnet20", "plain20", "-o", "a.xyz"], "no format has the suffix .xyz"),
        (["resnet20", "plain20", "--theme", "blue"], "there is no theme 'blue'"),
    ],
)
def test_what_cannot_be_compared_is_one_clear_line(
    words: list[str], error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["compare", *words]) == 2
    said = capsys.readouterr().err
    assert error in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="one thing can't be compared"):
        compared(tmp_path)
    assert main(["compare", str(tmp_path), "resnet20"]) == 2


def test_runs_are_compared_without_torch(runs: Path) -> None:
    code = (
        "import sys; from resight.compare import *; from resight.runs import runs_below; "
        f"found = compare([Subject(p.name, None, read_run(p)) for p in runs_below({str(runs)!r})]); "
        "assert len(found.cases) == 2; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
