"""An input nobody described is guessed from the first layer, or what to write is said."""

from __future__ import annotations

import logging

import pytest
import torch
from torch import nn

from resight.capture.resolve.guess import guess_example
from resight.errors import UserError


class Flat(nn.Module):
    """A LeNet: fits one image size only."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 5)
        self.norm = nn.BatchNorm2d(2)
        self.head = nn.Linear(2 * 24 * 24, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(self.conv(x)).flatten(1))


class Values(nn.Module):
    """Looks at values, which a try does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(6, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x) if x.mean() > 0 else x


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (Flat(), [(1, 1, 28, 28)]),
        (Values(), [(1, 6)]),
        (nn.Sequential(nn.Embedding(50, 8), nn.Linear(8, 2)), [(1, 16)]),
        (nn.Sequential(nn.Conv2d(5, 8, 7, stride=2), nn.ReLU()), [(1, 5, 224, 224)]),
        (nn.Conv1d(4, 4, 3), [(1, 4, 128)]),
        (nn.Conv3d(1, 4, 3), [(1, 1, 16, 112, 112)]),
        (nn.LSTM(9, 4), [(1, 16, 9)]),
        (nn.Transformer(8, 2, 1, 1, 16, batch_first=True), [(1, 16, 8), (1, 16, 8)]),
    ],
)  # fmt: skip
def test_an_input_is_guessed_from_the_first_layer(model: nn.Module, expected: list[tuple[int, ...]]) -> None:
    state = {name: value.clone() for name, value in model.state_dict().items()}
    example = guess_example(model, "cpu")
    assert [tuple(value.shape) for value in example.args if isinstance(value, torch.Tensor)] == expected
    assert model.training
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())


class Backwards(nn.Module):
    """Its first layer is not the first to run."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(6, 2)
        self.stem = nn.Linear(5, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.stem(x / 2))


@pytest.mark.parametrize("model", [nn.ReLU(), Backwards()])
def test_what_cannot_be_guessed_says_the_flag_to_write(model: nn.Module) -> None:
    with pytest.raises(UserError, match=r"cannot guess the input.*; write its shape, for instance --input 1x3x224x224"):
        guess_example(model, "cpu")


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_what_cannot_be_guessed_names_the_type_of_half_weights(dtype: str) -> None:
    with pytest.raises(UserError, match=rf"for instance --input 1x3x224x224:{dtype} or"):
        guess_example(nn.Conv2d(3, 8, 3).to(getattr(torch, dtype)), "cpu")


class Patches(nn.Module):
    """Takes images of 64 pixels up to its last line, which no size can mend."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.mix = nn.Linear(64, 64)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.mix(self.stem(x)) + torch.ones(3, 5, 7)


@pytest.mark.parametrize(
    ("model", "expected"),
    [(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(7, 2)), (1, 3, 32, 32)), (Patches(), (1, 3, 64, 64))],
)
def test_a_network_that_takes_no_guess_gets_the_one_that_came_furthest(
    model: nn.Module, expected: tuple[int, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    logger = logging.getLogger("torch._subclasses.fake_tensor")
    level, hooks = logger.level, [len(module._forward_hooks) for module in model.modules()]
    example = guess_example(model, "cpu")
    assert [tuple(value.shape) for value in example.args if isinstance(value, torch.Tensor)] == [expected]
    assert example.said.endswith("from the first layer; no size tried ran to the end, set yours with --input")
    assert capfd.readouterr() == ("", "")
    assert logger.level == level
    assert [len(module._forward_hooks) for module in model.modules()] == hooks
    assert model.training
