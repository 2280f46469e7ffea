"""What a run could not see is said, and what counts as data: floats from integers, from numpy, from nowhere."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import resight
from resight.graph.walk import is_data

WIDTH = 8
X = torch.linspace(-1, 1, 3 * WIDTH).reshape(3, WIDTH)


class Net(nn.Module):
    """Two blocks `x + f(x)`, behind `before`; how they are held and fed is up to each test."""

    def __init__(self, before: Callable[..., Any] = lambda net, x: x) -> None:
        super().__init__()
        self.stem, self.before = nn.Linear(WIDTH, WIDTH), before
        self.blocks = nn.ModuleList(mlp() for _ in range(2))

    def forward(self, *given: Any) -> Any:
        x = self.before(self, *given)
        for block in self.blocks:
            x = x + block(x)
        return x


def mlp() -> nn.Sequential:
    return nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH))


def traced(model: nn.Module, *given: Any, grad: bool = False) -> resight.Trace:
    with torch.set_grad_enabled(grad):
        trace = resight.trace(model.eval(), *given)
    assert trace.failure is None
    return trace


def test_integers_and_booleans_that_layers_work_on_are_data() -> None:
    whole = torch.arange(3 * WIDTH).reshape(3, WIDTH)
    ways: list[tuple[Callable[..., Any], Tensor]] = [
        (lambda net, x: x.float() / 255, whole.to(torch.uint8)), (lambda net, x: x / 255, whole.to(torch.uint8)),
        (lambda net, x: x * (1 / 255), whole.to(torch.int8)), (lambda net, x: x.to(net.stem.weight.dtype), whole > 5),
        (lambda net, x: F.one_hot(x, WIDTH).float(), whole % WIDTH),
        (lambda net, x: F.layer_norm(x.float(), (WIDTH,)), whole),
    ]  # fmt: skip
    for before, given in ways:
        trace = traced(Net(before), given)
        assert trace.count() == {"identity": 2}
        assert str(given.dtype).removeprefix("torch.") in str(trace)  # the picture begins with the input


@pytest.mark.parametrize("made", ["mask", "time", "time through sines", "positions"])
def test_what_shifts_or_gates_data_is_none(made: str) -> None:
    """Were it data, adding it twice would look like a projection around all that lies between."""

    class Conditioned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conditions = nn.ModuleList(nn.Linear(1 if made == "time" else WIDTH, WIDTH) for _ in range(2))
            self.layers = nn.ModuleList(mlp() for _ in range(2))

        def forward(self, x: Tensor, given: Tensor) -> Tensor:
            for condition, layer in zip(self.conditions, self.layers):
                if made == "mask":
                    shift = (1 - given.float()) * -1e9
                elif made == "time":
                    shift = condition(given.float()[:, None] / 1000)
                else:
                    shift = condition(torch.sin(given.float()[..., None] * torch.arange(WIDTH)))
                x = layer(x + shift)
            return x

    given = {"mask": (X > 0).long(), "positions": torch.arange(3)}.get(made, torch.tensor([5, 6, 7]))
    trace = traced(Conditioned(), X, given)
    assert trace.count() == {}
    assert not trace.skips


def test_data_made_in_the_forward_is_found_and_said() -> None:
    ways: list[tuple[Callable[..., Any], Any]] = [
        (lambda net, words: F.embedding(torch.tensor([ord(c) % 9 for c in words]), net.table), "abc"),
        (lambda net, array: torch.from_numpy(array).float(), np.ones((3, WIDTH))),
        (lambda net, rows: torch.tensor(rows), X.tolist()),
        (lambda net, n: torch.randn(n, WIDTH), 3),
    ]  # fmt: skip
    for before, given in ways:
        net = Net(before)
        net.table = nn.Parameter(torch.ones(9, WIDTH))
        trace = traced(net, given)
        assert trace.count() == {"identity": 2}
        assert "; no input was seen" in trace.summary()


@pytest.mark.parametrize(
    "away",
    [
        lambda x: torch.from_numpy(np.sort(x.detach().numpy())), lambda x: torch.tensor(x.tolist()),
        lambda x: torch.from_dlpack(x.detach().numpy()), lambda x: torch.as_tensor(np.asarray(x.detach())),
    ],
)  # fmt: skip
def test_a_lost_trail_begins_again_and_is_said(away: Callable[[Tensor], Tensor]) -> None:
    def before(net: Net, x: Tensor) -> Tensor:
        return away(net.stem(x))

    trace = traced(Net(before), X)
    assert trace.count() == {"identity": 2}
    assert "1 value was made out of sight at unit/test_unseen.py:" in trace.summary()
    assert "origin not seen" in str(trace)


def test_what_joins_from_out_of_sight_is_said_and_drawn() -> None:
    def before(net: Net, x: Tensor) -> Tensor:
        return net.stem(x) + torch.from_numpy(np.tanh(net.stem(x).detach().numpy()))

    trace = traced(Net(before), X)
    assert "out of sight" in trace.summary()
    assert "origin not seen" in str(trace)


def test_a_constant_of_the_code_around_is_no_value_from_out_of_sight() -> None:
    mean = torch.ones(WIDTH)
    assert traced(Net(lambda net, x: net.stem(x - mean)), X).about.notes == ()


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")
@pytest.mark.parametrize("grad", [False, True])
@pytest.mark.parametrize("kind", [torch.jit.script, lambda f: torch.jit.trace(f, (X, X)), lambda f: f])
def test_scripted_functions_are_followed(kind: Callable[[Any], Any], grad: bool) -> None:
    def gate(a: Tensor, b: Tensor) -> Tensor:
        return torch.tanh(a) * torch.sigmoid(b)

    call = type(torch.jit.script(gate)).__call__
    gated = kind(gate)

    def before(net: Net, x: Tensor) -> Tensor:
        return x + net.stem(gated(x, x * 2))

    assert traced(Net(before), X, grad=grad).count() == {"identity": 3}
    assert type(torch.jit.script(gate)).__call__ is call


@pytest.mark.parametrize("grad", [False, True])
def test_a_vmap_is_followed(grad: bool) -> None:
    def around(net: Net, x: Tensor) -> Tensor:
        return x + torch.vmap(lambda row: net.stem(row).relu())(x)

    def inside(net: Net, x: Tensor) -> Tensor:
        return torch.vmap(lambda row: row + net.stem(row).relu(), in_dims=1, out_dims=1)(x.T.contiguous()).T

    for before in (around, inside):
        trace = traced(Net(before), X, grad=grad)
        assert (trace.count(), trace.about.notes) == ({"identity": 3}, ())


def test_what_another_thread_did_is_said() -> None:
    def before(net: Net, x: Tensor) -> Tensor:
        with ThreadPoolExecutor(1) as pool:
            return x + pool.submit(net.stem, x).result()

    summary = traced(Net(before), X).summary()
    assert "1 module ran in another thread" in summary
    assert "did not run" not in summary


def test_unregistered_layers_are_learned_named_and_told_of() -> None:
    class Hidden(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Linear(WIDTH, WIDTH)
            self.modules = [mlp(), mlp()]  # type: ignore[assignment]
            self.by_name = {"one": nn.Linear(WIDTH, WIDTH)}
            inner = nn.Linear(WIDTH, WIDTH)
            self.call = lambda x: inner(x)
            self.weight = torch.ones(WIDTH, WIDTH, requires_grad=True)

        def forward(self, x: Tensor) -> Tensor:
            x = self.stem(x)
            for part in (*self.modules, self.by_name["one"], self.call):  # type: ignore[misc]
                x = x + F.relu(part(x))
            return x + F.relu(x @ self.weight)

    trace = traced(Hidden(), X)
    assert trace.count() == {"identity": 5}
    assert {call.path for call in trace.graph.calls if call.loose} == {
        "modules.0", "modules.1", "by_name.one", "call.inner",
    }  # fmt: skip
    assert all(call.number == 0 for call in trace.graph.calls)
    assert trace.about.notes == (
        "4 modules are not registered: their 432 parameters would not be trained",
        "1 weight is not registered: its 64 parameters would not be trained",
    )
    assert "4 modules are not registered; 1 weight is not registered" in trace.summary()
    assert "modules.0 (not registered)" in str(trace)
    recorded = resight.record(Hidden().eval(), X)
    assert all(skip.gain is not None for skip in recorded.skips)


def test_layers_made_in_the_forward_have_names_of_their_own() -> None:
    class Late(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            if not hasattr(self, "late"):
                self.late = nn.Linear(WIDTH, WIDTH)
            for _ in range(2):
                x = x + nn.Linear(WIDTH, WIDTH)(nn.ReLU()(self.late(x)))
            return x

    trace = traced(Late(), X)
    assert trace.count() == {"identity": 2}
    assert [(call.path, call.number) for call in trace.graph.calls[1:]] == [
        ("late", 0), ("(ReLU)", 0), ("(Linear)", 0), ("late", 1), ("(ReLU)", 1), ("(Linear 2)", 0),
    ]  # fmt: skip
    assert trace.about.unseen == ("2 modules are not registered",)


def test_parameters_that_did_not_run_are_named_by_their_topmost_modules() -> None:
    net = Net()
    net.tower = nn.Sequential(mlp(), nn.Linear(WIDTH, 100))
    trace = traced(net, X)
    idle = sum(p.numel() for part in (net.stem, net.tower) for p in part.parameters())
    share = round(100 * idle / sum(p.numel() for p in net.parameters()))
    assert trace.about.notes == (f"{share}% of the parameters did not run: stem, tower",)
    assert trace.summary().endswith(f"; {share}% of the parameters did not run")


def test_a_forward_without_a_return_and_a_sum_without_a_reader() -> None:
    class NoReturn(Net):
        def forward(self, x: Tensor) -> None:
            super().forward(self.stem(x))

    class NoReader(Net):
        def forward(self, x: Tensor) -> Any:
            x = self.stem(x)
            x + self.blocks[0](x)
            return super().forward(x)

    assert "the forward returned None" in traced(NoReturn(), X).summary()
    assert "is thrown away" in traced(NoReader(), X).summary()


def test_a_run_that_stopped_says_so_beside_its_count() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", resight.ForwardWarning)
        trace = resight.trace(Net(lambda net, x: x @ x), X)
    assert trace.summary() == "Net: no residual connections until the forward stopped"


def test_operators_of_other_namespaces_are_not_torchs() -> None:
    @torch.library.custom_op("resight_tests::double", mutates_args=())
    def double(x: Tensor) -> Tensor:
        return x * 2

    graph = traced(Net(lambda net, x: torch.ops.resight_tests.double(net.stem(x))), X).graph
    assert graph.ops[2].name == "resight_tests.double"
    assert is_data(graph)[2]


@pytest.mark.filterwarnings("ignore")
def test_an_int8_network_has_the_skips_of_its_float_one() -> None:
    from torch.ao import quantization

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.relu, self.add = nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(), nn.quantized.FloatFunctional()

        def forward(self, x: Tensor) -> Tensor:
            return self.add.add_relu(self.relu(self.conv(x)), x)

    net = nn.Sequential(quantization.QuantStub(), Block(), Block(), quantization.DeQuantStub()).eval()
    engine = torch.backends.quantized.engine
    torch.backends.quantized.engine = next(
        name for name in torch.backends.quantized.supported_engines if name != "none"
    )
    try:
        net.qconfig = quantization.get_default_qconfig(torch.backends.quantized.engine)
        quantization.prepare(net, inplace=True)
        net(torch.ones(1, 4, 8, 8))
        quantization.convert(net, inplace=True)
        trace = traced(net, torch.ones(1, 4, 8, 8))
    finally:
        torch.backends.quantized.engine = engine
    assert trace.count() == {"identity": 2}
    conv = next(op for op in trace.graph.ops if op.name == "conv2d")
    assert [(weight.name, weight.spec.shape) for weight in conv.weights] == [("1.conv.weight", (4, 4, 3, 3))]
    assert "stride" not in conv.attributes


class Store:
    """A private store, as PyTorch Geometric's `Data` has one: values are reached by `__getattr__`."""

    def __init__(self, **values: Tensor) -> None:
        self.__dict__["_store"] = {"_mapping": values}

    def __getattr__(self, name: str) -> Tensor:
        try:
            return self.__dict__["_store"]["_mapping"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None


class Slotted:
    __slots__ = ("_x",)

    def __init__(self, x: Tensor) -> None:
        self._x = x

    @property
    def x(self) -> Tensor:
        return self._x


@pytest.mark.parametrize("hold", [lambda x: Store(x=x), Slotted, lambda x: [{"deep": Slotted(x)}]])
def test_inputs_are_found_in_whatever_object_holds_them(hold: Any) -> None:
    class Reads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.f = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))

        def forward(self, batch: Any) -> Tensor:
            x = (batch[0]["deep"] if isinstance(batch, list) else batch).x
            return x + self.f(x)

    trace = resight.trace(Reads().eval(), hold(torch.randn(2, 4)))
    assert trace.count() == {"identity": 1}
    assert trace.about.notes == ()
    assert [str(trace.graph.ops[i].attributes["name"]).split(".")[-1] for i in trace.graph.inputs] == ["x"]


def test_an_iterator_of_inputs_is_read_from_a_copy() -> None:
    class Reads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.f = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))

        def forward(self, batches: Any) -> Tensor:
            x = next(batches)
            return x + self.f(x)

    batches = iter([torch.randn(2, 4)])
    assert resight.trace(Reads().eval(), batches).count() == {"identity": 1}
    assert len(list(batches)) == 1
