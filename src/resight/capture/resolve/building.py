"""Run a factory so that its network lands on a device, and say whose fault it is when it raises."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.modules.lazy import LazyModuleMixin

from ...errors import ResightError, UserError
from ...text import one_line, shorten
from ..mistakes import hint

SEED = 0
"""Random weights are the same in every process."""

_seed = ContextVar("seed", default=SEED)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, random weights are drawn with another seed: a training that is repeated starts elsewhere each time."""
    before = _seed.set(seed)
    try:
        yield
    finally:
        _seed.reset(before)


def build_on(device: str, factory: Callable[[], Any]) -> Any:
    """What `factory` makes, its parameters on `device`; on `meta` no weight is ever filled."""
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(_seed.get())
        made = _built_on_meta(factory) if device == "meta" else factory()
    return made.to(device) if isinstance(made, nn.Module) else made


def _built_on_meta(factory: Callable[[], Any]) -> Any:
    """Everything on `meta`; where the factory computes with tensors, only the parameters are.

    RegNet's builder reads its widths out of a tensor, which has no values on `meta`.
    """
    try:
        with torch.device("meta"):
            return factory()
    except (NotImplementedError, RuntimeError):
        with _parameters_on_meta():
            return factory()


@contextmanager
def _parameters_on_meta() -> Iterator[None]:
    """Inside, a parameter moves to `meta` as soon as a module registers it, one at a time."""
    register = nn.Module.register_parameter

    def register_on_meta(module: nn.Module, name: str, value: nn.Parameter | None) -> None:
        if value is not None and not value.is_meta:
            value = nn.Parameter(value.detach().to("meta"), requires_grad=value.requires_grad)
        register(module, name, value)

    nn.Module.register_parameter = register_on_meta
    try:
        yield
    finally:
        nn.Module.register_parameter = register


def is_lazy(module: nn.Module) -> bool:
    """Whether a module's own parameters have no sizes yet."""
    return isinstance(module, LazyModuleMixin) and module.has_uninitialized_params()


@contextmanager
def blamed_on(what: str, file: Path | None = None) -> Iterator[None]:
    """Turn whatever user code raises into one line: `net.py raised while it was imported: ... at net.py:7`."""
    try:
        yield
    except ResightError:
        raise
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        words = shorten(one_line(str(error).strip().split("\n")[0]), 300)
        said = f"{type(error).__name__}: {words}" if words else type(error).__name__
        raise UserError(f"{what}: {said}{_place(error, file)}", hint=hint(error)) from error


def _place(error: BaseException, file: Path | None) -> str:
    """` at net.py:7`: the deepest line in the user's file, else the deepest line at all."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f" at {Path(error.filename).name}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)[1:]
    own = [frame for frame in frames if file is not None and Path(frame.filename) == file]
    deepest = (own or frames)[-1:]
    return f" at {Path(deepest[0].filename).name}:{deepest[0].lineno}" if deepest else ""
