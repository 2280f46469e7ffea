"""What `record` keeps and says of values is what flowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import resight
from inplace import assert_like, hooked, images, net
from nets import RESIDUAL
from resight import Ref, UserError
from resight.skips import operands


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
        ("blocks.0.convl", r"no layer or op is called 'blocks\.0\.convl'; did you mean blocks\.0\.conv"),
        ("blocks.0:ad", "did you mean blocks.0:add"),
        ("*.conv9", r"no layer or op is called '\*\.conv9'; print\(trace\) lists"),
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


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"gradients": "sum"}, "gradients is a str; give a function from what the model returns to one number"),
        ({"thumbnails": -1}, "thumbnails is -1; give a whole number, 0 or more"),
        ({"thumbnails": "a"}, "thumbnails is 'a'; give a whole number"),
        ({"keep_in_memory": -1}, "keep_in_memory is -1; give a whole number"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_runs(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError) as caught:
        resight.record(net(), "no tensor", **options)
    assert str(caught.value).startswith(words)


def test_batches_are_several() -> None:
    with pytest.raises(UserError, match="batches is an int; give a list of inputs"):
        resight.record(net(), batches=3)  # type: ignore[arg-type]


def test_a_name_that_is_not_there_lists_the_closest() -> None:
    trace = resight.record(net(), *images(1))
    with pytest.raises(UserError, match=r"there is no 'blocks\.0\.conv3' in Net; did you mean blocks\.0\.conv"):
        trace["blocks.0.conv3"]
    with pytest.raises(UserError, match=r"'blocks\.0\.relu' has no number 2; there are 2 calls of that name"):
        trace["blocks.0.relu", 2]
    with pytest.raises(UserError, match=r"'blocks' has no number 5; there is 1 call of that name, from 0"):
        trace["blocks", 5]
    with pytest.raises(UserError, match=r"a value has a name, not 3; for instance trace\["):
        trace[3]  # type: ignore[index]
    assert trace[""].ref == trace["blocks"].ref
