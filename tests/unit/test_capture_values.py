"""Which op made a value, also after writes in place, through views, and when `id()`s are used again."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from resight import Graph
from resight.capture.run import trace_graph
from resight.capture.values import may_overlap, place_of


def of(function: Any, *args: Tensor) -> Graph:
    class Model(nn.Module):
        def forward(self, *values: Tensor) -> Any:
            return function(*values)

    return trace_graph(Model(), args, {}).graph


def reads(graph: Graph, op: int = -1) -> list[str]:
    """Names of the ops an op reads."""
    return [graph.ops[read.op].name for read in graph.ops[op].inputs]


def ancestors(graph: Graph, op: int = -1) -> set[str]:
    found, waiting = set(), [graph.ops[op].id]
    while waiting:
        for read in graph.ops[waiting.pop()].inputs:
            found.add(graph.ops[read.op].name)
            waiting.append(read.op)
    return found


X, Y = torch.ones(2, 4), torch.full((2, 4), 2.0)


def test_an_op_in_place_makes_a_new_version() -> None:
    def forward(x: Tensor) -> Tensor:
        y = x * 2
        y.relu_()
        return y + 1

    graph = of(forward, X)
    assert [op.inplace for op in graph.ops] == [False, False, True, False]
    assert reads(graph) == ["relu"]


def test_a_view_taken_before_a_write_sees_it() -> None:
    def forward(x: Tensor) -> Tensor:
        y = x * 2
        row = y[0]
        y.relu_()
        return row + 1

    graph = of(forward, X)
    assert reads(graph) == ["relu"]
    assert str(graph.spec(graph.ops[-1].inputs[0])) == "f32[4]"


@pytest.mark.parametrize(
    "write",
    [
        lambda y, z: y[:, 0].add_(z[:, 0]),
        lambda y, z: y.narrow(1, 0, 2).copy_(z[:, :2]),
        lambda y, z: y.view(-1).add_(z.view(-1)),
        lambda y, z: y.T.mul_(z.T),
        lambda y, z: y.__setitem__((0, slice(1, 3)), z[0, 1:3]),
        lambda y, z: torch.add(y[0], z[0], out=y[0]),
    ],
)
def test_a_write_through_a_view_makes_a_new_version_of_its_base(write: Any) -> None:
    def forward(x: Tensor, z: Tensor) -> Tensor:
        y = x * 2
        write(y, torch.exp(z))
        return y + 1

    graph = of(forward, X, Y)
    writing = graph.ops[graph.ops[-1].inputs[0].op]
    assert writing.inplace
    assert str(graph.spec(graph.ops[-1].inputs[0])) == "f32[2,4]"
    assert {"exp", "mul", "input"} <= ancestors(graph)


def test_index_and_add_in_place() -> None:
    def forward(x: Tensor, z: Tensor) -> Tensor:
        y = x * 2
        y[:, 0] += torch.exp(z)[:, 0]
        return y + 1

    graph = of(forward, X, Y)
    assert reads(graph) == ["setitem"]
    assert {"exp", "mul"} <= ancestors(graph)


def test_parts_filled_one_by_one_are_all_seen() -> None:
    def forward(x: Tensor, z: Tensor) -> Tensor:
        whole = torch.empty(2, 8)
        left, right = whole.chunk(2, dim=1)
        left.copy_(x.exp())
        right.copy_(z.sin())
        return whole + 1

    assert {"exp", "sin"} <= ancestors(of(forward, X, Y))


def test_a_write_leaves_the_neighbouring_slice_alone() -> None:
    def forward(x: Tensor) -> Tensor:
        left, right = (x * 2).chunk(2, dim=1)
        left.exp_()
        return right + 1

    graph = of(forward, X)
    assert reads(graph) == ["chunk"]
    assert "exp" not in ancestors(graph)


def test_writes_in_inference_mode_without_version_counters() -> None:
    def forward(x: Tensor) -> Tensor:
        y = x * 2
        row = y[0]
        row.exp_()
        return y + 1

    with torch.inference_mode():
        graph = of(forward, X.clone())
    assert reads(graph) == ["exp"]


def test_a_written_buffer_is_read_from_the_write() -> None:
    class Cache(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("kept", torch.zeros(2, 4))

        def forward(self, x: Tensor) -> Tensor:
            before = self.kept * 1
            self.kept.copy_(x.exp())
            return before + self.kept

    model = Cache()
    graph = trace_graph(model, (X,), {}).graph
    assert reads(graph) == ["mul", "copy"]
    assert torch.equal(model.kept, torch.zeros(2, 4))


def test_ids_used_again_are_not_confused() -> None:
    def forward(x: Tensor) -> Tensor:
        for _ in range(200):
            x = x * 1.0  # frees the tensor before, whose id() the next one takes
        return x

    graph = of(forward, X)
    assert [op.inputs[0].op for op in graph.ops[1:]] == list(range(200))


def test_a_trace_keeps_no_activation_alive() -> None:
    alive: list[weakref.ref[Tensor]] = []
    freed: list[bool] = []

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last: Tensor | None = None
            self.layer = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            y = self.layer(x).exp()
            alive.append(weakref.ref(y))
            z = y.detach().sin()
            del y
            freed.append(alive[0]() is None)
            alive.append(weakref.ref(z))
            self.last = z
            return z

    model = Model()
    with torch.no_grad():
        graph = trace_graph(model, (X,), {}).graph
    gc.collect()
    assert freed == [True]
    assert [tensor() for tensor in alive] == [None, None]
    assert model.last is None
    assert len(graph.ops) == 5


@st.composite
def slices_of_a_base(draw: st.DrawFn) -> tuple[Tensor, Tensor]:
    base = torch.arange(60).view(draw(st.sampled_from([(3, 4, 5), (5, 4, 3), (60,), (6, 10)])))

    def part() -> Tensor:
        view = base
        for dim in range(base.dim()):
            start = draw(st.integers(0, base.shape[dim] - 1))
            view = view.narrow(dim, start, draw(st.integers(0, base.shape[dim] - start)))
        if draw(st.booleans()) and view.dim() > 1:
            view = view.transpose(0, 1)
        if draw(st.booleans()) and view.shape[0]:
            view = view[draw(st.integers(0, view.shape[0] - 1))]
        return view

    return part(), part()


@given(slices_of_a_base())
def test_slices_said_to_be_apart_share_no_element(parts: tuple[Tensor, Tensor]) -> None:
    a, b = parts
    shared = set(a.flatten().tolist()) & set(b.flatten().tolist())
    if shared:
        assert may_overlap(place_of(a), place_of(b))
    elif a.stride() == b.stride() and a.numel() and b.numel():
        assert not may_overlap(place_of(a), place_of(b))
