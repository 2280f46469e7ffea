"""Several batches are as one, whatever their order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import resight
from inplace import hooked, images, net
from resight import UserError
from resight.recording import Statistics


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
