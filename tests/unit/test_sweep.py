"""Sweeps: the grid, what is refused before anything is trained, and going on where one stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from resight.cli import main
from resight.errors import MissingExtra, UserError
from resight.runs import History, open_run
from resight.runs.lock import writing
from resight.runs.recipe import FAST
from resight.train.grid import Axis, parse_axis, variants
from resight.train.sweep import Outcome, Plan, begin, go_on, plan_of, tasks_of
from resight.train.watch import Unwatched
from resight.train.ways import InProcesses, OneAfterAnother, log_of, parse_cluster

SHORT = FAST.changed({"steps": 3, "batch_size": 50})


def plan(spec: str = "tiny_nets:normed", vary: tuple[str, ...] = (), seeds: int = 2) -> Plan:
    return Plan(spec, vary, seeds, "fashion-mnist-mini", None, SHORT)


def alone(watcher: type[Unwatched] = Unwatched) -> OneAfterAnother:
    return OneAfterAnother(watcher, cpu=True)


def test_values_are_read_like_those_of_a_spec() -> None:
    assert parse_axis("shortcut=B,none") == Axis("shortcut", ("B", "none"))
    assert parse_axis("strides=[1,2,2],[1,1,2]") == Axis("strides", ([1, 2, 2], [1, 1, 2]))
    assert parse_axis(" zero_init = True, False ") == Axis("zero_init", (True, False))
    assert parse_axis("name='a,b',c").values == ("a,b", "c")


@pytest.mark.parametrize("text", ["shortcut", "shortcut=", "=B", "a b=1", "x=[1,2", "x=f(1)", "x=1,1", "x=[1],[1]"])
def test_what_is_no_axis_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="--vary"):
        parse_axis(text)


def test_the_grid_has_every_combination_once() -> None:
    axes = [parse_axis("shortcut=B,none"), parse_axis("depths=[1,1,1],[2,2,2],[3,3,3]")]
    found = variants("resnet20(num_classes=10)", axes)
    assert len({one.spec for one in found}) == 6
    assert found[0].spec == "resnet20(num_classes=10, shortcut='B', depths=[1, 1, 1])"
    assert found[1].words == "shortcut=B, depths=[2, 2, 2]"
    assert [one.slug for one in found][-1] == "shortcut-none-depths-3-3-3"
    assert [one.spec for one in variants("net.py:Net", [])] == ["net.py:Net"]
    with pytest.raises(UserError, match="varied twice"):
        variants("resnet20", [axes[0], axes[0]])


def test_hostile_values_stay_inside_the_folder(tmp_path: Path) -> None:
    found = variants("resnet20", [parse_axis("name='../../x','</script>','a/b'")])
    assert [one.slug for one in found] == ["name-..-..-x", "name-script", "name-a-b"]


def test_a_variant_that_cannot_be_built_is_told_before_anything_is_made(tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    with pytest.raises(UserError, match=r"variant resnet20\(widths=\[4, 8\]\): widths has 2 numbers"):
        begin(plan("resnet20", ("widths=[4,4,8],[4,8]",)), out)
    assert not out.exists()


def test_all_runs_are_trained_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sweep"
    words = ["resnet20(depths=[1,1,1])", "--vary", "widths=[2,2,4],[2,4,4]", "--vary", "shortcut=A", "--seeds", "2"]
    assert main(["sweep", *words, "--steps", "1", "--batch-size", "20", "--cpu", "-o", str(out)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "2 variants × 2 seeds = 4 runs" in said.out
    assert "[4 of 4] 2-widths-2-4-4-shortcut-A-seed1 is finished" in said.out
    configs = [open_run(path).config() for path in sorted(out.glob("*-seed?"))]
    assert [config.seed for config in configs] == [0, 1, 0, 1]
    assert len({config.spec for config in configs}) == 2
    assert "different width" not in said.out
    assert "resnet20(widths=[2,4,4])" in said.out
    assert "width 2 → 4" in said.out


def test_one_run_is_not_offered_for_a_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sweep"
    assert main(["sweep", "tiny_nets:normed", "--steps", "1", "--batch-size", "20", "--cpu", "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "1 variant × 1 seed = 1 run\n" in said
    assert said.endswith(f"  look at it: resight show {out / '1-seed0'}\n")
    assert "resight compare" not in said


def test_a_setting_of_the_recipe_is_not_varied_and_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(
        UserError,
        match="a sweep varies the network alone: resight train once for each batch_size, then resight compare the runs",
    ):
        begin(plan("resnet20", ("batch_size=32,64",)), tmp_path / "sweep")
    (tmp_path / "net.py").touch()
    with pytest.raises(UserError, match=r"net\.py is a file; --out names a new folder"):
        begin(plan(), tmp_path / "net.py")


class StopsOnce(Unwatched):
    """Asks the second run to stop after its first step."""

    begun = 0

    def began(self, title: str, notes: Sequence[str], total: int, images_per_step: int, step: int) -> None:
        """Count the runs."""
        type(self).begun += 1

    def stepped(self, known: History, step: int) -> None:
        """Strike."""
        if type(self).begun == 2 and step == 1:
            os.kill(os.getpid(), signal.SIGINT)


def test_a_stopped_sweep_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    whole, cut = (begin(plan(seeds=3), tmp_path / name) for name in ("whole", "cut"))
    assert all(outcome.is_done for outcome in go_on(whole, alone()))

    StopsOnce.begun = 0
    first = [(one.task.folder.name, one.is_done) for one in go_on(cut, alone(StopsOnce))]
    assert first == [("1-seed0", True), ("1-seed1", False)]
    assert [task.is_done for task in tasks_of(cut, plan_of(cut))] == [True, False, False]
    before = (cut / "1-seed0" / "metrics.jsonl").stat().st_mtime_ns
    (cut / "1-seed2").mkdir()  # as a process leaves it that was killed before it wrote a configuration
    rest = [(one.task.folder.name, one.is_done) for one in go_on(cut, alone())]
    assert rest == [("1-seed1", True), ("1-seed2", True)]
    assert (cut / "1-seed0" / "metrics.jsonl").stat().st_mtime_ns == before
    for run in ("1-seed0", "1-seed1", "1-seed2"):
        assert (cut / run / "metrics.jsonl").read_bytes() == (whole / run / "metrics.jsonl").read_bytes()
    assert list(go_on(cut, alone())) == []


def test_a_run_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    folder = begin(plan(), tmp_path / "sweep")
    first = tasks_of(folder, plan_of(folder))[0].folder
    first.mkdir()
    (first / "config.json").write_text("{}")
    outcomes = list(go_on(folder, alone()))
    assert [one.is_done for one in outcomes] == [False, True]
    assert "is damaged" in outcomes[0].error


def test_processes_do_the_same_as_one(tmp_path: Path) -> None:
    one, several = (begin(plan(), tmp_path / name) for name in ("one", "several"))
    (several / "1-seed1").mkdir()
    (several / "1-seed1" / "config.json").write_text("{}")
    list(go_on(one, alone()))
    outcomes: list[Outcome] = sorted(go_on(several, InProcesses(2, cpu=True)), key=lambda one: one.task.seed)
    done, failed = outcomes
    assert (done.is_done, failed.is_done) == (True, False)
    assert "accuracy" in log_of(done.task).read_text(encoding="utf-8")
    assert "is damaged" in failed.error
    assert failed.error.endswith("see 1-seed1.log")
    losses = [[step.loss for step in open_run(folder / "1-seed0").history().steps] for folder in (one, several)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_a_cluster_is_named_with_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resight.train.ways.find_spec", lambda name: object())
    found = parse_cluster("submitit:timeout_min=600,slurm_partition=gpu,cluster=local", cpu=True)
    assert found.settings == {"timeout_min": 600, "slurm_partition": "gpu", "cluster": "local"}
    for text in ("slurm", "submitit:timeout_min", "submitit:a b=1"):
        with pytest.raises(UserError):
            parse_cluster(text, cpu=False)
    monkeypatch.setattr("resight.train.ways.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="pip install submitit"):
        parse_cluster("submitit", cpu=False)


def test_the_plan_is_read_as_it_was_written_or_refused(tmp_path: Path) -> None:
    folder = begin(plan(vary=("num_classes=10",)), tmp_path / "sweep")
    assert plan_of(folder) == plan(vary=("num_classes=10",))
    with pytest.raises(UserError, match="is a sweep already"):
        begin(plan(), folder)
    with pytest.raises(UserError, match="is no sweep"):
        plan_of(tmp_path)
    newer = json.loads((folder / "sweep.json").read_text()) | {"schema": 99}
    (folder / "sweep.json").write_text(json.dumps(newer))
    with pytest.raises(UserError, match="update resight"):
        plan_of(folder)
    (folder / "sweep.json").write_text("{")
    with pytest.raises(UserError, match="is damaged"):
        plan_of(folder)


PARENT = """
from multiprocessing import get_context
from resight.train.ways import _end_with_parent
if __name__ == "__main__":
    child = get_context("spawn").Process(target=_end_with_parent)
    child.start()
    print(child.pid, flush=True)
    child.join()
"""


def test_a_process_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert int(parent.stdout.readline()) > 0
        parent.kill()
        assert parent.stdout.read() == b""  # comes to its end when nobody holds the pipe: the child has ended too


def test_one_process_at_a_time_goes_on_with_a_sweep(tmp_path: Path) -> None:
    folder = begin(plan(), tmp_path / "s")
    with writing(folder), pytest.raises(UserError, match="is being written by process"):
        list(go_on(folder, lambda tasks: []))
