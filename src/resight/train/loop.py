"""The training loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from ..data import Batch, Batches
from ..data.order import Purpose, mixed
from ..errors import UserError
from ..text import one_line, shorten


@dataclass(eq=False)
class Training:
    """A network, what changes it, and how far that has come: `step` of `total` steps are done.

    All chance in step n is a function of the seed, n and the process: the order of images, what augmentation does to
    them, dropout. So the state of a training is its weights, its optimiser and schedule, and the number n.
    """

    accelerator: Accelerator
    net: nn.Module
    optimizer: Optimizer
    schedule: LRScheduler
    batches: Batches
    total: int
    seed: int
    label_smoothing: float = 0.0
    step: int = 0

    @property
    def epoch(self) -> int:
        """The epoch of the next step, from 0."""
        return self.step // len(self.batches)

    @property
    def ends_epoch(self) -> bool:
        """Whether the step just done was the last of its epoch, or of all."""
        return self.step % len(self.batches) == 0 or self.step == self.total

    @property
    def images(self) -> int:
        """Images of the step just done, over all processes: the last batch of an epoch is smaller."""
        place = (self.step - 1) % len(self.batches)
        return min(self.batches.size, len(self.batches.split) - place * self.batches.size)

    @property
    def lr(self) -> float:
        """The learning rate of the next step."""
        return float(self.schedule.get_last_lr()[0])


def steps(training: Training) -> Iterator[Tensor]:
    """Train to the end; after each step, its loss: this process's share of the mean over the whole batch, a scalar.

    Whoever iterates may test, save and stop between two steps.
    """
    accelerator, net, optimizer = training.accelerator, training.net, training.optimizer
    net.train()
    for batch in batches_left(training):  # n of the batch's `total` images are this process's
        torch.manual_seed(mixed(Purpose.STEP, training.seed, training.step, accelerator.process_index))
        images = batch.images.contiguous(memory_format=torch.channels_last)  # [n, C, H, W]
        logits = _answered(net, images, training.step + 1)  # [n, classes]
        loss = F.cross_entropy(logits, batch.labels, reduction="sum", label_smoothing=training.label_smoothing)
        loss = loss / batch.total  # [], a share: all processes' together are the mean
        accelerator.backward(loss * accelerator.num_processes)  # gradients are averaged over processes
        optimizer.step()
        optimizer.zero_grad()
        training.schedule.step()
        training.step += 1
        yield loss.detach()


def batches_left(training: Training) -> Iterator[Batch]:
    """The batches of the steps to come, epoch after epoch."""
    while training.step < training.total:
        place = training.step % len(training.batches)
        yield from islice(training.batches.epoch(training.epoch, place), training.total - training.step)


def _answered(net: nn.Module, images: Tensor, step: int) -> Tensor:
    """The logits; what the network raises is its own fault."""
    try:
        logits: Tensor = net(images)
    except Exception as error:
        said = shorten(one_line(str(error).strip().split("\n")[0]), 160)
        is_single = "more than 1 value per channel" in said
        hint = "batch norm needs more than one image: take a larger --batch-size" if is_single else ""
        raise UserError(f"the network failed in step {step}: {type(error).__name__}: {said}", hint=hint) from error
    return logits
