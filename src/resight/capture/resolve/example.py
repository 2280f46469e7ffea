"""Inputs to run a network on: made up, typed by the user, or read from an image file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from ...errors import UserError
from ...graph.types import SHORT_DTYPES

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
"""Channel statistics of ImageNet, as torchvision's and timm's presets state them."""

CROP = 0.875
"""Share of the resized image that is kept, as in the usual 256 to 224 evaluation crop."""

WISH = re.compile(r"(?:(?P<name>[^\W\d]\w*(?:\.\w+)*)=)?(?P<sizes>\d+(?:[x×,]\d+)*)(?::(?P<dtype>\w+))?")
LONG_DTYPES = {short: name for name, short in SHORT_DTYPES.items()}


@dataclass(frozen=True, slots=True)
class Example:
    """Arguments for one forward, and a line that says how they were chosen (empty where the user did)."""

    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)
    said: str = ""


def floats(sizes: Sequence[int], device: str, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Standard normal values, the same in every process."""
    if device == "meta":
        return torch.empty(tuple(sizes), dtype=dtype, device=device)
    return torch.randn(tuple(sizes), generator=torch.Generator().manual_seed(0)).to(device, dtype)


def ids(sizes: Sequence[int], device: str, dtype: torch.dtype = torch.int64) -> torch.Tensor:
    """Whole numbers that alternate 1 and 0: valid for every vocabulary of two or more."""
    if device == "meta":
        return torch.empty(tuple(sizes), dtype=dtype, device=device)
    count = torch.Size(sizes).numel()
    return (1 - torch.arange(count) % 2).reshape(tuple(sizes)).to(device, dtype)


def typed(wishes: Sequence[str], device: str) -> Example:
    """Tensors from what the user typed: `1x3x224x224`, `ids=1x128:int64`, `batch.image=1x3x32x32`.

    Dots nest dicts: the last of these is `batch={"image": ...}`. Floats are standard normal, whole numbers
    alternate 1 and 0, booleans are all true. Raises UserError for a wish of another form, an unknown dtype or
    a name given twice.
    """
    args: list[object] = []
    kwargs: dict[str, Any] = {}
    for wish in wishes:
        found = WISH.fullmatch(wish.strip())
        if not found:
            hint = "write sizes as 1x3x224x224, with a name and a dtype where needed: ids=1x128:int64"
            raise UserError(f"cannot read --input {wish!r}", hint=hint)
        tensor = _filled([int(size) for size in re.split("[x×,]", found["sizes"])], found["dtype"], device)
        if found["name"]:
            _put(kwargs, found["name"], tensor)
        else:
            args.append(tensor)
    return Example(tuple(args), kwargs)


def _put(nest: dict[str, Any], path: str, tensor: torch.Tensor) -> None:
    """Give `tensor` its place in nested dicts: `batch.image` is `nest["batch"]["image"]`."""
    *outer, last = path.split(".")
    for key in outer:
        nest = nest.setdefault(key, {})
        if not isinstance(nest, dict):
            raise UserError(f"--input {path} is inside {key}, which is a tensor already", hint="give one of the two")
    if last in nest:
        raise UserError(f"--input {path} is given twice", hint="give it once")
    nest[last] = tensor


def _filled(sizes: Sequence[int], name: str | None, device: str) -> torch.Tensor:
    dtype = getattr(torch, LONG_DTYPES.get(name or "", name or "float32"), None)
    if not isinstance(dtype, torch.dtype):
        raise UserError(f"unknown dtype {name!r}", hint="try float32, float16, bfloat16, int64, int32 or bool")
    if dtype is torch.bool:
        return torch.ones(tuple(sizes), dtype=dtype, device=device)
    if dtype.is_floating_point or dtype.is_complex:
        return floats(sizes, device, dtype)
    return ids(sizes, device, dtype)


def with_image(example: Example, path: Path, device: str) -> Example:
    """`example` with its one image input read from a file instead.

    The image is resized and cropped to the size of that input and normalised with ImageNet's channel
    statistics. Raises UserError where the network takes no image or the file is none.
    """
    args, kwargs = list(example.args), dict(example.kwargs)
    places = [i for i, value in enumerate(args) if _is_image(value)]
    names = [name for name, value in kwargs.items() if _is_image(value)]
    if len(places) + len(names) != 1:
        raise UserError("this network does not take one image", hint="give its inputs with --input instead of --image")
    value = args[places[0]] if places else kwargs[names[0]]
    assert isinstance(value, torch.Tensor)
    _, channels, height, width = value.shape
    pixels = read_image(path, (height, width), channels=channels).to(device)
    if places:
        args[places[0]] = pixels
    else:
        kwargs[names[0]] = pixels
    said = f"image {path.name} cropped to {height}x{width} and normalised with ImageNet's mean and deviation"
    return replace(example, args=tuple(args), kwargs=kwargs, said=said)


def _is_image(value: object) -> bool:
    return (
        isinstance(value, torch.Tensor) and value.ndim == 4 and value.shape[1] in (1, 3) and value.is_floating_point()
    )


def read_image(path: Path, size: tuple[int, int], *, channels: int) -> torch.Tensor:
    """One image file as `[1, channels, height, width]`, its middle, normalised.

    `channels` is 3 (RGB) or 1 (grey, normalised with the mean of ImageNet's statistics).
    """
    from PIL import Image, ImageOps

    _check_readable(path, "an image")
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB" if channels == 3 else "L")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"{path} is not an image that can be read", hint="give a PNG or JPEG file") from error
    height, width = size
    whole = (round(width / CROP), round(height / CROP))
    fitted = ImageOps.fit(picture, whole, Image.Resampling.BILINEAR)
    left, top = (whole[0] - width) // 2, (whole[1] - height) // 2
    cropped = fitted.crop((left, top, left + width, top + height))
    pixels = torch.frombuffer(bytearray(cropped.tobytes()), dtype=torch.uint8)
    planes = pixels.reshape(height, width, channels).permute(2, 0, 1).to(torch.float32) / 255
    mean, std = torch.tensor(IMAGENET_MEAN), torch.tensor(IMAGENET_STD)
    if channels == 1:
        mean, std = mean.mean(0, keepdim=True), std.mean(0, keepdim=True)
    return ((planes - mean[:, None, None]) / std[:, None, None])[None]


def _check_readable(path: Path, what: str) -> None:
    if path.is_dir():
        raise UserError(f"{path} is a directory", hint=f"give the path of {what}")
    if not path.is_file():
        raise UserError(f"there is no file {path}", hint=f"give the path of {what}")
