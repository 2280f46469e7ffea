"""Views of one memory are one value to statistics: which tensors hold elements that were reduced already."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple
from weakref import ref

import torch
from torch import Tensor

from .layout import Layout
from .plain import Plain
from .values import version_of


class Place(NamedTuple):
    """Elements in memory at a moment: which storage, after how many writes, where, and as what."""

    storage: int
    version: int
    layout: Layout
    dtype: torch.dtype
    is_negated: bool


class Rows:
    """The rows of statistics of tensors that live, by the memory they hold; `aliased` is `Values.aliased`.

    A tensor that lives keeps its storage alive, so a row is trusted as long as the tensor it was found for lives.
    """

    def __init__(self, aliased: Set[int]) -> None:
        self._aliased = aliased
        self._known: dict[Place, tuple[ref[Tensor], int]] = {}
        self._writes: dict[int, int] = {}

    def find(self, plain: Plain, *, is_written: bool) -> tuple[Place, int | None]:
        """Where a tensor's elements are, and the row that was noted for them.

        `is_written`: they have just been overwritten. Versions tell writes apart, but tensors made in inference mode
        have none, so those that are seen are counted. Where aliases are about, no row is trusted.
        """
        tensor, storage, layout = plain
        version = version_of(tensor)
        if version < 0:
            self._writes[storage] = self._writes.get(storage, 0) + is_written
            version = -1 - self._writes[storage]
        place = Place(storage, version, layout, tensor.dtype, tensor.is_neg())
        if storage in self._aliased:
            return place, None
        holder, row = self._known.get(place, (None, None))
        return place, row if holder is not None and holder() is not None else None

    def note(self, place: Place, tensor: Tensor, row: int) -> None:
        """The elements at a place, which `tensor` keeps alive, have this row."""
        self._known[place] = (ref(tensor), row)
