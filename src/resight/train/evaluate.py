"""Test a network on all images of a set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.utils import broadcast, gather_object
from torch import Tensor, nn

from ..data import Batches
from ..runs.evaluation import NONE, Evaluation, Mistake

KEPT = 24
"""Mistakes that are kept, the surest ones."""


def evaluate(net: nn.Module, batches: Batches, accelerator: Accelerator, step: int) -> Evaluation:
    """Loss, confusion matrix and surest mistakes of `net` in evaluation mode, after `step` steps of training.

    All processes share the work and get the same result; the network is left in the mode it was in.
    """
    loss = torch.zeros((), device=accelerator.device)
    pairs: Counter[tuple[int, int]] = Counter()
    mistakes: list[Mistake] = []
    bare = accelerator.unwrap_model(net)
    _share_buffers(bare, accelerator)
    with _evaluating(bare), torch.inference_mode():
        for batch in batches.epoch():
            logits = bare(batch.images.contiguous(memory_format=torch.channels_last)).float()  # [n, classes]
            loss += F.cross_entropy(logits, batch.labels, reduction="sum")
            shares = logits.softmax(1).amax(1)  # [n]
            guesses = logits.argmax(1).where(shares.isfinite(), NONE)  # [n]
            pairs.update(zip(batch.labels.tolist(), guesses.tolist()))
            mistakes = _surest([*mistakes, *_wrong(shares, guesses, batch.labels, batch.index)])
    counted = [(*pair, count) for pair, count in pairs.items()]
    if accelerator.num_processes > 1:
        loss = accelerator.reduce(loss, "sum")
        mistakes, counted = _surest(gather_object(mistakes)), _summed(gather_object(counted))
    return Evaluation(step, loss.item() / len(batches.split), tuple(sorted(counted)), tuple(mistakes))


def _summed(counted: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    pairs: Counter[tuple[int, int]] = Counter()
    for truth, guess, count in counted:
        pairs[truth, guess] += count
    return [(*pair, count) for pair, count in pairs.items()]


def _wrong(shares: Tensor, guesses: Tensor, labels: Tensor, index: Tensor) -> Iterator[Mistake]:
    """The images of a batch that were taken for another class, or for none."""
    places = (guesses != labels).nonzero().flatten()
    columns: list[list[Any]] = [of[places.to(of.device)].tolist() for of in (index, labels, guesses, shares)]
    return (Mistake(*row) for row in zip(*columns))


def _surest(mistakes: list[Mistake]) -> list[Mistake]:
    """The first few by confidence; those without a guess are the last."""
    return sorted(mistakes, key=lambda one: (one.guess == NONE, -one.confidence, one.index))[:KEPT]


def _share_buffers(net: nn.Module, accelerator: Accelerator) -> None:
    """Give all processes the main one's running statistics, which are the ones that are saved."""
    if accelerator.num_processes > 1:
        for buffer in net.buffers():
            buffer.copy_(broadcast(buffer.clone()))


@contextmanager
def _evaluating(net: nn.Module) -> Iterator[None]:
    was_training = net.training
    net.eval()
    try:
        yield
    finally:
        net.train(was_training)
