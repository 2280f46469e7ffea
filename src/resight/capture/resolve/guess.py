"""Guess the input of a network nobody described, from its first layer, and try the guess without computing."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import torch
from torch import nn
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    DynamicOutputShapeException,
    FakeTensorMode,
    UnsupportedFakeTensorException,
)

from ...errors import UserError
from ...text import one_line
from .example import Example, floats, ids

LARGE_IMAGES = (224, 256, 299, 512, 128, 96, 64, 48, 32, 28)
SMALL_IMAGES = (32, 28, 64, 96, 128, 224)
"""Sides to try, likeliest first: ImageNet's sizes after a striding stem, CIFAR's and MNIST's after a plain one."""

SMALL_STEM = 5
"""A first convolution without stride and at most this wide is taken for one made for small images."""

LENGTHS = (16, 64, 8, 128)
"""Sequence lengths to try, in tokens."""

SIGNALS = (128, 1024, 16_000)
"""Lengths of a one-dimensional signal to try, in samples."""

VOLUMES = ((16, 112, 112), (8, 32, 32), (32, 32, 32))
"""Frames (or slices), height and width to try."""

Wish = tuple[tuple[int, ...], bool]
"""Sizes of a tensor, and whether it holds ids instead of floats."""

UNDECIDED = (DataDependentOutputException, DynamicOutputShapeException, UnsupportedFakeTensorException)
"""Raised where a forward looks at values, which a try does not have; the shape was fine up to there."""


def guess_example(model: nn.Module, device: str) -> Example:
    """The first likely input that the network's forward takes, repeated for each required argument.

    Raises UserError, naming the flag to write, where none fits.
    """
    count = _required_arguments(model)
    reason = ""
    for sizes, is_ids in _wishes(model):
        make = ids if is_ids else floats
        example = Example(tuple(make(sizes, device) for _ in range(count)))
        refused = _refused(model, example)
        if refused is None:
            by = "x".join(map(str, sizes))
            said = f"input guessed: {by}{' ids' if is_ids else ''}, from the first layer"
            return Example(example.args, said=said)
        reason = reason or refused
    what = "cannot guess the input" + (f" ({reason})" if reason else "")
    raise UserError(what, hint="write its shape, for instance --input 1x3x224x224 or --input ids=1x128:int64")


def _required_arguments(model: nn.Module) -> int:
    parameters = inspect.signature(model.forward).parameters.values()
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return max(1, sum(p.default is p.empty for p in positional))


def _wishes(model: nn.Module) -> Iterator[Wish]:
    """Inputs the first layer with weights could take, likeliest first."""
    for layer in model.modules():
        wishes = list(_wishes_of(layer))
        if wishes:
            yield from wishes
            return


def _wishes_of(layer: nn.Module) -> Iterator[Wish]:
    match layer:
        case nn.Conv2d(in_channels=channels) | nn.ConvTranspose2d(in_channels=channels) if channels:
            small = max(layer.stride) == 1 and max(layer.kernel_size) <= SMALL_STEM
            yield from (((1, channels, side, side), False) for side in (SMALL_IMAGES if small else LARGE_IMAGES))
        case nn.Conv1d(in_channels=channels) | nn.ConvTranspose1d(in_channels=channels) if channels:
            yield from (((1, channels, length), False) for length in SIGNALS)
        case nn.Conv3d(in_channels=channels) | nn.ConvTranspose3d(in_channels=channels) if channels:
            yield from (((1, channels, *sizes), False) for sizes in VOLUMES)
        case nn.BatchNorm2d(num_features=channels):
            yield from (((1, channels, side, side), False) for side in SMALL_IMAGES)
        case nn.Embedding():
            yield from (((1, length), True) for length in LENGTHS)
        case nn.MultiheadAttention(embed_dim=width):
            yield from (((1, length, width), False) for length in LENGTHS)
        case nn.RNNBase(input_size=width):
            yield from (((1, length, width), False) for length in LENGTHS)
        case nn.LayerNorm(normalized_shape=sizes):
            yield from (((1, length, *sizes), False) for length in LENGTHS)
        case nn.Linear(in_features=width) if width:
            yield (1, width), False
            yield from (((1, length, width), False) for length in LENGTHS)


def _refused(model: nn.Module, example: Example) -> str | None:
    """Why the forward does not take `example`, in one line; None where it does.

    Runs under fake tensors, so nothing is computed and no buffer changes.
    """
    was_training = {module: module.training for module in model.modules()}
    model.eval()
    fake = FakeTensorMode(allow_non_fake_inputs=True)
    try:
        with fake, torch.no_grad():
            model(*(fake.from_tensor(value) for value in example.args if isinstance(value, torch.Tensor)))
    except UNDECIDED:
        return None
    except Exception as error:
        return one_line(str(error).strip().split("\n")[0])[:120] or type(error).__name__
    finally:
        for module, mode in was_training.items():
            module.training = mode
    return None
