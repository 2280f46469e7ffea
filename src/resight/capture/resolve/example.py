"""Inputs to run a network on: made up, or typed by the user."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import torch

from ...errors import UserError
from ...graph.types import SHORT_DTYPES
from ...text import one_line, shorten
from .spec import named

WISH = re.compile(r"(?:(?P<name>[^\W\d]\w*(?:\.\w+)*)=)?(?P<sizes>\d+(?:[x×,]\d+)*)(?::(?P<dtype>\w+))?")
LONG_DTYPES = {short: name for name, short in SHORT_DTYPES.items()}

DTYPES = "try float32, float16, bfloat16, int64, int32 or bool"
LARGEST = 2**48
"""Elements of a tensor; sizes beyond it overflow in torch."""


@dataclass(frozen=True, slots=True)
class Wish:
    """An input as the user typed it: its name, if it has one, its sizes and dtype."""

    name: str
    sizes: tuple[int, ...]
    dtype: torch.dtype

    @property
    def bytes(self) -> int:
        """What it takes in memory while it is made."""
        return prod(self.sizes) * max(4, int(self.dtype.itemsize))


@dataclass(frozen=True, slots=True)
class Example:
    """Arguments for one forward, and a line that says how they were chosen (empty where the user did)."""

    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)
    said: str = ""


def floats(sizes: Sequence[int], device: str, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Standard normal values, the same in every process."""
    if device == "meta":
        return torch.empty(tuple(sizes), dtype=dtype, device=device)
    return torch.randn(tuple(sizes), generator=torch.Generator().manual_seed(0)).to(device, dtype)


def ids(sizes: Sequence[int], device: str, dtype: torch.dtype = torch.int64) -> torch.Tensor:
    """Whole numbers that alternate 1 and 0: valid for every vocabulary of two or more."""
    if device == "meta":
        return torch.empty(tuple(sizes), dtype=dtype, device=device)
    count = torch.Size(sizes).numel()
    return (1 - torch.arange(count) % 2).reshape(tuple(sizes)).to(device, dtype)


def typed(wishes: Sequence[str], device: str) -> Example:
    """Tensors from what the user typed: `1x3x224x224`, `ids=1x128:int64`, `batch.image=1x3x32x32`.

    Dots nest dicts: the last of these is `batch={"image": ...}`. Floats are standard normal, whole numbers
    alternate 1 and 0, booleans are all true. Raises UserError for a wish of another form, an unknown dtype or
    a name given twice.
    """
    args: list[object] = []
    kwargs: dict[str, Any] = {}
    for wish in map(parse_wish, wishes):
        tensor = _filled(wish, device)
        if wish.name:
            _put(kwargs, wish.name, tensor)
        else:
            args.append(tensor)
    return Example(tuple(args), kwargs)


def parse_wish(typed: str) -> Wish:
    """Read `ids=1x128:int64`; raises UserError for another form, an unknown dtype, or more than any tensor holds."""
    found = WISH.fullmatch(typed.strip())
    if not found:
        hint = "write sizes as 1x3x224x224, with a name and a dtype where needed: ids=1x128:int64"
        raise UserError(f"cannot read --input {named(typed)}", hint=hint)
    dtype = getattr(torch, LONG_DTYPES.get(found["dtype"] or "", found["dtype"] or "float32"), None)
    if not isinstance(dtype, torch.dtype):
        raise UserError(f"unknown dtype {named(found['dtype'])}", hint=DTYPES)
    digits = re.split("[x×,]", found["sizes"])
    sizes = tuple(int(size[:20]) for size in digits)
    if prod(max(size, 1) for size in sizes) > LARGEST or max(map(len, digits)) > 20:
        raise UserError(f"--input {named(typed)} is larger than any memory", hint="give smaller sizes")
    return Wish(found["name"] or "", sizes, dtype)


def _put(nest: dict[str, Any], path: str, tensor: torch.Tensor) -> None:
    """Give `tensor` its place in nested dicts: `batch.image` is `nest["batch"]["image"]`."""
    *outer, last = path.split(".")
    for key in outer:
        nest = nest.setdefault(key, {})
        if not isinstance(nest, dict):
            raise UserError(f"--input {path} is inside {key}, which is a tensor already", hint="give one of the two")
    if last in nest:
        raise UserError(f"--input {path} is given twice", hint="give it once")
    nest[last] = tensor


def _filled(wish: Wish, device: str) -> torch.Tensor:
    sizes, dtype = wish.sizes, wish.dtype
    try:
        if dtype is torch.bool:
            return torch.ones(sizes, dtype=dtype, device=device)
        if dtype.is_floating_point or dtype.is_complex:
            return floats(sizes, device, dtype)
        return ids(sizes, device, dtype)
    except (NotImplementedError, RuntimeError, TypeError) as error:
        why = shorten(one_line(str(error).split("\n")[0]), 80)
        raise UserError(f"cannot make an input of {str(dtype)[6:]} on {device}: {why}", hint=DTYPES) from error
