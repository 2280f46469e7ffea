"""What to say about a tensor that flows by."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from .. import text
from ..graph import Graph, Ref
from ..recording import Statistics, Summary
from .build import spec
from .plain import Plain, readable, sizes_of
from .tray import Tray

UNFILLED = frozenset({"constant", "empty", "empty_like", "new_empty"})
"""Ops whose result is not computed from anything seen."""

NONFINITE = frozenset({"inf", "-inf", "nan"})
"""How numbers that are not finite are written among the attributes of an op."""


def remark(tensor: Tensor) -> str:
    """Spec and numbers of all elements: `f32[2,8]  mean 0.01 ± 1.02  min −2.1  max 2.4  zeros 0%  all finite`."""
    described, plain = _described(tensor), readable(tensor)
    if plain is None:
        return f"{described}  no values"
    if not plain.layout.size:
        return f"{described}  no elements"
    return f"{described}  {_in_words(summary(plain))}"


def complaint(tensor: Tensor) -> str:
    """How many elements are nan or infinite, and where the first is; empty if none is.

    `2 nan and 1 inf among 512 elements of f32[2,4,8,8], the first at [0, 1, 3, 7]`.
    """
    plain = readable(tensor)
    if plain is None:
        return ""
    wrong = plain.tensor.isfinite().logical_not_()
    count = int(wrong.sum())
    if not count:
        return ""
    nans = int(plain.tensor.isnan().sum())
    kinds = [f"{number:,} {kind}" for number, kind in ((nans, "nan"), (count - nans, "inf")) if number]
    first = ", ".join(str(int(i)) for i in wrong.nonzero()[0])
    return f"{' and '.join(kinds)} among {wrong.numel():,} elements of {_described(tensor)}, the first at [{first}]"


def first_nonfinite(graph: Graph, values: Statistics, is_finite: Callable[[str], bool]) -> Ref | None:
    """The first value with nan or inf that was made of finite ones, and not because somebody asked for it.

    A mask filled with -inf is asked for: where such a number, a constant or a weight goes in, that one comes out is no
    news, unless the model returns it. `is_finite` says it of a weight, by its name.
    """
    spoilt = {ref: None for ref, row in values.rows.items() if values.table["nonfinite"][row]}
    for ref in sorted(spoilt, key=lambda ref: (ref.op, ref.slot)):
        op = graph.ops[ref.op]
        is_asked_for = op.name in UNFILLED or not NONFINITE.isdisjoint(map(str, op.attributes.values()))
        is_passed_on = any(read.ref in spoilt for read in op.inputs) or not all(is_finite(w.name) for w in op.weights)
        if not is_asked_for and not is_passed_on:
            return ref
    returned = [output.ref for output in graph.outputs if output.ref in spoilt]
    return min(spoilt, key=lambda ref: (ref.op, ref.slot)) if returned else None


def summary(plain: Plain) -> Summary:
    """All numbers of one tensor, exact."""
    tray = Tray(exact=True)
    row = tray.add(plain)
    found = Statistics({Ref(0): row}, tray.table()).summary(Ref(0))
    assert found is not None
    return found


def _described(tensor: Tensor) -> str:
    return str(spec((sizes_of(tensor), tensor.dtype, tensor.device)))


def _in_words(numbers: Summary) -> str:
    finite = f"{numbers.nonfinite:,} not finite" if numbers.nonfinite else "all finite"
    mean, std, low, high = map(text.number, (numbers.mean, numbers.std, numbers.min, numbers.max))
    return f"mean {mean} ± {std}  min {low}  max {high}  zeros {text.share(numbers.zeros)}  {finite}"
