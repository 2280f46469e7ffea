"""Calls that torch does not hand to an op recorder: scripted functions, and the two ends of a `vmap`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch._functorch.vmap as vmap
from torch import Tensor
from torch.overrides import _get_current_function_mode_stack

from .recorder import Recorder
from .structure import named_tensors


def _scripted(call: Callable[..., Any], recorder: Recorder, function: Any, *args: Any, **kwargs: Any) -> Any:
    """A scripted or traced function is one op, called as it is, whose inside is not seen."""
    given = [tensor for _, tensor in named_tensors((args, kwargs))]
    reads = tuple(recorder.read(tensor) for tensor in given)
    result = call(function, *args, **kwargs)
    made = tuple(tensor for _, tensor in named_tensors(result) if recorder.values.find(tensor) is None)
    if made:
        recorder.add_named(str(function.name), made, reads)
    return result


def _entered(call: Callable[..., Any], recorder: Recorder, tensor: Tensor, *rest: Any) -> Tensor:
    """A tensor as a `vmap` sees it, one sample of it, is the same value."""
    value = recorder.read(tensor)
    sample: Tensor = call(tensor, *rest)
    if sample is not tensor:
        recorder.add_named("vmap", (sample,), (value,))
    return sample


def _left(call: Callable[..., Any], recorder: Recorder, sample: Tensor, *rest: Any) -> Tensor:
    """What leaves a `vmap` has its dimension of samples again."""
    value = recorder.values.find(sample)
    tensor: Tensor = call(sample, *rest)
    if value is not None and recorder.values.find(tensor) is None:
        recorder.add_named("vmap", (tensor,), (value,))
    return tensor


PLACES: tuple[tuple[Any, str, Callable[..., Any]], ...] = (
    (torch.jit.ScriptFunction, "__call__", _scripted),
    (vmap, "_add_batch_dim", _entered),
    (vmap, "_remove_batch_dim", _left),
)
"""Where these calls go through, and who takes note of them."""

_lock = threading.Lock()
_running = [0]
_before: list[Any] = []


@contextmanager
def followed() -> Iterator[None]:
    """Recorders take note of these calls inside; each recorder of those of its own thread."""
    with _lock:
        _running[0] += 1
        if _running[0] == 1:
            _before[:] = [getattr(home, name) for home, name, _ in PLACES]
            for (home, name, note), call in zip(PLACES, _before):
                setattr(home, name, _noting(note, call))
    try:
        yield
    finally:
        with _lock:
            _running[0] -= 1
            if _running[0] == 0:
                for (home, name, _), call in zip(PLACES, _before):
                    setattr(home, name, call)


def _noting(note: Callable[..., Any], call: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*args: Any, **kwargs: Any) -> Any:
        modes = _get_current_function_mode_stack()
        recorder = next((mode for mode in reversed(modes) if isinstance(mode, Recorder)), None)
        if recorder is None:
            return call(*args, **kwargs)
        return note(call, recorder, *args, **kwargs)

    return noted
