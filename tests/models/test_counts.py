"""Residual connections of networks people know, counted by their modules, and of nets written by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
import torch
from torch import nn

import nets
import resight
import traps
from resight.capture.resolve import resolve

TORCHVISION: Mapping[str, Mapping[str, int]] = {
    "resnet18": {"identity": 5, "projection": 3},
    "resnet50": {"identity": 12, "projection": 4},
    "wide_resnet50_2": {"identity": 12, "projection": 4},
    "mobilenet_v2": {"identity": 10},
    "efficientnet_b0": {"identity": 9},
    "convnext_tiny": {"identity": 18},
    "regnet_y_400mf": {"identity": 12, "projection": 4},
    "vit_b_16": {"identity": 24},
    "swin_t": {"identity": 24},
    "densenet121": {"identity concat": 58},
    "shufflenet_v2_x1_0": {"partial identity concat": 13},
    "googlenet": {},
    "inception_v3": {},
    "vgg16": {},
    "alexnet": {},
    "squeezenet1_1": {},
}

TRANSFORMERS: Mapping[str, Mapping[str, int]] = {
    "hf:gpt2": {"identity": 24},
    "hf:bert": {"identity": 24},
    "hf:llama(num_hidden_layers=3)": {"identity": 6},
    "hf:t5(num_layers=6)": {"identity": 30},
    "hf:gptj(n_layer=2)": {"identity": 2},  # attention and mlp beside each other: one merge of three a layer
}

MODELS = {**{f"torchvision:{name}": counts for name, counts in TORCHVISION.items()}, **TRANSFORMERS}


def traced(spec: str) -> resight.Trace:
    found = resolve(spec)
    with torch.no_grad():
        return resight.trace(found.model, *found.args, **found.kwargs)


@pytest.mark.parametrize("spec", MODELS)
def test_known_networks(spec: str) -> None:
    trace = traced(spec)
    assert trace.failure is None
    assert trace.count() == MODELS[spec]


def count(model: nn.Module, inputs: tuple[torch.Tensor, ...]) -> dict[str, int]:
    found = resight.trace(model.eval(), *inputs).skips
    return dict(Counter(f"{skip.combine} {skip.kind}" for skip in found if not skip.weak))


@pytest.mark.parametrize("name", nets.RESIDUAL)
def test_nets_by_hand(name: str) -> None:
    torch.manual_seed(0)
    case = nets.RESIDUAL[name]
    assert count(case.make(), case.inputs()) == dict(case.skips)


@pytest.mark.parametrize("name", traps.TRAPS)
def test_traps(name: str) -> None:
    torch.manual_seed(0)
    case = traps.TRAPS[name]
    assert count(case.make(), case.inputs()) == {}


def test_every_way_of_writing_an_add_gives_the_same_skips() -> None:
    torch.manual_seed(0)
    found = []
    for name, case in nets.RESIDUAL.items():
        if name.startswith("five ways"):
            trace = resight.trace(case.make(), *case.inputs())
            skips = trace.skips
            found.append(
                [(s.kind, s.combine, s.shortcut, s.closed, s.link, trace.graph.calls[s.owner].path) for s in skips]
            )
    assert len(found) == 5
    # `sum` starts with `0 + x`, an op that its shortcut holds and the others do not have
    plain = [[(kind, combine, *rest) for kind, combine, _, *rest in skips] for skips in found]
    assert all(skips == plain[0] for skips in plain)


def test_train_mode_has_the_same_skips() -> None:
    evaluated, trained = resolve("torchvision:efficientnet_b0"), resolve("torchvision:efficientnet_b0", train=True)
    with torch.no_grad():
        counts = [resight.trace(found.model, *found.args).count() for found in (evaluated, trained)]
    assert counts == [{"identity": 9}, {"identity": 9}]
