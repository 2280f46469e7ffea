"""Skips that meet where a value is written into a part of a tensor: option A, concats filled by slices, graphs."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TypeAlias

import pytest
import torch
from torch import Tensor, nn

import resight
from resight.skips import Meetings

Join: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""What a network makes of its input and its branch, both [4, 8]."""

ROWS = torch.tensor([0, 2, 3])
COLUMNS = ROWS[:, None].expand(-1, 8)


class Net(nn.Module):
    """`join(x, f(x))`."""

    def __init__(self, join: Join) -> None:
        super().__init__()
        self.branch = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
        self.join = join

    def forward(self, x: Tensor) -> Tensor:
        return self.join(x, self.branch(x))


def written(base: Tensor, index: object, value: Tensor) -> Tensor:
    base[index] = value
    return base


def added(base: Tensor, index: object, value: Tensor) -> Tensor:
    base[index] += value
    return base


def filled(*parts: Tensor) -> Tensor:
    """The parts side by side, each written by an assignment."""
    whole = parts[0].new_empty(4, 8 * len(parts))
    for i, part in enumerate(parts):
        whole[:, 8 * i : 8 * (i + 1)] = part
    return whole


def copied(*parts: Tensor) -> Tensor:
    """The same through views."""
    whole = torch.zeros(4, 8 * len(parts))
    for i, part in enumerate(parts):
        whole.narrow(1, 8 * i, 8).copy_(part)
    return whole


PADDED: dict[str, Join] = {
    "assigned": lambda x, y: y + written(torch.zeros_like(y), (slice(None), slice(2, 6)), x[:, ::2]),
    "copied": lambda x, y: y + y.new_zeros(4, 8).narrow(1, 2, 4).copy_(x[:, ::2])._base,
    "slice_scatter": lambda x, y: y + torch.slice_scatter(torch.zeros_like(y), x[:, ::2], 1, 2, 6),
    "masked": lambda x, y: y + written(torch.zeros_like(y), (slice(None), slice(0, 8, 2)), x[:, ::2]),
}
"""Option A: the shortcut is padded with zeros by a write."""

SUMMED: dict[str, Join] = {
    "index_add": lambda x, y: x.index_add(0, ROWS, y[ROWS]),
    "index_add_": lambda x, y: x.clone().index_add_(0, ROWS, y[ROWS]),
    "scatter_add": lambda x, y: x.scatter_add(0, COLUMNS, y[ROWS]),
    "scatter_reduce": lambda x, y: x.scatter_reduce(0, COLUMNS, y[ROWS], "sum"),
    "index_put": lambda x, y: x.index_put((ROWS,), y[ROWS], accumulate=True),
    "messages": lambda x, y: x + torch.zeros_like(x).index_add(0, ROWS, y[ROWS]),
}
"""A sum into some rows, as graph networks write it."""

JOINED: dict[str, Join] = {
    "assigned": filled,
    "copied": copied,
    "out": lambda x, y: torch.cat([x, y], 1, out=x.new_empty(4, 16)),
}


def skips(join: Join, count: int = 1) -> list[resight.Skip]:
    torch.manual_seed(0)
    with torch.no_grad():
        trace = resight.trace(Net(join).eval(), torch.randn(4, 8))
    assert trace.failure is None
    return list(trace.skips)


@pytest.mark.parametrize("how", PADDED)
def test_a_shortcut_padded_by_a_write(how: str) -> None:
    assert [(skip.name, skip.weak) for skip in skips(PADDED[how])] == [("resampled", False)]


@pytest.mark.parametrize("how", SUMMED)
def test_a_sum_into_some_rows(how: str) -> None:
    assert [(skip.name, skip.weak) for skip in skips(SUMMED[how])] == [("identity", False)]


@pytest.mark.parametrize("how", JOINED)
def test_a_concat_filled_part_by_part(how: str) -> None:
    assert [(skip.name, skip.weak) for skip in skips(JOINED[how])] == [("identity concat", False)]


def test_a_dense_block_in_one_tensor() -> None:
    class Dense(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(nn.Sequential(nn.Linear(4 + 2 * i, 2), nn.ReLU()) for i in range(3))

        def forward(self, x: Tensor) -> Tensor:
            features = x.new_empty(4, 10)
            features[:, :4] = x
            for i, layer in enumerate(self.layers):
                features[:, 4 + 2 * i : 6 + 2 * i] = layer(features[:, : 4 + 2 * i])
            return features

    assert resight.trace(Dense().eval(), torch.randn(4, 4)).count() == {"identity concat": 3}


def test_adding_to_a_slice_is_one_skip_however_it_is_written() -> None:
    part = slice(1, 3)
    for join in (
        lambda x, y: added(x.clone(), part, y[part]),
        lambda x, y: written(x.clone(), part, x[part] + y[part]),
        lambda x, y: torch.slice_scatter(x, x[part] + y[part], 0, 1, 3),
    ):
        assert [skip.name for skip in skips(join)] == ["partial identity"]


@pytest.mark.parametrize(
    "join",
    [
        lambda x, y: written(x.clone(), ROWS, y[ROWS]),  # routing: some rows are replaced
        lambda x, y: written(torch.zeros(4, 8), slice(None), y),  # nothing of x is left
        lambda x, y: torch.stack([written(torch.zeros(4, 8), i, y[i]) for i in range(2)]).sum(0),
    ],
)
def test_writes_that_join_nothing(join: Join) -> None:
    assert skips(join) == []


def test_states_written_step_by_step_are_no_concat() -> None:
    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.step = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            states = x.new_zeros(4, 3, 8)
            for t in range(3):
                x = torch.tanh(self.step(x))
                states[:, t] = x
            return states

    assert resight.trace(Recurrent().eval(), torch.randn(4, 8)).skips == ()


@pytest.mark.parametrize("how", ["assigned", "copied"])
def test_a_written_branch_can_be_taken_away(how: str) -> None:
    torch.manual_seed(0)
    net, x = Net(JOINED[how]).eval(), torch.randn(4, 8)
    skip = resight.trace(net, x).skips[0]
    with torch.no_grad(), resight.edit(net, skip.without_branch()):
        assert torch.equal(net(x), torch.cat([x, torch.zeros(4, 8)], 1))


@pytest.mark.parametrize("join", [filled, lambda x, y: x + y + y.relu(), lambda x, y: y + (x + y.relu())])
def test_a_shortcut_runs_through_the_merge_it_enters_early(join: Join) -> None:
    torch.manual_seed(0)
    trace = resight.trace(Net(join).eval(), torch.randn(4, 8))
    skip, ops = trace.skips[0], trace.graph.ops
    path = [skip.source.op, *skip.shortcut, *Meetings(trace.graph).within(skip), skip.merge]
    assert len(path) == 3
    assert all(a in {read.op for read in ops[b].inputs} for a, b in itertools.pairwise(path))
