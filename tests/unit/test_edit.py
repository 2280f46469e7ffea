"""Merges changed while a model runs: an edited net equals the net written that way, and nothing is left behind."""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.overrides import _get_current_function_mode_stack
from torch.utils.checkpoint import checkpoint

import nets
import resight
from nets import WIDTH, conv, image, rows, tokens, two_linears
from resight import Edit, Skip, UserError
from traps import Lambda

Outputs = tuple[Tensor, ...]


def run(model: nn.Module, inputs: Outputs) -> Outputs:
    out = model(*(x.clone() for x in inputs))
    return tuple(x.detach().clone() for x in (out if isinstance(out, tuple) else (out,)))


def same(a: Outputs, b: Outputs) -> bool:
    return len(a) == len(b) and all(torch.equal(x, y) for x, y in zip(a, b))


def net(function: Callable[..., Tensor], **layers: nn.Module) -> nn.Module:
    torch.manual_seed(0)
    return Lambda(function, **layers).eval()


def only(model: nn.Module, *inputs: Tensor) -> Skip:
    (skip,) = resight.trace(model, *inputs).skips
    return skip


# ---- what an edit means


@pytest.mark.parametrize("way", nets.WAYS)
@pytest.mark.parametrize("training", [False, True])
def test_an_edited_net_is_the_net_written_that_way(way: str, training: bool) -> None:
    torch.manual_seed(0)
    model, x = nets.SmallNet(nets.WAYS[way]).train(training), torch.randn(2, 3, 8, 8)
    skips = resight.trace(model, x).skips
    assert len(skips) == 3
    rewritten: list[tuple[Callable[[Skip], Edit], Callable[[Tensor, Tensor], Tensor]]] = [
        (Skip.without_branch, lambda x, branch: x),
        (Skip.without_shortcut, lambda x, branch: branch),
        (lambda skip: skip.scaled(0.5), lambda x, branch: x + 0.5 * branch),
    ]
    for number, skip in enumerate(skips):
        for edit, join in rewritten:
            twin = copy.deepcopy(model)
            twin.blocks[number].join = join
            with resight.edit(model, edit(skip)):
                assert same(run(model, (x,)), run(twin, (x,)))


@pytest.mark.parametrize("name", nets.RESIDUAL)
@settings(max_examples=3, deadline=None)
@given(which=st.integers(0, 100), factor=st.floats(-4, 4))
def test_one_changes_nothing_and_zero_takes_the_branch_out(name: str, which: int, factor: float) -> None:
    torch.manual_seed(0)
    model, inputs = nets.RESIDUAL[name].make().eval(), nets.RESIDUAL[name].inputs()
    skips = resight.trace(model, *inputs).skips
    skip = skips[which % len(skips)]
    before = run(model, inputs)
    with resight.edit(model, skip.scaled(1)):
        assert same(run(model, inputs), before)
    with resight.edit(model, skip.without_branch()):
        nothing = run(model, inputs)
    with resight.edit(model, skip.scaled(0)):
        assert same(run(model, inputs), nothing)
    with resight.edit(model, skip.scaled(factor), skip.scaled(0)):  # edits of one merge multiply
        assert same(run(model, inputs), nothing)
    with resight.edit(model, skip.without_branch()), resight.edit(model, skip.scaled(factor)):
        assert same(run(model, inputs), nothing)
    assert same(run(model, inputs), before)


class PreNorm(nn.Module):
    """Embedding, then two pre-norm transformer blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(20, WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, 2, 16, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def forward(self, ids: Tensor) -> Tensor:
        return self.blocks(self.words(ids))


@pytest.mark.parametrize("with_gradients", [False, True])  # without them, torch's fused path would run
def test_without_all_branches_a_transformer_leaves_its_embeddings(with_gradients: bool) -> None:
    torch.manual_seed(0)
    model, ids = PreNorm().eval(), torch.arange(10).view(2, 5)
    with torch.set_grad_enabled(with_gradients):
        skips = resight.trace(model, ids).skips
        assert len(skips) == 4
        with resight.edit(model, *(skip.without_branch() for skip in skips)):
            assert torch.equal(model(ids), model.words(ids))


X, Y = torch.full((4, WIDTH), 2.0), torch.randn(3, 4, WIDTH)

MERGES: dict[str, tuple[Callable[..., Tensor], Tensor, Callable[..., Tensor]]] = {
    "alpha": (
        lambda n, x: torch.add(x, n["f"](x), alpha=3), X, lambda n, x, a: torch.add(x, a * n["f"](x), alpha=3)
    ),
    "subtracted from": (lambda n, x: n["f"](x) - x, X, lambda n, x, a: a * n["f"](x) - x),
    "rsub": (lambda n, x: torch.rsub(x, n["f"](x)), X, lambda n, x, a: torch.rsub(x, a * n["f"](x))),
    "into out": (
        lambda n, x: torch.add(x, n["f"](x), out=torch.empty(0)), X, lambda n, x, a: x + a * n["f"](x)
    ),
    "lerp": (
        lambda n, x: torch.lerp(x, n["f"](x), 0.25), X, lambda n, x, a: torch.lerp(x, a * n["f"](x), 0.25)
    ),
    "addmm": (
        lambda n, x: torch.addmm(x, n["f"](x), n["g"].weight, alpha=2), X,
        lambda n, x, a: torch.addmm(x, n["f"](x), n["g"].weight, alpha=2 * a),
    ),
    "baddbmm": (
        lambda n, x: torch.baddbmm(x, n["f"](x), n["g"].weight.expand(3, -1, -1)), Y,
        lambda n, x, a: torch.baddbmm(x, n["f"](x), n["g"].weight.expand(3, -1, -1), alpha=a),
    ),
    "addcmul": (
        lambda n, x: torch.addcmul(x, n["f"](x), n["g"](x)), X,
        lambda n, x, a: torch.addcmul(x, n["f"](x), n["g"](x), value=a),
    ),
    "two branches": (lambda n, x: n["f"](x) + n["g"](x) + x, X, lambda n, x, a: a * n["f"](x) + a * n["g"](x) + x),
    "two branches, one after the other": (
        lambda n, x: x + n["f"](x) + n["g"](x), X, lambda n, x, a: x + a * n["f"](x) + a * n["g"](x)
    ),
    "mean of a stack": (
        lambda n, x: torch.stack((x, n["f"](x)), 1).mean(1), X,
        lambda n, x, a: torch.stack((x, a * n["f"](x)), 1).mean(1),
    ),
    "concat": (lambda n, x: torch.cat([x, n["f"](x)], 1), X, lambda n, x, a: torch.cat([x, a * n["f"](x)], 1)),
    "a number besides": (lambda n, x: x + 1 + n["f"](x), X, lambda n, x, a: x + 1 + a * n["f"](x)),
}  # fmt: skip


@pytest.mark.parametrize("name", MERGES)
@pytest.mark.parametrize("factor", [0.0, 0.5, -1.0])
def test_every_kind_of_merge(name: str, factor: float) -> None:
    written, x, rewritten = MERGES[name]
    with torch.no_grad():
        model = net(written, f=two_linears(), g=nn.Linear(WIDTH, WIDTH))
        twin = net(lambda layers, x: rewritten(layers, x, factor), f=two_linears(), g=nn.Linear(WIDTH, WIDTH))
        with resight.edit(model, only(model, x).scaled(factor)):
            edited = model(x)
        torch.testing.assert_close(edited, twin(x), rtol=1e-6, atol=1e-6)
        assert not torch.allclose(edited, model(x))


def test_a_value_that_is_neither_side_stays() -> None:
    model = net(lambda n, x, other: x + n["f"](x) + other, f=two_linears())
    x, other = torch.randn(4, WIDTH), torch.randn(4, WIDTH)
    skip = only(model, x, other)
    with resight.edit(model, skip.without_branch()):
        assert torch.equal(model(x, other), x + other)
    with resight.edit(model, skip.without_shortcut()):
        assert torch.equal(model(x, other), model.layers["f"](x) + other)


def test_edits_of_one_merge_multiply_and_contexts_nest() -> None:
    model, x = net(lambda n, x: x + n["f"](x), f=two_linears()), rows()[0]
    skip, before = only(model, x), run(model, (x,))
    with resight.edit(model, skip.scaled(0.5)):
        half = run(model, (x,))
        with resight.edit(model, skip.without_branch()):
            assert torch.equal(model(x), x)
        assert same(run(model, (x,)), half)
    with resight.edit(model, skip.scaled(2), skip.scaled(0.25)):
        assert same(run(model, (x,)), half)
    assert same(run(model, (x,)), before)


def test_what_is_not_finite_goes_with_its_branch() -> None:
    model = net(lambda n, x: x + n["f"](x) / 0, f=two_linears())
    x = torch.randn(4, WIDTH)
    with resight.edit(model, only(model, x).without_branch()):
        assert torch.equal(model(x), x)


# ---- where, when, how


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


# ---- nothing is left behind, and mistakes


def photograph(model: nn.Module) -> list[object]:
    hooks = [nn.modules.module._global_forward_hooks, nn.modules.module._global_forward_pre_hooks]
    attributes = [(name, id(value)) for module in model.modules() for name, value in vars(module).items()]
    return [
        attributes,
        [list(hook) for hook in hooks],
        _get_current_function_mode_stack(),
        torch.get_rng_state().tolist(),
    ]


def test_the_model_is_left_as_it_was() -> None:
    model, x = net(lambda n, x: x + n["f"](x), f=two_linears()), rows()[0]
    skip, before = only(model, x), photograph(model)
    with resight.edit(model, skip.without_branch()) as edited:
        assert edited is model
        model(x)
        with pytest.raises(RuntimeError):
            model(torch.ones(3, 3))
        assert torch.equal(model(x), x)
    assert photograph(model) == before
    with pytest.raises(KeyboardInterrupt), resight.edit(model, skip.without_branch()):
        raise KeyboardInterrupt
    assert photograph(model) == before


def test_another_path_is_an_error() -> None:
    model = net(lambda n, x: x + n["f"](x) if x.sum() > 0 else n["f"](x), f=two_linears())
    x = torch.ones(4, WIDTH)
    with resight.edit(model, only(model, x).without_branch()):
        assert torch.equal(model(x), x)
        with pytest.raises(UserError, match=r"the add in the model itself .* did not run: .* another path"):
            model(-x)


def test_other_operands_are_an_error() -> None:
    model = net(lambda n, x: x + (n["f"](x) if x.sum() > 0 else 1), f=two_linears())
    x = torch.ones(4, WIDTH)
    with resight.edit(model, only(model, x).scaled(2)), pytest.raises(UserError, match="other operands"):
        model(-x)


def test_mistakes_are_named() -> None:
    model, x = nn.Sequential(nets.Block(torch.add)).eval(), image()[0]
    skip = only(model, x)
    for wrong, words in ((skip, "skip.without_branch()"), (3, "int")):
        with pytest.raises(UserError, match="edit takes edits") as error, resight.edit(model, wrong):
            pass
        assert words in str(error.value)
    with pytest.raises(UserError, match="the model has no add in 0"), resight.edit(conv(), skip.without_branch()):
        pass
    with pytest.raises(UserError, match=r"no nn\.Module"), resight.edit(3, skip.without_branch()):
        pass


@pytest.mark.parametrize("factor", ["a", None, torch.ones(2), [1.0]])
def test_a_branch_is_scaled_by_a_number(factor: object) -> None:
    model, x = nn.Sequential(nets.Block(torch.add)).eval(), image()[0]
    skip = only(model, x)
    with pytest.raises(UserError, match=r"a branch is scaled by a number, not .*; such as skip\.scaled\(0\.5\)"):
        skip.scaled(factor)  # type: ignore[arg-type]
    assert skip.scaled(torch.tensor(0.5)) == skip.scaled(0.5)  # type: ignore[arg-type]


def test_a_skip_prints_as_one_line() -> None:
    model, x = nn.Sequential(nets.Block(lambda x, branch: x + branch)).eval(), image()[0]
    skip = only(model, x)
    assert str(skip).startswith("identity skip into add in 0 (")
    assert str(replace(skip, joins=())) == f"identity skip into op {skip.merge}"
    hostile = replace(skip.joins[0], path="a\nb", text="")
    assert str(replace(skip, joins=(hostile,))) == "identity skip into add in a b"
