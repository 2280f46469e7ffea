"""What is typed by mistake, whatever it is, ends in one line and exit code 2, never as a bug of ours."""

from __future__ import annotations

import errno
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text
from torch import nn

import resight
from resight.cli import app
from resight.cli.app import main

HARD = ["a" * 5000, "a" * 300 + ".py:Net", "res\0net", "x\0.py:Net", "resnet18(" + "(" * 300 + ")" * 300 + ")",
        "resnet18(a=" + "[" * 9000 + "]" * 9000 + ")", "resnet18(a=" + "-" * 5000 + "1)", "os:system('true')",
        "resnet18(num_classes=" + "9" * 30 + ")", "resnet18(num_classes=" + "9" * 5000 + ")"]  # fmt: skip


@pytest.mark.parametrize("spec", HARD, ids=range(len(HARD)))
@pytest.mark.parametrize("command", ["summary", "walk", "compare"])
def test_a_spec_that_is_none(command: str, spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, spec] + ["resnet20"] * (command == "compare")) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "bug in resight" not in said
    assert len(said) < 700


@given(st.text(st.sampled_from("()[]{}:.,=*'\"\\x 1a\0é🦆/~-+\n")))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused(spec: str) -> None:
    assert main(["summary", "--", spec]) == 2


@pytest.mark.parametrize(
    "shape",
    [
        "1x3x999999999x999999999",
        "9" * 30,
        "1x3x8x8:int4",
        "1x3x8x8:bits8",
        "1x3x8x8:quint8",
        "1x3x8x8:nothing",
        "x" * 5000,
    ],
)
def test_an_input_that_cannot_be_made(shape: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["walk", "resnet20", "--input", shape]) == 2
    assert "bug in resight" not in capsys.readouterr().err


@pytest.mark.parametrize("device", ["hpu", "quantum", "", "xla", "cuda:99", "\x1b[31m"])
def test_a_device_that_is_not_here(device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "resnet20", "--device", device]) == 2
    assert "there is no device" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device: the output"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 400), "File name too long: xxx"),
        (ValueError("embedded null byte"), "NUL"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_what_the_machine_refuses_is_no_bug(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(**_: object) -> int:
        raise error

    monkeypatch.setattr(app, "app", refused)
    monkeypatch.setattr(app, "_close_quietly", lambda: None)
    assert main(["summary", "resnet20"]) == 2
    assert said in capsys.readouterr().err


def test_more_columns_than_a_picture_can_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "resnet20", "-o", str(tmp_path / "a.svg"), "--wrap", "1000000"]) == 2
    assert "1000" in capsys.readouterr().err


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("from torch import nn\n" + text)
    return f"{folder / name}:net"


def test_lazy_modules_get_their_sizes_from_the_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = write(tmp_path, "lazy_net.py", "def net(): return nn.Sequential(nn.LazyConv2d(8, 3), nn.LazyBatchNorm2d())\n")
    assert main(["summary", net]) == 2
    assert "give one with --input" in capsys.readouterr().err
    assert main(["summary", net, "--input", "1x1x9x9"]) == 0
    assert "1×8×7×7" in capsys.readouterr().out


def test_a_file_that_reads_its_arguments_on_import_sees_none_of_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parse = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', {})\np.parse_args()\n"
    parse += "net = nn.Linear(3, 3)\n"
    assert main(["summary", write(tmp_path, "script.py", parse.format("default=1"))]) == 0
    assert main(["summary", write(tmp_path, "needing.py", parse.format("required=True"))]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "__name__" in said
    assert "--lr" in said


def test_relative_imports_work_in_a_file_of_a_package(tmp_path: Path) -> None:
    write(tmp_path, "packed_nets/parts.py", "part = nn.Linear(3, 3)\n")
    assert main(["summary", write(tmp_path, "packed_nets/whole.py", "from .parts import part\nnet = part\n")]) == 0


def test_what_a_module_returns_in_an_object_is_its_value() -> None:
    class Box:
        def __init__(self, held: torch.Tensor) -> None:
            self.held = held

    class Boxed(nn.Module):
        def forward(self, x: torch.Tensor) -> Box:
            return Box(torch.relu(x))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.boxed = Boxed()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.boxed(x).held * 2

    recorded = resight.record(Net(), torch.ones(2, 3), keep="boxed")
    assert recorded["boxed"].spec.shape == (2, 3)
    assert recorded["boxed"].tensor is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda value: value.to("meta"), "without values"),
        (lambda value: value.to_sparse() if value.ndim else value, "stored sparse_coo"),
        (lambda value: value.to(torch.complex64) if value.is_floating_point() else value, "of complex numbers"),
    ],
)
def test_weights_that_cannot_be_copied(
    change: Callable[[torch.Tensor], torch.Tensor], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({key: change(value) for key, value in resight.nets.resnet20().state_dict().items()}, tmp_path / "w.pt")
    assert main(["summary", "resnet20", "--weights", str(tmp_path / "w.pt")]) == 2
    assert said in capsys.readouterr().err


def test_weights_that_unpack_to_many_times_their_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(tmp_path / "w.pt", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("w/data.pkl", bytes(2**23))
    assert main(["summary", "resnet20", "--weights", str(tmp_path / "w.pt")]) == 2
    assert "would unpack to 8 MiB, many times its size" in capsys.readouterr().err


def test_a_folder_of_save_pretrained_is_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.BertConfig(
        num_hidden_layers=2, hidden_size=16, num_attention_heads=2, intermediate_size=16, vocab_size=20
    )
    transformers.BertModel(config).save_pretrained(tmp_path / "mine")
    assert main(["summary", str(tmp_path / "mine"), "--depth", "0"]) == 0
    said = capsys.readouterr()
    assert "4 identity skips" in said.out
    assert "weights from mine" in said.out
    (tmp_path / "mine" / "config.json").write_text('{"model_type": "no_such_type"}')
    assert main(["summary", str(tmp_path / "mine")]) == 2
    assert "damaged" not in capsys.readouterr().err


def test_values_of_a_one_dimensional_convolution_are_no_tokens() -> None:
    net = nn.Sequential(nn.Conv1d(2, 6, 5, padding=2), nn.ReLU(), nn.Conv1d(6, 6, 1))
    recorded = resight.record(net, torch.ones(1, 2, 40), keep=["0", "1"])
    for name in ("0", "1"):
        drawn = resight.plot.feature_maps(recorded[name]).findobj(match=Text)
        words = " ".join(text.get_text() for text in drawn)
        assert "token" not in words
        assert "length 40" in words


def test_the_name_of_a_module_comes_before_a_pattern_that_looks_like_it() -> None:
    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = nn.ModuleDict({name: nn.Linear(3, 3) for name in ("a*", "ab", "c[0]", "c0")})

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for part in self.parts.values():
                x = part(x)
            return x

    recorded = resight.record(Named(), torch.ones(2, 3), keep=["parts.a*", "parts.c[0]"])
    kept = [name for name in ("a*", "ab", "c[0]", "c0") if recorded[f"parts.{name}"].tensor is not None]
    assert kept == ["a*", "c[0]"]
