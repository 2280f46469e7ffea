"""Whatever a forward writes, in whatever it can reach, is as it was after a trace, a recording, an edit, a probe."""

from __future__ import annotations

import random
import warnings
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import resight


class Slotted:
    """An object without a dictionary."""

    __slots__ = ("late", "things")

    def __init__(self, *things: Any) -> None:
        self.things = list(things)


class Prickly:
    """An object that must not be asked anything: only what it holds counts."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared")

    __hash__ = object.__hash__

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"asked for {name}")

    @property
    def noisy(self) -> Any:
        raise AssertionError("a property was read")


class Rows(list):  # type: ignore[type-arg]
    """A list that does more when it is written."""

    def append(self, value: Any) -> None:
        super().append((value, len(self)))

    def __len__(self) -> int:
        return 1


class Body(nn.Module):
    """A residual block that holds one of everything, and does something with it on the way."""

    shared: ClassVar[list[int]] = []

    def __init__(self, act: Callable[[Body, Tensor, Any], object]) -> None:
        super().__init__()
        self.act = act
        self.f, self.norm = nn.Linear(4, 4), nn.BatchNorm1d(4)
        self.large = nn.Parameter(torch.arange(80_000.0), requires_grad=False)
        self.register_buffer("steps", torch.zeros(4))
        self.register_buffer("sparse", torch.eye(4).to_sparse())
        self.plain = torch.ones(4)
        self.view = self.plain[1:3]
        self.nest = {"a": [torch.zeros(2), {"b": deque([1], maxlen=2)}], "c": (OrderedDict(d=set()), Rows([1]))}
        self.defaults, self.counts = defaultdict(list), Counter("ab")
        self.slotted, self.prickly = Slotted(Prickly([1])), Prickly(torch.zeros(3))
        self.tensor_generator = torch.Generator().manual_seed(1)
        self.numpy_generator, self.old_generator = np.random.default_rng(1), np.random.RandomState(1)
        self.python_generator = random.Random(1)
        self.array = np.zeros(3)

    def forward(self, x: Tensor, extra: Any = None) -> Tensor:
        self.act(self, x, extra)
        return x + F.relu(self.norm(self.f(x)))


def dig(net: Body, x: Tensor, extra: Any) -> None:
    net.nest["a"][0].add_(1)
    net.nest["a"][1]["b"].append(2)
    net.nest["c"][0]["d"].add(3)
    net.nest["c"][0]["e"] = 1
    net.nest["c"][1].append(2)
    net.nest["new"] = net.defaults["x"]
    net.defaults["x"].append(1)
    net.counts["a"] += 1
    net.slotted.late = 1
    net.slotted.things[0].value.append(2)
    net.prickly.value.mul_(0).sub_(1)
    net.prickly.other = 1
    type(net).shared.append(1)
    type(net).shared = [2]
    net.array += 1


def draw(net: Body, x: Tensor, extra: Any) -> None:
    torch.rand(1, generator=net.tensor_generator)
    net.numpy_generator.random(), net.old_generator.rand(), net.python_generator.random()


def renormalise(net: Body, x: Tensor, extra: Any) -> None:
    with torch.no_grad():
        net.f.weight.clamp_(-0.01, 0.01)
        net.f.bias.lerp_(torch.ones(4), 0.5)
        torch._foreach_add_([net.large, net.f.bias], 1.0)
        torch.neg(net.f.weight, out=net.f.weight)


def write_data(net: Body, x: Tensor, extra: Any) -> None:
    net.large.data.mul_(2)
    net.f.weight.data = net.f.weight.data * 2
    net.f.bias.data[1:].fill_(3)
    net.large.detach().numpy()[:5] = 7
    net.plain.data = torch.zeros(7, dtype=torch.float64)


def limit_norm(net: Body, x: Tensor, extra: Any) -> None:
    F.embedding(torch.arange(3), net.f.weight, max_norm=0.01)
    F.embedding(torch.arange(99), net.large.view(-1, 8), max_norm=0.01)


def resize(net: Body, x: Tensor, extra: Any) -> None:
    net.steps.resize_(9).fill_(1)
    net.plain.set_(torch.ones(2))
    net.view[0] = 5
    net.sparse.mul_(3)


def flip_signs(net: Body, x: Tensor, extra: Any) -> None:
    net.steps.neg_()
    net.plain[0] = float("nan")
    x.mul_(-1)


def cast(net: Body, x: Tensor, extra: Any) -> None:
    net.double()
    net.half()
    net.float()


def rebuild(net: Body, x: Tensor, extra: Any) -> None:
    net.extra = nn.Linear(2, 2)
    del net.sparse
    net.f.weight = nn.Parameter(net.f.weight.detach() * 2)
    net.steps = net.steps + x.mean(0)
    net.register_parameter("late", nn.Parameter(torch.ones(1)))
    net.eval() if net.training else net.train()
    net.f.register_forward_hook(lambda *_: None)
    nn.modules.module.register_module_forward_hook(lambda *_: None)


def mark(net: Body, x: Tensor, extra: Any) -> None:
    x.note = "seen"  # type: ignore[attr-defined]
    x.requires_grad_()
    x.register_hook(lambda g: g * 2)
    net.f.weight.register_hook(lambda g: g * 2)
    net.norm.bias.requires_grad_(False)


def descend(net: Body, x: Tensor, extra: Any) -> None:
    with torch.enable_grad():
        F.linear(torch.ones(1, 4), net.f.weight.clone()).sum().backward()
    assert net.f.weight.grad is not None
    net.f.weight.grad.zero_()
    torch.optim.SGD([net.f.weight, net.large], 0.1).step()


def use_arguments(net: Body, x: Tensor, extra: Any) -> None:
    extra["list"].append(x)
    extra["object"].value = extra.pop("tensor")
    extra["object"].value.add_(1)
    extra["slotted"].things.clear()


def switch(net: Body, x: Tensor, extra: Any) -> None:
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(torch.get_num_threads() + 1)
    torch.set_default_device("cpu")
    torch.set_anomaly_enabled(True, False)
    torch.set_autocast_enabled("cpu", True)
    torch.use_deterministic_algorithms(True, warn_only=True)
    warnings.simplefilter("error", ResourceWarning)


ACTS = [dig, draw, renormalise, write_data, limit_norm, resize, flip_signs, cast, rebuild, mark, descend, use_arguments]


def seen(value: Any, depth: int = 9) -> Any:
    """Everything a value holds, with the identity of each thing, in a form that compares."""
    if isinstance(value, Tensor):
        dense = value.detach().to_dense() if value.is_sparse else value.detach()
        known = id(value), value._version, value.requires_grad, value.is_leaf, value.dtype, value.layout
        held = seen(vars(value)), list(value._backward_hooks or ()), seen(value.grad)
        place = None if value.is_sparse else (value.data_ptr(), value.stride(), value.storage_offset())
        return *known, *held, place, tuple(value.shape), bytes(dense.clone().reshape(-1).view(torch.uint8).numpy())
    if depth == 0 or value is None:
        return id(value)
    if isinstance(value, dict):
        return id(value), [(key, seen(part, depth - 1)) for key, part in dict.items(value)]
    if isinstance(value, (list, tuple, deque)):
        return id(value), [seen(part, depth - 1) for part in type(value).__mro__[-2].__iter__(value)]
    if isinstance(value, set):
        return id(value), sorted(value)
    states = {
        torch.Generator: lambda g: bytes(g.get_state().numpy()),
        random.Random: lambda g: g.getstate(),
        np.random.Generator: lambda g: repr(g.bit_generator.state),
        np.random.RandomState: lambda g: repr(g.get_state()),
        np.ndarray: lambda a: a.tobytes(),
    }
    for kind, state in states.items():
        if isinstance(value, kind):
            return id(value), state(value)
    if isinstance(value, Slotted):
        return id(value), [seen(part, depth - 1) for part in (value.things, getattr(value, "late", None))]
    if isinstance(value, (nn.Module, Prickly)):
        return id(value), type(value), seen(vars(value), depth - 1)
    return id(value)


def switches() -> tuple[Any, ...]:
    return (
        torch.get_default_dtype(),
        torch.get_num_threads(),
        torch._GLOBAL_DEVICE_CONTEXT.__dict__.get("device_context"),
        torch.is_anomaly_enabled(),
        torch.is_autocast_enabled("cpu"),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        len(nn.modules.module._global_forward_hooks),
        [*map(str, warnings.filters)],
        bytes(torch.get_rng_state().numpy()),
    )


def with_edit(net: Body, *args: Any) -> None:
    skip = resight.trace(net, *args).skips[0]
    with resight.edit(net, skip.without_branch()):
        resight.trace(net, *args)


def with_probe(net: Body, *args: Any) -> None:
    with resight.probe(net, {"*": resight.Probe(show="none", keep=True)}):
        resight.trace(net, *args)


def with_gradients(net: Body, *args: Any) -> None:
    resight.record(net, *args, gradients=lambda result: result.float().square().mean())


RUNS = [resight.trace, resight.record, with_gradients, with_edit, with_probe]


def arguments() -> tuple[Tensor, dict[str, Any]]:
    held = {"list": [], "object": Prickly(1), "tensor": torch.zeros(2), "slotted": Slotted(1, 2)}
    return torch.randn(3, 4), held


def body(act: Callable[..., object], train: bool) -> Body:
    torch.manual_seed(0)
    net = Body(act).train(train)
    for parameter in net.parameters():
        if parameter.requires_grad:
            parameter.grad = torch.ones_like(parameter)
    return net


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.__name__)
@pytest.mark.parametrize("act", [*ACTS, switch], ids=lambda act: act.__name__)
def test_everything_is_as_it_was(act: Callable[..., object], run: Callable[..., object]) -> None:
    for train in (True, False):
        net, args = body(act, train), arguments()
        before = seen(net), [*map(seen, args)], id(Body.shared), [*Body.shared], switches()
        run(net, *args)
        assert (seen(net), [*map(seen, args)], id(Body.shared), [*Body.shared], switches()) == before


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_the_acts_do_change_something(act: Callable[..., object]) -> None:
    net, args = body(act, True), arguments()
    before = seen(net), [*map(seen, args)]
    hooks = dict(nn.modules.module._global_forward_hooks)
    net(*args)
    nn.modules.module._global_forward_hooks.clear()
    nn.modules.module._global_forward_hooks.update(hooks)
    Body.shared = []
    assert (seen(net), [*map(seen, args)]) != before


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_also_if_the_forward_raises(error: type[BaseException]) -> None:
    def act(net: Body, x: Tensor, extra: Any) -> None:
        for one in ACTS:
            if one is not use_arguments:
                one(net, x, extra)
        raise error

    net, args = body(act, True), arguments()
    before = seen(net), [*map(seen, args)], id(Body.shared), switches()
    with suppress(KeyboardInterrupt, SystemExit):
        resight.trace(net, *args)
    assert (seen(net), [*map(seen, args)], id(Body.shared), switches()) == before


def test_a_graph_waiting_for_its_backward_bears_writes_into_what_it_saved() -> None:
    net, x = body(renormalise, False), torch.randn(3, 4)
    waiting = F.linear(F.linear(x, net.f.weight), net.f.weight).sum()
    resight.trace(net, x)
    waiting.backward()


def test_a_forward_reads_the_gradients_that_are_there() -> None:
    found: list[Any] = []
    net = body(lambda net, x, extra: found.append(net.f.weight.grad.sum().item()), False)
    resight.trace(net, torch.randn(3, 4))
    assert found == [16.0]


def test_weights_written_out_of_sight_are_told() -> None:
    def act(net: Body, x: Tensor, extra: Any) -> None:
        with torch._C.DisableTorchFunction(), torch.no_grad():
            net.large.zero_()

    trace = resight.trace(body(act, False), torch.randn(3, 4))
    assert any("large" in note and "could not be put back" in note for note in trace.about.notes)


def test_parameters_of_large_networks_are_copied_only_to_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from resight.capture.originals import Memory

    saved: list[int] = []
    save = Memory.save
    monkeypatch.setattr(Memory, "save", lambda memory: (saved.append(memory.size), save(memory)))
    net = nn.Sequential(nn.Embedding(30_000, 4, max_norm=None), nn.Linear(4, 4), nn.ReLU(inplace=True))
    resight.trace(net, torch.arange(3))
    assert sum(saved) < 100


def test_a_cache_has_no_more_tokens_than_before() -> None:
    transformers = pytest.importorskip("transformers")
    model = transformers.GPT2LMHeadModel(transformers.GPT2Config(n_layer=2, n_head=2, n_embd=8, vocab_size=20)).eval()
    cache = model(torch.arange(3)[None]).past_key_values
    before = [seen(layer.keys) for layer in cache.layers]
    resight.trace(model, torch.arange(1)[None], past_key_values=cache)
    assert cache.get_seq_length() == 3
    assert [seen(layer.keys) for layer in cache.layers] == before


def test_an_offloaded_model_is_run_for_real() -> None:
    accelerate = pytest.importorskip("accelerate")
    net, x = nn.Sequential(nn.Linear(4, 4), nn.ReLU()), torch.randn(2, 4)
    expected = net(x)
    accelerate.cpu_offload(net, execution_device=torch.device("cpu"))
    weight = net[0].weight
    trace = resight.record(net, x)
    assert trace.failure is None
    assert trace["1"].summary is not None
    assert net[0].weight is weight
    assert torch.equal(net(x), expected)


def test_what_a_hook_notes_for_others_stays() -> None:
    noted: list[Tensor] = []
    net = nn.Linear(2, 2)
    net.register_forward_hook(lambda module, args, result: noted.append(result))
    resight.trace(net, torch.ones(1, 2))
    assert len(noted) == 1


def test_a_million_things_are_told() -> None:
    net = nn.Linear(2, 2)
    net.rows = [[number] for number in range(300_000)]
    net.words = [*map(str, range(300_000))]
    net.log = [[]]
    trace = resight.trace(net, torch.ones(1, 2))
    assert any("200,000" in note for note in trace.about.notes)


@pytest.mark.parametrize("run", [resight.trace, resight.record])
@pytest.mark.parametrize("train", [True, False])
def test_a_sharded_model_runs_and_trains_after_a_run(run: Callable[..., Any], train: bool, tmp_path: Any) -> None:
    fsdp = pytest.importorskip("torch.distributed.fsdp")
    if not hasattr(fsdp, "fully_shard"):
        pytest.skip("this torch has no fully_shard")

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            return x + self.linear(x).relu()

    distributed = torch.distributed
    distributed.init_process_group("gloo", init_method=f"file://{tmp_path / 'meeting'}", rank=0, world_size=1)
    try:
        net = Block().train(train)
        fsdp.fully_shard(net, mesh=distributed.device_mesh.init_device_mesh("cpu", (1,)))
        x = torch.randn(4, 8)
        assert run(net, x).failure is None  # before the first forward, which sets the model up
        net(x).sum().backward()
        assert all(parameter.grad is not None for parameter in net.parameters())
    finally:
        distributed.destroy_process_group()
