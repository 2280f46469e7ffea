"""Gradients are autograd's, and nobody's are touched."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import resight
from inplace import images, net
from resight import Ref, UserError


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_gradients_are_those_of_autograd(mode: Callable[[], object], train: bool) -> None:
    model, (x,) = net(train), images(4)
    before = {name: buffer.clone() for name, buffer in model.named_buffers()}
    with mode():  # type: ignore[attr-defined]
        trace = resight.record(model, x, gradients=lambda out: out.square().mean())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(buffer, before[name]) for name, buffer in model.named_buffers())

    middle: list[Tensor] = []
    hook = model.blocks[0].conv2.register_forward_hook(lambda *call: middle.append(call[2]))
    (gradient,) = torch.autograd.grad(model(x).square().mean(), middle)
    hook.remove()
    found = trace["blocks.0.conv2"].gradient
    assert found is not None
    assert found.rms == pytest.approx(gradient.double().square().mean().sqrt().item(), rel=1e-4)
    assert found.max == pytest.approx(gradient.max().item(), rel=1e-4)
    assert trace["x"].gradient is None if "x" in trace.graph.ops[0].attributes else True


def test_gradients_of_a_checkpoint() -> None:
    class Checkpointed(nn.Module):
        def __init__(self, reentrant: bool | None) -> None:
            super().__init__()
            self.net, self.reentrant = net(), reentrant

        def forward(self, x: Tensor) -> Tensor:
            x = self.net.blocks[0](x)
            if self.reentrant is None:
                return self.net.blocks[1](x)
            return checkpoint(self.net.blocks[1], x, use_reentrant=self.reentrant)

    (x,) = images(2)
    plain, *others = (resight.record(Checkpointed(way), x, gradients=torch.mean) for way in (None, False, True))
    for trace in others:
        one, other = trace["net.blocks.0.conv1"].gradient, plain["net.blocks.0.conv1"].gradient
        assert one is not None
        assert other is not None
        assert one.rms == pytest.approx(other.rms, rel=1e-5)


def test_no_gradient_of_anybody_is_touched() -> None:
    model, (x,) = net(), images(2)
    x.requires_grad_()
    source = torch.randn(2, 8, 6, 6, requires_grad=True)
    stepped: list[Tensor] = []
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
        parameter.register_post_accumulate_grad_hook(stepped.append)
    trace = resight.record(model, x, gradients=torch.mean)
    resight.record(model, source * 2, gradients=torch.mean)
    assert trace[Ref(0)].gradient is not None
    assert x.grad is None
    assert source.grad is None
    assert stepped == []
    assert all(torch.equal(parameter.grad, torch.ones_like(parameter)) for parameter in model.parameters())
    assert not x._backward_hooks
    model(x).mean().backward()
    assert len(stepped) == len(list(model.parameters()))


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda out: out, r"the loss is a tensor of shape \[1, 8, 6, 6\], not one number"),
        (lambda out: 3.0, "the loss is float, not one number"),
        (lambda out: out.detach().mean(), "no gradient reaches the loss"),
    ],
)
def test_losses_that_are_none(loss: Callable[[Tensor], Tensor], words: str) -> None:
    (x,) = images(1)
    x.requires_grad_()
    with pytest.raises(UserError, match=words):
        resight.record(net(), x, gradients=loss)
    assert not x._backward_hooks
