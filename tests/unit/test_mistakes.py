"""First mistakes: each gets its remedy, and a remedy that can be followed makes the forward run."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

import resight
from resight.cli.app import main
from resight.errors import UserError


class Net(nn.Module):
    """A forward written in a line, with its modules by name."""

    def __init__(self, forward: Callable[..., Any], **modules: nn.Module) -> None:
        super().__init__()
        self.run = forward
        for name, module in modules.items():
            setattr(self, name, module)

    def forward(self, x: Tensor) -> Any:
        return self.run(self, x)


def conv(channels: int = 16, size: int = 3, stride: int = 4) -> nn.Conv2d:
    return nn.Conv2d(3, channels, size, stride=stride, padding=1)


X = torch.ones(2, 3, 32, 32)


def hint(model: nn.Module, *args: Any, **kwargs: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        failure = resight.trace(model, *args, **kwargs).failure
    assert failure is not None
    return failure.hint


class Typo(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def foward(self, x: Tensor) -> Tensor:
        return self.layer(x)


SHAPES: dict[str, tuple[nn.Module, Tensor, str]] = {
    "flatten": (Net(lambda m, x: m.fc(m.c(x)), c=conv(), fc=nn.Linear(1024, 9)), X, "flatten first: 16x8x8 = 1024"),
    "flatten, no pooling": (
        Net(lambda m, x: m.fc(m.c(x)), c=conv(), fc=nn.Linear(16, 9)), X, "pool and flatten first",
    ),
    "view": (
        Net(lambda m, x: m.fc(m.c(x).view(-1, 12544)), c=nn.Conv2d(3, 64, 3, stride=5), fc=nn.Linear(12544, 9)), X,
        "64x6x6 = 2304 per image, 12544 = 64x14x14",
    ),
    "view of a fixed batch": (Net(lambda m, x: x.view(64, 3072)), X, "the batch is 2 here, not 64: write x.size(0)"),
    "batch flattened too": (
        Net(lambda m, x: m.fc(m.c(x).flatten()), c=conv(), fc=nn.Linear(1024, 9)), X, "flatten(1) gives 2x1024",
    ),
    "another image size": (
        Net(lambda m, x: m.fc(torch.relu(m.c(x).flatten(1))), c=conv(), fc=nn.Linear(256, 9)), X,
        "fc should take in 1024 features = 16x8x8; 256 = 16x4x4 is of another image size",
    ),
    "channels last": (nn.Conv2d(3, 8, 3), X.permute(0, 2, 3, 1), "x.permute(0, 3, 1, 2) is 2x3x32x32"),
    "width like the channels": (nn.Conv2d(32, 8, 3), X, "give it 32 channels"),
    "channels in the middle": (
        nn.Sequential(conv(8, stride=1), nn.Conv2d(32, 8, 3)), X, "1 should take in 8 channels",
    ),
    "words into a convolution": (
        nn.Sequential(nn.Embedding(10, 30), nn.Conv1d(30, 8, 3)), torch.ones(2, 16).long(), "transpose(1, 2) before 1",
    ),
    "no channel": (nn.Conv2d(1, 8, 3), torch.ones(8, 28, 28), "x[:, None], 8x1x28x28"),
    "rows of pixels": (nn.Conv2d(1, 8, 3), torch.ones(8, 784), "reshape 8x784 to 8x1x28x28"),
    "no batch, batch norm": (nn.Sequential(conv(), nn.BatchNorm2d(16)), X[0], "[None], 1x3x32x32"),
    "no batch, linear": (
        nn.Sequential(conv(), nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.Linear(16, 9)), X[0], "no batch dimension",
    ),
    "batch norm of others": (nn.Sequential(conv(), nn.BatchNorm2d(32)), X, "1 should take in 16"),
    "layer norm of images": (nn.Sequential(conv(), nn.LayerNorm(16)), X, "it normalises the last dimension"),
    "one image in training": (
        nn.Sequential(nn.Flatten(), nn.Linear(3072, 4), nn.BatchNorm1d(4)), X[:1], "model.eval(), or give a larger",
    ),
    "ids too large": (nn.Embedding(10, 4), torch.full((2, 3), 10), "its ids go from 0 to 9"),
    "floats as ids": (nn.Embedding(10, 4), torch.ones(2, 3), "x.long()"),
    "image too small": (nn.Sequential(nn.MaxPool2d(32), nn.Conv2d(3, 3, 3)), X, "the image is too small by then"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_that_does_not_fit_gets_its_remedy(name: str) -> None:
    model, x, wanted = SHAPES[name]
    assert wanted in hint(model, x)


def test_permuting_is_never_advised_in_the_middle() -> None:
    for side in (8, 16, 32):
        model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(side, 8, 3))
        if side != 8:
            assert "permute" not in hint(model, torch.ones(1, 3, side, side))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((1, 3, 32, 32), "x is a size, not a tensor: give torch.randn(1, 3, 32, 32)"),
        ([1, 3, 32, 32], "give torch.randn(1, 3, 32, 32)"),
        (np.ones((1, 3, 8, 8)), "x is a numpy array: give torch.from_numpy(x).float()"),
        (Image.new("RGB", (8, 8)), "to_tensor(x)[None]"),
        ((X,), "give them one by one, *x"),
        ([X, torch.ones(2).long()], "x is images and labels: give the images alone, x[0]"),
        ({"x": X}, "give **x"),
        ("cat.jpg", "x is text"),
        (X.double(), "x is float64, the weights float32: give x.float()"),
        (X.byte(), "give x.float() / 255 for pictures"),
        (torch.utils.data.DataLoader([1]), "next(iter(x))[0]"),
    ],
)
def test_an_argument_of_another_kind_gets_its_remedy(given: Any, wanted: str) -> None:
    assert wanted in hint(Net(lambda m, x: m.c(x), c=conv()), given)


def test_arguments_that_the_forward_does_not_take() -> None:
    model = Net(lambda m, x: m.c(x), c=conv())
    assert hint(model).startswith("its forward takes (x")
    assert "torch.randn(1, 3, 8, 8)" in hint(model, input_size=(1, 3, 8, 8))
    assert "too many" in hint(model, X, X)
    assert "torch.randn(1, 3, 8, 8)" in hint(model, 1, 3, 8, 8) or "too many" in hint(model, 1, 3, 8, 8)


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        (Net(lambda m, x: x.add_(1)), "write y = x + 1 for x += 1"),
        (Net(lambda m, x: x if x > 0 else -x), ".any(), .all()"),
        (Net(lambda m, x: x.permute(0, 2, 3, 1).view(2, -1)), "reshape"),
        (Net(lambda m, x: x + None), "something before returned None"),
        (Net(lambda m, x: torch.relu((x, x))), "returned several values"),  # type: ignore[arg-type]
        (Net(lambda m, x: m(x)), "calls itself"),
        (Net(lambda m, x: m.layers(x)), "Net has no layers: set it in its __init__"),
        (Net(lambda m, x: x * Typo.expansion), "Typo has no expansion: set it in the class"),  # type: ignore[attr-defined]
        (Typo(), "Typo has no method forward: rename its foward"),
        (nn.ModuleList([nn.ReLU()]), "nn.Sequential"),
    ],
)
def test_an_error_of_plain_python_gets_its_remedy(model: nn.Module, wanted: str) -> None:
    assert wanted in hint(model, X.clone().requires_grad_())


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (X, "give the model first, then its input: model, x; not model(x)"),
        (Typo, "call it first: Typo(...)"),
        (nn.ReLU().forward, "give the ReLU itself, without .forward"),
        ("resnet18", "build it first"),
        ([nn.ReLU()], "nn.Sequential(*layers)"),
        ({"weight": X}, "load_state_dict"),
    ],
)
def test_what_is_given_for_a_model(given: Any, wanted: str) -> None:
    with pytest.raises(UserError, match=re.escape(wanted)):
        resight.trace(given, X)


def test_a_forward_with_a_fault_of_its_own_is_not_called_an_input_that_cannot_be_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    net += "        self.fc = nn.Linear(3, 3)\n    def forward(self, x):\n        return fc(x)\n"
    (tmp_path / "net.py").write_text(net)
    assert main(["summary", f"{tmp_path / 'net.py'}:Net"]) == 2
    said = capsys.readouterr().err
    assert "NameError" in said
    assert "net.py:7" in said
    assert "write self.fc" in said
    assert "cannot guess" not in said


def test_an_attribute_missing_while_a_network_is_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = "from torch import nn\nclass Block(nn.Module): pass\ndef net(): return nn.Linear(3, Block.expansion)\n"
    (tmp_path / "net.py").write_text(net)
    assert main(["summary", f"{tmp_path / 'net.py'}:net"]) == 2
    assert "at net.py:3; Block has no expansion: set it in the class" in capsys.readouterr().err
