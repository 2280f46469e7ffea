"""`hf:MODEL_TYPE`: a transformers network from its configuration class, with random weights and no network access."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from ...errors import MissingExtra, UserError
from ...text import did_you_mean
from .building import blamed_on, build_on
from .example import Example
from .preprocessing import Preprocessing, Size
from .spec import Spec
from .transformers_images import processor_preprocessing
from .transformers_inputs import make_inputs


def names() -> list[str]:
    """Model types that have a network of their own."""
    auto = _auto()
    return sorted(set(auto.configuration.CONFIG_MAPPING_NAMES) & _runnable(auto.modeling))


class _Auto:
    """The two tables of transformers that map a model type to its classes."""

    def __init__(self) -> None:
        try:
            from transformers.models.auto import configuration_auto, modeling_auto
        except ModuleNotFoundError as error:
            raise MissingExtra("transformers", "an hf: model", "transformers") from error
        self.configuration: Any = configuration_auto
        self.modeling: Any = modeling_auto


def _auto() -> _Auto:
    with offline():
        return _Auto()


def _runnable(modeling: Any) -> set[str]:
    return set(modeling.MODEL_MAPPING_NAMES) | set(modeling.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)


def default_device(spec: Spec) -> str:
    """`meta`: weights are never allocated."""
    return "meta"


def build(spec: Spec, device: str) -> nn.Module:
    """The network of a model type; keyword arguments go to its configuration class.

    A type made for generating text (and not for filling gaps) comes with its language-model head;
    every other type is the bare model. Caching of keys and values is off.
    """
    auto = _auto()
    with offline():
        config = _configuration(spec, auto)
        classes = auto.modeling
        is_decoder = spec.name in classes.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES and not (
            spec.name in classes.MODEL_FOR_MASKED_LM_MAPPING_NAMES or getattr(config, "is_encoder_decoder", False)
        )
        headed = is_decoder or spec.name not in classes.MODEL_MAPPING_NAMES
        door = classes.AutoModelForCausalLM if headed else classes.AutoModel
        with blamed_on(f"transformers cannot build {spec.title}"):
            model: nn.Module = build_on(device, lambda: door.from_config(config, trust_remote_code=False))
    if device == "meta" and getattr(config, "_experts_implementation", "") == "grouped_mm":
        model.to(torch.bfloat16)  # the grouped matrix product of experts has no shape rule for float32
    return model


def _configuration(spec: Spec, auto: _Auto) -> Any:
    if spec.name not in auto.configuration.CONFIG_MAPPING_NAMES or spec.name not in _runnable(auto.modeling):
        known = names()
        hint = did_you_mean(spec.name, known) or "give a model type such as gpt2, bert, t5, llama or vit"
        checkpoint_type = _type_of_checkpoint(spec.name, known)
        if checkpoint_type:
            hint = f"did you mean hf:{checkpoint_type}? It takes a model type, not a checkpoint"
        if "/" in spec.name:
            hint = (
                f"hf: takes a model type such as {checkpoint_type or 'gpt2'}, not a repository; nothing is downloaded"
            )
        raise UserError(f"transformers has no model type {spec.name!r}", hint=hint)
    if spec.args:
        raise UserError(f"hf:{spec.name} takes named arguments only", hint=f"write hf:{spec.name}(num_hidden_layers=2)")
    with blamed_on(f"transformers cannot configure {spec.title}"):
        plain = auto.configuration.AutoConfig.for_model(spec.name)
        _check_known(spec, plain)
        config = auto.configuration.AutoConfig.for_model(spec.name, **spec.kwargs)
    if "use_cache" not in spec.kwargs:
        without_cache(config)
    return config


def _type_of_checkpoint(name: str, known: list[str]) -> str:
    """The longest model type that a checkpoint's name begins with: `bert` of `bert-base-uncased`, else nothing."""
    last = name.rpartition("/")[2]
    return max((kind for kind in known if last == kind or last.startswith(f"{kind}-")), key=len, default="")


def without_cache(config: Any) -> None:
    """Keys and values kept for the next token are no part of the network."""
    parts = [getattr(config, name, None) for name in getattr(config, "sub_configs", {})]
    for part in (config, *parts):
        if hasattr(part, "use_cache"):
            part.use_cache = False


def _check_known(spec: Spec, plain: Any) -> None:
    """Transformers takes any keyword silently; a misspelt one must not pass for a setting."""
    known = {*plain.to_dict(), *getattr(plain, "attribute_map", {})}
    for name in spec.kwargs:
        if name not in known and not hasattr(plain, name):
            hint = did_you_mean(name, sorted(known)) or f"see {type(plain).__name__} for its settings"
            raise UserError(f"hf:{spec.name} has no setting {name!r}", hint=hint)


def example(model: nn.Module, spec: Spec, device: str) -> Example:
    """Inputs of the shapes the configuration speaks of: token ids, pixels, audio."""
    with blamed_on(f"cannot guess the input of hf:{spec.name}"):
        return make_inputs(model, spec.name, device)


def preprocessing(model: nn.Module, spec: Spec, size: Size) -> Preprocessing | None:
    """What the model type's image processor does, where it has one."""
    with offline():
        return processor_preprocessing(spec.name, size)


@contextmanager
def offline() -> Iterator[None]:
    """Inside, the Hugging Face libraries may not use the network; the user's setting comes back after."""
    before = os.environ.get("HF_HUB_OFFLINE")
    constants = sys.modules.get("huggingface_hub.constants")
    flag = getattr(constants, "HF_HUB_OFFLINE", None)
    os.environ["HF_HUB_OFFLINE"] = "1"
    if constants is not None:
        constants.HF_HUB_OFFLINE = True  # type: ignore[attr-defined]
    try:
        yield
    finally:
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = before
        # The library read the variable when it was first imported, perhaps inside this block.
        constants = sys.modules.get("huggingface_hub.constants")
        if constants is not None:
            wanted = (before or "").upper() in {"1", "ON", "YES", "TRUE"}
            constants.HF_HUB_OFFLINE = wanted if flag is None else flag  # type: ignore[attr-defined]
