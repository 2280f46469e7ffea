"""Networks without weights: shapes only, nothing allocated, and the model's own tensors put back."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import nets
from resight import find_skips
from resight.capture.run import trace_graph

HUGE = 1 << 20
"""A square matrix of this width would take 4 TiB."""


class Wide(nn.Module):
    """A residual block nobody could allocate, with a buffer, a tied weight and a plain tensor attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(HUGE, HUGE, bias=False), nn.Linear(HUGE, HUGE, bias=False)
        self.down.weight = self.up.weight
        self.register_buffer("shift", torch.zeros(HUGE))
        self.scale = torch.ones(HUGE)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.down(torch.relu(self.up(x * self.scale + self.shift)))


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_no_weight_is_allocated_and_all_are_put_back(device: str) -> None:
    with torch.device("meta"):
        model = Wide()
    before = [(name, id(value)) for module in model.modules() for name, value in vars(module).items()]
    tensors = [id(tensor) for tensor in (*model.parameters(), *model.buffers(), model.scale)]
    captured = trace_graph(model, (torch.ones(1, HUGE, device=device),), {})
    graph = captured.graph
    assert graph.failure is None
    assert [op.name for op in graph.ops] == ["input", "mul", "add", "linear", "relu", "linear", "add"]
    assert [weight.name for op in graph.ops for weight in op.weights] == ["scale", "shift", "up.weight", "up.weight"]
    assert (captured.about.device, captured.about.parameters) == ("meta", HUGE * HUGE)
    assert [(name, id(value)) for module in model.modules() for name, value in vars(module).items()] == before
    assert [id(tensor) for tensor in (*model.parameters(), *model.buffers(), model.scale)] == tensors
    assert all(tensor.is_meta for tensor in model.parameters())


@pytest.mark.parametrize("name", nets.RESIDUAL)
def test_the_graph_without_weights_is_the_graph_with_them(name: str) -> None:
    torch.manual_seed(0)
    model, inputs = nets.RESIDUAL[name].make(), nets.RESIDUAL[name].inputs()
    real = trace_graph(model, inputs, {}).graph
    assert trace_graph(model.to("meta"), inputs, {}).graph == real


def test_a_mixture_of_experts_as_one_grouped_product() -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.DeepseekV3Config(num_hidden_layers=5, first_k_dense_replace=3)
    with torch.device("meta"):
        model = transformers.DeepseekV3ForCausalLM(config)
    captured = trace_graph(model, (torch.ones(1, 6, dtype=torch.long),), {})
    assert captured.graph.failure is None
    assert sum(op.name == "grouped_mm" for op in captured.graph.ops) == 4
    assert len(find_skips(captured.graph)) == 10
    assert captured.about.parameters == sum(p.numel() for p in model.parameters()) > 20_000_000_000
