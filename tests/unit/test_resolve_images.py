"""Pictures as inputs: read upright and whole, prepared as the model's library does it, or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from resight.capture.resolve import resolve
from resight.capture.resolve.example import Example
from resight.capture.resolve.images import with_image
from resight.capture.resolve.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing, Size, imagenet
from resight.errors import UserError
from resight.pixels import picture
from resight.samples import SAMPLES, image_file, sample_image

CAT = sample_image("cat")


def own(_: Size) -> Preprocessing | None:
    """No preprocessing of the network's own."""
    return None


def image_of(spec: str, **wishes: list[str]) -> tuple[torch.Tensor, str]:
    """The one image a network of this name gets of the cat, and what is said of it."""
    found = resolve(spec, image="sample:cat", **wishes)
    (value,) = [*found.args, *found.kwargs.values()]
    assert isinstance(value, torch.Tensor)
    return value, found.notes[0]


# --- preparing ------------------------------------------------------------------------------------------------------


def test_a_flat_colour_is_normalised_by_imagenet() -> None:
    pixels = imagenet(Size(3, 160, 224)).prepare(Image.new("RGB", (80, 60), (255, 0, 128)))
    expected = [(level / 255 - mean) / std for level, mean, std in zip((255, 0, 128), IMAGENET_MEAN, IMAGENET_STD)]
    assert pixels.shape == (3, 160, 224)
    assert torch.allclose(pixels, torch.tensor(expected)[:, None, None].expand_as(pixels), atol=1e-6)


def test_a_grey_network_gets_the_mean_of_the_statistics() -> None:
    pixels = imagenet(Size(1, 8, 8)).prepare(Image.new("L", (80, 60), 51))
    mean, std = sum(IMAGENET_MEAN) / 3, sum(IMAGENET_STD) / 3
    assert torch.allclose(pixels, torch.full((1, 8, 8), (0.2 - mean) / std), atol=1e-6)


@pytest.mark.parametrize(("side", "share"), [(32, 1.0), (224, 0.875)])
def test_small_inputs_take_the_whole_picture_large_ones_its_middle(side: int, share: float) -> None:
    ramp = Image.fromarray(np.tile(np.arange(256, dtype=np.uint8), (256, 1)))
    row = imagenet(Size(1, side, side)).prepare(ramp)[0, side // 2]
    mean, std = sum(IMAGENET_MEAN) / 3, sum(IMAGENET_STD) / 3
    levels = (row * std + mean) * 255
    assert float(levels[-1] - levels[0]) == pytest.approx(255 * share, abs=8)


def test_torchvision_prepares_for_its_own_models() -> None:
    from torchvision.models import ResNet50_Weights

    pixels, said = image_of("torchvision:resnet50")
    with Image.open(CAT) as picture:
        expected = ResNet50_Weights.DEFAULT.transforms()(picture.convert("RGB"))
    assert torch.equal(pixels[0], expected)
    assert said == "image cat.jpg, prepared by the transforms of torchvision's ResNet50_Weights.IMAGENET1K_V2"


def test_a_size_of_the_users_keeps_the_models_statistics() -> None:
    pixels, said = image_of("torchvision:resnet18", inputs=["1x3x64x96"])
    assert torch.allclose(pixels[0], with_imagenet(Size(3, 64, 96)), atol=1e-5)
    assert said.startswith("image cat.jpg, cropped to 64x96 and normalised by the transforms of torchvision's")


def with_imagenet(size: Size) -> torch.Tensor:
    return imagenet(size).prepare(picture(CAT, "RGB" if size.channels == 3 else "L"))


def test_a_detector_gets_a_list_of_one_image_as_it_is() -> None:
    found = resolve("torchvision:fasterrcnn_mobilenet_v3_large_320_fpn", image="sample:cat")
    (images,) = found.args
    assert isinstance(images, list)
    assert images[0].shape == (3, 300, 451)
    assert 0 <= float(images[0].min()) < float(images[0].max()) <= 1


def test_timm_prepares_for_its_own_models() -> None:
    pytest.importorskip("timm")
    from timm.data import create_transform

    pixels, said = image_of("timm:vit_tiny_patch16_224")
    transform = create_transform((3, 224, 224), interpolation="bicubic", mean=(0.5,) * 3, std=(0.5,) * 3, crop_pct=0.9)
    with Image.open(CAT) as picture:
        assert torch.equal(pixels[0], transform(picture.convert("RGB")))
    assert said == "image cat.jpg, prepared by timm's transform for this model at 224x224"
    grey, _ = image_of("timm:resnet18(in_chans=1)")
    assert grey.shape == (1, 1, 224, 224)


def test_transformers_prepares_for_its_own_models() -> None:
    pytest.importorskip("transformers")
    pixels, said = image_of("hf:vit(num_hidden_layers=1)")
    assert said == "image cat.jpg, prepared by ViTImageProcessor as its class comes"
    with Image.open(CAT) as picture:
        resized = picture.convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
    expected = torch.from_numpy(np.asarray(resized, dtype=np.float32) / 127.5 - 1).permute(2, 0, 1)
    assert torch.allclose(pixels[0], expected, atol=1e-5)
    smaller, said = image_of("hf:vit(num_hidden_layers=1, image_size=64)")
    assert smaller.shape == (1, 3, 64, 64)
    assert said == "image cat.jpg, cropped to 64x64 and normalised by ViTImageProcessor as its class comes"


# --- the place of the image -----------------------------------------------------------------------------------------


def test_an_image_takes_the_place_of_the_one_that_was_there() -> None:
    example = Example((torch.zeros(4, dtype=torch.int64),), {"pixels": torch.zeros(8, 3, 16, 24).half()})
    found = with_image(example, CAT, "cpu", own)
    assert found.args == example.args
    value = found.kwargs["pixels"]
    assert isinstance(value, torch.Tensor)
    assert (value.shape, value.dtype) == ((1, 3, 16, 24), torch.float16)
    assert torch.equal(value[0], with_imagenet(Size(3, 16, 24)).half())
    assert found.said == "image cat.jpg, scaled to 16x24 and normalised with ImageNet's mean and deviation"


@pytest.mark.parametrize(
    ("example", "said"),
    [
        (Example((torch.zeros(1, 32, dtype=torch.int64),)), "does not take one image: its input is i64[1,32]"),
        (Example((), {"ids": torch.zeros(2)}), "does not take one image: its input is ids f32[2]"),
        (Example((torch.zeros(1, 64, 8, 8),)), "does not take one image: its input is f32[1,64,8,8]"),
        (Example((torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 8, 8))), "takes 2 images"),
    ],
)
def test_a_network_that_takes_no_image_says_what_it_takes(example: Example, said: str) -> None:
    with pytest.raises(UserError) as error:
        with_image(example, CAT, "cpu", own)
    assert said in str(error.value)


def test_an_image_needs_values() -> None:
    with pytest.raises(UserError, match="use --device cpu"):
        resolve("resnet20", image="sample:cat", device="meta")


def test_where_the_weights_come_from_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("from torch import nn\ndef net(): return nn.Conv2d(3, 4, 3)\n", encoding="utf-8")
    assert resolve("resnet20").weights == "weights random (seed 0)"
    assert resolve("mine.py:net").weights == "weights as net makes them (seed 0)"
    torch.save(nn.Conv2d(3, 4, 3).state_dict(), "w.pt")
    assert resolve("mine.py:net", weights=Path("w.pt")).weights == "weights from w.pt"


# --- the photographs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_the_photographs_are_small_and_named(name: str) -> None:
    path = sample_image(name)
    assert path.stat().st_size <= 60_000
    assert picture(path).size >= (400, 300)
    assert f"`{name}.jpg`" in path.with_name("README.md").read_text(encoding="utf-8")


def test_the_photographs_differ() -> None:
    assert len({hashlib.sha256(sample_image(name).read_bytes()).hexdigest() for name in SAMPLES}) == len(SAMPLES)


@pytest.mark.parametrize("ask", [sample_image, lambda name: image_file(f"sample:{name}")])
def test_another_photograph_is_not_there(ask: Callable[[str], Path]) -> None:
    with pytest.raises(UserError, match="there is no sample image 'dog'; there are sample:cat and sample:coffee"):
        ask("dog")


def test_a_plain_path_stays_one() -> None:
    assert image_file("dir/a.png") == Path("dir/a.png")
