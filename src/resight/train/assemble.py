"""From a configuration to what trains: network, optimiser, schedule and batches on their device."""

from __future__ import annotations

import math
from typing import Literal

import torch
from accelerate import Accelerator

from ..data import Batches, CropAndFlip, DataSet
from ..errors import UserError
from ..memory import check_fits
from ..runs import Config, Recipe
from .loop import Training
from .network import build
from .optimization import fill_like_xavier, optimizer_of, schedule_of, values_per_weight

TESTED_AT_ONCE = 500
"""Test images in a batch of each process."""

TESTED_VALUES = TESTED_AT_ONCE * 3 * 224 * 224
"""Values of a test batch of each process at most: of larger images it holds fewer."""


def training_of(config: Config, dataset: DataSet, accelerator: Accelerator) -> Training:
    """The training of a run before its first step.

    Raises:
        UserError: the network does not fit the images, or its training the memory.
    """
    recipe = config.recipe
    on_cpu = accelerator.device.type == "cpu"
    load = (min(recipe.batch_size, len(dataset.train)), values_per_weight(recipe)) if on_cpu else (2, 0)
    net = build(config.spec, config.shape, len(config.classes), config.seed, *load)
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


def batches_of(config: Config, dataset: DataSet, accelerator: Accelerator, part: Literal["train", "test"]) -> Batches:
    """This process's share of a part of the set; test images are never augmented."""
    recipe, rank, world = config.recipe, accelerator.process_index, accelerator.num_processes
    if part == "test":
        share = max(1, min(TESTED_AT_ONCE, TESTED_VALUES // math.prod(config.shape)))
        size, seed, augment = share * world, None, None
    else:
        size, seed = recipe.batch_size, config.seed
        augment = None if recipe.crop is None else CropAndFlip(recipe.crop)
    return Batches(dataset, part, size, seed, augment, recipe.resize, accelerator.device, rank, world)


def input_sizes(dataset: DataSet, recipe: Recipe) -> tuple[int, int, int]:
    """Channels, height and width of what the network is given.

    Raises:
        UserError: the memory cannot hold a batch of them, or there are no images to train on, or to test.
    """
    for part, images in (("training", dataset.train), ("test", dataset.test)):
        if not len(images):
            hint = "its layouts are in docs/training.md: three images of each class or more, or a folder for each part"
            raise UserError(f"{dataset.name} has no {part} images", hint=hint)
    channels, height, width = dataset.shape
    padding, side = recipe.crop or 0, recipe.resize or min(height, width)
    padded = (height + 2 * padding) * (width + 2 * padding)  # in bytes, later in floats
    resized = side * side * max(height, width) // min(height, width)
    needed = min(recipe.batch_size, len(dataset.train)) * channels * (padded + 4 * resized)
    check_fits("a batch of such images", needed, "take a smaller --batch-size, --crop or --resize")
    one = next(Batches(dataset, "train", 1, resize=recipe.resize).epoch())
    channels, height, width = one.images.shape[1:]
    return channels, height, width
