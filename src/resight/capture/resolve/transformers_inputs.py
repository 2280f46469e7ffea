"""Which inputs a transformers network wants, and their shapes, from its configuration."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from ...errors import UserError
from .example import Example, floats, ids

TOKENS = 32
ANSWER_TOKENS = 16
"""Tokens on the decoder's side, unlike TOKENS so that a picture tells the two sides apart."""

AUDIO_SAMPLES = 16_000
"""One second at the 16 kHz speech models are trained on."""

AUDIO_FRAMES = 128
IMAGE_SIZE = 224


def make_inputs(model: nn.Module, name: str, device: str) -> Example:
    """One example by keyword; raises UserError where an input is of a kind not known here."""
    config: Any = model.config
    inputs: dict[str, torch.Tensor] = {}
    for wanted in _wanted(model):
        make = MAKERS.get(wanted)
        if make is None:
            hint = f"write it, for instance --input {wanted}=1x128"
            raise UserError(f"cannot guess the input {wanted!r} of hf:{name}", hint=hint)
        made = make(config, device)
        inputs[wanted] = made.to(getattr(model, "dtype", made.dtype)) if made.is_floating_point() else made
    shapes = ", ".join(f"{key} {'x'.join(map(str, value.shape))}" for key, value in inputs.items())
    return Example((), inputs, said=f"input guessed: {shapes}, from {type(config).__name__}")


def _wanted(model: nn.Module) -> list[str]:
    """The main input, what the signature requires, the decoder's side, and both of a text and an image."""
    parameters = inspect.signature(model.forward).parameters
    main = getattr(model, "main_input_name", "input_ids")
    wanted = [main] if main in parameters else []
    for name, parameter in parameters.items():
        named = parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        if named and parameter.default is parameter.empty and name not in wanted:
            wanted.append(name)
    config: Any = model.config
    if getattr(config, "is_encoder_decoder", False) and "decoder_input_ids" in parameters:
        wanted.append("decoder_input_ids")
    pair = {"input_ids", "pixel_values"}
    if pair <= parameters.keys() and not _has_image_tokens(config):
        wanted += sorted(pair)
    return list(dict.fromkeys(wanted))


def _has_image_tokens(config: Any) -> bool:
    """Whether images take the place of marked tokens in a text; without such tokens the text stands alone."""
    return any(getattr(config, name, None) is not None for name in ("image_token_id", "image_token_index"))


def _tokens(config: Any, device: str) -> torch.Tensor:
    longest = _setting(config, "max_position_embeddings", TOKENS)
    limited = isinstance(longest, int) and longest > 0
    return ids((1, min(TOKENS, longest) if limited else TOKENS), device)


def _answer(config: Any, device: str) -> torch.Tensor:
    return ids((1, ANSWER_TOKENS), device)


def _pixels(config: Any, device: str) -> torch.Tensor:
    height, width = _height_and_width(_setting(config, "image_size", IMAGE_SIZE))
    channels = _setting(config, "num_channels", None) or _setting(config, "in_channels", None) or 3
    sizes = (int(channels), height, width)
    frames = _setting(config, "num_frames", None)
    return floats((1, frames, *sizes) if isinstance(frames, int) else (1, *sizes), device)


def _height_and_width(size: Any) -> tuple[int, int]:
    if isinstance(size, dict):
        size = (size.get("height", IMAGE_SIZE), size.get("width", IMAGE_SIZE))
    if isinstance(size, (list, tuple)):
        return int(size[0]), int(size[-1])
    return (int(size), int(size)) if isinstance(size, int) and size > 1 else (IMAGE_SIZE, IMAGE_SIZE)


def _waveform(config: Any, device: str) -> torch.Tensor:
    """Raw samples; a spectrogram for the models that read one; channels where they are counted."""
    mels = _setting(config, "num_mel_bins", None)
    if isinstance(mels, int):
        return floats((1, _setting(config, "max_length", AUDIO_FRAMES), mels), device)
    channels = _setting(config, "audio_channels", None)
    return floats((1, channels, AUDIO_SAMPLES) if isinstance(channels, int) else (1, AUDIO_SAMPLES), device)


def _features(config: Any, device: str) -> torch.Tensor:
    """A log-mel spectrogram: `[1, mels, frames]` for Whisper and its kin, `[1, frames, mels]` elsewhere."""
    mels = _setting(config, "num_mel_bins", None)
    positions = _setting(config, "max_source_positions", None)
    per_channel = _setting(config, "input_feat_per_channel", None)
    if isinstance(per_channel, int):
        return floats((1, AUDIO_FRAMES, per_channel), device)
    if isinstance(mels, int) and isinstance(positions, int):
        return floats((1, mels, 2 * positions), device)
    return floats((1, AUDIO_FRAMES, mels or _setting(config, "feature_projection_input_dim", None) or 80), device)


MAKERS: dict[str, Callable[[Any, str], torch.Tensor]] = {
    "input_ids": _tokens,
    "decoder_input_ids": _answer,
    "pixel_values": _pixels,
    "input_values": _waveform,
    "input_features": _features,
}
"""How an input is made, by its name in the forward's signature."""

PARTS = ("vision_config", "text_config", "audio_config", "backbone_config", "encoder_config", "encoder")
"""Configurations inside a configuration."""


def _setting(config: Any, name: str, default: Any) -> Any:
    """A setting of the configuration or of the first part that has it."""
    for holder in (config, *(getattr(config, part, None) for part in PARTS)):
        value = holder.get(name) if isinstance(holder, dict) else getattr(holder, name, None)
        if value is not None:
            return value
    return default
