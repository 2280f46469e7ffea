"""Tracing leaves the model, its inputs and torch as they were, also when the forward raises."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import nets
import traps
from resight.capture.run import trace_graph
from resight.capture.untouched import untouched

CASES = {**nets.RESIDUAL, **traps.TRAPS}


class Boom(Exception):
    """What a forward raises in these tests."""


def photograph(model: nn.Module, inputs: tuple[Tensor, ...]) -> list[Any]:
    """Everything a forward might change, in a form that compares."""
    modules = list(model.modules())
    return [
        [module.training for module in modules],
        [(name, id(value)) for module in modules for name, value in vars(module).items()],
        [[(key, id(hook)) for key, hook in module._forward_hooks.items()] for module in modules],
        [(name, tensor.tolist(), tensor._version) for name, tensor in model.named_buffers()],
        [(name, p.tolist(), p.requires_grad, id(p.grad)) for name, p in model.named_parameters()],
        [p.grad.tolist() for p in model.parameters() if p.grad is not None],
        [x.tolist() for x in inputs],
        torch.get_rng_state().tolist(),
        random.getstate(),
        np.random.get_state()[1].tolist(),
        torch.is_grad_enabled(),
        torch.get_default_dtype(),
        torch.backends.mha.get_fastpath_enabled(),
        len(torch.nn.modules.module._global_forward_hooks),
        len(torch.nn.modules.module._global_forward_pre_hooks),
        torch._C._len_torch_function_stack(),
    ]


def raising_at(count: int) -> Callable[..., None]:
    """A hook that raises when it is called for the `count`th time."""
    calls = iter(range(count))

    def hook(*_: object) -> None:
        if next(calls, None) is None:
            raise Boom

    return hook


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(sorted(CASES)),
    train=st.booleans(),
    grads=st.booleans(),
    raises_at=st.none() | st.integers(0, 8),
    seed=st.integers(0, 99),
)
def test_nothing_changes(name: str, train: bool, grads: bool, raises_at: int | None, seed: int) -> None:
    torch.manual_seed(seed)
    model = CASES[name].make().train(train)
    inputs = CASES[name].inputs()
    if grads:
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
    if raises_at is not None:
        hook = raising_at(raises_at)
        for module in model.modules():
            module.register_forward_hook(hook)
    before = photograph(model, inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trace_graph(model, inputs, {})
    after = photograph(model, inputs)
    for was, now in zip(before, after):
        assert now == was


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(sorted(CASES)), train=st.booleans(), seed=st.integers(0, 99))
def test_outputs_are_bit_identical(name: str, train: bool, seed: int) -> None:
    torch.manual_seed(seed)
    model = CASES[name].make().train(train)
    inputs = CASES[name].inputs()
    seen: list[list[Tensor]] = []
    model.register_forward_hook(lambda m, args, out: seen.append([out] if isinstance(out, Tensor) else list(out)))
    torch.manual_seed(seed)
    trace_graph(model, inputs, {})
    torch.manual_seed(seed)
    model(*inputs)
    traced, plain = seen
    assert [t.tolist() for t in traced] == [t.tolist() for t in plain]


class Unruly(nn.Module):
    """Changes whatever it can, and then raises."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.count, self.log = nn.Linear(4, 4), 0, ["first"]
        self.register_buffer("steps", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        self.count += 1
        self.log.append("another")
        self.extra = nn.ReLU()
        self.steps = self.steps + 1
        self.layer.register_forward_hook(lambda *_: None)
        self.layer.weight.requires_grad_(False)
        self.layer.eval()
        self.layer.bias.sum().backward()
        x.zero_()
        torch.rand(1), random.random(), np.random.rand()
        torch.set_grad_enabled(False)
        torch.backends.mha.set_fastpath_enabled(False)
        raise Boom


@pytest.mark.parametrize("grad", [None, torch.ones(4)])
def test_an_unruly_model_is_put_right(grad: Tensor | None) -> None:
    model, x = Unruly(), torch.ones(2, 4)
    model.layer.bias.grad = grad
    before = photograph(model, (x,))
    with pytest.raises(Boom), untouched([*model.modules()], [x]):
        model(x)
    assert photograph(model, (x,)) == before
    assert (model.count, model.log) == (0, ["first"])


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_interrupts_pass_through_and_leave_nothing_behind(error: type[BaseException]) -> None:
    model, x = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)), torch.ones(2, 4)

    def interrupt(*_: object) -> None:
        raise error

    model[1].register_forward_hook(interrupt)
    before = photograph(model, (x,))
    with pytest.raises(error):
        trace_graph(model, (x,), {})
    assert photograph(model, (x,)) == before


def test_an_embedding_with_a_maximal_norm_keeps_its_rows() -> None:
    model = nn.Embedding(5, 4, max_norm=0.1)
    before = model.weight.tolist()
    trace_graph(model, (torch.arange(5),), {})
    assert model.weight.tolist() == before


def test_a_graph_waiting_for_its_backward_stays_valid() -> None:
    model, x = nn.BatchNorm1d(4).eval(), torch.ones(2, 4, requires_grad=True)
    loss = model(x).sum()
    trace_graph(model, (x,), {})
    loss.backward()
    assert x.grad is not None
