"""Training: what a step does, what is refused, what is measured, and what a run leaves for people to look at."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from matplotlib.text import Text
from rich.console import Console
from torch import nn

from resight import nets
from resight.capture.resolve import resolve
from resight.cli import main
from resight.data import Batches, DataSet, Split, load
from resight.data.types import assemble
from resight.errors import UserError
from resight.runs import RECIPES, Epoch, History, Result, Step, open_run
from resight.runs.evaluation import Evaluation, Mistake, read_evaluation
from resight.train import Recipe, load_network, train
from resight.train.assemble import TESTED_AT_ONCE
from resight.train.confusion import confusion
from resight.train.curves import curves
from resight.train.evaluate import evaluate
from resight.train.inline import Inline
from resight.train.live import InTerminal, epoch_line
from resight.train.loop import Training, steps
from resight.train.network import build, fitted_spec
from resight.train.optimization import fill_like_xavier, optimizer_of, schedule_of
from resight.train.page import page
from resight.train.smoothing import smoothed
from resight.train.terminal_curves import terminal_curves

NORMED, BARE = "tiny_nets:normed", "tiny_nets:bare"
FEW = Recipe("few", lr=0.1, momentum=0.9, batch_size=100, steps=30)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of 30 steps, that is 1.2 epochs."""
    return train(NORMED, recipe=FEW, out=tmp_path_factory.mktemp("train") / "run", cpu=True).folder


def training_of(net: nn.Module, dataset: DataSet, recipe: Recipe, total: int, seed: int = 5) -> Training:
    accelerator = Accelerator(cpu=True)
    optimizer = optimizer_of(recipe, net)
    batches = Batches(dataset, "train", recipe.batch_size, seed)
    return Training(accelerator, net, optimizer, schedule_of(recipe, optimizer, total), batches, total, seed)


def test_a_step_is_that_of_the_bare_loop() -> None:
    dataset = load("fashion-mnist-mini")
    recipe = Recipe("bare", lr=0.1, momentum=0.9, weight_decay=1e-3, batch_size=1000)
    ours, bare = (build(BARE, (1, 28, 28), 10, seed=1) for _ in range(2))
    training = training_of(ours, dataset, recipe, total=7)
    losses = [loss.item() for loss in steps(training)]

    optimizer = torch.optim.SGD(bare.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-3)
    batches = Batches(dataset, "train", 1000, seed=5)  # 1,000, 1,000 and 500 images
    expected = []
    for batch in [*batches.epoch(0), *batches.epoch(1), *batches.epoch(2)][:7]:
        loss = F.cross_entropy(bare(batch.images), batch.labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        expected.append(loss.item())
    assert losses == pytest.approx(expected, rel=1e-5)
    for mine, theirs in zip(ours.parameters(), bare.parameters()):
        torch.testing.assert_close(mine, theirs)
    assert training.step == training.total == 7


def test_chance_in_a_step_depends_on_seed_and_step_alone() -> None:
    dataset = load("fashion-mnist-mini")

    def losses(noise: int, seed: int) -> list[float]:
        torch.manual_seed(noise)
        training = training_of(build(NORMED, (1, 28, 28), 10, seed=1), dataset, FEW, total=3, seed=seed)
        return [loss.item() for loss in steps(training)]

    assert losses(noise=1, seed=5) == losses(noise=2, seed=5)
    assert losses(noise=1, seed=5) != losses(noise=1, seed=6)


def rates(recipe: Recipe, total: int) -> list[float]:
    weight = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=recipe.lr)
    schedule = schedule_of(recipe, optimizer, total)
    found = []
    for _ in range(total):
        found.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return found


def test_schedules_have_their_shapes() -> None:
    base = Recipe("base", lr=0.1)
    assert rates(base, 5) == [0.1] * 5
    assert rates(base.changed({"schedule": "steps"}), 64)[::8] == pytest.approx([0.1] * 4 + [0.01] * 2 + [0.001] * 2)
    cosine = rates(base.changed({"schedule": "cosine"}), 100)
    assert (cosine[0], cosine[50]) == pytest.approx((0.1, 0.05))
    assert cosine == sorted(cosine, reverse=True)
    cycle = rates(base.changed({"schedule": "one-cycle"}), 100)
    assert max(cycle) == pytest.approx(0.1, rel=1e-2)
    assert cycle.index(max(cycle)) in range(28, 32)
    assert cycle[0] < 0.005
    assert cycle[-1] < 0.001


def test_xavier_draws_within_its_bounds_and_leaves_torchs_state() -> None:
    net = nets.resnet20(in_channels=1)
    before = torch.get_rng_state()
    fill_like_xavier(net, seed=0)
    assert torch.equal(before, torch.get_rng_state())
    bound = (6 / (16 * 9 + 16 * 9)) ** 0.5
    weight = net.layer1[0].conv1.weight
    assert bound * 0.9 < weight.abs().max() <= bound


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


def test_images_of_a_step_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = load("fashion-mnist-mini")
    training = training_of(build(BARE, (1, 28, 28), 10, seed=1), dataset, FEW.changed({"batch_size": 999}), total=5)
    assert [training.images for _ in steps(training)] == [999, 999, 502, 999, 999]


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


class Fixed(nn.Module):
    """Gives the logits it was given, by the brightness of an image's first pixel."""

    def __init__(self, logits: torch.Tensor) -> None:
        super().__init__()
        self.logits = logits

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.logits[(images[:, 0, 0, 0] * 255).round().long()]


def test_an_evaluation_counts_by_hand() -> None:
    images = torch.arange(5, dtype=torch.uint8)[:, None, None, None].expand(5, 1, 2, 2).contiguous()
    labels = torch.tensor([0, 1, 2, 2, 0])
    logits = torch.tensor([[4.0, 0, 0], [0, 4, 0], [4, 0, 0], [0, 0, 4], [0, 1, 0]])
    made = assemble("five", Split(images, labels), Split(images, labels), ("a", "b", "c"), "made here")
    dataset = replace(made, mean=(0.0,), std=(1.0,))
    net = Fixed(logits).train()
    found = evaluate(net, Batches(dataset, "test", 2), Accelerator(cpu=True), step=3)
    assert found.confusion == ((1, 1, 0), (0, 1, 0), (1, 0, 1))
    assert found.loss == pytest.approx(F.cross_entropy(logits, labels).item())
    sure, unsure = found.mistakes
    assert (sure.index, sure.truth, sure.guess) == (2, 2, 0)
    assert sure.confidence == pytest.approx(logits[2].softmax(0).max().item())
    assert (unsure.index, unsure.truth, unsure.guess) == (4, 0, 1)
    assert net.training


def test_a_loss_that_is_not_finite_ends_the_run_with_a_hint(tmp_path: Path) -> None:
    recipe = Recipe("wild", lr=1e30, batch_size=100, steps=10)
    with pytest.raises(UserError, match=r"the loss of step \d+ is (nan|inf); try a learning rate below 1e\+30"):
        train(NORMED, recipe=recipe, out=tmp_path / "r", cpu=True)


KNOWN = History(
    [Step(i, (i - 1) // 20, 2.0 / i, 0.1) for i in range(1, 61)],
    [Epoch(20 * i, float(i), 1 / i, 1.2 / i, 300 + 50 * i, 500) for i in (1, 2, 3)],
)


def words_of(figure: object) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]  # type: ignore[attr-defined]


def test_curves_hold_what_was_measured() -> None:
    figure = curves(KNOWN, title="</script> 帽子")
    losses, accuracy = figure.axes[1:]
    assert losses.lines[0].get_xdata()[-1] == 3.0  # 60 steps are 3 epochs
    assert list(losses.lines[1].get_ydata()) == pytest.approx([1.2, 0.6, 0.4])
    assert list(accuracy.lines[0].get_ydata()) == [0.7, 0.8, 0.9]
    assert "</script> 帽子" in words_of(figure)
    assert len(curves(History(KNOWN.steps[:1])).axes) == 2  # before the first test there is one panel


def test_smoothing_is_the_mean_of_the_last_values() -> None:
    assert list(smoothed([1.0, 2.0, 3.0])) == [1.0, 2.0, 3.0]
    values = [float(i % 7) for i in range(80)]  # over two values
    assert smoothed(values)[1:] == pytest.approx([(values[i - 1] + values[i]) / 2 for i in range(1, 80)])


FOUND = Evaluation(60, 0.4, ((8, 2), (1, 9)), (Mistake(1, 0, 1, 0.9),))


def test_a_confusion_matrix_shows_its_counts_and_names() -> None:
    words = words_of(confusion(FOUND, ("hat", "<b>shoe")))
    assert sorted(word for word in words if word.isdecimal()) == ["1", "2", "8", "9"]
    assert words.count("<b>shoe") == 2
    many = Evaluation(1, 1.0, tuple(tuple(int(i == j) for j in range(100)) for i in range(100)), ())
    drawn = words_of(confusion(many, tuple(f"class {i}" for i in range(100))))
    assert not any(word == "1" for word in drawn)  # cells too small for numbers have none


def test_the_page_is_safe_and_needs_nothing(run: Path) -> None:
    config = replace(open_run(run).config(), classes=("hat", "</script><script>alert(1)"), spec="<img src=x>")
    growing, done = (page(config, KNOWN, [("Curves", b"<svg/>")], found, "how").decode() for found in (None, FOUND))
    for written in (growing, done):
        assert "default-src 'none'" in written.replace("&#x27;", "'")
        assert "<script" not in written
        assert "<img src=x>" not in written
        assert re.findall(r'(?:src|href)="(?!data:)', written) == []
    assert 'http-equiv="refresh"' in growing
    assert 'http-equiv="refresh"' not in done
    assert "accuracy 85.0% (95% interval 64.0 to 94.8%, 20 test images)" in done
    assert "<td>&lt;/script&gt;&lt;script&gt;alert(1)</td>" in done


def test_the_page_says_when_a_test_was_as_the_terminal_does(run: Path) -> None:
    cut = History(KNOWN.steps, [*KNOWN.epochs, Epoch(67, 67 / 20, 0.3, 0.4, 455, 500)])
    written = page(open_run(run).config(), cut, [], None, "how").decode()
    table = written.partition("<h2>Epochs</h2>")[2]
    assert re.findall(r"<tr><t[dh]>(.*?)</t", table) == ["after", "epoch 1", "epoch 2", "epoch 3", "step 67"]
    assert "3.35" not in table


def test_an_epoch_in_one_line() -> None:
    assert epoch_line(KNOWN) == "epoch 3: loss 0.333, test loss 0.400, accuracy 90.0%"
    cut = Epoch(1_012, 2.151899, 0.5, 0.4, 18, 20)
    assert epoch_line(History(epochs=[cut])) == "step 1,012: loss 0.500, test loss 0.400, accuracy 90.0%"


def test_curves_in_the_terminal_are_drawn_anew_each_time() -> None:
    first = terminal_curves(KNOWN, 80)
    assert terminal_curves(KNOWN, 80) == first
    assert first.count("training") == 1
    assert "test accuracy by step" not in terminal_curves(History(KNOWN.steps), 80)


def test_a_notebook_has_one_figure_that_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []
    handle = SimpleNamespace(update=shown.append)

    def display(figure: object, display_id: bool) -> object:
        shown.append(figure)
        return handle

    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    view = Inline()
    view.began("a net", ["how"], total=60, images_per_step=10, step=0)
    for count in (1, 2, 3):
        view.tested(History(KNOWN.steps, KNOWN.epochs[:count]))
    assert [len(figure.axes[2].lines[0].get_xdata()) for figure in shown] == [1, 2, 3]  # type: ignore[attr-defined]


def test_the_terminal_shows_curves_and_the_bar() -> None:
    screen = io.StringIO()
    view = InTerminal(Console(file=screen, force_terminal=True, width=90, height=40))
    view.began("a net", ["a note"], total=60, images_per_step=10, step=0)
    view.stepped(KNOWN, 60)
    view.ended()
    drawn = screen.getvalue()
    assert "a net" in drawn
    assert "60/60" in drawn
    assert "loss by step" in drawn
    assert "test accuracy by step: 90.0%" in drawn


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
