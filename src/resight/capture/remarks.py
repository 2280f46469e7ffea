"""What to say about a tensor that flows by."""

from __future__ import annotations

from torch import Tensor

from .. import text
from ..graph import Ref
from ..recording import Statistics, Summary
from .build import spec
from .plain import Plain, readable, sizes_of
from .tray import Tray


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
