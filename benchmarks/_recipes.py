"""How well do the named recipes train, and how long do they take? Whole trainings: for an idle machine.

scripts/bench _recipes [fast|d2l|cifar-he2015 ...] [--seeds N] [--epochs N] [--save]
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from measure import report

from resight.runs import RECIPES
from resight.train import train
from resight.train.live import InTerminal
from resight.train.page import interval_words


@dataclass
class Case:
    """A recipe on the network and the data it was made for."""

    recipe: str
    net: str
    data: str

    def command(self, seed: int, epochs: int) -> str:
        """The same by hand; `epochs` 0 leaves the recipe's."""
        fewer = f" --epochs {epochs}" if epochs else ""
        return f"resight train {self.net} --data {self.data} --recipe {self.recipe}{fewer} --seed {seed}"


CASES = {
    case.recipe: case
    for case in (
        Case("fast", "resnet20", "fashion-mnist"),
        Case("d2l", "resnet18", "fashion-mnist"),
        Case("cifar-he2015", "resnet20", "cifar10"),
    )
}


def row(case: Case, seed: int, fewer: int) -> list[str]:
    """Train once; the accuracy is that after the last step, not the best on the way."""
    wall, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        recipe = RECIPES[case.recipe].changed({"epochs": fewer} if fewer else {})
        result = train(case.net, case.data, recipe, seed=seed, out=Path(folder) / "run", watcher=InTerminal())
    found = result.found
    if found is None:
        sys.exit("stopped: nothing is written")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    epochs = f"{result.known.epochs[-1].epochs:g}"
    interval = interval_words(result.known.epochs[-1].interval)
    times = f"{wall / 60:.1f} min", f"{cpu / 60:.1f} min"
    return [f"`{case.command(seed, fewer)}`", epochs, *times, f"{found.accuracy:.2%}", interval]


def taken(words: list[str], option: str, default: int) -> int:
    """The number behind an option, taken out of the words."""
    if option not in words:
        return default
    place = words.index(option)
    _, number = words.pop(place), words.pop(place)
    return int(number)


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--save"]
    seeds, fewer = taken(words, "--seeds", 1), taken(words, "--epochs", 0)
    names = [word for word in words if word in CASES] or ["fast"]
    how = (
        f"Whole trainings on the whole set, loading, testing after each epoch and saving included; "
        f"{torch.get_num_threads()} threads. Accuracy on all test images after the last step, with Wilson's 95% "
        f"interval."
    )
    for name in names:
        rows = [row(CASES[name], seed, fewer) for seed in range(seeds)]
        report(f"Recipe {name}", how, ["command", "epochs", "wall", "CPU", "accuracy", "95% interval"], rows)


if __name__ == "__main__":
    main()
