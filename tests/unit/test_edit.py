"""What an edit means: a net whose merges are changed equals the net written that way."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import nets
import resight
from edits import net, only, run, same
from nets import WIDTH, rows, two_linears
from resight import Edit, Skip


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
