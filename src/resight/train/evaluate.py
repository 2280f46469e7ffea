"""Test a network on all images of a set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.utils import broadcast, gather_object
from torch import Tensor, nn
from torchmetrics import SumMetric
from torchmetrics.classification import MulticlassConfusionMatrix

from ..data import Batches
from ..runs.evaluation import Evaluation, Mistake

KEPT = 24
"""Mistakes that are kept, the surest ones."""


def evaluate(net: nn.Module, batches: Batches, accelerator: Accelerator, step: int) -> Evaluation:
    """Loss, confusion matrix and surest mistakes of `net` in evaluation mode, after `step` steps of training.

    All processes share the work and get the same result; the network is left in the mode it was in.
    """
    confusion = MulticlassConfusionMatrix(len(batches.dataset.classes)).to(accelerator.device)
    loss = SumMetric().to(accelerator.device)
    mistakes: list[Mistake] = []
    bare = accelerator.unwrap_model(net)
    _share_buffers(bare, accelerator)
    with _evaluating(bare), torch.inference_mode():
        for batch in batches.epoch():
            logits = bare(batch.images.contiguous(memory_format=torch.channels_last)).float()  # [n, classes]
            guesses = logits.argmax(1)  # [n]
            confusion.update(guesses, batch.labels)
            loss.update(F.cross_entropy(logits, batch.labels, reduction="sum"))
            mistakes = _surest([*mistakes, *_wrong(logits, guesses, batch.labels, batch.index)])
    matrix = tuple(tuple(row) for row in confusion.compute().tolist())
    everyones = gather_object(mistakes) if accelerator.num_processes > 1 else mistakes
    return Evaluation(step, loss.compute().item() / len(batches.split), matrix, tuple(_surest(everyones)))


def _wrong(logits: Tensor, guesses: Tensor, labels: Tensor, index: Tensor) -> Iterator[Mistake]:
    """The images of a batch that were taken for another class."""
    shares = logits.softmax(1).amax(1)  # [n]
    places = (guesses != labels).nonzero().flatten()
    columns: list[list[Any]] = [of[places.to(of.device)].tolist() for of in (index, labels, guesses, shares)]
    return (Mistake(*row) for row in zip(*columns))


def _surest(mistakes: list[Mistake]) -> list[Mistake]:
    return sorted(mistakes, key=lambda mistake: (-mistake.confidence, mistake.index))[:KEPT]


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
