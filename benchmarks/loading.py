"""What do batches made on the fly cost a training, beside tensors that lie ready and beside a DataLoader?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import torch
import torch.nn.functional as F
from measure import installed, ratios, report, spread
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from resight import nets
from resight.data import Batches, CropAndFlip, DataSet, load

ROUNDS = 5
Source = Callable[[], Iterator[tuple[Tensor, Tensor]]]
"""Gives the first batches of a new epoch."""


class Images(Dataset[tuple[Tensor, int]]):
    """The set as it is usually handed to a DataLoader: image by image through torchvision's transforms."""

    def __init__(self, dataset: DataSet, padding: int | None, side: int | None) -> None:
        self.split = dataset.train
        steps: list[nn.Module] = [v2.ToPILImage()]
        if padding is not None:
            steps += [v2.RandomCrop(dataset.shape[1:], padding), v2.RandomHorizontalFlip()]
        if side is not None:
            steps += [v2.Resize(side)]
        steps += [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(dataset.mean, dataset.std)]
        self.transform = v2.Compose(steps)

    def __len__(self) -> int:
        return len(self.split)

    def __getitem__(self, place: int) -> tuple[Tensor, int]:
        return self.transform(self.split.images[place]), int(self.split.labels[place])


def sources(dataset: DataSet, size: int, steps: int, padding: int | None, side: int | None) -> dict[str, Source]:
    """Three ways to the same batches; tensors that lie ready cannot be augmented anew, so those are not."""
    ready = next(Batches(dataset, "train", len(dataset.train), resize=side).epoch())
    augment = None if padding is None else CropAndFlip(padding)
    ours = Batches(dataset, "train", size, seed=0, augment=augment, resize=side)
    loader = DataLoader(Images(dataset, padding, side), size, shuffle=True)

    def bare() -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(ready.labels))[: steps * size].split(size)
        return ((ready.images[index], ready.labels[index]) for index in order)

    return {
        "ready": bare,
        "resight": lambda: ((batch.images, batch.labels) for batch in islice(ours.epoch(), steps)),
        "DataLoader": lambda: islice(iter(loader), steps),
    }


def training(net: nn.Module, source: Source) -> Callable[[], None]:
    """Steps of plain training."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)

    def run() -> None:
        for images, labels in source():
            optimizer.zero_grad()
            F.cross_entropy(net(images), labels).backward()
            optimizer.step()

    return run


def loading(source: Source) -> Callable[[], None]:
    """The batches alone."""

    def run() -> None:
        for _ in source():
            pass

    return run


def row(name: str, runs: dict[str, Callable[[], None]], base: str) -> list[str]:
    found = ratios(runs, base, ROUNDS)
    return [name, *(spread(found[way]) for way in ("ready", "resight", "DataLoader"))]


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    dataset = load("fashion-mnist-mini")
    rows = []
    for net, size, steps, padding, side in (("resnet20", 256, 3, 2, None), ("resnet18", 64, 2, None, 96)):
        ways = sources(dataset, size, steps, padding, side)
        how = f"{side or dataset.shape[1]} pixels, batch {size}" + (", cropped and mirrored" if padding else "")
        module = getattr(nets, net)(in_channels=1, num_classes=10)
        runs = {way: training(module, source) for way, source in ways.items()}
        rows.append(row(f"training {net}, {how}", runs, "ready"))
        alone = sources(dataset, size, 9, padding, side)
        rows.append(row(f"batches alone, {how}", {way: loading(source) for way, source in alone.items()}, "resight"))
    how = (
        f"CPU time over that of the column with 1.00, median (min-max) of {ROUNDS} interleaved rounds, 1 thread; "
        f"fashion-mnist-mini, no worker processes. ready: normalised, resized tensors that lie in memory, not "
        f"augmented. DataLoader: the same by {installed('torchvision')}'s transforms, image by image."
    )
    report("Loading", how, ["", "ready", "resight", "DataLoader"], rows)


if __name__ == "__main__":
    main()
