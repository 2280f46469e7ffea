"""From the numbers of a recipe to torch's optimisers and schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import nn
from torch.optim import SGD, AdamW, Optimizer
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, LRScheduler, MultiStepLR, OneCycleLR

from ..runs import Recipe

MILESTONES = (0.5, 0.75)
"""Shares of the run after which `steps` divides the learning rate by 10, as He et al. 2015 did (32k, 48k of 64k)."""

RISE = 0.3
"""Share of the run in which `one-cycle` raises the learning rate."""


def optimizer_of(recipe: Recipe, net: nn.Module) -> Optimizer:
    """The optimiser of all parameters; weight decay holds for all, as in the recipes' sources."""
    if recipe.optimizer == "adamw":
        return AdamW(net.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay)
    return SGD(
        net.parameters(),
        lr=recipe.lr,
        momentum=recipe.momentum,
        nesterov=recipe.nesterov,
        weight_decay=recipe.weight_decay,
    )


def values_per_weight(recipe: Recipe) -> int:
    """How many values a training keeps for each weight beside it: its gradient, and what the optimiser remembers."""
    if recipe.optimizer == "adamw":
        return 3  # mean and mean square of gradients
    return 2 if recipe.momentum else 1


def schedule_of(recipe: Recipe, optimizer: Optimizer, steps: int) -> LRScheduler:
    """The learning rate over a run of so many steps."""
    return SCHEDULES[recipe.schedule](optimizer, recipe, steps)


def _constant(optimizer: Optimizer, recipe: Recipe, steps: int) -> LRScheduler:
    return ConstantLR(optimizer, factor=1.0, total_iters=steps)


def _steps(optimizer: Optimizer, recipe: Recipe, steps: int) -> LRScheduler:
    return MultiStepLR(optimizer, [round(share * steps) for share in MILESTONES], gamma=0.1)


def _cosine(optimizer: Optimizer, recipe: Recipe, steps: int) -> LRScheduler:
    return CosineAnnealingLR(optimizer, T_max=steps)


def _one_cycle(optimizer: Optimizer, recipe: Recipe, steps: int) -> LRScheduler:
    # The recipe's momentum stays: cycling it too gained nothing measurable and is one thing more to explain.
    return OneCycleLR(optimizer, recipe.lr, total_steps=max(2, steps + 1), pct_start=RISE, cycle_momentum=False)


SCHEDULES: Mapping[str, Callable[[Optimizer, Recipe, int], LRScheduler]] = {
    "constant": _constant,
    "steps": _steps,
    "cosine": _cosine,
    "one-cycle": _one_cycle,
}


def fill_like_xavier(net: nn.Module, seed: int) -> None:
    """Xavier's uniform initialisation (Glorot and Bengio 2010) of all convolutions and linear layers."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for module in net.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.xavier_uniform_(module.weight)
