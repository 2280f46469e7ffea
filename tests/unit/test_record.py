"""What `record` says is what flowed: kept tensors, statistics, contributions, gradients; and the model is as before."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import resight
from nets import RESIDUAL, WAYS, SmallNet
from resight import ForwardWarning, Ref, Trace, UserError
from resight.recording import Statistics
from resight.skips import operands

torch.set_num_threads(2)


class Block(nn.Module):
    """conv-bn-relu-conv-bn, both writes in place: `relu(inplace=True)` and `+=`."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += x
        return self.relu(out)


class Net(nn.Module):
    """Two blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(Block(), Block())

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(x)


def net(train: bool = False) -> Net:
    torch.manual_seed(0)
    return Net().train(train)


def images(*sizes: int) -> list[Tensor]:
    torch.manual_seed(1)
    return [torch.randn(size, 8, 6, 6) for size in sizes]


def hooked(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
    """What each module returned, copied at that moment by plain forward hooks."""
    found: dict[str, Tensor] = {}

    def keep(path: str) -> Callable[[nn.Module, object, Tensor], None]:
        return lambda module, args, output: found.__setitem__(path, output.detach().clone())

    hooks = [module.register_forward_hook(keep(path)) for path, module in model.named_modules() if path]
    model(x)
    for hook in hooks:
        hook.remove()
    return found


def assert_like(trace: Trace, name: str, tensor: Tensor) -> None:
    found = trace[name].summary
    assert found is not None
    expected = tensor.double().numpy()
    assert found.count == expected.size
    assert (found.min, found.max) == (expected.min(), expected.max())
    assert found.mean == pytest.approx(expected.mean(), abs=1e-6 * np.sqrt((expected**2).mean()))
    assert found.std == pytest.approx(expected.std(), rel=1e-6)


# ---- values


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_kept_tensors_are_those_of_plain_hooks(mode: Callable[[], object]) -> None:
    model, (x,) = net(), images(2)
    expected = hooked(model, x)
    with mode():  # type: ignore[attr-defined]
        trace = resight.record(model, x, keep="*")
    for path, tensor in expected.items():
        last = "relu" in path  # called twice: the name means the last call
        assert last or torch.equal(trace[path].tensor, tensor), path
        if not last:
            assert_like(trace, path, tensor)
    assert torch.equal(trace["blocks.0.relu"].tensor, expected["blocks.0.relu"])
    assert not trace["blocks.0.conv1"].tensor.requires_grad


def test_each_version_of_a_tensor_written_in_place_is_its_own_value() -> None:
    model, (x,) = net(), images(2)
    trace = resight.record(model, x, keep=["blocks.0.bn1", ("blocks.0.relu"), "blocks.0:add", "blocks.0.bn2"])
    norm, first, last = (trace[name].tensor for name in ("blocks.0.bn1", ("blocks.0.relu", 0), "blocks.0.relu"))
    assert torch.equal(F.relu(norm), first)
    assert torch.equal(trace["blocks.0.bn2"].tensor + x, trace["blocks.0:add"].tensor)
    assert torch.equal(F.relu(trace["blocks.0:add"].tensor), last)
    assert norm.min() < 0


def test_every_value_has_numbers_and_views_share_them() -> None:
    class Views(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            y = x * 2
            return y.permute(1, 0, 2).reshape(3, -1)[:, None].expand(3, 4, 10)

    trace = resight.record(Views(), torch.randn(2, 3, 5))
    recording = trace.recording
    assert recording is not None
    assert set(recording.values.refs) == {Ref(op.id) for op in trace.graph.ops}
    doubled, permuted, expanded = (
        recording.values.summary(trace[f":{name}"].ref) for name in ("mul", "permute", "expand")
    )
    assert doubled == permuted
    assert expanded is not None
    assert permuted is not None
    assert (expanded.count, expanded.std) == (120, pytest.approx(permuted.std))
    assert len(recording.values.table) < len(trace.graph.ops)


@pytest.mark.parametrize(
    ("keep", "names"),
    [
        ("blocks.0.conv1", ["blocks.0.conv1"]),
        ("*.conv2", ["blocks.0.conv2", "blocks.1.conv2"]),
        ("blocks.1:add", ["blocks.1:add"]),
        ("blocks.?:add", ["blocks.0:add", "blocks.1:add"]),
        (["blocks.0.bn1", "*.bn2"], ["blocks.0.bn1", "blocks.0.bn2", "blocks.1.bn2"]),
        (lambda path, op, spec: op == "add" and spec.shape[0] == 2, ["blocks.0:add", "blocks.1:add"]),
        (None, []),
    ],
)
def test_what_is_kept(keep: object, names: list[str]) -> None:
    trace = resight.record(net(), *images(2), keep=keep)
    assert trace.recording is not None
    assert set(trace.recording.kept) == {trace[name].ref for name in names}


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        ("blocks.0.convl", r"nothing to keep is called 'blocks\.0\.convl'; did you mean blocks\.0\.conv"),
        ("blocks.0:ad", "did you mean blocks.0:add"),
        ("*.conv9", r"nothing to keep is called '\*\.conv9'; print\(trace\) lists"),
        (3, "keep takes names, not int"),
    ],
)
def test_what_can_not_be_kept(keep: object, words: str) -> None:
    with pytest.raises(UserError, match=words):
        resight.record(net(), *images(1), keep=keep)


@pytest.mark.parametrize("name", sorted(RESIDUAL))
def test_a_skip_keeps_what_meets_at_its_merge(name: str) -> None:
    case = RESIDUAL[name]
    torch.manual_seed(0)
    model, inputs = case.make().eval(), case.inputs()
    for skip in resight.trace(model, *inputs).skips[:2]:
        trace = resight.record(model, *inputs, keep=skip)
        assert trace.recording is not None
        met = operands(trace.graph, skip)
        assert set(trace.recording.kept) == {met.shortcut, *met.branch}


def test_a_skip_of_another_model() -> None:
    skip = resight.trace(net(), *images(1)).skips[1]
    with pytest.raises(UserError, match="not one of this model; trace this model again"):
        resight.record(nn.Linear(6, 6), *images(1), keep=skip)


def test_a_name_that_is_not_there_lists_the_closest() -> None:
    trace = resight.record(net(), *images(1))
    with pytest.raises(UserError, match=r"there is no 'blocks\.0\.conv3' in Net; did you mean blocks\.0\.conv"):
        trace["blocks.0.conv3"]
    with pytest.raises(UserError, match=r"'blocks\.0\.relu' has no number 2; there are 2 calls of that name"):
        trace["blocks.0.relu", 2]
    assert trace[""].ref == trace["blocks"].ref


# ---- batches


def test_batches_are_as_one() -> None:
    model, parts = net(), images(1, 3, 2, 1, 1, 2, 4, 1, 2, 3)
    together = resight.record(model, torch.cat(parts), exact=True)
    for batches in (parts, parts[::-1]):
        trace = resight.record(model, batches=batches, exact=True, keep="blocks.0.conv1")
        assert trace.recording is not None
        assert together.recording is not None
        assert trace.recording.batches == 10
        assert_same(trace.recording.values, together.recording.values)
        assert trace.skips[0].gain == pytest.approx(together.skips[0].gain, rel=1e-5)
        assert trace.skips[0].cosine == pytest.approx(together.skips[0].cosine, abs=1e-5)
        kept = trace["blocks.0.conv1"].tensor
        assert torch.allclose(kept, hooked(model, torch.cat(batches))["blocks.0.conv1"], atol=1e-5)


def assert_same(a: Statistics, b: Statistics) -> None:
    """Equal up to what a convolution rounds differently for another batch size."""
    assert a.refs == b.refs
    for ref in a.refs:
        one, other = a.summary(ref), b.summary(ref)
        assert one is not None
        assert other is not None
        assert (one.count, one.sampled, one.zeros) == (other.count, other.sampled, pytest.approx(other.zeros, abs=1e-3))
        for name in ("mean", "std", "rms", "min", "max"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-5, abs=1e-5 * other.rms), name
        assert one.histogram is not None
        assert other.histogram is not None
        assert one.histogram.width == other.histogram.width
        moved = np.abs(
            np.subtract(*(np.array(cells(h.start, h.width, h.counts)) for h in (one.histogram, other.histogram)))
        )
        assert moved.sum() <= 1e-2 * one.count


def cells(start: float, width: float, counts: tuple[int, ...]) -> list[int]:
    """Counts from index -200 to 200, whatever the window."""
    found = [0] * 400
    found[int(start / width) + 200 : int(start / width) + 200 + len(counts)] = counts
    return found


def test_batches_take_any_form() -> None:
    class Two(nn.Module):
        def forward(self, a: Tensor, b: Tensor) -> Tensor:
            return a - b

    a, b = torch.ones(2), torch.zeros(2)
    expected = resight.record(Two(), a, b)
    for batch in ((a, b), [a, b], {"a": a, "b": b}):
        assert resight.record(Two(), batches=[batch])[":sub"].summary == expected[":sub"].summary


def test_batches_with_dropout_do_not_depend_on_their_order() -> None:
    model, (a, b) = nn.Sequential(nn.Dropout(0.5), nn.Flatten()), images(2, 2)
    first, second = (resight.record(model, batches=batches).recording for batches in ([a, b], [b, a]))
    assert first is not None
    assert second is not None
    assert first.values == second.values


class Branching(nn.Module):
    """Takes another path for large inputs."""

    def forward(self, x: Tensor) -> Tensor:
        return x.relu() if x.mean() > 0 else x.sigmoid()


@pytest.mark.parametrize(
    ("batches", "words"),
    [
        ([torch.ones(2), -torch.ones(2)], r"batch 1 took another path than batch 0: sigmoid \(op 3, .*instead of relu"),
        ([], "there is no batch to record"),
        (torch.ones(2), "batches is a tensor"),
        ([torch.ones(2), "text"], "batch 1"),
    ],
)
def test_batches_that_do_not_go_together(batches: object, words: str) -> None:
    with pytest.raises(UserError, match=words):
        resight.record(Branching(), batches=batches)  # type: ignore[arg-type]


def test_inputs_given_twice() -> None:
    with pytest.raises(UserError, match="given twice"):
        resight.record(Branching(), torch.ones(1), batches=[torch.ones(1)])


def test_kept_tensors_of_unlike_batches_can_not_be_joined() -> None:
    model = nn.Sequential(nn.Conv2d(8, 8, 3))
    small, large = torch.randn(1, 8, 5, 5), torch.randn(1, 8, 6, 6)
    assert resight.record(model, batches=[small, large])["0"].summary is not None
    with pytest.raises(UserError, match=r"can't be joined: 1×8×3×3 and 1×8×4×4"):
        resight.record(model, batches=[small, large], keep="0")


def test_large_kept_tensors_lie_on_disk(tmp_path: Path) -> None:
    model, parts = net(), images(2, 3, 1)
    plain = resight.record(model, batches=parts, keep=["*.conv1", "blocks.1.conv2"])
    on_disk = resight.record(model, batches=parts, keep=["*.conv1", "blocks.1.conv2"], keep_on_disk=tmp_path)
    in_memory = resight.record(
        model, batches=parts, keep="*.conv1", keep_on_disk=tmp_path / ".", keep_in_memory=1 << 20
    )
    assert plain.recording is not None
    assert on_disk.recording is not None
    assert in_memory.recording is not None
    for ref, tensor in plain.recording.kept.items():
        assert torch.equal(on_disk.recording.kept[ref], tensor)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == sorted(f"{ref.op}.{ref.slot}.safetensors" for ref in plain.recording.kept)
    assert set(in_memory.recording.kept) < set(plain.recording.kept)


def test_nothing_is_left_on_disk_when_a_batch_fails(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="another path"):
        resight.record(Branching(), batches=[torch.ones(2), -torch.ones(2)], keep=":relu", keep_on_disk=tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(resight.CannotWrite, match="no folder"):
        resight.record(net(), *images(1), keep="*", keep_on_disk=tmp_path / "missing")


# ---- what a branch adds


def test_a_zeroed_last_norm_adds_exactly_nothing() -> None:
    model = net()
    for block in model.blocks:
        nn.init.zeros_(block.bn2.weight)
    for skip in resight.record(model, *images(2)).skips:
        assert (skip.gain, skip.update, skip.cosine) == (0.0, 0.0, None)


def test_a_branch_like_its_shortcut() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(16, 16, bias=False)
            nn.init.eye_(self.linear.weight)

        def forward(self, x: Tensor) -> Tensor:
            return x + F.relu(self.linear(x))

    (skip,) = resight.record(Twice(), torch.rand(64, 16)).skips
    assert skip.cosine == pytest.approx(1.0, abs=1e-6)
    assert skip.gain == pytest.approx(1.0, rel=1e-6)
    assert skip.update == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_contributions_do_not_depend_on_how_the_add_is_written(way: str) -> None:
    torch.manual_seed(0)
    model = SmallNet(WAYS[way]).eval()
    x = torch.randn(2, 3, 16, 16)
    trace = resight.record(model, x)
    for skip in trace.skips:
        assert skip.contribution is not None
        kept = resight.record(model, x, keep=skip)
        met = operands(kept.graph, skip)
        assert kept.recording is not None
        shortcut = kept.recording.kept[met.shortcut].double()
        branch = sum(kept.recording.kept[ref].double() for ref in met.branch)
        assert skip.gain == pytest.approx((branch.norm() / shortcut.norm()).item(), rel=1e-5)
        assert skip.cosine == pytest.approx(
            F.cosine_similarity(branch.flatten(), shortcut.flatten(), 0).item(), abs=1e-5
        )
        assert skip.update == pytest.approx((branch.norm() / (branch + shortcut).norm()).item(), rel=1e-5)
        assert skip.contribution.count == shortcut.numel()


@pytest.mark.parametrize(
    ("join", "factors"),
    [
        (lambda x, y: x - y, (1, -1)),
        (lambda x, y: torch.add(x, y, alpha=0.25), (1, 0.25)),
        (lambda x, y: torch.add(y, x, alpha=0.25), (0.25, 1)),
        (lambda x, y: y.sub(x, alpha=2), (-2, 1)),
        (lambda x, y: torch.lerp(x, y, 0.25), (0.75, 0.25)),
        (lambda x, y: torch.stack([x, y]).mean(0), (0.5, 0.5)),
    ],
)
def test_factors_in_the_merge_count(join: Callable[[Tensor, Tensor], Tensor], factors: tuple[float, float]) -> None:
    class Joined(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.branch = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))

        def forward(self, x: Tensor) -> Tensor:
            return join(x, self.branch(x))

    torch.manual_seed(0)
    model, x = Joined(), torch.randn(32, 8)
    (skip,) = resight.record(model, x).skips
    with torch.no_grad():
        shortcut, branch = factors[0] * x, factors[1] * model.branch(x)
    assert skip.gain == pytest.approx((branch.norm() / shortcut.norm()).item(), rel=1e-5)
    assert skip.cosine == pytest.approx(F.cosine_similarity(branch.flatten(), shortcut.flatten(), 0).item(), abs=1e-5)
    assert skip.update == pytest.approx((branch.norm() / (branch + shortcut).norm()).item(), rel=1e-5)


@pytest.mark.parametrize(
    "join",
    [
        lambda x, a, b: x + a + b,
        lambda x, a, b: a + b + x,
        lambda x, a, b: a + (b + x),
        lambda x, a, b: torch.stack([a, x, b]).sum(0),
    ],
)
def test_two_branches_count_together(join: Callable[[Tensor, Tensor, Tensor], Tensor]) -> None:
    class Parallel(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(8)
            self.a = nn.Sequential(nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 8))
            self.b = nn.Sequential(nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 8))

        def forward(self, x: Tensor) -> Tensor:
            y = self.norm(x)
            return join(x, self.a(y), self.b(y))

    torch.manual_seed(0)
    model, x = Parallel(), torch.randn(32, 8)
    (skip,) = resight.record(model, x).skips
    with torch.no_grad():
        branch = model.a(model.norm(x)) + model.b(model.norm(x))
    assert skip.gain == pytest.approx((branch.norm() / x.norm()).item(), rel=1e-5)
    assert skip.cosine == pytest.approx(F.cosine_similarity(branch.flatten(), x.flatten(), 0).item(), abs=1e-5)


def test_a_concat_has_a_gain_and_no_cosine() -> None:
    class Dense(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Sequential(nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 4, 3, padding=1))

        def forward(self, x: Tensor) -> Tensor:
            return torch.cat([x, self.layer(x)], 1)

    torch.manual_seed(0)
    model, (x,) = Dense().eval(), images(2)
    (skip,) = resight.record(model, x).skips
    with torch.no_grad():
        branch, output = model.layer(x), model(x)
    assert skip.cosine is None
    assert skip.gain == pytest.approx((branch.square().mean() / x.square().mean()).sqrt().item(), rel=1e-5)
    assert skip.update == pytest.approx((branch.square().mean() / output.square().mean()).sqrt().item(), rel=1e-5)


def test_what_is_not_finite_has_no_contribution() -> None:
    model, (x,) = net(), images(1)
    x[0, 0, 0, 0] = float("nan")
    first = resight.record(model, x).skips[0]
    assert first.contribution is not None
    assert (first.gain, first.cosine, first.update) == (None, None, None)
    assert resight.trace(model, x).skips[0].gain is None


# ---- gradients


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


# ---- the rest


def test_without_values_there_are_shapes() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU()).to("meta")
    trace = resight.record(model, torch.empty(2**29, 4, device="meta"), keep="0", gradients=torch.mean)
    assert trace["0"].spec.count == 2**31
    assert trace["0"].summary is None
    assert trace.recording is not None
    assert trace.recording.kept == {}
    assert "no values" in trace.recording.how
    assert trace.recording.how in trace.about.notes


def test_a_forward_that_raises_is_recorded_up_to_there() -> None:
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(6, 6), nn.Linear(7, 7)

        def forward(self, x: Tensor) -> Tensor:
            return self.second(self.first(x))

    with pytest.warns(ForwardWarning, match="raised"):
        trace = resight.record(Broken(), *images(1), keep="second", gradients=torch.mean)
    assert trace.failure is not None
    assert trace["first"].summary is not None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserError, match="batch 1: the forward raised RuntimeError"):
            resight.record(nn.Linear(6, 6), batches=[torch.ones(6), torch.ones(7)])


def test_tensors_that_have_no_memory_of_their_own() -> None:
    class Batched(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            y = torch.vmap(lambda row: row.sin() + 1)(x)
            return y + torch.sparse.sum(x.to_sparse())

    trace = resight.record(Batched(), torch.randn(3, 4))
    assert trace[":add"].summary is not None


def test_seconds_only_when_asked_for() -> None:
    (x,) = images(2)
    assert resight.record(net(), x)["blocks.0.conv1"].seconds is None
    trace = resight.record(net(), batches=[x, x], seconds=True)
    assert trace.recording is not None
    assert trace.recording.seconds is not None
    assert len(trace.recording.seconds) == len(trace.graph.ops)
    assert all(trace.recording.seconds[1:] > 0)
    assert trace.recording.seconds[0] == 0  # the input


def test_the_same_input_gives_the_same_bytes() -> None:
    model, (x,) = net(), images(2)
    one, other = (resight.record(model, x, thumbnails=2, gradients=torch.mean).to_json() for _ in range(2))
    assert one == other
    assert "NaN" not in one


def test_thumbnails() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.Flatten()).eval()
    x = torch.rand(2, 3, 100, 130)
    x[0, 0, 0, 0] = float("nan")
    trace = resight.record(model, x, thumbnails=4, keep="0")
    assert trace.recording is not None
    taken = trace.recording.thumbnails
    assert {trace.graph.ops[ref.op].name for ref in taken} == {"input", "conv2d", "batch_norm", "relu"}  # no view
    shown = taken[trace["0"].ref]
    assert (shown.layout, shown.channels, shown.pixels.shape, shown.pixels.dtype) == ("maps", 8, (4, 64, 64), np.uint8)
    low, high = np.array(shown.low)[:, None, None], np.array(shown.high)[:, None, None]
    expected = F.adaptive_avg_pool2d(trace["0"].tensor[0, :4], 64).numpy()
    seen = np.isfinite(expected)
    back = low + shown.pixels / 255 * (high - low)
    assert np.abs(back - expected)[seen].max() <= (high - low).max() / 255
    assert resight.record(model, x).recording.thumbnails == {}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("shape", "layout", "pixels", "channels"),
    [
        ((2, 10), "vector", (1, 1, 10), 1),
        ((2, 300), "vector", (1, 1, 64), 1),
        ((2, 7, 100), "tokens", (1, 7, 64), 1),
        ((2, 9, 5, 6), "maps", (3, 5, 6), 9),
        ((2, 2, 4, 5, 6), "volumes", (2, 5, 6), 2),
    ],
)
def test_layouts_of_thumbnails(shape: tuple[int, ...], layout: str, pixels: tuple[int, ...], channels: int) -> None:
    trace = resight.record(nn.ReLU(), torch.randn(shape), thumbnails=3)
    assert trace.recording is not None
    shown = trace.recording.thumbnails[trace[":relu"].ref]
    assert (shown.layout, shown.pixels.shape, shown.channels) == (layout, pixels, channels)


def test_saved_and_opened(tmp_path: Path) -> None:
    trace = resight.record(net(), *images(2), keep=["*.conv1", "blocks.0:add"], thumbnails=2, gradients=torch.mean)
    trace.save(tmp_path / "net.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.json", "net.safetensors"]
    opened = resight.load(tmp_path / "net.json")
    assert opened.skips == trace.skips
    assert opened.skips[0].gain is not None
    assert opened.recording is not None
    assert trace.recording is not None
    assert opened.recording.values == trace.recording.values
    assert opened.recording.gradients == trace.recording.gradients
    assert opened.recording.how == trace.recording.how
    for name in ("blocks.0.conv1", "blocks.0:add"):
        assert np.array_equal(opened[name].tensor, trace[name].tensor.numpy())
    opened.save(tmp_path / "again.json")
    for suffix in ("json", "safetensors"):
        assert (tmp_path / f"again.{suffix}").read_bytes() == (tmp_path / f"net.{suffix}").read_bytes()
    (tmp_path / "net.safetensors").unlink()
    with pytest.raises(UserError, match=r"cannot read net\.safetensors"):
        resight.load(tmp_path / "net.json")


@pytest.mark.parametrize(
    "dtype", [torch.bfloat16, torch.complex64, torch.complex128, torch.bool, torch.int64, torch.float16]
)
def test_types_that_files_know_and_do_not(tmp_path: Path, dtype: torch.dtype) -> None:
    class Cast(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.to(dtype)[:, ::2].clone()

    trace = resight.record(Cast(), torch.randn(3, 4), keep=":clone")
    trace.save(tmp_path / "net.json")
    tensor, opened = trace[":clone"].tensor, resight.load(tmp_path / "net.json")[":clone"].tensor
    assert np.array_equal(opened, (tensor.float() if dtype is torch.bfloat16 else tensor).numpy())
