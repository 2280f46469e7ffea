"""The run directory without torch: recipes, configurations, measurements, sealed checkpoints, intervals."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resight.errors import CannotWrite, UserError
from resight.runs import RECIPES, Config, Epoch, Pace, Recipe, Step, checkpoints, history, open_run
from resight.runs.config import SCHEMA, read_config
from resight.runs.evaluation import Evaluation, Mistake, read_evaluation
from resight.runs.folder import new_run
from resight.runs.interval import wilson
from resight.runs.lock import LOCK, writing
from resight.runs.recipe import recipe_named

CONFIG = Config(
    spec="resnet20(in_channels=1)", data="fashion-mnist-mini", data_root=None, seed=3, precision="no",
    recipe=RECIPES["d2l"].changed({"epochs": 2}), shape=(1, 96, 96), mean=(0.25,), std=(0.5,),
    classes=("hat", "</script>"), track=("tensorboard",),
)  # fmt: skip
MEASURED = [Step(1, 0, 2.5, 0.1), Step(2, 0, 2.25, 0.1), Epoch(2, 1.0, 2.375, 2.0, 3, 10), Step(3, 1, 1.5, 0.01)]


def test_runs_are_read_without_torch() -> None:
    code = "import sys, resight.runs; assert not {'torch', 'numpy'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_named_recipes_are_those_of_their_sources() -> None:
    he, d2l = RECIPES["cifar-he2015"], RECIPES["d2l"]
    assert (he.lr, he.momentum, he.weight_decay, he.batch_size, he.crop) == (0.1, 0.9, 1e-4, 128, 4)
    assert he.length(batches=391) == 64_000
    assert (d2l.lr, d2l.batch_size, d2l.resize, d2l.epochs, d2l.init) == (0.05, 256, 96, 10, "xavier")
    assert d2l.length(batches=235) == 2350
    for name, recipe in RECIPES.items():
        recipe.check()
        assert recipe.name == name == recipe.title


def test_a_changed_recipe_says_what_was_changed() -> None:
    assert RECIPES["fast"].changed({"epochs": 2, "lr": 0.05}).title == "fast with lr 0.05, epochs 2"
    assert RECIPES["cifar-he2015"].changed({"epochs": 2}).length(batches=10) == 20


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"optimizer": "adan"}, "there is no optimizer 'adan'; it is one of sgd, adamw"),
        ({"schedule": "linear"}, "there is no schedule 'linear'; it is one of constant, steps, cosine, one-cycle"),
        ({"lr": 0.0}, "a learning rate of 0.0 trains nothing; give more than 0"),
        ({"lr": float("nan")}, "a learning rate of nan trains nothing; give more than 0"),
        ({"epochs": 0}, "epochs 0 is below 1"),
        ({"steps": 0}, "steps 0 is below 1; leave steps out where epochs say how long"),
        ({"steps": -3}, "steps -3 is negative"),
        ({"crop": -1}, "crop -1 is negative"),
        ({"momentum": 1.0}, "momentum 1.0 is not below 1"),
        ({"momentum": 0.0}, "nesterov needs a momentum; add momentum 0.9, or leave nesterov out"),
        ({"epoch": 3}, "a recipe has no setting 'epoch'; did you mean epochs?"),
    ],
)
def test_a_setting_that_cannot_be_is_named(changes: dict[str, object], said: str) -> None:
    with pytest.raises(UserError) as caught:
        RECIPES["fast"].changed(changes)
    assert str(caught.value).startswith(said)


def test_an_unknown_recipe_lists_the_known_ones() -> None:
    with pytest.raises(UserError, match="there is no recipe 'zzz'; there are fast, d2l, cifar-he2015"):
        recipe_named("zzz")


def test_a_configuration_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(CONFIG.to_json())
    assert read_config(path) == CONFIG
    # Usual values are written too: another version of resight may have others.
    assert json.loads(path.read_text())["recipe"].keys() == asdict(Recipe("any")).keys()


def test_a_damaged_configuration_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    whole = json.loads(CONFIG.to_json())
    for content in (b'{"spec": "resn', b"[]", b"\xff", json.dumps({**whole, "seed": "x"}).encode(),
                    json.dumps({**whole, "recipe": {**whole["recipe"], "lr": -1.0}}).encode()):  # fmt: skip
        path.write_bytes(content)
        with pytest.raises(UserError, match=r"config.json is damaged \(.+\); restore the file, or start a new run"):
            read_config(path)
    path.write_text(json.dumps({**whole, "schema": SCHEMA + 1}))
    with pytest.raises(UserError, match="update resight"):
        read_config(path)


def test_missing_and_foreign_folders_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no run folder"):
        open_run(tmp_path / "r1")
    with pytest.raises(UserError, match=r"is no run: it has no config\.json"):
        open_run(tmp_path)
    (tmp_path / "config.json").write_bytes(CONFIG.to_json())
    with pytest.raises(UserError, match="is a run already; go on with it: resight train --resume"):
        new_run(tmp_path)
    with pytest.raises(UserError, match="has no sound checkpoint"):
        open_run(tmp_path).best()


def test_new_runs_are_numbered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [new_run(None).path.as_posix() for _ in range(3)] == ["runs/r1", "runs/r2", "runs/r3"]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").touch()
    with pytest.raises(UserError, match="is not empty"):
        new_run("full")
    with pytest.raises(UserError, match=r"thesis\.tex is a file; --out names a new folder"):
        new_run("full/thesis.tex")


def test_measurements_come_back_without_a_line_that_was_cut(tmp_path: Path) -> None:
    metrics, clock = tmp_path / "metrics.jsonl", tmp_path / "clock.jsonl"
    history.append(metrics, MEASURED[:2])
    history.append(metrics, MEASURED[2:])
    history.append(clock, [Pace(2, 1.5, 100.0)])
    with metrics.open("a") as file:
        file.write('{"step": 4, "epo')
    known = history.read(metrics, clock)
    assert known.steps == [MEASURED[0], MEASURED[1], MEASURED[3]]
    assert known.epochs == [MEASURED[2]]
    assert known.paces == [Pace(2, 1.5, 100.0)]
    assert known.best == MEASURED[2]
    assert history.until(metrics, 2).decode().splitlines() == [json.dumps(asdict(one)) for one in MEASURED[:3]]


@pytest.mark.parametrize(
    "line",
    [
        "{broken", "\x00\xff", "[" * 100_000, "3", '{"step": "2"}', '{"step": 2, "epoch": 0, "loss": "low", "lr": 1}',
        '{"step": 3, "epochs": 1, "train_loss": 1, "test_loss": 1, "correct": 9, "images": 0}',
        '{"step": 2, "epoch": 0, "loss": 1, "lr": 1' + "0" * 400 + "}",
    ],
    ids=range(8),
)  # fmt: skip
def test_a_damaged_line_costs_that_line(tmp_path: Path, line: str) -> None:
    metrics = tmp_path / "metrics.jsonl"
    whole = "".join(json.dumps(asdict(one)) + "\n" for one in MEASURED)
    metrics.write_text(line + "\n" + whole)
    known = history.read(metrics, tmp_path / "clock.jsonl")
    assert (known.steps, known.epochs) == ([MEASURED[0], MEASURED[1], MEASURED[3]], [MEASURED[2]])


def test_a_checkpoint_names_only_files_of_its_own(tmp_path: Path) -> None:
    path = write(tmp_path, 5)
    os.mkfifo(tmp_path / "pipe")
    (path / "link").symlink_to(tmp_path / "pipe")
    sums = json.loads((path / checkpoints.SEAL).read_text())
    for name in ("../pipe", "link", "/dev/zero", "."):
        (path / checkpoints.SEAL).write_text(json.dumps({**sums, name: "x"}))
        assert checkpoints.newest(tmp_path, checkpoints.LAST)[0] is None


def test_one_process_writes_at_a_time_and_a_dead_one_keeps_nobody_out(tmp_path: Path) -> None:
    held = "import sys, time; from pathlib import Path; from resight.runs.lock import writing\n"
    held += "with writing(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", held, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        wanted = f"^{tmp_path} is being written by process {other.pid}; wait for it, or stop it$"
        with pytest.raises(UserError, match=wanted), writing(tmp_path):
            pass
        other.kill()
    with writing(tmp_path):
        with pytest.raises(UserError, match=f"process {os.getpid()}"), writing(tmp_path):
            pass
        assert os.listdir(tmp_path) == [LOCK]
    assert os.listdir(tmp_path) == []


def write(folder: Path, step: int, kind: str = checkpoints.LAST) -> Path:
    files = {checkpoints.WEIGHTS: b"w" * 100 + bytes([step]), checkpoints.TRAINING: b"t" * 50}
    return checkpoints.write(folder, kind, step, files)


def test_the_newest_checkpoints_stay(tmp_path: Path) -> None:
    for step in (5, 10, 100, 20):
        write(tmp_path, step)
    write(tmp_path, 7, checkpoints.BEST)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best-00000007", "step-00000020", "step-00000100"]
    checkpoints.drop_after(tmp_path, 20)
    found, damaged = checkpoints.newest(tmp_path, checkpoints.LAST)
    assert found is not None
    assert (found.step, damaged) == (20, ())


@pytest.mark.parametrize("name", [checkpoints.WEIGHTS, checkpoints.TRAINING, checkpoints.SEAL])
@pytest.mark.parametrize("harm", ["cut", "changed", "removed", "emptied"])
def test_a_damaged_checkpoint_is_passed_over_and_named(tmp_path: Path, name: str, harm: str) -> None:
    write(tmp_path, 5)
    file = write(tmp_path, 10) / name
    whole = file.read_bytes()
    if harm == "removed":
        file.unlink()
    else:
        file.write_bytes({"cut": whole[:-1], "changed": whole[:-4] + b"????", "emptied": b""}[harm])
    found, damaged = checkpoints.newest(tmp_path, checkpoints.LAST)
    assert found is not None
    assert found.step == 5
    assert len(damaged) == 1
    assert damaged[0].startswith("step-00000010 is damaged (")


def test_no_space_left_leaves_older_checkpoints_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 5)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite, match=r"cannot write the checkpoint .*: No space left on device"):
        write(tmp_path, 10)
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000005"]


def test_wilsons_interval_has_its_known_values() -> None:
    # Worked example of Newcombe 1998 (Statistics in Medicine 17, p. 857): 81 of 263.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_holds_the_share_and_mirrors(case: tuple[int, int]) -> None:
    right, n = case
    low, high = wilson(right, n)
    assert 0 <= low <= right / n <= high <= 1
    assert wilson(n - right, n) == pytest.approx((1 - high, 1 - low))


def test_an_evaluation_counts_and_comes_back(tmp_path: Path) -> None:
    found = Evaluation(9, 0.5, ((0, 0, 8), (0, 1, 2), (1, 0, 1), (1, 1, 9)), (Mistake(4, 0, 1, 0.75),))
    assert (found.images, found.correct, found.accuracy) == (20, 17, 0.85)
    hat, shoe, none = found.by_class(("hat", "shoe", "none"))
    assert (hat.recall, hat.precision, hat.images) == (0.8, 8 / 9, 10)
    assert shoe.interval == wilson(9, 10)
    assert (none.recall, none.interval, none.precision) == (None, None, None)
    assert found.words == "accuracy 85.0% (95% interval 64.0 to 94.8%, 20 test images)"
    path = tmp_path / "test.json"
    path.write_bytes(found.to_json())
    assert read_evaluation(path) == found
    path.write_bytes(found.to_json()[:-9])
    with pytest.raises(UserError, match=r"test.json cannot be read"):
        read_evaluation(path)


def test_the_best_epoch_is_the_first_of_the_best() -> None:
    known = history.History(epochs=[replace(MEASURED[2], step=i, correct=c) for i, c in enumerate((3, 5, 5, 4))])
    assert known.best is known.epochs[1]
