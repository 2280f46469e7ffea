"""Find again where a tensor comes from when the code that made it ran out of sight.

Custom gradient functions, scripted functions and C++ extensions make tensors without calling a torch function. What
they read can often be told all the same: a view knows its base, and a tensor that needs gradients knows the
functions they will flow through.
"""

from __future__ import annotations

import gc
from collections import deque
from typing import Any, NamedTuple

from torch import Tensor

from .ops import canonical_name
from .values import Held, Value, Values

REACH = 2000
"""Gradient functions looked at before giving up: far more than one hidden function makes."""


class Recovered(NamedTuple):
    """An op nobody saw, known from the gradient function it left: its name and the values it read."""

    name: str
    reads: tuple[Value | Held, ...]


def is_young(tensor: Tensor) -> bool:
    """True for a tensor made during the run: the collector sleeps, so those are all in its youngest generation."""
    return any(thing is tensor for thing in gc.get_objects(generation=0))


def recover(tensor: Tensor, values: Values) -> Value | Held | Recovered | None:
    """What a tensor of unknown origin is a view of, or was made from; None where that can't be told."""
    if tensor._is_view() and tensor._base is not None:
        base = values.find(tensor._base)
        if base is not None:
            return base
    if tensor.grad_fn is None:
        return None
    reads = _gradient_roots(tensor.grad_fn, values)
    return Recovered(_function_name(tensor.grad_fn), reads) if reads else None


def _gradient_roots(start: Any, values: Values) -> tuple[Value | Held, ...]:
    """The known values that the gradient of a tensor flows to next."""
    found: dict[Value | Held, None] = {}
    waiting, visited = deque([start]), {start}
    while waiting and len(visited) < REACH:
        function = waiting.popleft()
        value = values.of_gradient(function)
        if value is not None:
            found[value] = None
            continue
        for following, _ in function.next_functions:
            if following is not None and following not in visited:
                visited.add(following)
                waiting.append(following)
    return tuple(found)


def _function_name(function: Any) -> str:
    name = str(function.name()).rpartition("::")[2].rstrip("0123456789")
    is_custom = hasattr(function, "_forward_cls") or not type(function).__module__.startswith("torch")
    name = name.removesuffix("Backward")
    return name if is_custom else canonical_name(name.lower())
