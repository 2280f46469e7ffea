"""What a trace of one forward says: names, arguments, attributes, module calls, lines."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import nets
import resight
from resight import Graph, Op
from resight.capture.run import trace_graph


def graph_of(model: nn.Module, *args: Any, **kwargs: Any) -> Graph:
    return trace_graph(model, args, kwargs).graph


def of(function: Any, *args: Any) -> Graph:
    """The graph of a function of tensors."""

    class Model(nn.Module):
        def forward(self, *values: Tensor) -> Any:
            return function(*values)

    return graph_of(Model(), *args)


def last(graph: Graph) -> Op:
    return graph.ops[-1]


def names(graph: Graph) -> list[str]:
    return [op.name for op in graph.ops]


X, Y = torch.ones(2, 4), torch.full((2, 4), 2.0)


@pytest.mark.parametrize(
    "function",
    [
        lambda a, b: a + b,
        lambda a, b: torch.add(a, b),
        lambda a, b: a.add(b),
        lambda a, b: (a.clone()).add_(b),
        lambda a, b: a.clone().__iadd__(b),
        lambda a, b: a.__radd__(b),
        lambda a, b: torch.add(a, b, out=torch.empty(2, 4)),
        lambda a, b: torch.ops.aten.add(a, b),
        lambda a, b: torch.ops.aten.add.Tensor(a, b),
    ],
)
def test_every_spelling_of_an_addition_is_add(function: Any) -> None:
    op = last(of(function, X, Y))
    assert op.name == "add"
    assert {read.arg for read in op.inputs} == {"input", "other"}


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda a, b: a - b, "sub"), (lambda a, b: torch.rsub(a, b), "sub"), (lambda a, b: a * b, "mul"),
        (lambda a, b: a / b, "div"), (lambda a, b: a @ b.T, "matmul"), (lambda a, b: torch.mm(a, b.T), "matmul"),
        (lambda a, b: torch.bmm(a[None], b.T[None]), "matmul"), (lambda a, b: torch.concat([a, b]), "cat"),
        (lambda a, b: torch.concatenate([a, b]), "cat"), (lambda a, b: F.relu(a), "relu"),
        (lambda a, b: torch.relu(a), "relu"), (lambda a, b: a.clone().relu_(), "relu"),
        (lambda a, b: a.view(-1), "reshape"), (lambda a, b: a.reshape(8), "reshape"), (lambda a, b: a.mT, "transpose"),
        (lambda a, b: a[0], "getitem"), (lambda a, b: -a, "neg"), (lambda a, b: a.double(), "to"),
        (lambda a, b: a.data, "detach"), (lambda a, b: torch.sigmoid(a), "sigmoid"), (lambda a, b: a**2, "pow"),
        (lambda a, b: torch.rand(3), "rand"), (lambda a, b: True & (a > 0), "bitwise_and"),
    ],
)  # fmt: skip
def test_canonical_names(function: Any, name: str) -> None:
    assert last(of(function, X, Y)).name == name


def test_operands_swapped_by_python_are_put_right() -> None:
    op = last(of(lambda a: 1 - a, X))
    assert (op.name, op.attributes, [read.arg for read in op.inputs]) == ("sub", {"input": 1}, ["other"])
    op = last(of(lambda a: 2 / a, X))
    assert (op.name, op.attributes, [read.arg for read in op.inputs]) == ("div", {"input": 2}, ["other"])


@pytest.mark.parametrize(
    ("function", "attributes"),
    [
        (lambda a: a + 0.5, {"other": 0.5}),
        (lambda a: torch.add(a, a, alpha=3), {"alpha": 3}),
        (lambda a: a.clamp(min=float("-inf")), {"min": "-inf"}),
        (lambda a: a.masked_fill(a > 0, float("nan")), {"value": "nan"}),
        (lambda a: a.sum(1), {"dim": 1}),
        (lambda a: a.mean((0, 1)), {"dim": (0, 1)}),
        (lambda a: a.view(4, -1), {"size": (4, -1)}),
        (lambda a: a.permute(1, 0), {"dims": (1, 0)}),
        (lambda a: torch.cat([a, a], 1), {"dim": 1}),
        (lambda a: a.chunk(2, dim=1), {"chunks": 2, "dim": 1}),
        (lambda a: a.to(torch.float64), {"dtype": "float64"}),
        (lambda a: F.max_pool2d(a[None], 2, padding=1)[0], {"index": "0"}),
        (lambda a: a[:, ::2, None, ...], {"index": ":, ::2, None, ..."}),
        (lambda a: a[a > 0], {"index": "tensor"}),
        (lambda a: F.softmax(a, dim=-1), {"dim": -1}),
        (lambda a: torch.einsum("ij,kj->ik", a, a), {"equation": "ij,kj->ik"}),
    ],
)
def test_attributes_are_plain_values(function: Any, attributes: dict[str, Any]) -> None:
    assert last(of(function, X)).attributes == attributes


def test_lists_of_tensors_are_numbered() -> None:
    assert [read.arg for read in last(of(lambda a, b: torch.cat([a, b, a]), X, Y)).inputs] == [
        "tensors.0", "tensors.1", "tensors.2",
    ]  # fmt: skip


def test_addmm_keeps_the_names_of_its_operands() -> None:
    op = last(of(lambda a, b: torch.addmm(a, b, torch.eye(4)), X, Y))
    assert [(read.arg, read.op) for read in op.inputs] == [("input", 0), ("mat1", 1), ("mat2", 2)]


def test_convolution_with_its_weights_and_attributes() -> None:
    graph = graph_of(nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2), torch.ones(1, 4, 8, 8))
    op = last(graph)
    assert [(w.name, w.arg, str(w.spec)) for w in op.weights] == [
        ("weight", "weight", "f32[6,2,3,3]"), ("bias", "bias", "f32[6]"),
    ]  # fmt: skip
    assert op.attributes == {
        "kernel_size": (3, 3), "stride": (2, 2), "padding": (1, 1), "dilation": (1, 1), "groups": 2,
    }  # fmt: skip
    assert str(op.outputs[0]) == "f32[1,6,4,4]"


def test_buffers_are_told_from_parameters() -> None:
    graph = graph_of(nn.BatchNorm1d(4).eval(), X)
    assert {w.arg: w.buffer for w in last(graph).weights} == {
        "running_mean": True, "running_var": True, "weight": False, "bias": False,
    }  # fmt: skip


def test_the_line_is_the_models_own() -> None:
    graph = graph_of(nets.OptionA(), *nets.image())
    merge = next(op for op in graph.ops if op.name == "add" and len(op.inputs) == 2)
    assert merge.source is not None
    assert merge.source.file == "tests/nets.py"
    assert merge.source.text == "return F.relu(self.branch(x) + shortcut)"


def test_a_model_without_code_of_its_own_has_no_lines() -> None:
    assert {op.source for op in graph_of(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), X).ops} == {None}


def test_module_calls_nest_and_count() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Sequential(nn.Linear(4, 4))

        def forward(self, x: Tensor) -> Tensor:
            return self.layer(self.layer(x))

    graph = graph_of(Twice(), X)
    assert [(call.path, call.cls, call.number, call.parent) for call in graph.calls] == [
        ("", "Twice", 0, -1),
        ("layer", "Sequential", 0, 0), ("layer.0", "Linear", 0, 1),
        ("layer", "Sequential", 1, 0), ("layer.0", "Linear", 1, 3),
    ]  # fmt: skip
    assert [call.parameters for call in graph.calls] == [20] * 5
    assert [[ref.op for ref in call.inputs] for call in graph.calls] == [[0], [0], [0], [1], [1]]
    assert [[ref.op for ref in call.outputs] for call in graph.calls] == [[2], [1], [1], [2], [2]]


def test_tied_weights_go_by_their_first_name_and_count_once() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
            self.b.weight = self.a.weight

        def forward(self, x: Tensor) -> Tensor:
            return self.b(self.a(x))

    graph = graph_of(Tied(), X)
    assert [w.name for op in graph.ops for w in op.weights] == ["a.weight", "a.weight"]
    assert [call.parameters for call in graph.calls] == [16, 16, 16]


def test_what_is_made_of_weights_alone_reads_no_data() -> None:
    class Normed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(4, 4))

        def forward(self, x: Tensor) -> Tensor:
            return x @ (self.weight / self.weight.norm())

    graph = graph_of(Normed(), X)
    assert [(op.name, len(op.inputs), len(op.weights)) for op in graph.ops] == [
        ("input", 0, 0), ("norm", 0, 1), ("div", 1, 1), ("matmul", 2, 0),
    ]  # fmt: skip


def test_tensors_of_the_code_around_are_weights_by_their_name() -> None:
    table = torch.ones(4)

    class Shift(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x + table

    graph = graph_of(nn.Sequential(nn.ReLU(), Shift()), X)
    assert [(op.name, graph.calls[op.call].path) for op in graph.ops] == [
        ("input", ""), ("relu", "0"), ("add", "1"),
    ]  # fmt: skip
    assert [(weight.name, weight.buffer) for weight in last(graph).weights] == [("(table)", True)]


def test_a_cast_that_casts_nothing_is_no_op_and_idle_dropout_is_one() -> None:
    assert names(of(lambda a: a.to(torch.float32).contiguous() + 1, X)) == ["input", "add"]
    assert names(graph_of(nn.Sequential(nn.Dropout(), nn.ReLU()).eval(), X)) == ["input", "dropout", "relu"]


def test_iterating_a_tensor_takes_it_apart() -> None:
    graph = of(lambda a: sum(row for row in a), X)
    assert names(graph) == ["input", "unbind", "add", "add"]
    assert [(read.op, read.slot) for read in last(graph).inputs] == [(2, 0), (1, 1)]


@pytest.mark.parametrize("name", nets.RESIDUAL)
def test_tracing_twice_gives_the_same_graph(name: str) -> None:
    torch.manual_seed(0)
    model, inputs = nets.RESIDUAL[name].make(), nets.RESIDUAL[name].inputs()
    assert graph_of(model, *inputs) == graph_of(model, *inputs)


def test_all_keywords_go_to_the_model() -> None:
    class Model(nn.Module):
        def forward(self, x: Tensor, *, title: Tensor, model: Tensor) -> Tensor:
            return x + title * model

    graph = resight.trace(Model(), X, title=X.clone(), model=Y).graph
    assert [graph.ops[i].attributes["name"] for i in graph.inputs] == ["x", "title", "model"]


def test_no_module_is_one_clear_error() -> None:
    with pytest.raises(resight.UserError, match=r"can't trace ReLU: it is no nn.Module; call it first: ReLU\(\.\.\.\)"):
        resight.trace(nn.ReLU, X)  # type: ignore[arg-type]
    with pytest.raises(resight.UserError, match="run it once"):
        resight.trace(nn.LazyLinear(3), X)
