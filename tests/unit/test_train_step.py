"""What a step of a training does, and what a test counts: losses, rates, images, hits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from torch import nn

from resight import nets
from resight.data import Batches, DataSet, Split, load
from resight.data.types import assemble
from resight.runs.evaluation import NONE, Evaluation
from resight.train import Recipe
from resight.train.confusion import confusion
from resight.train.evaluate import evaluate
from resight.train.loop import Training, steps
from resight.train.mistakes import mistakes
from resight.train.network import build
from resight.train.optimization import fill_like_xavier, optimizer_of, schedule_of

NORMED, BARE = "tiny_nets:normed", "tiny_nets:bare"
FEW = Recipe("few", lr=0.1, momentum=0.9, batch_size=100)


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


def test_images_of_a_step_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = load("fashion-mnist-mini")
    training = training_of(build(BARE, (1, 28, 28), 10, seed=1), dataset, FEW.changed({"batch_size": 999}), total=5)
    assert [training.images for _ in steps(training)] == [999, 999, 502, 999, 999]


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
    assert found.confusion == ((0, 0, 1), (0, 1, 1), (1, 1, 1), (2, 0, 1), (2, 2, 1))
    assert found.loss == pytest.approx(F.cross_entropy(logits, labels).item())
    sure, unsure = found.mistakes
    assert (sure.index, sure.truth, sure.guess) == (2, 2, 0)
    assert sure.confidence == pytest.approx(logits[2].softmax(0).max().item())
    assert (unsure.index, unsure.truth, unsure.guess) == (4, 0, 1)
    assert net.training


@pytest.mark.parametrize("size", [1, 2, 5])
def test_nan_is_a_wrong_answer_and_a_loss_of_nan(size: int) -> None:
    images = torch.arange(5, dtype=torch.uint8)[:, None, None, None].expand(5, 1, 2, 2).contiguous()
    labels = torch.tensor([0, 0, 1, 1, 2])
    nan, inf = float("nan"), float("inf")
    logits = torch.tensor([[nan, 0, 0], [4, -inf, 0], [0, inf, 0], [1, 2, nan], [3, 0, 0]])
    made = assemble("five", Split(images, labels), Split(images, labels), ("a", "b", "c"), "made here")
    dataset = replace(made, mean=(0.0,), std=(1.0,))
    found = evaluate(Fixed(logits), Batches(dataset, "test", size), Accelerator(cpu=True), step=3)
    assert math.isnan(found.loss)
    assert (found.images, found.correct) == (5, 1)
    assert found.confusion == ((0, NONE, 1), (0, 0, 1), (1, NONE, 2), (2, 0, 1))
    assert [(one.index, math.isnan(one.confidence)) for one in found.mistakes] == [
        (4, False), (0, True), (2, True), (3, True),
    ]  # fmt: skip
    assert found.words.endswith("5 test images, nan for 3 of them)")
    names = ("a", "b", "c")
    assert [score.recall for score in found.by_class(names)] == [0.5, 0.0, 0.0]
    assert [score.precision for score in found.by_class(names)] == [0.5, None, None]
    confusion(found, names)
    mistakes(found, dataset)


def test_ten_thousand_classes_cost_what_occurs() -> None:
    names = tuple(map(str, range(10_000)))
    found = Evaluation(1, 1.0, tuple((i, 9_999 - i, 1) for i in range(10_000)), ())
    assert len(found.to_json()) < 300_000
    assert (found.images, found.correct, len(found.by_class(names))) == (10_000, 0, 10_000)
    (drawn,) = (axes.images[0].get_array() for axes in confusion(found, names).axes if axes.images)
    assert np.allclose(drawn, np.eye(len(drawn))[::-1])
