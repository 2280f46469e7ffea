"""Guess the input of a network nobody described, from its first layer, and try the guess without computing."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import torch
from torch import nn

from ...errors import UserError
from .attempt import attempt
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


def guess_example(model: nn.Module, device: str) -> Example:
    """The first likely input that the network's forward takes, repeated for each required argument.

    Where the forward takes none, the fault may be the network's own: then it is the input that came furthest past
    the first layer, the likeliest of those. Raises UserError, naming the flag to write, where none came past it.
    """
    count = _required_arguments(model)
    layer, wishes = _first_layer(model)
    reason, furthest, best = "", 0, Example()
    faulty: list[Example] = []
    for sizes, is_ids in wishes:
        make = ids if is_ids else floats
        args = tuple(make(sizes, device) for _ in range(count))
        said = f"input guessed: {'x'.join(map(str, sizes))}{' ids' if is_ids else ''}, from the first layer"
        tried = attempt(model, args, layer)
        if tried.refused is None:
            return Example(args, said=said)
        reason = reason or tried.refused
        faulty += [Example(args, said=said)] * tried.is_own_fault
        if tried.steps > furthest:
            furthest, best = (
                tried.steps,
                Example(args, said=f"{said}; no size tried ran to the end, set yours with --input"),
            )
    if furthest:
        return best
    if wishes and len(faulty) == len(wishes):
        return faulty[0]  # running it says what is wrong, and where
    what = "cannot guess the input" + (f" ({reason})" if reason else "")
    kind = next((str(p.dtype)[6:] for p in model.parameters() if p.dtype in (torch.float16, torch.bfloat16)), "")
    image = f"1x3x224x224:{kind}" if kind else "1x3x224x224"
    raise UserError(what, hint=f"write its shape, for instance --input {image} or --input ids=1x128:int64")


def _required_arguments(model: nn.Module) -> int:
    parameters = inspect.signature(model.forward).parameters.values()
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return max(1, sum(p.default is p.empty for p in positional))


def _first_layer(model: nn.Module) -> tuple[nn.Module, list[Wish]]:
    """The first layer with weights, and the inputs it could take, likeliest first; none where no layer tells."""
    for layer in model.modules():
        wishes = list(_wishes_of(layer))
        if wishes:
            return layer, wishes
    return model, []


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
