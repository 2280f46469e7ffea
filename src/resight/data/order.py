"""Chance that can be repeated: every draw is a function of numbers that a run knows, never of what was drawn before."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import torch
from torch import Tensor


class Purpose(IntEnum):
    """What a draw is for; draws for different purposes have nothing in common."""

    ORDER = 1
    AUGMENT = 2
    HOLD_OUT = 3
    STEP = 4


def seeded(purpose: Purpose, *numbers: int) -> torch.Generator:
    """A generator for these numbers, such as seed, epoch and batch.

    It is on the CPU, so that every device gets the same draws; numpy's `SeedSequence` mixes the numbers, so that
    neighbours (seed 1 in epoch 2, seed 2 in epoch 1) are strangers. A purpose always takes as many numbers, because
    zeros at the end change nothing.
    """
    return torch.Generator().manual_seed(mixed(purpose, *numbers))


def mixed(purpose: Purpose, *numbers: int) -> int:
    """The seed that `seeded` gives its generator, for torch's own state where a generator cannot be handed over."""
    return int(np.random.SeedSequence((int(purpose), *numbers)).generate_state(1, np.uint64)[0])


def shuffled(count: int, purpose: Purpose, *numbers: int) -> Tensor:
    """The numbers from 0 to `count` - 1 in an order drawn for `numbers`, int64 (count,)."""
    return torch.randperm(count, generator=seeded(purpose, *numbers))
