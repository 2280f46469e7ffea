"""The network of a run: built to fit its images, checked before anything is trained."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ..capture.resolve import resolve
from ..capture.resolve.building import seeded
from ..capture.resolve.spec import Spec, parse_spec
from ..errors import UserError
from ..memory import check_fits, check_network
from ..nets import NETS
from ..text import one_line, plural, shape, shorten

FITTED = {
    "": {"in_channels": "channels", "num_classes": "classes"},
    "torchvision": {"num_classes": "classes"},
    "timm": {"in_chans": "channels", "num_classes": "classes"},
}
"""By family, the arguments that are set from the images where the user does not."""

Convolution = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


def fitted_spec(text: str, channels: int, classes: int) -> str:
    """The spec with the channels and classes of the images, where its family is known to have such arguments."""
    spec = parse_spec(text)
    if not spec.place and spec.name not in NETS:
        return text  # whatever it is, it is not ours to add to
    found = {"channels": channels, "classes": classes}
    settings = {name: found[of] for name, of in FITTED.get(spec.place, {}).items()}
    return written(replace(spec, kwargs={**settings, **spec.kwargs}))


def written(spec: Spec) -> str:
    """A spec as the command line takes it, with its place and all its settings."""
    return f"{spec.place}:{spec.title}" if spec.place else spec.title


def build(
    text: str, sizes: tuple[int, int, int], classes: int, seed: int, at_once: int = 2, per_weight: int = 0
) -> nn.Module:
    """The network a spec names, its random weights drawn with `seed`, for images of these `sizes` (C, H, W).

    So many images `at_once` have to fit into the memory of this machine with all that their gradients need, and so
    many values `per_weight`.

    Raises:
        UserError: there is no such network, it is larger than the memory, or it does not take such images or give
            one logit for each class.
    """
    if classes < 2:
        raise UserError("the images are all of one class: there is nothing to learn", hint="take a set of two or more")
    check_network(text)
    with seeded(seed):
        found = resolve(text, inputs=["x".join(map(str, (1, *sizes)))], device="cpu", train=True)
    _check_channels(found.model, parse_spec(text), sizes)
    _check_memory(found.model, found.title, (at_once, *sizes), per_weight)
    _check_logits(_attempt(found.model, found.title, sizes), found.title, classes)
    return found.model


def _check_channels(net: nn.Module, spec: Spec, sizes: tuple[int, int, int]) -> None:
    first = next((module for module in net.modules() if isinstance(module, Convolution)), None)
    if first is not None and first.in_channels != sizes[0]:
        what = f"{spec.title} takes images of {plural(first.in_channels, 'channel')}, these have {sizes[0]}"
        if spec.place == "torchvision":  # its factories have no such argument
            hint = (
                "take colour images, --data cifar10 or folder:PATH, or a network of any channels: resnet18, timm:NAME"
            )
        else:
            hint = f"give its factory {plural(sizes[0], 'channel')}, or take other images with --data"
        raise UserError(what, hint=hint)


def _check_memory(net: nn.Module, title: str, sizes: tuple[int, ...], per_weight: int) -> None:
    """Raise UserError where the values that a step of training keeps are larger than what this machine can give.

    They are counted on `meta`, which allocates nothing; a network that does not run there passes uncounted.
    """
    kept: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept.setdefault(storage._cdata, storage)
        return tensor

    state = {name: value.detach().to("meta") for name, value in net.named_buffers(remove_duplicate=False)}
    for name, weight in net.named_parameters(remove_duplicate=False):
        state[name] = weight.detach().to("meta").requires_grad_(weight.requires_grad)
    weights = {value.untyped_storage()._cdata for value in state.values()}
    images = torch.empty(sizes, device="meta")
    was_training = {module: module.training for module in net.modules()}
    net.train()
    try:
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda kept: kept), torch.enable_grad():
            functional_call(net, state, images)
    except Exception:
        kept.clear()
    finally:
        for module, mode in was_training.items():
            module.training = mode
    keep(images)
    needed = sum(storage.nbytes() for key, storage in kept.items() if key not in weights)
    needed += per_weight * sum(weight.numel() * weight.element_size() for weight in net.parameters())
    hint = "take a smaller --batch-size, smaller images, a smaller network, or --optimizer sgd --momentum 0"
    check_fits(f"training {title} with {sizes[0]:,} images of {shape(sizes[1:])} at once", needed, hint)


def _attempt(net: nn.Module, title: str, sizes: tuple[int, int, int]) -> object:
    """What the network makes of two black images; nothing in it changes."""
    was_training = {module: module.training for module in net.modules()}
    net.eval()
    try:
        with torch.no_grad():
            return net(torch.zeros(2, *sizes))
    except Exception as error:
        said = shorten(one_line(str(error).strip().split("\n")[0]), 120) or type(error).__name__
        raise UserError(f"{title} does not take images of {shape(sizes)}: {said}") from error
    finally:
        for module, mode in was_training.items():
            module.training = mode


def _check_logits(logits: object, title: str, classes: int) -> None:
    if not isinstance(logits, Tensor):
        raise UserError(f"{title} gives {type(logits).__name__}, not one tensor of logits")
    if logits.shape != (2, classes):
        what = f"{title} gives {shape(logits.shape[1:])} values for an image, the classes are {classes}"
        raise UserError(what, hint=f"for instance num_classes={classes}")
