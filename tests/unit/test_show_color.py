"""`resight show --color`: what is run for it, and what the notes say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

import resight
from resight.capture.logits import largest_logits
from resight.cli import main
from sources import BLOCK

NETS = (
    BLOCK
    + """
def net():
    return nn.Sequential(Block(), Block())
"""
)
SPEC = ("nets.py:net", "--input", "2x3x8x8")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the user's file `nets.py`, as the current directory."""
    (tmp_path / "nets.py").write_text(NETS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(color: str, *words: str) -> resight.Trace:
    """The trace that a coloured picture was drawn of."""
    assert main(["show", *SPEC, "--color", color, "-o", "net.svg", "-o", "net.json", *words]) == 0
    return resight.load("net.json")


def said(svg: Path) -> str:
    """The words of a picture, however its lines are broken."""
    return " ".join(re.findall(r">([^<]+)</text>", svg.read_text("utf-8")))


def test_costs_need_no_recording(here: Path) -> None:
    assert shown("flops").recording is None
    assert "FLOPs per op, a multiply-add is 2" in said(here / "net.svg")


def test_gains_are_recorded(here: Path) -> None:
    trace = shown("gain")
    assert [skip.gain is not None for skip in trace.skips] == [True, True]
    words = said(here / "net.svg")
    assert "weights as net makes them (seed 0)" in words
    assert "input values made up" in words


def test_times_are_the_mean_of_several_forwards(here: Path) -> None:
    trace = shown("time")
    assert trace.recording is not None
    assert trace.recording.seconds is not None
    assert (trace.recording.seconds > 0).sum() >= 8
    assert trace.recording.batches == 5
    assert "mean of 5 forwards on cpu" in said(here / "net.svg")


def test_gradients_say_their_loss(here: Path) -> None:
    trace = shown("gradient")
    assert trace.recording is not None
    assert trace.recording.gradients is not None
    loss = "loss: the largest logit (along the output's last dimension), summed over the batch"
    assert loss in trace.about.notes
    assert "summed over the batch" in said(here / "net.svg")


def test_a_saved_trace_is_not_run_again(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown("gain")
    assert main(["show", "net.json", "--color", "gain", "-o", "again.svg"]) == 0
    assert (here / "again.svg").read_bytes() == (here / "net.svg").read_bytes()
    capsys.readouterr()
    assert main(["show", "net.json", "--color", "time", "-o", "time.svg"]) == 2
    hint = "has no times to colour by; record it: resight show SPEC --color time -o net.json\n"
    assert capsys.readouterr().err.endswith(hint)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--color", "gian", "-o", "x.svg"), "there is no color 'gian'; did you mean gain"),
        (("--color", "foo", "-o", "x.svg"), "boxes can be coloured by parameters, flops, bytes, time, gain, gradient"),
        (("--color", "flops", "-o", "x.txt"), "a text has no colours; write .svg"),
        (("--color", "gain", "--device", "meta", "-o", "x.svg"), "where nothing is computed"),
    ],
)
def test_what_cannot_be_coloured_is_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], line: str
) -> None:
    assert main(["show", *SPEC, *words]) == 2
    error = capsys.readouterr().err
    assert line in error
    assert error.count("\n") == 1
    assert not list(here.glob("x.*"))


def test_the_loss_is_the_largest_logit_of_each_row() -> None:
    logits = torch.tensor([[1.0, 3.0, 2.0], [5.0, 4.0, 0.0]])
    assert largest_logits(logits) == 8
    assert largest_logits((torch.tensor([7]), logits)) == 8
    assert largest_logits({"loss": torch.tensor(9.0), "logits": logits}) == 8
    assert largest_logits(torch.tensor(9.0)) == 9


def test_a_model_without_such_an_output_is_told() -> None:
    class Counts(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.argmax(-1)

    with pytest.raises(resight.UserError, match="no floating-point tensor to take a gradient of"):
        resight.record(Counts(), torch.zeros(2, 3), gradients=largest_logits)
