"""What to say about a tensor that flows by."""

from __future__ import annotations

import torch
from torch import Tensor

from .. import text
from ..graph import Ref
from ..recording import Statistics, Summary
from .build import spec
from .tray import Tray


def remark(tensor: Tensor) -> str:
    """Spec and numbers of all elements: `f32[2,8]  mean 0.01 ± 1.02  min −2.1  max 2.4  zeros 0%  all finite`."""
    described = str(spec((tensor.shape, tensor.dtype, tensor.device)))
    if not has_values(tensor):
        return f"{described}  no values"
    if not tensor.numel():
        return f"{described}  no elements"
    return f"{described}  {_in_words(summary(tensor))}"


def complaint(tensor: Tensor) -> str:
    """How many elements are nan or infinite, and where the first is; empty if none is.

    `2 nan and 1 inf among 512 elements of f32[2,4,8,8], the first at [0, 1, 3, 7]`.
    """
    if not has_values(tensor):
        return ""
    wrong = tensor.isfinite().logical_not_()
    count = int(wrong.sum())
    if not count:
        return ""
    nans = int(tensor.isnan().sum())
    kinds = [f"{number:,} {kind}" for number, kind in ((nans, "nan"), (count - nans, "inf")) if number]
    described = spec((tensor.shape, tensor.dtype, tensor.device))
    first = ", ".join(str(int(i)) for i in wrong.nonzero()[0])
    return f"{' and '.join(kinds)} among {tensor.numel():,} elements of {described}, the first at [{first}]"


def summary(tensor: Tensor) -> Summary:
    """All numbers of one tensor that has values, exact."""
    tray = Tray(exact=True)
    row = tray.add(tensor)
    found = Statistics({Ref(0): row}, tray.table()).summary(Ref(0))
    assert found is not None
    return found


def has_values(tensor: Tensor) -> bool:
    """False on meta, for stand-ins without values, and where they are not laid out in strides."""
    is_fake = type(tensor).__module__.startswith("torch._subclasses")
    return tensor.layout is torch.strided and not tensor.is_meta and not is_fake


def _in_words(numbers: Summary) -> str:
    finite = f"{numbers.nonfinite:,} not finite" if numbers.nonfinite else "all finite"
    mean, std, low, high = map(text.number, (numbers.mean, numbers.std, numbers.min, numbers.max))
    return f"mean {mean} ± {std}  min {low}  max {high}  zeros {text.share(numbers.zeros)}  {finite}"
