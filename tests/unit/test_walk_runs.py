"""`resight walk` and `resight features` on networks that run: the numbers shown are the network's own."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import resight
from resight.capture.resolve import resolve
from resight.cli import main
from sources import BLOCK

NETS = (
    BLOCK
    + """
class Log(nn.Module):
    def forward(self, x):
        return torch.log(torch.relu(x))

class Misfit(nn.Module):
    def forward(self, x):
        return x + torch.ones(1, 3, 7, 8)

def net():
    return nn.Sequential(Block(), Block())

def log():
    return nn.Sequential(Block(), Log())

def misfit():
    return nn.Sequential(Block(), Misfit())
"""
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the user's file `nets.py`, as the current directory."""
    (tmp_path / "nets.py").write_text(NETS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    yield tmp_path
    sys.modules.pop("nets", None)


def test_the_numbers_are_those_of_the_forward(here: Path) -> None:
    assert main(["walk", "nets.py:net", "--image", "sample:cat", "-o", "w.csv", "-o", "w.json"]) == 0
    found = resolve("nets.py:net", image="sample:cat")
    (image,) = found.args
    assert isinstance(image, torch.Tensor)
    with torch.no_grad():
        conv = found.model[0].conv(image).double()
        branch = found.model[0].norm(found.model[0].conv(image)).double()
    with (here / "w.csv").open(encoding="utf-8") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    row = rows["0.conv"]
    assert row["shape"] == "1x3x32x32"
    assert float(row["mean"]) == pytest.approx(float(conv.mean()), rel=1e-5)
    assert float(row["std"]) == pytest.approx(float(conv.std(correction=0)), rel=1e-5)
    assert (float(row["min"]), float(row["max"])) == (float(conv.min()), float(conv.max()))
    rms = float(branch.square().mean().sqrt() / image.double().square().mean().sqrt())
    assert float(rows["0:add"]["gain"]) == pytest.approx(rms, rel=1e-5)
    again = resight.load(here / "w.json")
    assert again.skips[0].gain == pytest.approx(rms, rel=1e-5)


def test_walk_says_how_the_numbers_were_obtained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["walk", "resnet20", "--image", "sample:coffee"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert max(map(len, said.out.split("\n\n")[0].splitlines())) <= 80
    for line in (
        "  image coffee.jpg, scaled to 32x32 and normalised with ImageNet's mean and deviation",
        "  weights random (seed 0)",
    ):
        assert line in said.out.splitlines()
    assert re.search(r"^  1 batch of x f32\[1,3,32,32\]", said.out, re.MULTILINE)
    assert said.out.count("⊕ add") == 9


def test_what_was_made_up_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["walk", "nets.py:net", "--depth", "1"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "  input values made up: floats standard normal (seed 0), whole numbers 1 and 0 in turn" in said
    assert "  weights as net makes them (seed 0)" in said
    assert said[0].split()[-2:] == ["gain", "cosine"]


def test_where_it_stops_being_finite_is_said_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["walk", "nets.py:log", "--input", "1x3x8x8"]) == 0
    said = capsys.readouterr()
    assert re.fullmatch(r"resight: warning: 1:log \(log\) made inf or nan: \d+ of 192 elements\n", said.err)
    assert "inf, nan" in said.out.splitlines()[0]


def test_a_forward_that_raises_is_walked_up_to_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["walk", "nets.py:misfit", "--input", "1x3x8x8"]) == 2
    said = capsys.readouterr()
    assert re.search(r"^ *1 ✗ raised here", said.out, re.MULTILINE)
    assert "until the forward stopped" in said.out
    assert re.match(r"resight: error: the forward raised RuntimeError at .*nets\.py:\d+: .*\n$", said.err)


def test_a_closed_module_says_that_the_forward_raised_in_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inner = "nn.Sequential(nn.ReLU(), nn.Linear(5, 5))"
    (here / "deep.py").write_text(f"from torch import nn\n\ndef net(): return nn.Sequential(nn.ReLU(), {inner})\n")
    assert main(["walk", "deep.py:net", "--input", "1x3x8x8", "--depth", "1"]) == 2
    said = capsys.readouterr().out
    assert re.search(r"^1 ✗ raised in here +Sequential", said, re.MULTILINE)
    assert said.count("raised") == 1


def test_shapes_alone_on_meta(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["walk", "resnet20", "--device", "meta"]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0].split() == ["step", "op", "shape"]
    assert "weights random" not in said


def test_a_page_holds_feature_maps_only_if_asked_to(here: Path) -> None:
    assert main(["walk", "nets.py:net", "-o", "a.html", "--thumbnails", "2"]) == 0
    assert main(["walk", "nets.py:net", "-o", "b.html", "--thumbnails", "0"]) == 0
    assert "data:image/png" in (here / "a.html").read_text(encoding="utf-8")
    assert "data:image/png" not in (here / "b.html").read_text(encoding="utf-8")


def test_features_of_several_layers_are_several_files(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["features", "resnet20", "--image", "sample:cat", "--layer", "conv1", "--layer", "layer1.0:add"]
    assert main([*words, "-o", "maps.png", "--count", "4", "--columns", "2"]) == 0
    said = capsys.readouterr().out
    assert {path.name for path in here.glob("*.png")} == {"maps-conv1.png", "maps-layer1.0_add.png"}
    assert "  weights random (seed 0)\n" in said
    assert "  wrote maps-conv1.png\n  wrote maps-layer1.0_add.png\n" in said
    with Image.open(here / "maps-conv1.png") as picture:
        assert len(np.unique(np.asarray(picture.convert("L")))) > 50


def test_layers_whose_file_names_would_be_one_get_a_file_each(here: Path) -> None:
    layers = ["a_b", "a b", "A_b", "a_b-2"]
    net = nn.Sequential()
    for name in layers:
        net.add_module(name, nn.Conv2d(3, 3, 1))
    resight.record(net, torch.rand(1, 3, 4, 4), keep=layers).save("kept.json")
    wanted = [word for name in layers for word in ("--layer", name)]
    assert main(["features", "kept.json", *wanted, "-o", "maps.svg"]) == 0
    numbered = ["maps-a_b.svg", "maps-a_b-2.svg", "maps-A_b-3.svg", "maps-a_b-2-2.svg"]
    assert {path.name for path in here.glob("maps*")} == set(numbered)
    for name, file in zip(layers, numbered):
        assert main(["features", "kept.json", "--layer", name, "-o", "alone.svg"]) == 0
        assert (here / file).read_bytes() == (here / "alone.svg").read_bytes()


def test_features_of_a_saved_trace_need_no_network(here: Path) -> None:
    found = resolve("nets.py:net", image="sample:cat")
    resight.record(found.model, *found.args, keep="0.conv").save("kept.json")
    (here / "nets.py").unlink()
    assert main(["features", "kept.json", "--layer", "0.conv", "-o", "maps.svg"]) == 0
    assert (here / "maps.svg").read_bytes().startswith(b"<?xml")


def test_a_saved_recording_wakes_no_torch(here: Path) -> None:
    found = resolve("nets.py:net", image="sample:cat")
    resight.record(found.model, *found.args, keep="0.conv").save("kept.json")
    script = (
        "import sys\nfrom resight.cli import main\n"
        "assert main(['walk', 'kept.json']) == main(['walk', 'kept.json', '-o', 'w.html', '-o', 'w.png']) == 0\n"
        "assert main(['features', 'kept.json', '--layer', '0.conv', '-o', 'maps.png']) == 0\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120, capture_output=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--layer", "cnov1"], "did you mean conv1"),
        (["--layer", "conv1", "--scale", "log"], "scale"),
        (["--layer", "conv1", "--cmap", "jett"], "jett"),
        (["--layer", "conv1", "--channels", "7,99"], "there is no channel 99"),
        (["--layer", "conv1", "--image", "gone.png"], "there is no file gone.png"),
        (["--layer", "conv1", "--image", "sample:dog"], "there are sample:cat and sample:coffee"),
        (["--layer", "conv1", "-o", "maps.gif"], "no figure has the suffix .gif"),
        ([], "Missing option"),
    ],
)
def test_a_mistake_is_one_line(here: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    out = [] if "-o" in words else ["-o", "maps.png"]
    assert main(["features", "resnet20", *words, *out]) == 2
    error = capsys.readouterr().err
    assert error.startswith("resight: error: ")
    assert error.count("\n") == 1
    assert said in error
    assert not list(here.glob("maps*"))


def test_a_network_for_text_takes_no_image(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("transformers")
    assert main(["walk", "hf:gpt2(n_layer=1, n_embd=12, n_head=2)", "--image", "sample:cat"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "this network does not take one image: its input is input_ids i64[1,32]" in error
