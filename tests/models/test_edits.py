"""Edited library networks equal the same networks with a block taken out by hand; nothing of them is touched."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
import torch
import torchvision
from torch import Tensor, nn

import resight


def same_after(model: nn.Module, before: Tensor, *inputs: Tensor) -> bool:
    out = model(*inputs)
    return torch.equal(getattr(out, "logits", out), before)


def test_resnet50_without_a_branch_is_resnet50_without_the_block() -> None:
    torch.manual_seed(0)
    model, x = torchvision.models.resnet50().eval(), torch.randn(2, 3, 64, 64)
    shorter = copy.deepcopy(model)
    shorter.layer3[2] = nn.ReLU()  # what stays of a block whose shortcut is a bare wire
    with torch.no_grad():
        trace, before = resight.trace(model, x), model(x)
        (skip,) = (skip for skip in trace.skips if trace.graph.calls[skip.owner].path == "layer3.2")
        with resight.edit(model, skip.without_branch()):
            edited = model(x)
        assert torch.equal(edited, shorter(x))
        assert not torch.equal(edited, before)
        with resight.edit(model, *(skip.scaled(1) for skip in trace.skips)):
            assert same_after(model, before, x)
        assert same_after(model, before, x)


@pytest.fixture
def no_fast_path() -> Iterator[None]:
    """torch's fused attention, which an edit turns off and which rounds otherwise, is off throughout."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    yield
    torch.backends.mha.set_fastpath_enabled(before)


@pytest.mark.usefixtures("no_fast_path")
def test_a_vision_transformer_without_both_branches_of_a_block() -> None:
    torch.manual_seed(0)
    model, x = torchvision.models.vit_b_16().eval(), torch.randn(1, 3, 224, 224)
    nn.init.normal_(model.heads.head.weight)  # zeros, as torchvision makes it
    shorter = copy.deepcopy(model)
    shorter.encoder.layers[5] = nn.Identity()
    with torch.no_grad():
        trace, before = resight.trace(model, x), model(x)
        block = [skip for skip in trace.skips if trace.graph.calls[skip.owner].path == "encoder.layers.encoder_layer_5"]
        assert len(block) == 2
        with resight.edit(model, *(skip.without_branch() for skip in block)):
            edited = model(x)
        assert torch.equal(edited, shorter(x))
        assert not torch.allclose(edited, before)
        assert same_after(model, before, x)


def test_gpt2_without_branches_leaves_the_embeddings() -> None:
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    model = transformers.GPT2LMHeadModel(transformers.GPT2Config()).eval()
    ids = torch.randint(0, 50257, (1, 16))
    with torch.no_grad():
        trace, before = resight.trace(model, ids), model(ids).logits
        assert len(trace.skips) == 24
        with resight.edit(model, *(skip.without_branch() for skip in trace.skips)):
            edited = model(ids).logits
        stream = model.transformer.wte(ids) + model.transformer.wpe(torch.arange(16))
        assert torch.equal(edited, model.lm_head(model.transformer.ln_f(stream)))
        assert same_after(model, before, ids)


def test_a_residual_net_is_trained_while_it_is_edited() -> None:
    torch.manual_seed(0)
    model, x = torchvision.models.resnet18().train(), torch.randn(4, 3, 32, 32)
    skip = resight.trace(model, x).skips[1]
    shortened = [p for name, p in model.named_parameters() if name.startswith("layer1.1.")]
    with resight.edit(model, skip.scaled(0.5)):
        half = torch.autograd.grad(model(x).square().sum(), shortened)
    whole = torch.autograd.grad(model(x).square().sum(), shortened)
    assert all(torch.isfinite(g).all() and g.any() for g in half)
    assert not any(torch.allclose(a, b) for a, b in zip(half, whole))
