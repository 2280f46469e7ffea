"""FLOPs, parameters and activation bytes, checked by hand and against torch's own counter."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

import nets
from resight.capture.run import trace_graph
from resight.graph.cost import call_costs, op_costs


def counted_by_torch(model: nn.Module, *args: Any) -> int:
    fast_path = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            model(*args)
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_path)
    return int(counter.get_total_flops())


def counted_by_us(model: nn.Module, *args: Any) -> int:
    with torch.no_grad():
        return call_costs(trace_graph(model, args, {}).graph)[0].flops


def resnet() -> tuple[nn.Module, Tensor]:
    torchvision = pytest.importorskip("torchvision")
    return torchvision.models.resnet18().eval(), torch.ones(1, 3, 64, 64)


def vision_transformer() -> tuple[nn.Module, Tensor]:
    torchvision = pytest.importorskip("torchvision")
    small = torchvision.models.VisionTransformer(32, 8, num_layers=2, num_heads=4, hidden_dim=64, mlp_dim=128)
    return small.eval(), torch.ones(1, 3, 32, 32)


def llama() -> tuple[nn.Module, Tensor]:
    transformers = pytest.importorskip("transformers")
    config = transformers.LlamaConfig(
        hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        vocab_size=50,
    )  # fmt: skip
    return transformers.LlamaForCausalLM(config).eval(), torch.ones(2, 7, dtype=torch.long)


@pytest.mark.parametrize("make", [resnet, vision_transformer, llama])
def test_flops_agree_with_torch(make: Any) -> None:
    model, x = make()
    assert counted_by_us(model, x) == counted_by_torch(model, x) > 0


class Of(nn.Module):
    """A function of its arguments."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.function = function

    def forward(self, *args: Tensor) -> Any:
        return self.function(*args)


def of(*shapes: tuple[int, ...]) -> tuple[Tensor, ...]:
    return tuple(torch.ones(shape) for shape in shapes)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (lambda x, w: F.conv1d(x, w, groups=2), of((2, 4, 9), (6, 2, 3))),
        (lambda x, w: F.conv2d(x, w, stride=2, padding=1, dilation=2), of((2, 4, 9, 8), (6, 4, 3, 2))),
        (lambda x, w: F.conv3d(x, w), of((1, 2, 5, 5, 5), (3, 2, 2, 3, 2))),
        (lambda x, w: F.conv_transpose2d(x, w, stride=2, groups=2), of((1, 4, 5, 5), (4, 3, 3, 3))),
        (lambda a, b: torch.einsum("bij,bjk->bik", a, b), of((2, 3, 4), (2, 4, 5))),
        (lambda a, b, c: torch.einsum("ij,jk,kl->il", a, b, c), of((2, 3), (3, 4), (4, 5))),
        (torch.mm, of((3, 4), (4, 5))),
        (torch.bmm, of((2, 3, 4), (2, 4, 5))),
        (torch.matmul, of((2, 3, 4), (4, 5))),
        (torch.addmm, of((5,), (3, 4), (4, 5))),
        (torch.baddbmm, of((2, 3, 5), (2, 3, 4), (2, 4, 5))),
        (F.scaled_dot_product_attention, of((2, 3, 5, 8), (2, 3, 7, 8), (2, 3, 7, 6))),
        (lambda x: F.gelu(F.layer_norm(x, (4,))).softmax(-1) + x, of((3, 4))),
    ],
)
def test_flops_of_one_op_agree_with_torch(function: Any, args: tuple[Tensor, ...]) -> None:
    assert counted_by_us(Of(function), *args) == counted_by_torch(Of(function), *args)


@pytest.mark.parametrize(
    ("model", "shapes", "flops"),
    [
        (nn.LSTM(4, 5, 2, bidirectional=True), ((3, 2, 4),), 2 * 3 * 2 * 2 * (4 * 5 * (4 + 5) + 4 * 5 * (10 + 5))),
        (nn.GRU(4, 5), ((3, 2, 4),), 2 * 3 * 2 * 3 * 5 * (4 + 5)),
        (nn.RNN(4, 5), ((3, 2, 4),), 2 * 3 * 2 * 5 * (4 + 5)),
        (nn.LSTMCell(4, 5), ((3, 4),), 2 * 3 * 4 * 5 * (4 + 5)),
        (nn.GRUCell(4, 5), ((3, 4),), 2 * 3 * 3 * 5 * (4 + 5)),
        (nn.Bilinear(3, 4, 5), ((2, 3), (2, 4)), 2 * 2 * 5 * 3 * 4),
        (Of(lambda a, b: a @ b), ((3, 4), (4,)), 2 * 3 * 4),
    ],
)
def test_flops_by_hand(model: nn.Module, shapes: tuple[tuple[int, ...], ...], flops: int) -> None:
    assert counted_by_us(model, *of(*shapes)) == flops


def test_grouped_products() -> None:
    tokens, experts = torch.empty(6, 8, device="meta"), torch.empty(3, 8, 16, device="meta")
    grouped = Of(lambda a, b, ends: torch._grouped_mm(a, b, offs=ends))
    assert counted_by_us(grouped, tokens, experts, torch.tensor([2, 4, 6], dtype=torch.int32)) == 2 * 6 * 8 * 16


def test_activations_count_what_is_newly_written() -> None:
    def forward(x: Tensor) -> Tensor:
        y = (x * 2).view(-1)
        return torch.relu_(y).double()

    graph = trace_graph(Of(forward), of((2, 4)), {}).graph
    assert [(op.name, cost.activation_bytes) for op, cost in zip(graph.ops, op_costs(graph))] == [
        ("input", 0), ("mul", 32), ("reshape", 0), ("relu", 0), ("to", 64),
    ]  # fmt: skip


@pytest.mark.parametrize("name", nets.RESIDUAL)
def test_a_module_call_costs_what_its_parts_cost(name: str) -> None:
    model = nets.RESIDUAL[name].make()
    graph = trace_graph(model, nets.RESIDUAL[name].inputs(), {}).graph
    calls, ops = call_costs(graph), op_costs(graph)
    assert calls[0].flops == sum(cost.flops for cost in ops)
    assert calls[0].parameters == sum(parameter.numel() for parameter in model.parameters())
    for call, cost in zip(graph.calls, calls):
        inside = [ops[op.id] for op in graph.ops if call.id in graph.ancestors(op.call)]
        assert cost.flops == sum(op.flops for op in inside)
        assert cost.activation_bytes == sum(op.activation_bytes for op in inside)
