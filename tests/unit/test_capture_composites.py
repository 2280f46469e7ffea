"""What people wrap around ops: attention, recurrent layers, checkpoints, scripts, compiled and custom code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from resight import Graph
from resight.capture.run import Captured, trace_graph

X = torch.ones(2, 5, 8)


def capture(model: nn.Module, *args: Any, **kwargs: Any) -> Captured:
    return trace_graph(model, args, kwargs)


def names(graph: Graph) -> Counter[str]:
    return Counter(op.name for op in graph.ops)


def reaches_input(graph: Graph) -> bool:
    """Whether the output depends on an input."""
    waiting, seen = [output.op for output in graph.outputs], set()
    while waiting:
        op = waiting.pop()
        if op not in seen:
            seen.add(op)
            waiting += [read.op for read in graph.ops[op].inputs]
    return bool(seen & set(graph.inputs))


def test_attention_is_opened() -> None:
    graph = capture(nn.MultiheadAttention(8, 2, batch_first=True), X, X, X, need_weights=False).graph
    found = names(graph)
    assert found["multi_head_attention_forward"] == 0
    assert (found["linear"], found["scaled_dot_product_attention"]) == (2, 1)
    assert [w.name for op in graph.ops for w in op.weights] == [
        "in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias",
    ]  # fmt: skip
    assert reaches_input(graph)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_fast_path_is_opened_and_that_is_said_where_it_would_have_run(enabled: bool) -> None:
    torch.manual_seed(0)
    model = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2).eval()
    with torch.set_grad_enabled(enabled):
        captured = capture(model, X)
    assert names(captured.graph)["add"] == 4
    assert any("fast path" in note for note in captured.about.notes) == (not enabled)


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_rounding_is_mentioned_only_where_numbers_are_computed(device: str) -> None:
    model = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, device=device).eval()
    with torch.no_grad():
        notes = " ".join(capture(model, torch.ones(2, 5, 8, device=device)).about.notes)
    assert "was opened to show what it does" in notes
    assert ("rounding" in notes) == (device == "cpu")


@pytest.mark.parametrize(
    ("model", "name", "weights"),
    [
        (nn.LSTM(8, 3), "lstm", 4),
        (nn.GRU(8, 3, 2), "gru", 8),
        (nn.RNN(8, 3), "rnn", 4),
        (nn.RNN(8, 3, nonlinearity="relu"), "rnn", 4),
    ],
)
def test_a_recurrent_layer_is_one_op(model: nn.Module, name: str, weights: int) -> None:
    graph = capture(model, X).graph
    op = next(op for op in graph.ops if op.name == name)
    assert len(op.weights) == weights
    assert [output.name for output in graph.outputs][:2] == ["0", "1.0" if name == "lstm" else "1"]
    assert reaches_input(graph)


class Checkpointed(nn.Module):
    def __init__(self, reentrant: bool) -> None:
        super().__init__()
        self.body, self.reentrant = nn.Sequential(nn.Linear(8, 8), nn.ReLU()), reentrant

    def forward(self, x: Tensor) -> Tensor:
        return x + checkpoint(self.body, x, use_reentrant=self.reentrant)


@pytest.mark.parametrize("reentrant", [True, False])
def test_a_checkpoint_is_seen_through(reentrant: bool) -> None:
    graph = capture(Checkpointed(reentrant), X.clone().requires_grad_()).graph
    assert names(graph) == {"input": 1, "linear": 1, "relu": 1, "add": 1}
    assert [read.op for read in graph.ops[-1].inputs] == [0, 2]


def test_recomputation_in_a_backward_is_not_recorded() -> None:
    class Inner(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = Checkpointed(False)

        def forward(self, x: Tensor) -> Tensor:
            with torch.enable_grad():
                x = x.detach().requires_grad_()
                self.body(x).sum().backward()
            return x * 2

    graph = capture(Inner(), X).graph
    assert names(graph)["linear"] == 1
    assert Counter(call.cls for call in graph.calls)["Linear"] == 1


def test_autocast_is_seen_as_it_computes() -> None:
    class Mixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                return self.layer(x)

    graph = capture(Mixed(), X).graph
    assert [str(op.outputs[0]) for op in graph.ops] == ["f32[2,5,8]", "bf16[2,5,8]"]


class Half(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.layer(x)) + 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("kind", ["script", "trace"])
def test_a_scripted_module_is_one_opaque_op(kind: str) -> None:
    inner = torch.jit.script(Half()) if kind == "script" else torch.jit.trace(Half(), X)
    captured = capture(nn.Sequential(nn.ReLU(), inner, nn.ReLU()).eval(), X)
    assert [op.name for op in captured.graph.ops] == ["input", "relu", "Half", "relu"]
    opaque = captured.graph.ops[2]
    assert opaque.attributes["opaque"] is True
    assert [weight.name for weight in opaque.weights] == ["1.layer.weight", "1.layer.bias"]
    assert captured.about.notes == ("the inside of 1 (Half) can't be seen; it is one op",)


@pytest.mark.filterwarnings("ignore:Using `torch.compile")
def test_a_compiled_model_runs_eagerly() -> None:
    captured = capture(torch.compile(Half(), backend="eager"), X)  # type: ignore[arg-type]
    assert names(captured.graph) == {"input": 1, "linear": 1, "relu": 1, "add": 1}
    assert captured.about.model == "Half"
    assert any("compiled" in note for note in captured.about.notes)
    inside = nn.Sequential(nn.ReLU(), torch.compile(Half(), backend="eager"))  # type: ignore[arg-type]
    captured = capture(inside, X)
    assert names(captured.graph) == {"input": 1, "relu": 2, "linear": 1, "add": 1}
    assert captured.about.notes == ("compiled modules ran uncompiled while they were traced",)


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x**3

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient


class NumpyCube(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return torch.from_numpy(x.detach().numpy() ** 3)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient


class Custom(nn.Module):
    def __init__(self, function: Any) -> None:
        super().__init__()
        self.layer, self.function = nn.Linear(8, 8), function

    def forward(self, x: Tensor) -> Tensor:
        return x + self.function.apply(self.layer(x)) * 2


@pytest.mark.parametrize("grad", [True, False])
def test_a_custom_gradient_function_shows_its_ops(grad: bool) -> None:
    with torch.set_grad_enabled(grad):
        graph = capture(Custom(Cube), X).graph
    assert [op.name for op in graph.ops] == ["input", "linear", "pow", "mul", "add"]


def test_a_custom_gradient_function_out_of_sight_is_joined_by_its_gradient() -> None:
    captured = capture(Custom(NumpyCube), X)
    graph = captured.graph
    assert [op.name for op in graph.ops] == ["input", "linear", "detach", "NumpyCube", "mul", "add"]
    assert [read.op for read in graph.ops[3].inputs] == [1]
    assert "NumpyCube" in captured.about.notes[0]


def test_functional_transforms_do_not_break_the_run() -> None:
    class Mapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            y = torch.vmap(lambda row: row.sin() * 2)(self.layer(x))
            slope = torch.func.grad(lambda z: (z**2).sum())(y)
            return torch.func.functional_call(self.layer, dict(self.layer.named_parameters()), (y + slope,))

    graph = capture(Mapped(), X).graph
    assert graph.failure is None
    assert str(graph.spec(graph.outputs[0])) == "f32[2,5,8]"
    assert reaches_input(graph)


def test_control_flow_that_depends_on_values() -> None:
    class Branching(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            while x.sum() < 100:
                x = x * 2
            return x if bool(x.max() > 0) else -x

    assert names(capture(Branching(), X).graph)["mul"] == 1


@dataclass
class Pair:
    left: Tensor
    rest: dict[str, Any]


def test_nested_inputs_and_outputs_are_named_by_where_they_sit() -> None:
    class Nested(nn.Module):
        def forward(self, first: Tensor, pair: Pair, *more: Tensor, **options: Any) -> Any:
            total = first + pair.left + pair.rest["a"][1] + more[0] + more[1] + options["scale"]
            return Pair(total, {"twice": (total * 2, None), "input": first})

    values = [torch.full((2,), float(i)) for i in range(6)]
    pair = Pair(values[1], {"a": [3, values[2]]})
    graph = capture(Nested(), values[0], pair, values[3], values[4], scale=values[5]).graph
    assert [graph.ops[i].attributes["name"] for i in graph.inputs] == [
        "first", "pair.left", "pair.rest.a.1", "more.0", "more.1", "scale",
    ]  # fmt: skip
    assert [output.name for output in graph.outputs] == ["left", "rest.twice.0", "rest.input"]
    assert names(graph)["constant"] == 0


def test_a_returned_parameter_is_a_weight() -> None:
    class Table(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Parameter(torch.ones(3))

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            return x * 2, self.table

    graph = capture(Table(), X).graph
    assert graph.ops[graph.outputs[1].op].name == "weight"
    assert [weight.name for weight in graph.ops[-1].weights] == ["table"]


class Keys:
    """A cache of one's own: no name says what it is, but that it takes in more."""

    def __init__(self) -> None:
        self.held: list[Tensor] = []

    def update(self, key: Tensor) -> None:
        self.held.append(key)


def test_a_cache_is_what_takes_in_more() -> None:
    class Decoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.key = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> tuple[Tensor, Keys, dict[str, Tensor]]:
            keys = Keys()
            keys.update(self.key(x))
            return x + keys.held[0], keys, {"past_key_values": x * 2}

    outputs = capture(Decoder(), X).graph.outputs
    assert [(output.name, output.cache) for output in outputs] == [
        ("0", False), ("1.held.0", True), ("2.past_key_values", False)
    ]  # fmt: skip


def test_a_transformers_model_with_a_cache() -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.LlamaConfig(
        hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        vocab_size=50,
    )  # fmt: skip
    graph = capture(transformers.LlamaForCausalLM(config).eval(), input_ids=torch.ones(1, 6, dtype=torch.long)).graph
    kept = [(output.name.partition(".")[2], output.cache) for output in graph.outputs]  # its field's name changed once
    assert graph.outputs[0].name == "logits"
    assert kept == [("", False), *((f"layers.{i}.{part}", True) for i in range(2) for part in ("keys", "values"))]
    assert names(graph)["constant"] == 0
    assert [graph.ops[i].attributes["name"] for i in graph.inputs] == ["input_ids"]
