"""Leave everything as it was found: the one place that saves and restores what running a model changes."""

from __future__ import annotations

import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch.nn.modules import module as torch_modules

from .holdings import Holdings
from .originals import Originals, undisturbed

Switch = tuple[Callable[[], Any], Callable[[Any], Any]]


def _attribute(home: Any, name: str) -> Switch:
    return lambda: getattr(home, name), lambda value: setattr(home, name, value)


def _default_device() -> torch.device | None:
    context = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)
    return None if context is None else context.device


def _autocast(device: str) -> Iterator[Switch]:
    yield lambda: torch.is_autocast_enabled(device), lambda value: torch.set_autocast_enabled(device, value)
    yield lambda: torch.get_autocast_dtype(device), lambda value: torch.set_autocast_dtype(device, value)


def _turn_filters(before: list[Any]) -> None:
    with warnings.catch_warnings():  # leaving it makes Python forget what it decided by the filters of the run
        warnings.filters[:] = before  # type: ignore[index]
    warnings.filters[:] = before  # type: ignore[index]


FLAGS: tuple[Switch, ...] = (
    (torch.is_grad_enabled, torch._C._set_grad_enabled),
    (torch.get_default_dtype, torch.set_default_dtype),
    (_default_device, torch.set_default_device),
    (
        lambda: (torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()),
        lambda value: torch._C._set_deterministic_algorithms(value[0], warn_only=value[1]),
    ),
    (
        lambda: (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
        lambda value: torch.set_anomaly_enabled(*value),
    ),
    (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
    (torch.get_num_threads, torch.set_num_threads),
    (lambda: sys.float_info.min / 2 == 0, torch.set_flush_denormal),
    (torch.is_autocast_cache_enabled, torch.set_autocast_cache_enabled),
    *_autocast("cpu"),
    *_autocast("cuda"),
    (torch.backends.mha.get_fastpath_enabled, torch.backends.mha.set_fastpath_enabled),
    (torch.backends.cuda.flash_sdp_enabled, torch.backends.cuda.enable_flash_sdp),
    (torch.backends.cuda.mem_efficient_sdp_enabled, torch.backends.cuda.enable_mem_efficient_sdp),
    (torch.backends.cuda.math_sdp_enabled, torch.backends.cuda.enable_math_sdp),
    (torch.backends.cuda.cudnn_sdp_enabled, torch.backends.cuda.enable_cudnn_sdp),
    *(_attribute(torch.backends.cudnn, name) for name in ("enabled", "benchmark", "deterministic")),
    (torch._C._get_cudnn_allow_tf32, torch._C._set_cudnn_allow_tf32),
    (lambda: warnings.filters[:], _turn_filters),
    _attribute(warnings, "showwarning"),
)
"""Global switches that a forward might turn: how to ask, how to set."""

HOOKS = [home for name, home in vars(torch_modules).items() if name.startswith("_global_") and isinstance(home, dict)]
"""Where hooks on all modules are kept."""


@contextmanager
def untouched(*roots: Any) -> Iterator[Originals]:
    """Whatever happens inside, also an exception, afterwards all that some roots hold is as before, and so is torch.

    Roots are modules and what they are called with. That is: attributes, slots, containers and plain objects to any
    depth (`Holdings`), tensors' elements, shapes, places, versions, hooks and gradients (`Originals`), random states,
    and torch's switches. Whoever runs the forward calls `before` of what is yielded ahead of functions that may write.
    """
    originals = Originals()
    with ExitStack() as after:
        with _uninterrupted():
            after.callback(_restored_flags())
            with undisturbed():
                after.callback(_later, _restored_random_states())
                holdings = Holdings([*HOOKS, *roots])
                after.callback(_later, holdings.restore)
                after.callback(_later, originals.restore)
                originals.note(holdings.tensors)
        originals.is_all = holdings.is_all
        yield originals


def _later(restore: Callable[[], None]) -> None:
    with _uninterrupted(), undisturbed():
        restore()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until this is over, so that nothing is half put back."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    caught: list[tuple[int, Any]] = []
    signal.signal(signal.SIGINT, lambda number, frame: caught.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if caught:
            before(*caught[0])


def _restored_flags() -> Callable[[], None]:
    before = [(ask(), ask, turn) for ask, turn in FLAGS]

    def restore() -> None:
        for value, ask, turn in before:
            if ask() != value:
                turn(value)

    return restore


def _restored_random_states() -> Callable[[], None]:
    states: list[tuple[Callable[[Any], object], Any]] = [
        (random.setstate, random.getstate()),
        (np.random.set_state, np.random.get_state()),
        (torch.set_rng_state, torch.get_rng_state()),
    ]
    if torch.cuda.is_initialized():
        states.append((torch.cuda.set_rng_state_all, torch.cuda.get_rng_state_all()))
    if torch.backends.mps.is_available():
        states.append((torch.mps.set_rng_state, torch.mps.get_rng_state()))

    def restore() -> None:
        for put, state in states:
            put(state)

    return restore
