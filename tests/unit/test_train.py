"""Training: what is refused, what a run leaves, and how its network comes back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator

from resight.capture.resolve import resolve
from resight.cli import main
from resight.data import Batches, Split, load
from resight.errors import UserError
from resight.runs import RECIPES, Result, open_run
from resight.runs.evaluation import read_evaluation
from resight.train import Recipe, load_network, train
from resight.train.assemble import TESTED_AT_ONCE
from resight.train.network import fitted_spec

NORMED = "tiny_nets:normed"
FEW = Recipe("few", lr=0.1, momentum=0.9, batch_size=100, steps=30)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of 30 steps, that is 1.2 epochs."""
    return train(NORMED, recipe=FEW, out=tmp_path_factory.mktemp("train") / "run", cpu=True).folder


@pytest.mark.parametrize(
    ("text", "fitted"),
    [
        ("resnet20", "resnet20(in_channels=1, num_classes=7)"),
        ("plain20(num_classes=3)", "plain20(in_channels=1, num_classes=3)"),
        ("torchvision:resnet18", "torchvision:resnet18(num_classes=7)"),
        ("timm:resnet18", "timm:resnet18(in_chans=1, num_classes=7)"),
        ("net.py:Net(8)", "net.py:Net(8)"),
    ],
)
def test_a_spec_is_fitted_to_the_images_where_its_family_is_known(text: str, fitted: str) -> None:
    assert fitted_spec(text, channels=1, classes=7) == fitted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("resnet20(in_channels=3)",
         "resnet20(in_channels=3, num_classes=10) takes images of 3 channels, these have 1; give its factory 1 "),
        ("torchvision:resnet18",
         "resnet18(num_classes=10) takes images of 3 channels, these have 1; take colour images, --data cifar10 or "),
        ("resnet20(num_classes=4)",
         "resnet20(in_channels=1, num_classes=4) gives 4 values for an image, the classes are 10; "
         "for instance num_classes=10"),
        ("torch.nn:Flatten", "Flatten gives 784 values for an image, the classes are 10"),
        ("torch.nn:Linear(5, 10)", "Linear(5, 10) does not take images of 1×28×28: "),
        ("torch.nn:Identity", "Identity gives 1×28×28 values for an image, the classes are 10"),
        ("resnet21", "'resnet21' does not say where the network comes from"),
    ],
)  # fmt: skip
def test_a_network_that_does_not_fit_is_one_clear_line(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", text, "--cpu", "-o", str(tmp_path / "r")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"resight: error: {said}")
    assert error.count("\n") == 1
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["resnet20", "--recipe", "slow"], "there is no recipe 'slow'; there are fast, d2l, cifar-he2015"),
        (["resnet20", "--precision", "fp8"], "there is no precision 'fp8'; it is one of no, bf16, fp16"),
        (["resnet20", "--track", "paper"], "there is no tracker 'paper'; it is one of tensorboard, wandb, mlflow"),
        (["resnet20", "--data", "mnist"], "there is no data set 'mnist'"),
        ([], "which network?; for instance resight train resnet20, or --resume RUN"),
        (["--resume", "nowhere"], "there is no run folder nowhere"),
        (["--resume", "nowhere", "--lr", "1"], "a run goes on with the settings it began with"),
        (["--resume", "nowhere", "--data", "cifar10"], "a run goes on with the settings it began with"),
        (["--resume", "nowhere", "--seed", "1"], "a run goes on with the settings it began with"),
    ],
)
def test_wrong_command_lines_are_one_clear_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--cpu", *words]) == 2
    assert capsys.readouterr().err.startswith(f"resight: error: {said}")
    assert list(tmp_path.iterdir()) == []


def test_a_tracker_that_is_not_installed_names_the_pip_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("resight.train.engine.find_spec", lambda name: None)
    assert main(["train", "resnet20", "--track", "wandb"]) == 2
    said = "resight: error: --track wandb needs the package wandb; install it with: pip install wandb\n"
    assert capsys.readouterr().err == said


def test_a_run_leaves_its_files(run: Path) -> None:
    names = sorted(path.name for path in run.iterdir())
    assert names == [
        "checkpoints", "clock.jsonl", "config.json", "confusion.svg", "curves.svg", "environment.json",
        "metrics.jsonl", "mistakes.svg", "run.html", "test.json",
    ]  # fmt: skip
    known = open_run(run).history()
    assert [step.step for step in known.steps] == list(range(1, 31))
    assert [step.epoch for step in known.steps] == [0] * 25 + [1] * 5
    assert [(epoch.step, epoch.epochs) for epoch in known.epochs] == [(25, 1.0), (30, 1.2)]
    first = [step.loss for step in known.steps[:25]]
    assert known.epochs[0].train_loss == pytest.approx(sum(first) / 25)
    assert known.epochs[-1].accuracy > 0.5 > 0.2 > 1 / 10  # it learns: chance is 0.1
    assert json.loads((run / "environment.json").read_text())["processes"] == 1


def test_the_same_run_again_gives_the_same_bytes(run: Path, tmp_path: Path) -> None:
    torch.manual_seed(99)
    again = train(NORMED, recipe=FEW, out=tmp_path / "again", cpu=True).folder
    for name in ("metrics.jsonl", "config.json", "test.json", "curves.svg", "run.html",
                 "checkpoints/step-00000030/model.safetensors"):  # fmt: skip
        assert (again / name).read_bytes() == (run / name).read_bytes(), name


def test_the_d2l_recipe_runs_on_a_slice_of_real_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load("fashion-mnist-mini")
    part = Split(whole.test.images[::50], whole.test.labels[::50])
    monkeypatch.setattr("resight.train.run.load", lambda name, root: replace(whole, train=part, test=part))
    recipe = RECIPES["d2l"].changed({"epochs": 1, "batch_size": 5})
    result = train("resnet18", recipe=recipe, out=tmp_path / "r", cpu=True)
    assert result.config.shape == (1, 96, 96)
    assert result.config.spec == "resnet18(in_channels=1, num_classes=10)"
    assert [step.lr for step in result.known.steps] == [0.05, 0.05]
    assert result.found is not None
    assert result.found.images == 10


def test_trackers_are_told_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, dict[str, float]]] = []
    monkeypatch.setattr(Accelerator, "log", lambda self, values, step: told.append((step, values)))
    known = train(NORMED, recipe=FEW.changed({"steps": 2}), out=tmp_path / "r", cpu=True).known
    (epoch,) = known.epochs
    tested = {"train_loss": epoch.train_loss, "test_loss": epoch.test_loss, "test_accuracy": epoch.accuracy}
    steps = [(step.step, {"loss": step.loss, "lr": step.lr}) for step in known.steps]
    assert told == [*steps, (2, tested)]


def test_training_leaves_torchs_random_state(tmp_path: Path) -> None:
    before = torch.get_rng_state()
    train(NORMED, recipe=FEW.changed({"steps": 2}), out=tmp_path / "r", cpu=True)
    assert torch.equal(before, torch.get_rng_state())


def test_a_run_is_a_spec_with_its_weights(run: Path) -> None:
    found = resolve(str(run))
    assert found.title == "run: normed"
    assert found.args[0].shape == (1, 1, 28, 28)
    last = open_run(run).history().best
    assert last is not None
    assert found.notes == (
        "input 1x1x28x28, as it was trained on",
        f"weights after {last.step} steps on fashion-mnist-mini, the best",
    )
    dataset = load("fashion-mnist-mini")
    batch = next(Batches(dataset, "test", len(dataset.test)).epoch())
    assert int((found.model(batch.images).argmax(1) == batch.labels).sum()) == last.correct


def test_the_trained_network_comes_back_with_its_best_weights(run: Path) -> None:
    history = open_run(run).history()
    net = load_network(run)
    assert not net.training
    assert not any(parameter.requires_grad for parameter in net.parameters())
    batch = next(Batches(load("fashion-mnist-mini"), "test", 10_000).epoch())
    assert history.best is not None
    assert int((net(batch.images).argmax(1) == batch.labels).sum()) == history.best.correct
    again = load_network(Result(run, open_run(run).config(), None, history))
    assert all(torch.equal(one, other) for one, other in zip(net.parameters(), again.parameters(), strict=True))
    with pytest.raises(UserError, match="there is no run folder nowhere"):
        load_network("nowhere")


def test_a_run_whose_best_weights_are_damaged_falls_back_and_says_so(run: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "copy"))
    (best,) = (copy / "checkpoints").glob("best-*")
    weights = best / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-8])
    (note,) = [note for note in resolve(str(copy)).notes if "weights" in note]
    assert note.startswith("weights after 30 steps on fashion-mnist-mini, the newest; best-")
    assert "is damaged (model.safetensors is cut short or changed)" in note


def test_a_loss_that_is_not_finite_ends_the_run_with_a_hint(tmp_path: Path) -> None:
    recipe = Recipe("wild", lr=1e30, batch_size=100, steps=10)
    with pytest.raises(UserError, match=r"the loss of step \d+ is (nan|inf); try a learning rate below 1e\+30"):
        train(NORMED, recipe=recipe, out=tmp_path / "r", cpu=True)


def test_the_command_trains_and_says_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code = main(["train", NORMED, "--cpu", "--recipe", "d2l", "--steps", "4", "--resize", "28", "--precision", "bf16"])
    out = capsys.readouterr().out.splitlines()
    assert code == 0
    assert out[0].endswith("on fashion-mnist-mini, recipe d2l with steps 4, resize 28, seed 0")
    found = read_evaluation(tmp_path / "runs" / "r1" / "test.json")
    assert out[-3] == f"{found.words}, after step 4"
    assert out[-2:] == ["  wrote runs/r1/run.html", "  look at it: resight show runs/r1"]
    assert found.images == 500 <= TESTED_AT_ONCE
    assert open_run("runs/r1").config().recipe == RECIPES["d2l"].changed({"steps": 4, "resize": 28})
