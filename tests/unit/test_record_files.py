"""Networks without values, failures, thumbnails, files."""

from __future__ import annotations

import json
import os
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import resight
from inplace import images, net
from resight import ForwardWarning, UserError


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


def test_kept_tensors_that_are_larger_than_they_can_be_are_refused(tmp_path: Path) -> None:
    trace = resight.record(nn.Linear(4, 4), torch.randn(2, 4), keep=":linear")
    file = tmp_path / "net.safetensors"
    sizes = {"1.0": {"dtype": "F32", "shape": [1 << 62, 0], "data_offsets": [0, 0]}}
    for head, length in ((sizes, 0), ({}, 1 << 43)):  # more than any array; a file with holes, 8 TiB
        trace.save(tmp_path / "net.json")
        words = json.dumps(head).encode()
        file.write_bytes(struct.pack("<Q", len(words)) + words)
        os.truncate(file, 8 + len(words) + length)
        with pytest.raises(UserError, match=r"net\.safetensors (does not hold|holds 8 TiB)"):
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
