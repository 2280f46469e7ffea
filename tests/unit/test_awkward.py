"""Random networks out of awkward parts: nothing crashes, nothing is changed, and no skip is missed without a note.

RESIGHT_AWKWARD sets how many networks are tried (500).
"""

from __future__ import annotations

import os
import random
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import resight
from awkward import Awkward

NETWORKS = int(os.environ.get("RESIGHT_AWKWARD", "500"))
GROUPS = 20
"""Tests the networks are spread over, so that they run side by side."""


def fingerprint(value: Any, depth: int = 6) -> Any:
    """A value by identity and content, down to the bits of tensors and the states of generators."""
    if isinstance(value, Tensor):
        bits = value.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        grad = None if not value.is_leaf or value.grad is None else (id(value.grad), fingerprint(value.grad))
        return id(value), value.dtype, tuple(value.shape), value.requires_grad, value._version, bits, grad
    if isinstance(value, torch.Generator):
        return id(value), value.get_state().numpy().tobytes()
    if isinstance(value, np.random.Generator):
        return id(value), repr(value.bit_generator.state)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if depth == 0 or isinstance(value, nn.Module):
        return id(value)
    if isinstance(value, dict):
        return id(value), [(key, fingerprint(part, depth - 1)) for key, part in value.items()]
    if isinstance(value, (list, tuple)) or type(value).__name__ == "deque":
        return id(value), [fingerprint(part, depth - 1) for part in value]
    slots = [name for name in getattr(type(value), "__slots__", ()) if hasattr(value, name)]
    held = {**getattr(value, "__dict__", {}), **{name: getattr(value, name) for name in slots}}
    return id(value), () if callable(value) else [(key, fingerprint(part, depth - 1)) for key, part in held.items()]


def everything(net: nn.Module, given: Any) -> dict[str, Any]:
    """All that a run must leave as it was, by name."""
    found = {
        f"{path}.{name}": fingerprint(value) for path, part in net.named_modules() for name, value in vars(part).items()
    }
    found["given"] = [fingerprint(value) for value in (*given[0], *given[1].values())]
    found["random"] = torch.get_rng_state().numpy().tobytes(), random.getstate(), repr(np.random.get_state())
    return found


def check(seed: int) -> None:
    net = Awkward(seed)
    given = net.inputs()
    for run in (resight.trace, resight.record):
        before = everything(net, given)
        with warnings.catch_warnings(), torch.set_grad_enabled(seed % 3 > 0):
            warnings.simplefilter("ignore")
            trace = run(net, *given[0], **given[1])
        after = everything(net, given)
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        assert not changed, f"{run.__name__} of network {seed} changed {changed}"
        assert (trace.failure is not None) == net.fails, f"network {seed}: {trace.failure}"
        found = sum(trace.count().values())
        told = net.hides and trace.about.notes
        assert found == net.skips or told, f"network {seed} has {net.skips} skips, {run.__name__} found {found}\n{net}"


@pytest.mark.parametrize("group", range(GROUPS))
def test_awkward_networks(group: int) -> None:
    torch.set_num_threads(1)
    for seed in range(group, NETWORKS, GROUPS):
        check(seed)
