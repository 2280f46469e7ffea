"""Inner products of values that are added: what shortcut and branch have in common is known only while both live."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any, NamedTuple, TypeAlias
from weakref import ref

import torch
from torch import Tensor

from ..graph import Ref
from ..skips.vocabulary import ADDS, BLENDS
from .layout import layout_of, pieces, vectors
from .moments import QUICK, TINY, as_real
from .ops import canonical_name, spelling
from .recorder import RawOp
from .values import Value, Values

REMEMBERED = 4
"""Addends of a sum whose products are taken if it is added to something again: `x + attention + mlp` has two."""

STACKED = 4
"""Tensors of a stack whose products are taken."""

DOT = 1 << 15
"""Products added up in float32, which keeps the error below 1e-5 even where all of them are alike."""

Pair: TypeAlias = frozenset[Ref]


class Addend(NamedTuple):
    """A tensor that was added, while it lives."""

    value: Value
    tensor: ref[Tensor]


class Products:
    """The inner product of each two values of one shape that an add-like op, or a stack, brings together."""

    def __init__(self, values: Values) -> None:
        self.sums: dict[Pair, Tensor] = {}
        self._values = values
        self._addends: dict[Value, tuple[Addend, ...]] = {}
        self._adding: tuple[Addend, ...] = ()

    def before(self, raw: RawOp, args: Any, kwargs: Any) -> None:
        """Take the products of an op's operands, before it may overwrite one."""
        self._adding = ()
        name = canonical_name(spelling(raw.function))
        if name in ADDS or name in BLENDS:
            named = [name for name in kwargs if name != "out"]
            tensors, values = [kwargs[name] for name in named], [raw.kwargs[name] for name in named]
            operands = list(_operands((*args, *tensors), (*raw.args, *values)))
        elif name == "stack":
            operands = list(_operands(args[0], raw.args[0])) if args else []
        else:
            return
        if not 2 <= len(operands) <= STACKED or len({tensor.shape for _, tensor in operands}) > 1:
            return
        for i, (value, tensor) in enumerate(operands):
            for other, other_tensor in operands[:i]:
                self._take(value, tensor, other, other_tensor)
                self._take_addends(value, tensor, other)
                self._take_addends(other, other_tensor, value)
        below = [addend for value, _ in operands for addend in self._addends.get(value, ())]
        self._adding = (*(Addend(value, ref(tensor)) for value, tensor in operands), *below)[:REMEMBERED]

    def after(self, made: Value) -> None:
        """The op of the last `before` made this value."""
        if self._adding:
            self._addends[made] = self._adding
            self._adding = ()

    def _take_addends(self, value: Value, tensor: Tensor, total: Value) -> None:
        """Products with the addends of a sum, where they are still what they were."""
        for addend in self._addends.get(total, ()):
            other = addend.tensor()
            if other is not None and other.shape == tensor.shape and self._values.find(other) == addend.value:
                self._take(value, tensor, addend.value, other)

    def _take(self, value: Value, tensor: Tensor, other: Value, other_tensor: Tensor) -> None:
        pair = frozenset((Ref(*value), Ref(*other)))
        if pair not in self.sums:
            self.sums[pair] = inner_product(tensor.detach(), other_tensor.detach())


def _operands(tensors: Any, values: Any) -> Iterator[tuple[Value, Tensor]]:
    """Tensors that are data, each with the value it holds."""
    for tensor, value in zip(tensors, values):
        if isinstance(tensor, Tensor) and type(value) is Value and (tensor.is_floating_point() or tensor.is_complex()):
            yield value, tensor


def inner_product(a: Tensor, b: Tensor) -> Tensor:
    """The sum of products of the elements of two tensors of one shape, as a float64 scalar on their device.

    Of complex ones the real part of the Hermitian product.
    """
    products = [_product(x, y) for x, y in _side_by_side(a, b)]
    if len(products) == 1:
        return products[0]
    return torch.stack(products).sum() if products else torch.zeros((), dtype=torch.float64)


def _side_by_side(a: Tensor, b: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    if not a.numel():
        return iter(())
    if a.stride() == b.stride() and 0 not in a.stride() and not (a.is_neg() or b.is_neg()):
        return zip(pieces(a, layout_of(a)), pieces(b, layout_of(b)))
    return zip(vectors(torch.atleast_1d(a)), vectors(torch.atleast_1d(b)))


def _product(x: Tensor, y: Tensor) -> Tensor:
    """Of two vectors; in float32 where that is exact enough, which on other devices than the CPU is not asked."""
    if x.is_complex() or y.is_complex():
        x, y = (torch.view_as_real(z.to(torch.complex128).resolve_conj()).reshape(-1) for z in (x, y))
    elif x.is_cpu and x.dtype in QUICK and y.dtype in QUICK:
        x, y = x.float(), y.float()
        total = sum(torch.dot(x[i : i + DOT], y[i : i + DOT]).item() for i in range(0, len(x), DOT))
        if isfinite(total) and (abs(total) > TINY or not (x.any() and y.any())):
            return torch.tensor(total, dtype=torch.float64)
    return (as_real(x) * as_real(y)).sum().double()
