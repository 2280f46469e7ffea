"""From what the user types (`torchvision:resnet18`, `net.py:Net(width=8)`) to a network and its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import torch
from torch import nn

from ...errors import MissingExtra, UserError
from ...runs import is_pretrained, which_run
from ...text import did_you_mean
from . import from_nets, from_python, from_timm, from_torchvision, from_transformers
from .building import SEED, blamed_on, is_lazy
from .example import Example, typed
from .from_run import TrainedRun, check_trusted, is_own_code, is_run
from .from_saved import SavedModel
from .images import with_image
from .preprocessing import Preprocessing, Size
from .signature import unfit_arguments
from .spec import FORMS, MISTYPED, Spec, named, parse_spec
from .weights import SUFFIXES, load_weights

__all__ = ["Resolved", "check_trusted", "is_own_code", "resolve", "unfit_arguments"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A network ready to be traced: `trace(model, *args, **kwargs)`.

    `title` is what to call it in a picture; `notes` say what was chosen for the user: the input,
    the device, the file of weights. `weights` says where they come from in any case, for whoever shows numbers.
    """

    model: nn.Module
    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    title: str
    notes: tuple[str, ...]
    weights: str = ""


class Family(Protocol):
    """Where networks come from: one file each."""

    def default_device(self, spec: Spec) -> str: ...

    def build(self, spec: Spec, device: str) -> nn.Module: ...

    def example(self, model: nn.Module, spec: Spec, device: str) -> Example: ...

    def preprocessing(self, model: nn.Module, spec: Spec, size: Size) -> Preprocessing | None: ...


FAMILIES: dict[str, Family] = {"torchvision": from_torchvision, "timm": from_timm, "hf": from_transformers}


def resolve(
    text: str,
    *,
    inputs: Sequence[str] = (),
    image: Path | str | None = None,
    device: str | None = None,
    weights: Path | None = None,
    train: bool = False,
    trust: bool = False,
) -> Resolved:
    """Build the network a spec names and the inputs to run it on.

    `inputs` are shapes as the user types them (see `example.typed`); without them they are guessed.
    `image`, a file or `sample:cat`, takes the place of the one image input, prepared as the model's own
    preprocessing says where it is known. `device` is `meta` (shapes only, nothing allocated), `cpu`,
    `cuda`, ...; by default `meta` for nets by name without weights or an image, else `cpu`. A run's own code is
    built where the run is trusted, which `trust` makes it.
    Raises UserError (or MissingExtra) whenever one of these cannot be had.
    """
    spec, family = _found(text, trust)
    needs_values = weights is not None or image is not None
    device = _device(device, "cpu" if needs_values else family.default_device(spec))
    if device == "meta" and needs_values:
        raise UserError("on meta there are no values for weights or an image", hint="use --device cpu")
    model = family.build(spec, device)
    if weights is not None:
        load_weights(model, weights)
    model.train(train)
    lazy = next((name for name, module in model.named_modules() if is_lazy(module)), None)
    if lazy is not None and not inputs:
        what = f"{lazy or spec.title} has no sizes until it gets an input"
        raise UserError(what, hint="give one with --input, for instance --input 1x3x224x224")
    if not train and lazy is None:
        model.requires_grad_(False)  # as under no_grad: activations need not be kept for a backward
    example = typed(inputs, device) if inputs else family.example(model, spec, device)
    if lazy is not None:
        with blamed_on(f"{spec.title} raised while its lazy modules got their sizes"), torch.no_grad():
            model.eval()(*example.args, **example.kwargs)
        model.train(train).requires_grad_(train)
    if image is not None:
        example = with_image(example, image, device, partial(family.preprocessing, model, spec))
    notes = _notes(example, device, weights, family)
    return Resolved(model, example.args, example.kwargs, spec.title, notes, _weights_line(spec, family, weights))


def _weights_line(spec: Spec, family: Family, file: Path | None) -> str:
    """Where the numbers in the network come from."""
    if file is not None:
        return f"weights from {file.name}"
    if isinstance(family, (TrainedRun, SavedModel)):
        return family.weights
    if family is from_python or "weights" in spec.kwargs:
        return f"weights as {spec.title} makes them (seed {SEED})"
    return f"weights random (seed {SEED})"


def _notes(example: Example, device: str, weights: Path | None, family: Family) -> tuple[str, ...]:
    where = "shapes only (device meta): no weights allocated, nothing computed" if device == "meta" else ""
    loaded = f"weights from {weights.name}" if weights is not None else ""
    if isinstance(family, (TrainedRun, SavedModel)) and not loaded and not where:
        loaded = family.weights
    return tuple(note for note in (example.said, where, loaded) if note)


def _found(text: str, trust: bool) -> tuple[Spec, Family]:
    """What a text names: a run or a saved model where there is one at this path, else a network by its spec."""
    if is_run(text):
        run = TrainedRun(text, _family, trust)
        return run.spec, run
    if is_pretrained(text):
        saved = SavedModel(text)
        return saved.spec, saved
    spec = parse_spec(text)
    return spec, _family(spec)


def _family(spec: Spec) -> Family:
    if spec.place in FAMILIES:
        return FAMILIES[spec.place]
    if not spec.place:
        if spec.name in from_nets.names():
            return from_nets
        raise _unplaced(spec)
    if not spec.is_file and not all(part.isidentifier() for part in spec.place.split(".")):
        raise UserError(f"{named(spec.place)} is neither a family of models nor a Python module", hint=FORMS)
    return from_python


def _unplaced(spec: Spec) -> UserError:
    """The error for a bare name that is no net of ours: whose name it may be."""
    what = f"{named(spec.text)} does not say where the network comes from"
    if spec.name.endswith(".py"):
        return UserError(what, hint=f"name the class or function: {spec.name}:Net")
    if spec.name.endswith(SUFFIXES):
        hint = f"name the network too: resight show SPEC --weights {spec.name}"
        return UserError(f"{spec.name} is a file of weights, not a network", hint=hint)
    if runs := which_run(spec.text):
        return UserError(f"{spec.text} is a folder of runs, not a network", hint=runs)
    everywhere: dict[str, str] = {}
    for place, family in (("torchvision", from_torchvision), ("hf", from_transformers), ("timm", from_timm)):
        try:
            known = family.names()
        except MissingExtra:
            continue
        if spec.name in known:
            return UserError(what, hint=f"did you mean {place}:{spec.text}?")
        everywhere = {**{name: f"{place}:{name}" for name in known}, **everywhere}
    everywhere |= {name: name for name in from_nets.names()}
    return UserError(what, hint=did_you_mean(spec.name, everywhere, alike=MISTYPED) or FORMS)


def _device(asked: str | None, default: str) -> str:
    """The device to build on, or a UserError where there is none such."""
    if asked is None:
        return default
    try:
        if asked != "meta":
            torch.empty(0, device=asked)
    except Exception as error:  # each backend that is not here says so in its own way
        raise UserError(f"there is no device {named(asked)} here", hint="use --device cpu or --device meta") from error
    return asked
