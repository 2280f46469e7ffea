"""Compiled code runs eagerly while it is traced: nothing can be seen inside a compiled region, and hooks break it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from .turns import Together

FORCED = Together(lambda: torch.compiler.set_stance("force_eager"))


@contextmanager
def eager(modules: Sequence[nn.Module]) -> Iterator[tuple[str, ...]]:
    """Turn compilation off for a while; yields a note if some of a model's modules are compiled.

    Nothing can be compiled before `torch._dynamo` is imported, and importing it takes seconds, so it is left alone
    unless somebody else did.
    """
    if "torch._dynamo" not in sys.modules or not hasattr(torch.compiler, "set_stance"):
        yield ()
        return
    note = "compiled modules ran uncompiled while they were traced"
    with FORCED():
        yield (note,) if any(map(_is_compiled, modules)) else ()


def _is_compiled(module: nn.Module) -> bool:
    return "_orig_mod" in module._modules or vars(module).get("_compiled_call_impl") is not None


def uncompiled(model: Any) -> Any:
    """The module that a compiled one was made from; anything else as it is."""
    return getattr(model, "_orig_mod", model)
