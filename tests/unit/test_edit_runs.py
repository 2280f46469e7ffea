"""Edits where, when and how a model runs: in place, with gradients, shared, copied, in threads and checkpoints."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import nets
import resight
from edits import net, only
from nets import WIDTH, image, rows, tokens, two_linears
from resight import UserError


def test_a_sum_written_in_place_is_changed_in_place() -> None:
    def forward(layers: nn.ModuleDict, x: Tensor) -> Tensor:
        out = layers["f"](x)
        seen = out.view(-1)  # shares the memory the sum is written to
        out += x
        return torch.stack([out.view(-1), seen])

    model, x = net(forward, f=two_linears()), torch.randn(4, WIDTH)
    (skip,) = (skip for skip in resight.trace(model, x).skips if skip.kind == "identity" and not skip.weak)
    with resight.edit(model, skip.without_branch()):
        assert torch.equal(model(x), torch.stack([x.view(-1), x.view(-1)]))
    with resight.edit(model, skip.scaled(2)):
        doubled = (x + 2 * model.layers["f"](x)).view(-1)
        torch.testing.assert_close(model(x), torch.stack([doubled, doubled]))


def test_a_sum_written_through_a_view() -> None:
    def forward(layers: nn.ModuleDict, x: Tensor) -> Tensor:
        out = layers["f"](x)
        left, right = out[:, :4], out[:, 4:]
        left *= 2  # so that the sum below is also a new version of this
        right += x[:, 4:]
        return out

    model, x = net(forward, f=two_linears()), rows()[0]
    branch = model.layers["f"](x) * torch.tensor([2.0] * 4 + [1.0] * 4)
    with resight.edit(model, only(model, x).without_branch()):
        assert torch.equal(model(x), torch.cat([branch[:, :4], x[:, 4:]], 1))
    with resight.edit(model, only(model, x).without_shortcut()):
        assert torch.equal(model(x), branch)


def test_code_of_torch_alone() -> None:
    torch.manual_seed(0)
    model, x = nn.TransformerEncoderLayer(WIDTH, 2, 16, batch_first=True, norm_first=True).eval(), tokens()[0]
    with resight.edit(model, *(skip.without_branch() for skip in resight.trace(model, x).skips)):
        assert torch.equal(model(x), x)


def test_adds_inside_what_a_trace_opens_are_counted() -> None:
    attend = partial(
        F.multi_head_attention_forward, embed_dim_to_check=WIDTH, num_heads=2, in_proj_bias=None, bias_k=None,
        bias_v=None, add_zero_attn=False, dropout_p=0.0, out_proj_bias=None, need_weights=False,
        attn_mask=torch.zeros(2, 2), key_padding_mask=torch.zeros(3, 2),
    )  # fmt: skip
    model = net(
        lambda n, x: x + attend(x, x, x, in_proj_weight=n["q"].weight, out_proj_weight=n["o"].weight)[0],
        q=nn.Linear(WIDTH, 3 * WIDTH), o=nn.Linear(WIDTH, WIDTH),
    )  # fmt: skip
    x = torch.randn(2, 3, WIDTH)
    skip = only(model, x)
    assert skip.joins[0].order == 1  # the masks are added first
    with resight.edit(model, skip.without_branch()):
        assert torch.equal(model(x), x)


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("factor", [0.5, 1.0, -2.0])
def test_gradients_are_those_of_the_edited_net(in_place: bool, factor: float) -> None:
    def forward(layers: nn.ModuleDict, x: Tensor) -> Tensor:
        return layers["f"](x).add_(x) if in_place else x + layers["f"](x)

    model, x = net(forward, f=two_linears()), torch.randn(4, WIDTH, requires_grad=True)
    weights = list(model.parameters())
    skip = only(model, x)
    with resight.edit(model, skip.scaled(factor)):
        edited = torch.autograd.grad(model(x).square().sum(), [x, *weights])
    twin = (x + factor * model.layers["f"](x)).square().sum()
    for a, b in zip(edited, torch.autograd.grad(twin, [x, *weights])):
        torch.testing.assert_close(a, b)


def test_gradients_flow_past_a_branch_that_is_gone() -> None:
    model, x = net(lambda n, x: x + n["f"](x), f=two_linears()), torch.randn(4, WIDTH, requires_grad=True)
    with resight.edit(model, only(model, x).without_branch()):
        model(x).sum().backward()
    assert torch.equal(x.grad, torch.ones_like(x))
    assert all(p.grad is None for p in model.parameters())


def test_only_that_call_of_a_shared_module() -> None:
    block = nets.Block(torch.add).eval()
    model, x = nn.Sequential(block, block), image()[0]
    first, second = resight.trace(model, x).skips
    with resight.edit(model, second.without_branch()):
        assert torch.equal(model(x), F.relu(block(x)))
    with resight.edit(model, first.without_branch()):
        assert torch.equal(model(x), block(F.relu(x)))


def test_one_trace_serves_other_modes_sizes_and_copies(tmp_path: Path) -> None:
    case = nets.RESIDUAL["in-place"]
    model = case.make().eval()
    path = resight.trace(model, *case.inputs()).save(tmp_path / "net.json")
    skips = resight.load(path).skips
    other, x = copy.deepcopy(model).train(), torch.rand(3, WIDTH, 6, 6)  # in train mode batch norms count, too
    with resight.edit(other, *(skip.without_branch() for skip in skips)):
        assert torch.equal(other(x), x)


def test_half_precision_by_autocast() -> None:
    model, x = net(lambda n, x: n["g"](x) + n["f"](n["g"](x)), f=two_linears(), g=nn.Linear(WIDTH, WIDTH)), rows()[0]
    (skip,) = (skip for skip in resight.trace(model, x).skips if not skip.weak)
    with torch.autocast("cpu", torch.bfloat16), resight.edit(model, skip.without_shortcut()):
        out = model(x)
        assert out.dtype is torch.bfloat16
        assert torch.equal(out, model.layers["f"](model.layers["g"](x)))


def test_inside_another_model_and_another_thread() -> None:
    model, x = net(lambda n, x: x + n["f"](x), f=two_linears()), rows()[0]
    whole = nn.Sequential(nn.Identity(), model)
    with resight.edit(model, only(model, x).without_branch()), ThreadPoolExecutor(1) as threads:
        assert torch.equal(whole(x), x)
        assert torch.equal(threads.submit(whole, x).result(), x)


def test_a_model_that_calls_itself_is_in_one_run() -> None:
    def forward(layers: nn.ModuleDict, x: Tensor) -> Tensor:
        return x + layers["f"](x) if len(x) < 5 else model(x[1:])

    model, x = net(forward, f=two_linears()), torch.randn(6, WIDTH)
    with resight.edit(model, only(model, x).without_branch()):
        assert torch.equal(model(x), x[2:])


def test_an_edited_run_can_be_traced() -> None:
    model, x = net(lambda n, x: x + n["f"](x), f=two_linears()), rows()[0]
    skip = only(model, x)
    with resight.edit(model, skip.without_branch()):
        assert resight.trace(model, x).skips == ()
    assert only(model, x) == skip


@pytest.mark.parametrize("reentrant", [False, True])
def test_a_checkpoint_is_edited_where_nothing_runs_again(reentrant: bool) -> None:
    model = net(lambda n, x: checkpoint(lambda x: x + n["f"](x), x, use_reentrant=reentrant), f=two_linears())
    x = torch.randn(4, WIDTH, requires_grad=True)
    skip = only(model, x)
    with resight.edit(model, skip.without_branch()):
        with torch.no_grad():
            assert torch.equal(model(x), x)
        with pytest.raises(UserError, match="checkpoint"):
            model(x)
