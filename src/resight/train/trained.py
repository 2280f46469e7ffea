"""The network that a training made, in Python."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from ..capture.resolve import resolve
from ..runs import Result, open_run


def load_network(run: Result | Path | str, *, trust: bool = False) -> nn.Module:
    """The network of a run with its best weights, else the newest, on the CPU: the one `resight show runs/r1` draws.

    It is in evaluation mode and its parameters want no gradients. Images go in as they did in training: normalised
    with `mean` and `std` of the run's `Config`. `trust` is for a run of somebody else whose network is code of its own:
    it is run, and the folder trusted from then on.

    Raises:
        UserError: there is no run, its configuration is damaged, no checkpoint is sound, its code is not trusted, or
            the network can't be built.
    """
    folder = open_run(run.folder if isinstance(run, Result) else run)
    return resolve(str(folder.path), device="cpu", trust=trust).model
