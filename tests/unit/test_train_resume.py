"""A run that was killed, stopped or damaged goes on to the very bytes of one that never was."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from resight.cli import main
from resight.data import load
from resight.errors import CannotWrite, UserError
from resight.runs import History, open_run, trust
from resight.runs.lock import writing
from resight.train import Recipe, Result, resume, train
from resight.train.environment import DECISIVE, differences
from resight.train.interrupt import heeded
from resight.train.watch import Unwatched, Watcher

RECIPE = Recipe(
    "all", lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-3, label_smoothing=0.1, schedule="one-cycle",
    batch_size=250, epochs=2, crop=2,
)  # fmt: skip
"""Everything that has a state, or chance: 20 steps in two epochs."""

EVERY = 3
"""Steps between checkpoints."""

SAME = ("metrics.jsonl", "test.json", "curves.svg", "run.html", "checkpoints/step-00000020/model.safetensors",
        "checkpoints/step-00000020/training.pt")  # fmt: skip
"""Files that have to be equal byte for byte."""


class Stops(Unwatched):
    """Sends this process a signal after some step, in the middle of a run, and keeps what it was told."""

    def __init__(self, step: int = -1, number: int = signal.SIGINT) -> None:
        self.step, self.number = step, number
        self.notes: list[str] = []

    def began(self, title: str, notes: Sequence[str], total: int, images_per_step: int, step: int) -> None:
        """Keep the notes, without the line about the data set."""
        self.notes = list(notes)[1:]

    def stepped(self, known: History, step: int) -> None:
        """Strike."""
        if step == self.step:
            os.kill(os.getpid(), self.number)


def begin(folder: Path, watcher: Watcher | None = None) -> Result:
    return train(
        "tiny_nets:normed", recipe=RECIPE, seed=7, checkpoint_every=EVERY, out=folder, cpu=True, watcher=watcher
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing happened to."""
    return begin(tmp_path_factory.mktemp("whole") / "r").folder


HANDLER = signal.getsignal(signal.SIGINT)
"""Who hears Ctrl-C outside a training: the default, or nobody where the tests run in the background."""


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that Ctrl-C stopped, one step after the signal, with checkpoints of steps 12 and 14."""
    result = begin(tmp_path_factory.mktemp("stopped") / "r", Stops(13))
    assert result.found is None
    return result.folder


def assert_same(folder: Path, whole: Path) -> None:
    for name in SAME:
        assert (folder / name).read_bytes() == (whole / name).read_bytes(), name


KILLED = """
import signal, sys, torch
from pathlib import Path
torch.set_num_threads(1)
sys.path[:0] = sys.argv[4:]
from test_train_resume import Stops, begin, resume
folder, step = Path(sys.argv[1]), int(sys.argv[3])
{"begin": begin, "resume": resume}[sys.argv[2]](folder, watcher=Stops(step, signal.SIGKILL))
"""


def kill(folder: Path, how: str, step: int) -> None:
    """Begin or go on with a run in a process of its own that is killed after `step` steps."""
    here = Path(__file__).parent
    words = [sys.executable, "-c", KILLED, str(folder), how, str(step), str(here), str(here.parent)]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL


def test_a_run_killed_twice_ends_as_if_it_never_was(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    kill(folder, "begin", 5)  # newest checkpoint: step 3
    assert [step.step for step in open_run(folder).history().steps][-1] in (4, 5)
    kill(folder, "resume", 11)  # newest: step 10, the end of the first epoch
    watcher = Stops()
    assert resume(folder, cpu=True, watcher=watcher).found is not None
    assert watcher.notes == ["goes on after step 10"]
    assert_same(folder, whole)


class Dies(Unwatched):
    """Ends the run where nothing is saved any more: after the best weights, before the checkpoint of the same step."""

    def tested(self, known: History) -> None:
        """Epochs end at steps 10 and 20."""
        raise SystemExit


def test_a_run_that_died_between_its_best_weights_and_its_checkpoint_is_whole(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    with pytest.raises(SystemExit):
        begin(folder, Dies())
    names = sorted(path.name for path in (folder / "checkpoints").iterdir())
    assert names == ["best-00000010", "step-00000006", "step-00000009"]
    resume(folder, cpu=True)
    assert_same(folder, whole)


def test_a_run_killed_before_its_first_checkpoint_begins_again(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    begin(folder, Stops(1))
    shutil.rmtree(folder / "checkpoints")
    watcher = Stops()
    resume(folder, cpu=True, watcher=watcher)
    assert watcher.notes == ["no sound checkpoint: begins again"]
    assert_same(folder, whole)


def test_ctrl_c_saves_and_the_run_goes_on(
    stopped: Path, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sorted(path.name for path in (stopped / "checkpoints").glob("step-*")) == ["step-00000012", "step-00000014"]
    assert signal.getsignal(signal.SIGINT) is HANDLER
    folder = Path(shutil.copytree(stopped, tmp_path / "r"))
    assert main(["train", "--cpu", "--resume", str(folder)]) == 0
    assert "goes on after step 14" in capsys.readouterr().out
    assert_same(folder, whole)


def test_the_command_that_was_stopped_says_how_to_go_on(
    stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("resight.cli.train._watcher", lambda: Stops(16, signal.SIGTERM))
    folder = Path(shutil.copytree(stopped, tmp_path / "r"))
    assert main(["train", "--cpu", "--resume", str(folder)]) == 130
    assert capsys.readouterr().out == f"stopped after step 17; go on with: resight train --resume {folder}\n"


def test_a_checkpoint_cut_short_is_passed_over_and_that_is_said(stopped: Path, whole: Path) -> None:
    folder = Path(shutil.copytree(stopped, stopped.parent / "cut"))
    newest = folder / "checkpoints" / "step-00000014" / "training.pt"
    newest.write_bytes(newest.read_bytes()[:-100])
    watcher = Stops()
    resume(folder, cpu=True, watcher=watcher)
    damaged = "step-00000014 is damaged (training.pt is cut short or changed)"
    assert watcher.notes == [damaged, "goes on after step 12"]
    assert_same(folder, whole)


def test_no_space_left_ends_with_one_line_and_nothing_lost(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, writes = tmp_path / "r", 0
    fsync = os.fsync

    def fills_up(handle: int) -> None:
        nonlocal writes
        writes += 1
        if writes > 40:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fills_up)
        with pytest.raises(CannotWrite, match="No space left on device"):
            begin(folder)
    assert (folder / "checkpoints").is_dir()
    resume(folder, cpu=True)
    assert_same(folder, whole)


def test_a_finished_run_is_tested_again_and_stays(whole: Path) -> None:
    before = {name: (whole / name).read_bytes() for name in SAME}
    result = resume(whole, cpu=True)
    assert result.found is not None
    assert {name: (whole / name).read_bytes() for name in SAME} == before


def test_another_machine_is_told(stopped: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(stopped, tmp_path / "r"))
    environment = folder / "environment.json"
    environment.write_text(environment.read_text().replace('"threads": 1', '"threads": 64'))
    watcher = Stops(16)
    resume(folder, cpu=True, watcher=watcher)
    assert watcher.notes[1:] == ["threads: 64 then, 1 now; the last digits of what follows can differ"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"data": "fashion-mnist-mini"', b'"data": "gone"', "there is no data set 'gone'"),
        (b'"Sneaker"', b'"Boat"', "fashion-mnist-mini is not the set that .* began with"),
        (b"nets:normed", b"nets:bare", "does not fit the network that its config.json names"),
        (b'"seed"', b'"sead"', r"config.json is damaged \(Config has no seed\)"),
    ],
)
def test_a_changed_configuration_is_one_clear_line(
    stopped: Path, tmp_path: Path, old: bytes, new: bytes, said: str
) -> None:
    folder = Path(shutil.copytree(stopped, tmp_path / "r"))
    config = folder / "config.json"
    assert old in config.read_bytes()
    config.write_bytes(config.read_bytes().replace(old, new))
    trust(folder)
    with pytest.raises(UserError, match=said):
        resume(folder, cpu=True)
    assert (folder / "metrics.jsonl").read_bytes() == (stopped / "metrics.jsonl").read_bytes()


def drop_line(metrics: Path, place: int) -> None:
    lines = metrics.read_text().splitlines(keepends=True)
    metrics.write_text("".join(lines[:place] + lines[place + 1 :]))


@pytest.mark.parametrize(
    "harm",
    [
        lambda metrics: metrics.unlink(),
        lambda metrics: metrics.write_text(""),
        lambda metrics: metrics.write_bytes(metrics.read_bytes()[: metrics.stat().st_size // 2]),
        lambda metrics: drop_line(metrics, 2),
        lambda metrics: metrics.write_text("{broken" + metrics.read_text()),
    ],
    ids=["removed", "emptied", "cut", "a line lost", "a line broken"],
)
def test_what_was_measured_is_in_the_checkpoint_too(
    stopped: Path, whole: Path, tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    folder = Path(shutil.copytree(stopped, tmp_path / "r"))
    harm(folder / "metrics.jsonl")
    watcher = Stops()
    resume(folder, cpu=True, watcher=watcher)
    lost = "metrics.jsonl was damaged or cut short: restored from step-00000014"
    assert watcher.notes == ["goes on after step 14", lost]
    assert_same(folder, whole)
    assert len(open_run(folder).history().paces) == 2


def test_a_run_that_goes_back_is_not_finished(whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "r"))
    for path in (folder / "checkpoints").glob("step-*"):
        (path / "training.pt").write_bytes(b"")
    (folder / ".resight-left").write_text("a temporary file of a process that was killed")
    assert open_run(folder).is_finished
    assert resume(folder, cpu=True, watcher=Stops(3)).found is None
    assert not open_run(folder).is_finished
    resume(folder, cpu=True)
    assert_same(folder, whole)
    assert not (folder / ".resight-left").exists()


def test_a_run_that_is_written_is_left_alone(stopped: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(stopped, tmp_path / "r"))
    with writing(folder), pytest.raises(UserError, match=r"is being written by process \d+; wait for it"):
        resume(folder, cpu=True)
    assert (folder / "metrics.jsonl").read_bytes() == (stopped / "metrics.jsonl").read_bytes()


def test_other_labels_are_another_set(stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(stopped, tmp_path / "r"))
    known = load("fashion-mnist-mini")
    labels = known.train.labels.clone()
    other = int((labels != labels[0]).nonzero()[0])
    labels[[0, other]] = labels[[other, 0]]
    changed = replace(known, train=replace(known.train, labels=labels))
    monkeypatch.setattr("resight.train.run.load", lambda name, root: changed)
    with pytest.raises(UserError, match=r"is not the set that .* began with; bring the old images and labels back"):
        resume(folder, cpu=True)


@pytest.mark.parametrize("content", ["[1]", "3", "null", "[" * 100_000, '{"torch": {"a": [1]}}', '"x"', ""])
def test_an_environment_of_any_shape_is_told_in_a_line(stopped: Path, tmp_path: Path, content: str) -> None:
    path = tmp_path / "environment.json"
    path.write_text(content)
    assert all("\n" not in line for line in differences(path, dict.fromkeys(DECISIVE, 1)))
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(UserError, match=r"config\.json is damaged"):
        open_run(tmp_path).config()


def test_a_clock_that_stands_still_ends_no_training(
    tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resight.train.session.perf_counter", lambda: 5.0)
    assert begin(tmp_path / "r").known.paces[0].images_per_second == 0
    assert_same(tmp_path / "r", whole)


def test_a_closed_terminal_is_heard_unless_nohup_was_asked_for() -> None:
    before = signal.getsignal(signal.SIGHUP)
    with heeded() as wish:
        os.kill(os.getpid(), signal.SIGHUP)
        assert wish.to_stop
    assert signal.getsignal(signal.SIGHUP) is before
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with heeded() as wish:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not wish.to_stop
    finally:
        signal.signal(signal.SIGHUP, before)
