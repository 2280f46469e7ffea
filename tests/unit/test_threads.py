"""Threads trace, record, edit and probe at once, models of their own or one together, and nobody's numbers move."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules import module as torch_modules

import resight
from resight.capture.quiet import LOUD, quiet
from resight.garbage import no_collections

X = torch.randn(4, 8, generator=torch.Generator().manual_seed(0))


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear, self.norm, self.drop = nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.drop(self.norm(self.linear(x)))
        return y


def network(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(Block(), Block())


def in_threads(*jobs: Callable[[], Any]) -> list[Any]:
    """What jobs that start together return; the first error is raised here."""
    results: list[Any] = [None] * len(jobs)
    barrier = threading.Barrier(len(jobs))

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = jobs[number]()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def numbers(model: nn.Module) -> np.ndarray:
    for _ in range(3):
        resight.trace(model, X)
        recording = resight.record(model, X, gradients=lambda y: y.square().sum()).recording
    assert recording is not None
    assert recording.gradients is not None
    return np.concatenate([recording.values.table, recording.gradients.table])


def test_different_models_at_once_have_the_numbers_they_have_alone() -> None:
    models = [network(seed).eval() for seed in range(6)]
    together = in_threads(*(partial(numbers, model) for model in models))
    for model, found in zip(models, together):
        assert found.tobytes() == numbers(model).tobytes()


def state(model: nn.Module) -> list[Any]:
    gradients = [None if p.grad is None else p.grad.tolist() for p in model.parameters()]
    hooks = [len(home) for name, home in vars(torch_modules).items() if name.startswith("_global_") and "hooks" in name]
    values = [tensor.tolist() for tensor in model.state_dict().values()]
    return [values, gradients, hooks, list(vars(model)), torch.get_rng_state().tolist(), gc.isenabled()]


def test_one_model_in_many_threads_is_left_as_it_was() -> None:
    model = network(0).train()
    model(X).sum().backward()
    skip = resight.trace(model, X).skips[0]
    before = state(model)

    def edited() -> None:
        for _ in range(3):
            with resight.edit(model, skip.without_branch()), resight.probe(model, {"0": resight.Probe(show="none")}):
                pass

    in_threads(*(partial(numbers, model) for _ in range(4)), edited, edited)
    assert state(model) == before
    assert not any(module._forward_hooks for module in model.modules())


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_edits_end_in_any_order(order: tuple[int, ...]) -> None:
    model = network(0).eval()
    trace = resight.trace(model, X)
    edits = [trace.skips[0].without_branch(), trace.skips[1].without_branch(), trace.skips[1].without_shortcut()]
    contexts = []
    for one in edits:
        contexts.append(ExitStack())
        contexts[-1].enter_context(resight.edit(model, one))
    left = set(range(3))
    for number in order:
        contexts[number].close()
        left.remove(number)
        found = model(X)
        if left:
            with ExitStack() as alone:
                alone.enter_context(resight.edit(copy := network(0).eval(), *(edits[i] for i in left)))
                assert torch.equal(found, copy(X))
    assert "forward" not in vars(model)
    assert torch.equal(model(X), network(0).eval()(X))


def test_an_edited_model_called_from_threads_is_edited_in_each() -> None:
    model = network(0).eval()
    skips = resight.trace(model, X).skips
    with resight.edit(model, *(skip.without_branch() for skip in skips)):
        found = in_threads(*(lambda: model(X) for _ in range(4)), partial(numbers, network(1).eval()))
    assert all(torch.equal(one, X) for one in found[:4])


def test_what_the_process_shares_comes_back_in_whatever_order_contexts_end() -> None:
    levels = [logging.getLogger(name).level for name in LOUD]
    pairs = [(quiet(), quiet()), (no_collections(), no_collections())]
    for first, second in pairs:
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        second.__exit__(None, None, None)
    assert [logging.getLogger(name).level for name in LOUD] == levels
    assert gc.isenabled()


def test_a_compiler_that_was_off_for_two_is_on_again() -> None:
    dynamo = pytest.importorskip("torch._dynamo")
    before = dynamo.eval_frame._stance
    first, second = ExitStack(), ExitStack()
    for context in (first, second):
        context.enter_context(resight.probe(network(0), {"0": resight.Probe(show="none")}))
    first.close()
    assert dynamo.eval_frame._stance.stance == "force_eager"
    second.close()
    assert dynamo.eval_frame._stance == before
