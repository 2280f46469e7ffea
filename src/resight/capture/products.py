"""Inner products of values that are added: what shortcut and branch have in common is known only while both live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from math import isfinite
from typing import Any, NamedTuple, TypeAlias
from weakref import ref

import torch
from torch import Tensor

from ..graph import Ref
from ..recording import Statistics
from ..skips.vocabulary import ADDS, BLENDS
from .layout import Elements, layout_of, vectors
from .moments import QUICK, as_real
from .ops import name_of
from .plain import readable
from .recorder import RawOp
from .tray import fetched
from .values import Value, Values

REMEMBERED = 4
"""Addends of a sum whose products are taken if it is added to something again: `x + attention + mlp` has two."""

STACKED = 4
"""Tensors of a stack whose products are taken."""

DOT = 1 << 15
"""Products added up in float32, which keeps the error below 1e-5 even where all of them are alike."""

TINY = 1e-14
"""A product this small may have lost digits where its terms came near the smallest float32 (1e-45)."""

LIKE = 30.0
"""Where neither of two norms is more than this times the other, their product follows from the norm of their sum: the
cosine then errs by less than the squares' own relative error times this."""

Pair: TypeAlias = frozenset[Ref]
_Pair: TypeAlias = frozenset[Value]


class Addend(NamedTuple):
    """A tensor that was added, while it lives."""

    value: Value
    tensor: ref[Tensor]


class Total(NamedTuple):
    """The sum (or, with `sign` -1, the difference) of two values that tells their inner product."""

    made: Value
    sign: int


class Products:
    """The inner product of each two values of one shape that an add-like op, or a stack, brings together.

    `squares` says a value's sum of squares, where it is known by now.
    """

    def __init__(self, values: Values, squares: Callable[[Value], float | None]) -> None:
        self._sums: dict[_Pair, Tensor] = {}
        self._totals: dict[_Pair, Total] = {}
        self._values = values
        self._squares = squares
        self._addends: dict[Value, tuple[Addend, ...]] = {}
        self._adding: tuple[Addend, ...] = ()
        self._telling: _Pair | None = None
        self._sign = 1

    def before(self, raw: RawOp, args: Any, kwargs: Any) -> None:
        """Take the products of an op's operands, before it may overwrite one."""
        self._adding, self._telling = (), None
        name = _merging_name(raw.function)
        if name == "":
            for value in raw.args:  # a sum that something else reads is a value of its own
                if type(value) is Value:
                    self._addends.pop(value, None)
            return
        if name == "stack":
            operands = list(_operands(args[0], raw.args[0])) if args else []
        else:
            named = [name for name in kwargs if name != "out"]
            tensors, values = [kwargs[name] for name in named], [raw.kwargs[name] for name in named]
            operands = list(_operands((*args, *tensors), (*raw.args, *values)))
        if not 2 <= len(operands) <= STACKED or len({tensor.shape for _, tensor in operands}) > 1:
            return
        if name in ADDS and len(args) == 2 and not kwargs:
            self._find_teller(operands, 1 if name == "add" else -1)
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
            if self._telling is not None:
                self._totals[self._telling] = Total(made, self._sign)
            self._adding, self._telling = (), None

    def found(self, values: Statistics) -> Mapping[Pair, float]:
        """All products, once the statistics of all values are known."""
        numbers = map(float, fetched(list(self._sums.values())))
        found = {frozenset(Ref(*value) for value in pair): number for pair, number in zip(self._sums, numbers)}
        for pair, (made, sign) in self._totals.items():
            a, b, total = (Ref(*value) for value in (*pair, made))
            if total in values.rows:
                found[frozenset((a, b))] = sign * (values.squares(total) - values.squares(a) - values.squares(b)) / 2
        return found

    def _find_teller(self, operands: list[tuple[Value, Tensor]], sign: int) -> None:
        """Leave the product of two operands to their sum, where its squares tell it well enough."""
        (value, tensor), (other, other_tensor) = operands
        pair = frozenset((value, other))
        if len(pair) < 2 or pair in self._sums or {tensor.dtype, other_tensor.dtype} != {torch.float32}:
            return
        a, b = self._squares(value), self._squares(other)
        if a and b and 1 / LIKE**2 < a / b < LIKE**2:
            self._telling, self._sign = pair, sign

    def _take_addends(self, value: Value, tensor: Tensor, total: Value) -> None:
        """Products with the addends of a sum, where they are still what they were."""
        for addend in self._addends.get(total, ()):
            other = addend.tensor()
            if other is not None and other.shape == tensor.shape and self._values.find(other) == addend.value:
                self._take(value, tensor, addend.value, other)

    def _take(self, value: Value, tensor: Tensor, other: Value, other_tensor: Tensor) -> None:
        pair = frozenset((value, other))
        if pair not in self._sums and pair not in self._totals and pair != self._telling:
            self._sums[pair] = inner_product(tensor.detach(), other_tensor.detach())


@cache
def _merging_name(function: Any) -> str:
    """The name of an op whose operands' products are taken; `""` for all others."""
    name = name_of(function)
    return name if name in ADDS or name in BLENDS or name == "stack" else ""


def _operands(tensors: Any, values: Any) -> Iterator[tuple[Value, Tensor]]:
    """Tensors that are data and can be read, each with the value it holds."""
    for tensor, value in zip(tensors, values):
        if isinstance(tensor, Tensor) and type(value) is Value and (tensor.is_floating_point() or tensor.is_complex()):
            plain = readable(tensor)
            if plain is not None:
                yield value, plain.tensor


def inner_product(a: Tensor, b: Tensor) -> Tensor:
    """The sum of products of the elements of two tensors of one shape, as a float64 scalar on their device.

    Of complex ones the real part of the Hermitian product.
    """
    products = [_product(x, y) for x, y in _side_by_side(a, b)]
    if len(products) == 1:
        return products[0]
    return torch.stack(products).sum() if products else torch.zeros((), dtype=torch.float64, device="cpu")


def _side_by_side(a: Tensor, b: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    if not a.numel():
        return iter(())
    if a.stride() == b.stride() and 0 not in a.stride() and not (a.is_neg() or b.is_neg()):
        return zip(Elements(a, layout_of(a)).pieces(), Elements(b, layout_of(b)).pieces())
    return zip(vectors(torch.atleast_1d(a)), vectors(torch.atleast_1d(b)))


def _product(x: Tensor, y: Tensor) -> Tensor:
    """Of two vectors; in float32 where that is exact enough, which on other devices than the CPU is not asked."""
    if x.is_complex() or y.is_complex():
        x, y = (torch.view_as_real(z.to(torch.complex128).resolve_conj()).reshape(-1) for z in (x, y))
    elif x.is_cpu and x.dtype in QUICK and y.dtype in QUICK:
        x, y = x.float(), y.float()
        total = sum(torch.dot(x[i : i + DOT], y[i : i + DOT]).item() for i in range(0, len(x), DOT))
        if isfinite(total) and (abs(total) > TINY or not (x.any() and y.any())):
            return torch.tensor(total, dtype=torch.float64, device="cpu")
    return (as_real(x) * as_real(y)).sum().double()
