"""Copies of values, taken as they are made; several batches are joined, large ones lie on disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .. import text
from ..errors import CannotWrite, UserError
from ..files import check_writable
from ..graph import Ref


class Kept:
    """Copies on the CPU by value, over all batches.

    Values of more than `in_memory` bytes go to `folder`, if there is one: batch by batch to a raw file, in the end to
    a safetensors file that is mapped into memory, so that only what is read takes any.
    """

    def __init__(self, folder: Path | None = None, in_memory: int = 0) -> None:
        self._folder = folder
        self._in_memory = in_memory
        self._values: dict[Ref, _Copies] = {}
        if folder is not None:
            check_writable(folder / "kept.safetensors")

    def add(self, ref: Ref, tensor: Tensor, batch: int) -> None:
        """Copy what a value holds now; a second time for the same batch does nothing."""
        copies = self._values.setdefault(ref, _Copies(ref))
        if copies.batch == batch:
            return
        copies.add(tensor.detach().to("cpu", copy=True), batch)
        if self._folder is not None and copies.size > self._in_memory:
            copies.spill(self._folder)

    def tensors(self) -> dict[Ref, Tensor]:
        """Each value's copies joined along their first dimension (scalars as a vector)."""
        return {ref: copies.joined(self._folder) for ref, copies in sorted(self._values.items(), key=_order)}

    def discard(self) -> None:
        """Let go of the copies; raw files of a recording that did not finish are removed."""
        for copies in self._values.values():
            copies.discard()
        self._values.clear()


class _Copies:
    """One value's copies, a tensor for each batch; `batch` is the last one's number."""

    def __init__(self, ref: Ref) -> None:
        self.batch = -1
        self.size = 0
        self._ref = ref
        self._tensors: list[Tensor] = []
        self._raw: Path | None = None
        self._shape: list[int] = []
        self._dtype = torch.float32

    def add(self, tensor: Tensor, batch: int) -> None:
        shape = list(tensor.shape) or [1]
        if self._shape and shape[1:] != self._shape[1:]:
            shapes = f"{text.shape(self._shape)} and {text.shape(shape)}"
            raise UserError(
                f"what the batches gave at op {self._ref.op} can't be joined: {shapes}",
                hint="give all batches the same sizes, or record them one by one",
            )
        self._shape = [*shape] if not self._shape else [self._shape[0] + shape[0], *shape[1:]]
        self._dtype = tensor.dtype
        self._tensors.append(tensor if batch == 0 else torch.atleast_1d(tensor))
        self.size += tensor.numel() * tensor.element_size()
        self.batch = batch

    def spill(self, folder: Path) -> None:
        """Append the copies to the raw file and let go of them."""
        mode = "wb" if self._raw is None else "ab"
        self._raw = folder / f".resight-{self._ref.op}-{self._ref.slot}.part"
        try:
            with self._raw.open(mode) as file:
                for tensor in self._tensors:
                    file.write(memoryview(tensor.contiguous().reshape(-1).view(torch.uint8).numpy()))
        except OSError as error:
            raise CannotWrite(f"cannot write to {folder}: {error.strerror or error}") from None
        self._tensors = []

    def joined(self, folder: Path | None) -> Tensor:
        if self._raw is None or folder is None:
            return self._tensors[0] if len(self._tensors) == 1 else torch.cat([*map(torch.atleast_1d, self._tensors)])
        return _mapped(self._raw, folder / f"{self._ref.op}.{self._ref.slot}.safetensors", self._shape, self._dtype)

    def discard(self) -> None:
        if self._raw is not None:
            self._raw.unlink(missing_ok=True)


def _mapped(raw: Path, path: Path, shape: list[int], dtype: torch.dtype) -> Tensor:
    """The tensor in a raw file, moved to a safetensors file and mapped from there."""
    from safetensors import safe_open
    from safetensors.torch import save_file

    elements = torch.from_file(str(raw), size=raw.stat().st_size, dtype=torch.uint8)
    temporary = raw.with_suffix(".safetensors")
    try:
        save_file({"value": elements.view(dtype).reshape(shape)}, temporary)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CannotWrite(f"cannot write {path}: {error.strerror or error}") from None
    del elements
    raw.unlink()
    with safe_open(path, "pt") as file:
        return file.get_tensor("value")


def _order(item: tuple[Ref, Any]) -> tuple[int, int]:
    return item[0].op, item[0].slot
