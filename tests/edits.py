"""Small nets made for edits, and how tests run and compare them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

import resight
from resight import Skip
from traps import Lambda

Outputs = tuple[Tensor, ...]


def run(model: nn.Module, inputs: Outputs) -> Outputs:
    """What a model returns for copies of the inputs, copied before anything changes it."""
    out = model(*(x.clone() for x in inputs))
    return tuple(x.detach().clone() for x in (out if isinstance(out, tuple) else (out,)))


def same(a: Outputs, b: Outputs) -> bool:
    """Whether all values are equal to the last bit."""
    return len(a) == len(b) and all(torch.equal(x, y) for x, y in zip(a, b))


def net(function: Callable[..., Tensor], **layers: nn.Module) -> nn.Module:
    """A net of these layers that computes `function`, the same weights each time."""
    torch.manual_seed(0)
    return Lambda(function, **layers).eval()


def only(model: nn.Module, *inputs: Tensor) -> Skip:
    """The skip of a model that has one."""
    (skip,) = resight.trace(model, *inputs).skips
    return skip
