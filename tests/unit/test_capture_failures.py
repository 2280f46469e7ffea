"""A forward that raises gives the graph so far, and says what is wrong in the words of the field."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import nets
import resight
from resight import Failure, ForwardWarning, Graph
from resight.capture.run import trace_graph


def failing(model: nn.Module, *args: Any) -> tuple[Graph, Failure, str]:
    """The graph, its failure and the warning's words."""
    with pytest.warns(ForwardWarning) as caught:
        graph = trace_graph(model, args, {}).graph
    assert graph.failure is not None
    return graph, graph.failure, str(caught[0].message)


class Misfit(nn.Module):
    """A block whose branch changes the shape and whose shortcut does not."""

    def __init__(self, branch: nn.Module, swapped: bool = False) -> None:
        super().__init__()
        self.stem, self.branch, self.swapped = nn.Identity(), branch, swapped

    def forward(self, x: Tensor) -> Tensor:
        identity = torch.relu(x)
        out = self.branch(identity)
        return identity + out if self.swapped else out + identity


@pytest.mark.parametrize("swapped", [True, False])
def test_a_branch_that_does_not_fit_its_identity(swapped: bool) -> None:
    branch = nn.Sequential(nn.Conv2d(64, 128, 3, stride=2, padding=1), nn.BatchNorm2d(128))
    graph, failure, words = failing(Misfit(branch, swapped), torch.ones(2, 64, 56, 56))
    assert failure.message == "identity is 64x56x56, branch is 128x28x28"
    assert failure.hint == (
        "this block needs a projection shortcut: a 1x1 convolution from 64 to 128 channels with stride 2"
    )
    assert failure.op == len(graph.ops) - 1
    failed = graph.ops[-1]
    assert (failed.name, failed.outputs, len(failed.inputs)) == ("add", (), 2)
    assert failure.source is not None
    assert failure.source.text.startswith("return identity + out")
    assert words.endswith(f"{failure.message}; {failure.hint}")
    assert "\n" not in words


@pytest.mark.parametrize(
    ("branch", "shape", "message", "hint"),
    [
        (
            nn.Conv2d(8, 16, 1),
            (1, 8, 4, 4),
            "identity is 8x4x4, branch is 16x4x4",
            "a 1x1 convolution from 8 to 16 channels",
        ),
        (
            nn.Conv2d(8, 8, 3, padding=1, stride=2),
            (2, 8, 8, 8),
            "identity is 8x8x8, branch is 8x4x4",
            "a 1x1 convolution with stride 2",
        ),
        (
            nn.Conv2d(8, 8, 3),
            (2, 8, 8, 8),
            "identity is 8x8x8, branch is 8x6x6",
            "the branch loses 2 pixels: check the padding",
        ),
        (
            nn.Conv2d(8, 16, 3),
            (2, 8, 32, 32),
            "identity is 8x32x32, branch is 16x30x30",
            "the branch loses 2 pixels and goes from 8 to 16 channels: check the padding of its convolutions, "
            "and give this block a projection shortcut",
        ),
        (
            nn.Conv2d(8, 8, (2, 3), padding=(1, 1)),
            (2, 8, 8, 8),
            "identity is 8x8x8, branch is 8x9x8",
            "the branch gains 1 pixel: check the padding",
        ),
        (nn.Linear(8, 12), (2, 5, 8), "identity is 5x8, branch is 5x12", "a linear layer from 8 to 12 features"),
    ],
)
def test_advice_for_blocks_that_do_not_fit(branch: nn.Module, shape: tuple[int, ...], message: str, hint: str) -> None:
    failure = failing(Misfit(branch), torch.ones(shape))[1]
    assert failure.message == message
    assert hint in failure.hint


def test_operands_with_nothing_in_common_are_left_and_right() -> None:
    class Sum(nn.Module):
        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            return x + y

    failure = failing(Sum(), torch.ones(2, 3), torch.ones(2, 4))[1]
    assert failure.message == "left operand is 3, right operand is 4"


def test_concatenation_of_unequal_sizes() -> None:
    class Join(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.cat([x, x[:, :, :3]], dim=1)

    failure = failing(Join(), torch.ones(2, 3, 4))[1]
    assert failure.message == "can't concatenate 2x3x4 and 2x3x3 along dimension 1"


@pytest.mark.parametrize(
    ("model", "shape", "message", "hint"),
    [
        (nn.Conv2d(3, 8, 3), (1, 1, 8, 8), "conv2d expects 3 channels, got 1 in 1x1x8x8", "give it 3 channels"),
        (nn.Conv2d(3, 8, 3), (1, 8, 8, 3), "conv2d expects 3 channels, got 8 in 1x8x8x3", "permute the input"),
        (nn.Conv2d(3, 8, 3), (3, 8), "conv2d expects 4 dimensions (batch, channels, ...), got 2: 3x8", ""),
        (
            nn.Conv2d(4, 8, 3, groups=2),
            (1, 6, 8, 8),
            "conv2d expects 4 channels, got 6 in 1x6x8x8",
            "give it 4 channels",
        ),
        (
            nn.ConvTranspose2d(3, 8, 3),
            (1, 5, 8, 8),
            "conv_transpose2d expects 3 channels, got 5 in 1x5x8x8",
            "give it 3",
        ),
        (nn.Linear(8, 2), (2, 4), "linear expects 8 features, got 4 in 2x4", "give it 8 features"),
        (
            nn.Sequential(nn.Flatten(), nn.Linear(8, 2)),
            (2, 4, 3),
            "linear expects 8 features, got 12 in 2x12",
            "1 should take in 12 features",
        ),
    ],
)
def test_a_wrong_input_shape(model: nn.Module, shape: tuple[int, ...], message: str, hint: str) -> None:
    failure = failing(model, torch.ones(shape))[1]
    assert failure.message == message
    assert hint in failure.hint
    assert failure.op >= 0


def test_plain_code_that_raises() -> None:
    class Strict(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            x * 2
            raise ValueError("no\nmore")

    graph, failure, _ = failing(Strict(), torch.ones(2))
    assert (failure.op, failure.error, failure.message) == (-1, "ValueError", "no")
    assert failure.source is not None
    assert failure.source.text == 'raise ValueError("no\\nmore")'
    assert [op.name for op in graph.ops] == ["input", "mul"]


def test_wrong_arguments_still_give_a_graph() -> None:
    graph, failure, _ = failing(nn.Linear(4, 4))
    assert (failure.op, failure.error, graph.ops) == (-1, "TypeError", ())
    assert failure.hint.startswith("its forward takes (input")


def test_a_wrong_type_is_a_whole_sentence_at_the_users_line() -> None:
    with pytest.warns(ForwardWarning) as caught:
        failure = resight.trace(nn.Conv2d(3, 4, 3), "x").failure
    assert failure is not None
    assert failure.message.startswith("conv2d() received an invalid combination of arguments - got (str, ")
    assert failure.message.endswith(")")
    assert caught[0].filename == __file__


def test_an_error_the_model_catches_is_forgotten() -> None:
    class Careful(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wrong = nn.Sequential(nn.ReLU(), nn.Linear(3, 3))

        def forward(self, x: Tensor) -> Tensor:
            try:
                return self.wrong(x)
            except RuntimeError:
                return x * 2

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        graph = trace_graph(Careful(), (torch.ones(2, 4),), {}).graph
    assert graph.failure is None
    assert [(op.name, graph.calls[op.call].path) for op in graph.ops] == [
        ("input", ""),
        ("relu", "wrong.0"),
        ("mul", ""),
    ]


@pytest.mark.parametrize("name", ["in-place", "pre-activation", "cross-attention"])
def test_a_failing_graph_is_a_prefix_of_the_whole(name: str) -> None:
    model, inputs = nets.RESIDUAL[name].make().eval(), nets.RESIDUAL[name].inputs()
    whole = trace_graph(model, inputs, {}).graph

    def stop(*_: object) -> None:
        raise RuntimeError("stop")

    list(model.modules())[-1].register_forward_hook(stop)
    part = failing(model, *inputs)[0]
    assert part.ops == whole.ops[: len(part.ops)]
    assert 1 < len(part.ops) < len(whole.ops)


def test_without_weights_a_question_about_a_value_is_answered_in_one_line() -> None:
    class Asking(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 4, device="meta")

        def forward(self, x: Tensor) -> Tensor:
            y = self.layer(x)
            return y if y.sum().item() > 0 else -y

    failure = failing(Asking(), torch.ones(2, 4))[1]
    assert failure.hint == "the forward asks for a value, and on meta there are only shapes; build the model on the CPU"
