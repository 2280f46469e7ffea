"""Leave everything as it was found: the one place that saves and restores what running a model changes."""

from __future__ import annotations

import random
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from operator import is_
from typing import Any

import torch
from torch import Tensor, nn

from .fake import is_fake, is_faking

CONTAINERS = (dict, OrderedDict, list, set)
"""Attributes whose contents are kept: exactly these types, as subclasses may do more when they are written."""

EMPTY: dict[Any, Any] = {}
FLAGS: tuple[tuple[Callable[[], Any], Callable[[Any], Any]], ...] = (
    (torch.is_grad_enabled, torch._C._set_grad_enabled),
    (torch.get_default_dtype, torch.set_default_dtype),
    (torch.are_deterministic_algorithms_enabled, torch._C._set_deterministic_algorithms),
    (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
    (torch.backends.mha.get_fastpath_enabled, torch.backends.mha.set_fastpath_enabled),
    (torch.backends.cuda.flash_sdp_enabled, torch.backends.cuda.enable_flash_sdp),
    (torch.backends.cuda.mem_efficient_sdp_enabled, torch.backends.cuda.enable_mem_efficient_sdp),
    (torch.backends.cuda.math_sdp_enabled, torch.backends.cuda.enable_math_sdp),
)
"""Global switches of torch that a forward might turn: how to ask, how to set."""


@contextmanager
def untouched(modules: Sequence[nn.Module], inputs: Sequence[Tensor] = ()) -> Iterator[None]:
    """Whatever happens inside, also an exception, afterwards a model's modules, its inputs and torch are as before.

    That is: each module's training mode, attributes and hooks (what containers among the attributes hold, one level
    deep), the values of buffers and inputs, which tensors the parameters are, their gradients and whether
    they need any, random states, and torch's switches. Values of parameters are restored where a
    forward is known to write them (embeddings with a maximal norm).
    """
    with ExitStack() as around:
        for keep in (_kept_flags(), _kept_random_states(), _kept_modules(modules), _kept_gradients(modules)):
            around.enter_context(keep)
        around.enter_context(_kept_contents([*_written(modules), *inputs]))
        yield


@contextmanager
def _kept_flags() -> Iterator[None]:
    before = [(ask(), ask, turn) for ask, turn in FLAGS]
    cudnn = torch.backends.cudnn
    switches = cudnn.enabled, cudnn.benchmark, cudnn.deterministic
    try:
        yield
    finally:
        for value, ask, turn in before:
            if ask() != value:
                turn(value)
        if switches != (cudnn.enabled, cudnn.benchmark, cudnn.deterministic):
            cudnn.enabled, cudnn.benchmark, cudnn.deterministic = switches


@contextmanager
def _kept_random_states() -> Iterator[None]:
    numpy = sys.modules.get("numpy")
    python_state = random.getstate()
    numpy_state = numpy.random.get_state() if numpy else None
    cpu_state = torch.get_rng_state()
    cuda_states = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None
    mps_state = torch.mps.get_rng_state() if torch.backends.mps.is_available() else None
    try:
        yield
    finally:
        random.setstate(python_state)
        if numpy:
            numpy.random.set_state(numpy_state)
        torch.set_rng_state(cpu_state)
        if cuda_states is not None:
            torch.cuda.set_rng_state_all(cuda_states)
        if mps_state is not None:
            torch.mps.set_rng_state(mps_state)


@contextmanager
def _kept_modules(modules: Sequence[nn.Module]) -> Iterator[None]:
    """Attributes of every module, and what the containers among them hold."""
    saved = [(module, vars(module).copy()) for module in modules]
    contents = [
        (value, value.copy() if value else EMPTY)
        for _, attributes in saved
        for value in attributes.values()
        if type(value) in CONTAINERS
    ]
    try:
        yield
    finally:
        for container, before in contents:
            if (container or before) and not _same(container, before):
                _refill(container, before)
        for module, attributes in saved:
            if not _same(vars(module), attributes):
                _refill(vars(module), attributes)


@contextmanager
def _kept_gradients(modules: Sequence[nn.Module]) -> Iterator[None]:
    """Gradients are laid aside, so that a backward inside the forward can't add to them."""
    parameters = {id(p): p for module in modules for p in module._parameters.values() if p is not None}
    saved = [(parameter, parameter.grad, parameter.requires_grad) for parameter in parameters.values()]
    for parameter, grad, _ in saved:
        if grad is not None:
            parameter.grad = None
    try:
        yield
    finally:
        for parameter, grad, needed in saved:
            if parameter.grad is not grad:
                parameter.grad = grad
            if parameter.requires_grad != needed:
                parameter.requires_grad_(needed)


@contextmanager
def _kept_contents(tensors: Sequence[Tensor]) -> Iterator[None]:
    """Values and version counters, so that a graph that saved one of these tensors can still run backward."""
    saved = [(tensor, tensor.detach().clone()) for tensor in tensors if _has_values(tensor)]
    with ExitStack() as versions:
        for tensor, _ in saved:
            if not tensor.is_inference():
                versions.enter_context(torch.autograd._unsafe_preserve_version_counter(tensor))
        try:
            yield
        finally:
            with torch.no_grad():
                for tensor, before in saved:
                    if not torch.equal(tensor, before):
                        with torch.inference_mode(tensor.is_inference()):
                            tensor.data.copy_(before)


def _written(modules: Sequence[nn.Module]) -> Iterator[Tensor]:
    """Tensors that a forward may overwrite."""
    for module in modules:
        yield from (buffer for buffer in module._buffers.values() if buffer is not None)
        if isinstance(module, (nn.Embedding, nn.EmbeddingBag)) and module.max_norm is not None:
            yield module.weight


def _has_values(tensor: Tensor) -> bool:
    return (
        not tensor.is_meta
        and tensor.layout is torch.strided
        and not tensor.is_nested
        and not (is_faking() or is_fake(tensor))
        and not isinstance(tensor, nn.parameter.UninitializedBuffer)
    )


def _same(now: Any, before: Any) -> bool:
    """True if two containers hold the very same objects in the same order; their `==` might ask tensors."""
    if len(now) != len(before) or not all(map(is_, now, before)):
        return False
    return not isinstance(now, dict) or all(map(is_, now.values(), before.values()))


def _refill(container: Any, before: Any) -> None:
    container.clear()
    if isinstance(container, list):
        container.extend(before)
    else:
        container.update(before)
