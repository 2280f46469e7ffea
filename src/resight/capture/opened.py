"""Composites that torch hands to an op recorder whole, and that people want to see the inside of."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import torch.nn.functional as F


def opened(function: Any) -> Callable[..., Any]:
    """`function` as torch wrote it, except that it does not hand itself over: the ops inside arrive one by one."""

    def never(*_: object) -> bool:
        return False

    checks = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")
    names = {**function.__globals__, **dict.fromkeys(checks, never)}
    copy = FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


OPENED: dict[Any, Callable[..., Any]] = {F.multi_head_attention_forward: opened(F.multi_head_attention_forward)}
