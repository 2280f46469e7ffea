"""Networks that are larger than the memory are refused before any of them is allocated."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import torch
from torch import nn

from resight import memory
from resight.capture.resolve import from_nets
from resight.capture.resolve.attempt import most_held
from resight.capture.resolve.spec import Spec
from resight.cli import main
from resight.errors import UserError
from resight.memory import check_network, free_memory
from resight.nets import resnet20
from resight.runs import RECIPES, Recipe
from resight.train import train
from resight.train.optimization import optimizer_of, values_per_weight

RESNET20 = sum(part.numel() * part.element_size() for part in (*resnet20().parameters(), *resnet20().buffers()))


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The devices that networks by name are built on, as they are."""
    devices: list[str] = []
    build = from_nets.build

    def noted(spec: Spec, device: str) -> nn.Module:
        devices.append(device)
        return build(spec, device)

    monkeypatch.setattr(from_nets, "build", noted)
    return devices


def give(monkeypatch: pytest.MonkeyPatch, free: int | None) -> None:
    monkeypatch.setattr(memory, "free_memory", lambda: free)


@pytest.mark.parametrize(
    "words",
    [
        ["walk", "resnet20"],
        ["features", "resnet20", "--layer", "conv1", "-o", "maps.png"],
        ["show", "resnet20", "--device", "cpu", "-o", "net.svg"],
        ["show", "resnet20", "--color", "gain", "-o", "net.svg"],
        ["compare", "resnet20", "plain20", "--image", "sample:cat", "-o", "both.svg"],
        ["train", "resnet20", "--steps", "1"],
        ["sweep", "resnet20", "--vary", "shortcut=A,B", "--steps", "1"],
    ],
    ids=" ".join,
)
def test_what_does_not_fit_is_one_line_before_anything_is_allocated(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    built: list[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    give(monkeypatch, 1_000_000)
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert re.search(
        r": resnet20\S*.* has 2\d\dk parameters and needs at least 1.03 MiB of memory, this machine can give 977 KiB; "
        r"try a smaller configuration, or resight show SPEC, which draws it without weights\n$",
        error,
    )
    assert set(built) == {"meta"}
    assert list(tmp_path.iterdir()) == []


def test_what_just_fits_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, RESNET20)
    check_network("resnet20")
    give(monkeypatch, RESNET20 - 1)
    with pytest.raises(UserError, match="resnet20 has 270k parameters and needs"):
        check_network("resnet20")
    give(monkeypatch, None)  # nobody knows: nothing is refused
    check_network("resnet20")


@pytest.mark.parametrize("words", [["show", "resnet20", "-o", "a.svg"], ["walk", "resnet20", "--device", "meta"]])
def test_shapes_alone_need_no_memory(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    give(monkeypatch, 0)
    assert main(words) == 0


@pytest.mark.parametrize("spec", ["tiny_nets:normed", "resnet19", "torchvision:fasterrcnn_resnet50_fpn"])
def test_what_cannot_be_counted_is_left_to_be_built(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, 0)
    check_network(spec)


def test_a_billion_parameters_are_counted_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("transformers")
    give(monkeypatch, 1024**3)
    with pytest.raises(UserError) as refused:
        check_network("hf:llama")
    assert str(refused.value) == (
        "hf:llama has 6.74B parameters and needs at least 25.1 GiB of memory, this machine can give 1 GiB; "
        "try hf:llama(num_hidden_layers=2), or resight show SPEC, which draws it without weights"
    )
    with pytest.raises(UserError, match=r"^hf:gpt2\(n_layer=99\) has .*; try a smaller configuration"):
        check_network("hf:gpt2(n_layer=99)")


def test_a_training_needs_more_than_the_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = sum(4 * weight.numel() for weight in resnet20(in_channels=1).parameters())
    give(monkeypatch, 2 * weights - 1)  # gradients and momentum are two values for each weight
    said = r"training resnet20\(.*\) with 128 images of 1×28×28 at once needs at least 1\d\d MiB"
    with pytest.raises(UserError, match=said):
        train("resnet20", recipe=RECIPES["fast"].changed({"steps": 1}), out=tmp_path / "run", cpu=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "recipe",
    [Recipe("a"), Recipe("b", momentum=0.9), Recipe("c", momentum=0.9, nesterov=True), Recipe("d", optimizer="adamw")],
    ids=lambda recipe: recipe.name,
)
def test_as_many_values_are_counted_as_an_optimizer_keeps(recipe: Recipe) -> None:
    net = nn.Linear(7, 5)
    optimizer = optimizer_of(recipe, net)
    net(torch.ones(1, 7)).sum().backward()
    optimizer.step()
    kept = [net.weight.grad, *optimizer.state[net.weight].values()]
    assert sum(isinstance(one, torch.Tensor) and one.shape == net.weight.shape for one in kept) == values_per_weight(
        recipe
    )


def test_the_tightest_bound_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0 < (free_memory() or 0) <= machine
    meminfo, limit = tmp_path / "meminfo", tmp_path / "memory.max"
    monkeypatch.setattr(memory, "MEMINFO", meminfo)
    monkeypatch.setattr(memory, "MEMBERSHIP", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "GROUPS", (("", tmp_path, "memory.max"),))
    monkeypatch.setattr(memory, "_taken", lambda: 500)
    assert free_memory() == machine
    meminfo.write_text("MemTotal:  9000 kB\nMemFree:  1 kB\nMemAvailable:    3000 kB\n")
    limit.write_text("max\n")
    assert free_memory() == 3000 * 1024
    limit.write_text("2000000\n")
    assert free_memory() == 2_000_000 - 500
    (tmp_path / "cgroup").write_text("4:cpu:/x\n0::/inner/own\n")  # a group inside another has its own, smaller limit
    (tmp_path / "inner" / "own").mkdir(parents=True)
    (tmp_path / "inner" / "own" / "memory.max").write_text("1000000\n")
    assert free_memory() == 1_000_000 - 500


def test_an_input_larger_than_the_memory_is_refused_before_it_is_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give(monkeypatch, 10**7)
    assert main(["walk", "resnet20", "--input", "8x3x512x512"]) == 2
    assert "--input 8x3x512x512 needs at least 24 MiB of memory" in capsys.readouterr().err
    assert main(["summary", "resnet20", "--input", "8x3x512x512"]) == 0  # shapes alone


def test_values_that_a_forward_holds_at_one_time_are_counted_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    net = "from torch import nn\nnet = nn.Sequential(nn.Conv2d(1, 64, 1), nn.ReLU(), nn.Conv2d(64, 1, 1))\n"
    (tmp_path / "net.py").write_text(net)
    words = ["summary", f"{tmp_path / 'net.py'}:net", "--input", "1x1x1024x1024"]
    give(monkeypatch, 2 * 64 * 2**22 - 1)
    assert main(words) == 2
    assert "the forward needs at least 512 MiB of memory" in capsys.readouterr().err
    give(monkeypatch, None)
    assert main([*words[:3], "1x1x16x16"]) == 0


def test_what_is_held_is_what_lives() -> None:
    layer = nn.Conv2d(1, 4, 1)
    chain = nn.Sequential(layer, nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1), nn.Flatten(), nn.ReLU(inplace=True))
    assert most_held(chain, [torch.ones(1, 1, 8, 8)], {}) == 2 * 4 * 64 * 4  # two values at once; a view is none
    assert layer.weight.device.type == "cpu"
