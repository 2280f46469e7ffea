"""How a transformers network takes pictures: its image processor, with the settings its class comes with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from PIL import Image

from .preprocessing import Preprocessing, Size, cropped

TRIAL = (96, 64)
"""Width and height of the picture a processor is tried on; not square, so that one that keeps the shape shows."""


def processor_preprocessing(model_type: str, size: Size) -> Preprocessing | None:
    """What the image processor of a model type does to a picture, or None where the type has none.

    A checkpoint may come with other settings than its class; they are not known here. A processor that would
    make another size than the network takes only normalises.
    """
    processor = _processor(model_type) if size.channels == 3 else None
    if processor is None:
        return None
    named = f"{type(processor).__name__.removesuffix('Pil')} as its class comes"
    whole = _prepared_by(processor)
    if tuple(whole(Image.new("RGB", TRIAL)).shape) == size:
        return Preprocessing(whole, f"prepared by {named}")
    normalise = _prepared_by(processor, do_resize=False, do_center_crop=False, do_pad=False)
    said = f"cropped to {size.height}x{size.width} and normalised by {named}"
    return Preprocessing(lambda picture: normalise(cropped(picture, size)), said)


def _prepared_by(processor: Any, **settings: bool) -> Callable[[Image.Image], torch.Tensor]:
    def prepare(picture: Image.Image) -> torch.Tensor:
        pixels: torch.Tensor = processor(picture, return_tensors="pt", **settings)["pixel_values"][0]
        return pixels

    return prepare


def _processor(model_type: str) -> Any:
    """The processor that needs Pillow alone, else the one that needs torchvision; None where there is neither."""
    from transformers.models.auto import image_processing_auto as auto

    listed = auto.IMAGE_PROCESSOR_MAPPING_NAMES.get(model_type) or ()
    names = [name for name in (listed.values() if isinstance(listed, dict) else listed) if name]
    for name in sorted(names, key=lambda name: not name.endswith("Pil")):
        try:
            return auto.get_image_processor_class_from_name(name)()
        except (ImportError, TypeError, ValueError):
            continue  # needs a package that is missing, or settings that only a checkpoint has
    return None
