"""From a configuration to what trains: network, optimiser, schedule and batches on their device."""

from __future__ import annotations

from typing import Literal

import torch
from accelerate import Accelerator
from torch import nn

from ..capture.resolve.spec import parse_spec
from ..data import Batches, CropAndFlip, DataSet
from ..memory import check_fits
from ..runs import Config, Recipe
from .loop import Training
from .network import build
from .optimization import fill_like_xavier, optimizer_of, schedule_of, values_per_weight

TESTED_AT_ONCE = 500
"""Test images in a batch of each process."""


def training_of(config: Config, dataset: DataSet, accelerator: Accelerator) -> Training:
    """The training of a run before its first step.

    Raises:
        UserError: the network does not fit the images, or its training the memory.
    """
    recipe = config.recipe
    net = build(config.spec, config.shape, len(config.classes), config.seed)
    if accelerator.device.type == "cpu":
        _check_memory(net, config)
    if recipe.init == "xavier":
        fill_like_xavier(net, config.seed)
    # Convolutions on a CPU are faster with the channels last, and on a GPU in mixed precision; nowhere slower.
    net = net.to(device=accelerator.device, memory_format=torch.channels_last)
    batches = batches_of(config, dataset, accelerator, "train")
    total = recipe.length(len(batches))
    optimizer = optimizer_of(recipe, net)
    schedule = schedule_of(recipe, optimizer, total)
    net, optimizer = accelerator.prepare(net, optimizer)
    return Training(accelerator, net, optimizer, schedule, batches, total, config.seed, recipe.label_smoothing)


def _check_memory(net: nn.Module, config: Config) -> None:
    """Raise UserError where what a training keeps beside the weights is larger than this machine can give."""
    weights = sum(weight.numel() * weight.element_size() for weight in net.parameters())
    needed = weights * values_per_weight(config.recipe)
    hint = "take a smaller configuration, or an optimizer that keeps less: --optimizer sgd --momentum 0"
    check_fits(f"the training of {parse_spec(config.spec).title}", needed, hint)


def batches_of(config: Config, dataset: DataSet, accelerator: Accelerator, part: Literal["train", "test"]) -> Batches:
    """This process's share of a part of the set; test images are never augmented."""
    recipe, rank, world = config.recipe, accelerator.process_index, accelerator.num_processes
    if part == "test":
        size, seed, augment = TESTED_AT_ONCE * world, None, None
    else:
        size, seed = recipe.batch_size, config.seed
        augment = None if recipe.crop is None else CropAndFlip(recipe.crop)
    return Batches(dataset, part, size, seed, augment, recipe.resize, accelerator.device, rank, world)


def input_sizes(dataset: DataSet, recipe: Recipe) -> tuple[int, int, int]:
    """Channels, height and width of what the network is given."""
    one = next(Batches(dataset, "train", 1, resize=recipe.resize).epoch())
    channels, height, width = one.images.shape[1:]
    return channels, height, width
