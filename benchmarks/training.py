"""What does training through resight cost, beside a bare loop over tensors that lie ready?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from measure import installed, ratios, report, spread
from torch import Tensor, nn

from resight import nets
from resight.data import Batches, CropAndFlip, DataSet, load
from resight.runs import Recipe
from resight.train.loop import Training, steps
from resight.train.optimization import optimizer_of, schedule_of

ROUNDS = 5


@dataclass
class Case:
    """What is trained: `count` steps of a network, in a round."""

    name: str
    net: str
    recipe: Recipe
    count: int


CASES = (
    Case("resnet20, 28 pixels, batch 128", "resnet20", Recipe("bare", lr=0.01, momentum=0.9, batch_size=128), 6),
    Case("resnet18, 96 pixels, batch 64", "resnet18", Recipe("bare", lr=0.01, batch_size=64, resize=96), 2),
)


def net_of(case: Case) -> nn.Module:
    torch.manual_seed(0)
    return getattr(nets, case.net)(in_channels=1, num_classes=10).to(memory_format=torch.channels_last)


def bare(case: Case, images: Tensor, labels: Tensor) -> Callable[[], None]:
    """The loop everybody writes, over normalised, resized tensors [N, 1, H, W] in memory; nothing is augmented."""
    net, recipe = net_of(case), case.recipe
    optimizer = torch.optim.SGD(net.parameters(), lr=recipe.lr, momentum=recipe.momentum)

    def run() -> None:
        for index in torch.randperm(len(images))[: case.count * recipe.batch_size].split(recipe.batch_size):
            batch = images[index].contiguous(memory_format=torch.channels_last)
            loss = F.cross_entropy(net(batch), labels[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()

    return run


def ours(case: Case, dataset: DataSet, crop: int | None) -> Callable[[], None]:
    """resight's loop, from bytes in memory: with its batches, its engine and the losses read out."""
    net, recipe = net_of(case), case.recipe
    augment = None if crop is None else CropAndFlip(crop)
    batches = Batches(dataset, "train", recipe.batch_size, 0, augment, recipe.resize)
    accelerator = Accelerator(cpu=True)
    optimizer = optimizer_of(recipe, net)
    schedule = schedule_of(recipe, optimizer, 10**6)
    training = Training(accelerator, net, accelerator.prepare(optimizer), schedule, batches, 0, seed=0)

    def run() -> None:
        training.total += case.count
        for loss in steps(training):
            loss.item()

    return run


def main() -> None:
    torch.set_num_threads(1)
    dataset = load("fashion-mnist-mini")
    rows = []
    for case in CASES:
        ready = next(Batches(dataset, "train", len(dataset.train), resize=case.recipe.resize).epoch())
        runs = {
            "bare loop": bare(case, ready.images, ready.labels),
            "resight": ours(case, dataset, None),
            "resight, cropped and mirrored": ours(case, dataset, 2),
        }
        found = ratios(runs, "bare loop", ROUNDS)
        rows.append([case.name, *(spread(found[name]) for name in runs)])
    how = (
        f"CPU time of the same steps over that of the bare loop, median (min-max) of {ROUNDS} interleaved rounds, 1 "
        f"thread, channels last; fashion-mnist-mini. The bare loop has normalised, resized tensors in memory; resight "
        f"makes every batch from bytes. {installed('accelerate')}."
    )
    report("Training", how, ["", *runs], rows)


if __name__ == "__main__":
    main()
