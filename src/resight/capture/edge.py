"""The edge between our code and the model's; `sources` looks no further up than this file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn


def call(model: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Call the model."""
    return model(*args, **kwargs)
