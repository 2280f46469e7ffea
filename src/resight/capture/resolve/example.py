"""Inputs to run a network on: made up, or typed by the user."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from ...errors import UserError
from ...graph.types import SHORT_DTYPES

WISH = re.compile(r"(?:(?P<name>[^\W\d]\w*(?:\.\w+)*)=)?(?P<sizes>\d+(?:[x×,]\d+)*)(?::(?P<dtype>\w+))?")
LONG_DTYPES = {short: name for name, short in SHORT_DTYPES.items()}


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
    for wish in wishes:
        found = WISH.fullmatch(wish.strip())
        if not found:
            hint = "write sizes as 1x3x224x224, with a name and a dtype where needed: ids=1x128:int64"
            raise UserError(f"cannot read --input {wish!r}", hint=hint)
        tensor = _filled([int(size) for size in re.split("[x×,]", found["sizes"])], found["dtype"], device)
        if found["name"]:
            _put(kwargs, found["name"], tensor)
        else:
            args.append(tensor)
    return Example(tuple(args), kwargs)


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


def _filled(sizes: Sequence[int], name: str | None, device: str) -> torch.Tensor:
    dtype = getattr(torch, LONG_DTYPES.get(name or "", name or "float32"), None)
    if not isinstance(dtype, torch.dtype):
        raise UserError(f"unknown dtype {name!r}", hint="try float32, float16, bfloat16, int64, int32 or bool")
    if dtype is torch.bool:
        return torch.ones(tuple(sizes), dtype=dtype, device=device)
    if dtype.is_floating_point or dtype.is_complex:
        return floats(sizes, device, dtype)
    return ids(sizes, device, dtype)
