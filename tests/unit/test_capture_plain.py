"""Memory is read where it is plainly a tensor's own; whatever else flows through a network, recording goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

import resight
from resight.capture.plain import readable

X = torch.randn(4, 8, generator=torch.Generator().manual_seed(0))
ROWS = [torch.randn(n, 8, generator=torch.Generator().manual_seed(n)) for n in (3, 5)]


class Wrapper(Tensor):
    """Has sizes, and keeps its elements elsewhere."""

    inner: Tensor

    @staticmethod
    def __new__(cls, inner: Tensor) -> Wrapper:
        return Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype)  # type: ignore[attr-defined, no-any-return]

    def __init__(self, inner: Tensor) -> None:
        self.inner = inner

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        args, kwargs = tree_map(lambda v: v.inner if isinstance(v, cls) else v, (args, kwargs or {}))
        return tree_map(lambda v: cls(v) if isinstance(v, Tensor) else v, function(*args, **kwargs))


class Named(Tensor):
    """Plain memory under another name."""


class Of(nn.Module):
    """A function as a module."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *args: Any) -> Any:
        return self.function(*args)


def freed() -> Tensor:
    x = X.clone()
    x.untyped_storage().resize_(0)
    return x


def shrunk() -> Tensor:
    x = X.clone()
    x.untyped_storage().resize_(X.nbytes - 4)
    return x


def faked() -> Tensor:
    with FakeTensorMode():
        return torch.randn(4, 8)


UNREADABLE = {
    "wrapper": lambda: Wrapper(X), "fake": faked, "meta": lambda: X.to("meta"), "freed": freed, "shrunk": shrunk,
    "sparse": lambda: X.to_sparse(), "csr": lambda: X.to_sparse_csr(), "mkldnn": lambda: X.to_mkldnn(),
    "quantized": lambda: torch.quantize_per_tensor(X, 0.1, 0, torch.qint8),
}  # fmt: skip

READABLE = {
    "plain": lambda: X, "parameter": lambda: nn.Parameter(X), "view": lambda: X[1:, ::2],
    "expanded": lambda: X[:1].expand(4, 8),
    "subclass": lambda: X.as_subclass(Named), "zeros": lambda: torch._efficientzerotensor((4, 8)),
    "conjugate": lambda: torch.complex(X, X).conj(), "negative": lambda: torch.complex(X, X).conj().imag,
    "nested": lambda: torch.nested.nested_tensor(ROWS),
    "jagged": lambda: torch.nested.nested_tensor(ROWS, layout=torch.jagged),
    "turned": lambda: torch.nested.nested_tensor(ROWS).transpose(1, 2),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_has_no_plain_memory_is_not_read(kind: str) -> None:
    assert readable(UNREADABLE[kind]()) is None


@pytest.mark.parametrize("kind", READABLE)
def test_what_can_be_read_has_the_same_elements(kind: str) -> None:
    tensor = READABLE[kind]()
    found = readable(tensor)
    assert found is not None
    rows = tensor.unbind() if tensor.is_nested else [tensor]
    assert sorted(found.tensor.abs().reshape(-1).tolist()) == sorted(
        v for row in rows for v in row.abs().reshape(-1).tolist()
    )


INSIDE = {
    "wrapper": lambda x: (Wrapper(x) * 2).inner + x,
    "fake": lambda x: (faked() * 2, x * 2 + x)[1],
    "zeros": lambda x: x * 2 + torch._efficientzerotensor((4, 8)),
    "freed": lambda x: (freed().view(8, 4), x * 2 + x)[1],
    "functionalized": lambda x: torch.func.functionalize(lambda z: z * 2 + 1)(x) + x,
    "vmap": lambda x: torch.vmap(lambda row: row * 2 + row)(x) + x,
    "grad": lambda x: torch.func.grad(lambda z: (z * 2 + z).square().sum())(x) + x,
    "jvp": lambda x: torch.func.jvp(lambda z: z * 2 + z, (x,), (x,))[1] + x,
}  # fmt: skip


@pytest.mark.parametrize("kind", INSIDE)
def test_unreadable_values_inside_a_network_cost_only_their_own_numbers(kind: str) -> None:
    trace = resight.record(Of(INSIDE[kind]), X)
    assert trace.failure is None
    assert trace.recording is not None
    summary = trace.recording.values.summary(trace.graph.outputs[0].ref)
    assert summary is not None
    assert summary.mean == pytest.approx(float(INSIDE[kind](X).double().mean()), rel=1e-5)


def test_values_that_cannot_be_read_are_counted_in_a_note() -> None:
    trace = resight.record(Of(lambda x: x * 2 + x), Wrapper(X))
    assert any("no statistics of 3 values: Wrapper" in note for note in trace.about.notes)


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.a, self.b = nn.LayerNorm(8), nn.Linear(8, 16), nn.Linear(16, 8)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.b(torch.relu(self.a(self.norm(x))))
        return y


@pytest.mark.parametrize("layout", [torch.strided, torch.jagged])
@pytest.mark.parametrize("gradients", [False, True])
def test_nested_tensors_are_their_rows(layout: torch.layout, gradients: bool) -> None:
    torch.manual_seed(0)
    model = Residual()
    nested = resight.record(model, torch.nested.nested_tensor(ROWS, layout=layout))
    whole = resight.record(model, torch.cat(ROWS))
    assert [skip.kind for skip in nested.skips] == ["identity"]
    assert nested.skips[0].gain == pytest.approx(whole.skips[0].gain)
    assert str(nested.graph.ops[0].outputs[0]) == "f32[2,5,8]"
    if gradients:
        loss = resight.record(
            model, torch.nested.nested_tensor(ROWS, layout=layout), gradients=lambda y: y.values().sum()
        )
        assert loss.recording is not None
        assert loss.recording.gradients is not None


class Doubling(TorchDispatchMode):
    """Changes what every operation gives."""

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        return result * 2 if isinstance(result, Tensor) and result.is_floating_point() else result


def test_somebody_elses_mode_has_no_part_in_statistics() -> None:
    with Doubling():
        trace = resight.record(Of(lambda x: x[:, ::3] + 1), X)
    assert trace.recording is not None
    summary = trace.recording.values.summary(trace.graph.outputs[0].ref)
    assert summary is not None
    assert summary.mean == pytest.approx(float(((X[:, ::3] * 2 + 1) * 2).mean()), rel=1e-5)


@contextmanager
def fake_mode() -> Iterator[None]:
    with FakeTensorMode(allow_non_fake_inputs=True):
        yield


@pytest.mark.parametrize("made", ["inside", "outside"])
def test_under_the_callers_fake_mode_there_are_shapes_only(made: str) -> None:
    model, x = Residual(), X
    with fake_mode():
        if made == "inside":
            model, x = Residual(), torch.randn(4, 8)
        assert resight.trace(model, x).count() == {"identity": 1}
        trace = resight.record(model, x)
    assert trace.failure is None
    assert trace.recording is not None
    assert not trace.recording.values.rows
    assert any("no values" in note for note in trace.about.notes)


def test_fake_weights_and_inputs_need_no_mode_around() -> None:
    with FakeTensorMode():
        model, x = Residual(), torch.randn(4, 8)
    assert resight.trace(model, x).count() == {"identity": 1}
    assert type(model.a.weight).__name__ == "FakeTensor"


def scaled(y: Tensor) -> Tensor:
    return y * 100


def through_data(y: Tensor) -> Tensor:
    y.data.mul_(100)
    return y


def through_numpy(y: Tensor) -> Tensor:
    y.detach().numpy()[:] *= 100
    return y


def through_alias_after_a_write(y: Tensor) -> Tensor:
    y.mul_(1)  # now both counters say one
    y.data.mul_(100)
    return y


@pytest.mark.parametrize("write", [through_data, through_numpy, through_alias_after_a_write])
@pytest.mark.parametrize("is_inference", [False, True])
def test_what_is_written_unseen_by_version_counters_is_read_as_it_is(write: Any, is_inference: bool) -> None:
    torch.manual_seed(0)
    linear = nn.Linear(8, 8)

    def gain(change: Callable[[Tensor], Tensor]) -> float:
        class Net(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.linear = linear

            def forward(self, x: Tensor) -> Tensor:
                return x + change(self.linear(x))

        with torch.inference_mode(is_inference):
            (skip,) = resight.record(Net(), X).skips
        assert skip.gain is not None
        return skip.gain

    assert gain(write) == pytest.approx(gain(scaled), rel=1e-5)


def test_a_deep_chain_does_not_overflow_the_stack() -> None:
    """In a thread with a small stack a few thousand ops are as deep as 35,000 in one of the usual size."""
    weight = torch.ones(2, requires_grad=True)

    def forward(x: Tensor) -> Tensor:
        for _ in range(6000):
            x = x * weight
        return x

    results: list[int] = []

    def run() -> None:
        model, x = Of(forward), torch.ones(2)
        for trace in (resight.trace(model, x), resight.record(model, x, gradients=torch.sum)):
            results.append(sum(op.name == "mul" for op in trace.graph.ops))

    before = threading.stack_size(1 << 20)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert results == [6000, 6000]


def test_first_recordings_in_many_threads_give_the_numbers_of_one() -> None:
    torch.manual_seed(0)
    models = [Residual() for _ in range(8)]
    found: dict[int, Any] = {}
    barrier = threading.Barrier(len(models))

    def run(number: int) -> None:
        barrier.wait()
        for _ in range(3):
            found[number] = resight.record(models[number], X)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(models))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, model in enumerate(models):
        alone = resight.record(model, X)
        assert alone.recording is not None
        assert np.array_equal(found[number].recording.values.table, alone.recording.values.table)


def notes_of(function: Callable[[Tensor], Tensor], x: Tensor = X) -> list[str]:
    return [note for note in resight.record(Of(function), x).about.notes if "nan or inf" in note]


def test_the_first_place_where_numbers_stop_being_finite_is_said() -> None:
    (note,) = notes_of(lambda x: (x * 0 + 1 - (x.abs() + 1).log() * 0).sub(1).log().mul(2) + x)
    assert "in log (op " in note
    assert "32 of 32 elements" in note
    assert "the input " in notes_of(lambda x: x + 1, torch.tensor([1.0, float("nan")]))[0]
    assert not notes_of(lambda x: x + 1)


def test_masks_of_inf_are_no_news_unless_they_come_out() -> None:
    mask = torch.ones(8, 8, dtype=torch.bool).triu(1)

    def attention(x: Tensor) -> Tensor:
        scores = (x.t() @ x).masked_fill(mask, float("-inf")) + torch.full((8, 8), float("-inf")).triu(1)
        return x @ scores.softmax(-1)

    assert not notes_of(attention)
    assert notes_of(lambda x: x.masked_fill(x > 0, float("-inf")))
