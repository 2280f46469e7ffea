"""The edge between our code and the model's; `sources` looks no further up than this file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def call(model: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Call the model, or its forward."""
    return model(*args, **kwargs)
