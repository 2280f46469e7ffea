"""From whatever holds numbers to numpy arrays, without importing torch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import text
from ..errors import UserError
from ..recording import Activation


def array_of(value: Any, what: str = "the value") -> np.ndarray:
    """A tensor, an array, nested lists or an `Activation` that was kept, as numbers on the CPU.

    bfloat16 and float16 become float32, complex numbers their absolute values.

    Raises:
        UserError: it holds no numbers, or the activation was not kept.
    """
    if isinstance(value, Activation):
        if value.tensor is None:
            raise UserError(f"{value.title} was not kept", hint=f"record it with keep={value.title!r}")
        value = value.tensor
    found = _from_tensor(value) if hasattr(value, "detach") else _from_numbers(value, what)
    if found.dtype == np.float16:
        return found.astype(np.float32)
    return np.abs(found) if found.dtype.kind == "c" else found


def title_of(value: Any, title: str | None) -> str:
    """The title asked for, else the name of an activation, else none."""
    if title is not None:
        return title
    return value.title if isinstance(value, Activation) else ""


def _from_tensor(tensor: Any) -> np.ndarray:
    if tensor.device.type == "meta":
        raise UserError("the tensor is on meta and has no values", hint="run the model on a real device")
    plain = tensor.detach().cpu().resolve_conj().resolve_neg()
    narrow = str(plain.dtype) in ("torch.bfloat16", "torch.float16") or "float8" in str(plain.dtype)
    return np.asarray(plain.float() if narrow else plain)


def _from_numbers(value: ArrayLike, what: str) -> np.ndarray:
    try:
        found = np.asarray(value)
    except ValueError as error:
        raise UserError(f"{what} is not an array: {text.one_line(error)}", hint="give a tensor or an array") from None
    if found.dtype.kind not in "biufc":
        kind = type(value).__name__
        raise UserError(f"{what} is a {kind} without numbers", hint="give a tensor, an array or a kept activation")
    return found


def item_of(batch: np.ndarray, item: int, what: str = "item") -> np.ndarray:
    """One entry along the first dimension; a `UserError` says how many there are."""
    if not -len(batch) <= item < len(batch):
        raise UserError(f"there is no {what} {item}", hint=f"the batch has {len(batch)}, from 0")
    return np.asarray(batch[item])
