"""Where the elements of a tensor lie, whatever its shape: to see that two tensors are one, and to read it in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import gcd, prod
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from .onepass import NOWHERE, Runs

PIECE = 1 << 17
"""Elements read at once: a megabyte of float64, which stays in a processor's cache while it is read again."""

CPU = torch.device("cpu")

SAMPLE = 4096
"""Elements looked at where looking at all costs too much."""


class Layout(NamedTuple):
    """Positions in storage of a tensor's elements, each position once.

    `dims` are (size, stride) pairs, largest stride first; dimensions that continue each other are one. So all views
    of the same elements have the same layout, unless they repeat them: an expanded one has `repeats` of each. `size`
    counts the positions.
    """

    offset: int
    dims: tuple[tuple[int, int], ...]
    size: int
    repeats: int

    @property
    def is_dense(self) -> bool:
        """Whether the positions are one run without gaps."""
        return self.dims[0] == (self.size, 1)

    @property
    def end(self) -> int:
        """The position after the last one."""
        return self.offset + sum([(size - 1) * stride for size, stride in self.dims]) + 1


def layout_of(tensor: Tensor) -> Layout:
    """The layout of a strided tensor."""
    if tensor.is_contiguous():
        size = tensor.numel()
        return Layout(tensor.storage_offset(), ((size, 1),), size, 1)
    return _layout(tuple(tensor.shape), tensor.stride(), tensor.storage_offset())


@lru_cache(maxsize=4096)
def _layout(shape: tuple[int, ...], stride: tuple[int, ...], offset: int) -> Layout:
    repeats = prod(size for size, step in zip(shape, stride) if step == 0 and size)
    dims: list[tuple[int, int]] = []
    for step, size in sorted(zip(stride, shape), reverse=True):
        if size == 0:
            return Layout(offset, ((0, 1),), 0, 1)
        if size == 1 or step == 0:
            continue
        if dims and dims[-1][1] == step * size:
            dims[-1] = (dims[-1][0] * size, step)
        else:
            dims.append((size, step))
    return Layout(offset, tuple(dims) or ((1, 1),), prod(size for size, _ in dims), repeats)


def runs_of(tensor: Tensor, layout: Layout) -> Runs | None:
    """The runs in which the elements of a float32 tensor on the CPU lie; None for others, or if they lie otherwise."""
    dims = layout.dims
    if tensor.dtype is not torch.float32 or not tensor.is_cpu or dims[-1][1] != 1 or len(dims) > 2:
        return None
    return Runs(1, 0, layout.size) if len(dims) == 1 else Runs(*dims[0], dims[1][0])


class Elements:
    """The elements of a tensor, each position in memory once, to be read in pieces or sampled."""

    __slots__ = ("_layout", "_tensor")

    def __init__(self, tensor: Tensor, layout: Layout) -> None:
        self._tensor = tensor
        self._layout = layout

    @property
    def count(self) -> int:
        return self._layout.size

    def pieces(self) -> Iterable[Tensor]:
        """Contiguous vectors of at most `PIECE`; only tensors with gaps are copied, a piece at a time."""
        sizes, strides = zip(*self._layout.dims)
        elements = self._tensor.as_strided(sizes, strides, self._layout.offset)
        if not self._layout.is_dense:
            return vectors(elements)
        return elements.split(PIECE) if sizes[0] > PIECE else (elements,)

    def sample(self) -> Tensor:
        """All elements where they are few, else `SAMPLE` different ones spread evenly; a copy either way.

        The positions are multiples of a step without a common divisor with the number of elements, taken modulo it, so
        that no row, column or channel is preferred: with a step of the width, say, only the left border would be seen.
        """
        span, places = spread(self._layout.dims, self._tensor.device)
        return self._tensor.as_strided((span,), (1,), self._layout.offset).index_select(0, places[:-1])


def vectors(tensor: Tensor) -> Iterator[Tensor]:
    """The elements of a tensor of one or more dimensions in their logical order, as dense vectors up to `PIECE`."""
    inner = tensor[0].numel()
    if inner > PIECE:
        for part in tensor:
            yield from vectors(part)
    else:
        for part in tensor.split(PIECE // inner):
            yield part.reshape(-1).contiguous()


@lru_cache(maxsize=256)
def spread(dims: tuple[tuple[int, int], ...], device: torch.device = CPU) -> tuple[int, Tensor]:
    """How much of the storage, from the offset, all elements span; where in it those of a sample lie, and `NOWHERE`."""
    count = prod(size for size, _ in dims)
    numbers = np.arange(min(count, SAMPLE))
    if count > SAMPLE:
        step = int(count * (5**0.5 - 1) / 2)  # the golden ratio's multiples fill a circle most evenly
        while gcd(step, count) != 1:
            step += 1
        numbers = np.sort(numbers * step % count)
    places = np.zeros_like(numbers)
    for size, stride in reversed(dims):
        places += numbers % size * stride
        numbers = numbers // size
    span = Layout(0, dims, count, 1).end
    return span, torch.cat([torch.from_numpy(places), NOWHERE]).to(device)
