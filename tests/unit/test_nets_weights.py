"""Weights that others trained, under the names they gave them."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from PIL import Image

from resight import nets
from resight.capture.resolve import resolve
from resight.capture.resolve.weights import load_weights
from resight.errors import UserError

State = Mapping[str, torch.Tensor]


def renamed(state: State, rename: Callable[[str], str]) -> dict[str, torch.Tensor]:
    return {rename(name): value for name, value in state.items()}


def their_name(name: str) -> str:
    return "module." + name.replace("fc.", "linear.").replace("downsample.", "shortcut.")


def trained_like(seed: int = 5, **changes: str) -> nets.ResNet:
    torch.manual_seed(seed)
    return nets.resnet20(**changes)


def is_same(one: State, other: State) -> bool:
    return list(one) == list(other) and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("shortcut", ["A", "B"])
def test_old_names_in_a_training_checkpoint_are_understood(tmp_path: Path, shortcut: str) -> None:
    theirs = trained_like(shortcut=shortcut).state_dict()
    old = {name: value for name, value in theirs.items() if not name.endswith("num_batches_tracked")}
    torch.save({"state_dict": renamed(old, their_name), "best_prec1": 91.7}, tmp_path / "old.th")
    ours = trained_like(seed=6, shortcut=shortcut)
    assert not is_same(ours.state_dict(), theirs)
    load_weights(ours, tmp_path / "old.th")
    assert is_same(ours.state_dict(), theirs)


def test_load_state_dict_understands_them_too() -> None:
    theirs = trained_like(shortcut="B").state_dict()
    ours = trained_like(seed=6, shortcut="B")
    ours.load_state_dict(renamed(theirs, their_name))
    assert is_same(ours.state_dict(), theirs)


def test_our_names_stay() -> None:
    state = trained_like(shortcut="B").state_dict()
    assert list(nets.own_names(state)) == list(state)
    assert list(nets.own_names(renamed(state, their_name))) == list(state)


def test_weights_of_another_network_are_refused_and_change_nothing(tmp_path: Path) -> None:
    torch.save(renamed(nets.resnet32().state_dict(), their_name), tmp_path / "resnet32.th")
    ours = trained_like()
    before = {name: value.clone() for name, value in ours.state_dict().items()}
    with pytest.raises(UserError, match=r"resnet32\.th does not fit ResNet: \d+ keys not in the model"):
        load_weights(ours, tmp_path / "resnet32.th")
    assert is_same(ours.state_dict(), before)


# --- trained networks, where they are at hand ------------------------------------------------------------------------

SHARED = "RESIGHT_SHARED"
"""Environment variable: a folder with `weights/` and `datasets/`."""

EVERY = 5
"""Of the 10,000 test images of CIFAR-10 (JPEG), every fifth: 2,000."""

ACCURACY = {"resnet20-12fca82f.th": 0.804, "resnet56-4bfd9763.th": 0.842}
"""On those 2,000, as stated beside the images. They cost the networks a tenth: trained on the pixels before JPEG."""


NORMALISATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Mean and deviation by channel the two were trained with: ImageNet's."""


@pytest.fixture(scope="module")
def shared() -> Path:
    folder = Path(os.environ.get(SHARED, ""))
    if SHARED not in os.environ or not (folder / "weights").is_dir():
        pytest.skip(f"set {SHARED} to a folder with weights/ and datasets/ to test trained networks")
    return folder


@pytest.fixture(scope="module")
def jpegs(shared: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Normalised images `[2000, 3, 32, 32]` and their classes `[2000]`."""
    pixels, labels = [], []
    with tarfile.open(shared / "datasets" / "cifar10-jpeg-test.tar.gz") as archive:
        files = sorted((file for file in archive if file.name.endswith(".jpg")), key=lambda file: file.name)
        classes = sorted({Path(file.name).parent.name for file in files})
        for file in files[::EVERY]:
            opened = archive.extractfile(file)
            assert opened is not None
            raw = bytearray(Image.open(io.BytesIO(opened.read())).convert("RGB").tobytes())
            pixels.append(torch.frombuffer(raw, dtype=torch.uint8).reshape(32, 32, 3).permute(2, 0, 1))
            labels.append(classes.index(Path(file.name).parent.name))
    mean, std = (torch.tensor(values)[:, None, None] for values in NORMALISATION)
    return (torch.stack(pixels) / 255 - mean) / std, torch.tensor(labels)


@pytest.mark.parametrize("file", ACCURACY)
def test_trained_cifar_networks_score_as_they_should(
    file: str, shared: Path, jpegs: tuple[torch.Tensor, torch.Tensor]
) -> None:
    x, labels = jpegs
    model = resolve(file.partition("-")[0], weights=shared / "weights" / file).model
    with torch.no_grad():
        guesses = torch.cat([model(batch).argmax(1) for batch in x.split(250)])
    accuracy = (guesses == labels).float().mean().item()
    assert accuracy == pytest.approx(ACCURACY[file], abs=0.003)  # a JPEG decoder may round differently
