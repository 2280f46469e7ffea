"""Weights from files: every format is loaded, none runs code, and every wrong file gets one clear line."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from resight.capture.resolve import resolve
from resight.capture.resolve.weights import load_weights
from resight.errors import UserError


def tiny(out: int = 2) -> nn.Module:
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, out))


def filled(value: float) -> dict[str, torch.Tensor]:
    return {name: torch.full_like(old, value) for name, old in tiny().state_dict().items()}


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".th", ".bin", ".ckpt", ".safetensors"])
def test_weights_of_every_format_are_loaded(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"w{suffix}"
    save_file(filled(3), path) if suffix == ".safetensors" else torch.save(filled(3), path)
    model = tiny()
    load_weights(model, path)
    assert all(bool((value == 3).all()) for value in model.state_dict().values())


@pytest.mark.parametrize("wrapper", ["state_dict", "model_state_dict", "model"])
@pytest.mark.parametrize("prefix", ["", "module.", "module._orig_mod."])
def test_wrappers_prefixes_and_missing_counters_are_understood(tmp_path: Path, wrapper: str, prefix: str) -> None:
    state = {prefix + name: value for name, value in filled(5).items() if "num_batches" not in name}
    torch.save({wrapper: state, "epoch": 7, "best_prec1": 91.5}, tmp_path / "w.th")
    model = tiny()
    load_weights(model, tmp_path / "w.th")
    assert all(bool((value == 5).all()) for value in model.parameters())


class Runs:
    """Unpickling this would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return Path.touch, (self.path,)


def test_weights_never_run_code(tmp_path: Path) -> None:
    torch.save({"state_dict": filled(1), "args": Runs(tmp_path / "ran")}, tmp_path / "w.pt")
    (tmp_path / "w.bin").write_bytes(pickle.dumps(Runs(tmp_path / "ran"), protocol=2))
    for name in ("w.pt", "w.bin"):
        with pytest.raises(UserError, match="holds more than tensors and is not opened"):
            load_weights(tiny(), tmp_path / name)
    assert not (tmp_path / "ran").exists()


def test_a_damaged_or_wrong_file_is_one_line_and_leaves_the_model(tmp_path: Path) -> None:
    torch.save(filled(1), tmp_path / "good.pt")
    (tmp_path / "cut.pt").write_bytes((tmp_path / "good.pt").read_bytes()[:300])
    (tmp_path / "words.pth").write_text("<html>not found</html>")
    (tmp_path / "hello.pt").write_text("hello world")
    (tmp_path / "empty.pt").write_bytes(b"")
    (tmp_path / "empty.safetensors").write_bytes(b"")
    (tmp_path / "noise.safetensors").write_bytes(bytes(range(256)))
    (tmp_path / "w.onnx").write_bytes(b"x")
    (tmp_path / "folder.pt").mkdir()
    torch.save({"epoch": 3}, tmp_path / "nothing.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    expected = {
        "cut.pt": "is no weights file, or a damaged one",
        "words.pth": "is no weights file, or a damaged one",
        "hello.pt": "hello.pt is no weights file, or a damaged one; fetch or save it again",
        "empty.pt": "empty.pt is no weights file, or a damaged one; fetch or save it again",
        "empty.safetensors": "is no weights file, or a damaged one",
        "noise.safetensors": "is no weights file, or a damaged one",
        "w.onnx": "use one of .safetensors .pt",
        "folder.pt": "is a directory",
        "gone.pt": "there is no weights file",
        "nothing.pt": "holds no named tensors",
        "list.pt": "holds no named tensors",
    }
    for name, words in expected.items():
        model = tiny()
        before = [value.clone() for value in model.parameters()]
        with pytest.raises(UserError) as caught:
            load_weights(model, tmp_path / name)
        assert words in str(caught.value), name
        assert "\n" not in str(caught.value)
        assert all(torch.equal(old, new) for old, new in zip(before, model.parameters()))


def test_weights_of_another_network_say_what_differs(tmp_path: Path) -> None:
    state = filled(1)
    state["head.weight"] = state.pop("0.weight")
    torch.save(state, tmp_path / "w.pt")
    with pytest.raises(UserError) as caught:
        load_weights(tiny(out=6), tmp_path / "w.pt")
    assert str(caught.value) == (
        "w.pt does not fit Sequential: 1 key missing (0.weight), 1 key not in the model (head.weight), "
        "2 shapes unlike (2.weight is 2x4 in the file and 6x4 here); "
        "give the factory the arguments these weights were trained with"
    )


def test_a_tied_weight_needs_only_one_of_its_names(tmp_path: Path) -> None:
    def tied() -> nn.ModuleDict:
        model = nn.ModuleDict({"embed": nn.Embedding(4, 3), "head": nn.Linear(3, 4, bias=False)})
        model["head"].weight = model["embed"].weight
        return model

    save_file({"embed.weight": torch.ones(4, 3)}, tmp_path / "w.safetensors")
    model = tied()
    load_weights(model, tmp_path / "w.safetensors")
    assert bool((model["head"].weight == 1).all())


def test_weights_put_a_library_model_on_the_cpu(tmp_path: Path) -> None:
    state = resolve("torchvision:squeezenet1_1(num_classes=2)", device="cpu").model.state_dict()
    torch.save({f"module.{name}": torch.zeros_like(value) for name, value in state.items()}, tmp_path / "w.pt")
    found = resolve("torchvision:squeezenet1_1(num_classes=2)", weights=tmp_path / "w.pt")
    assert all(not value.is_meta and not bool(value.any()) for value in found.model.parameters())
    assert found.notes[-1] == "weights from w.pt"
