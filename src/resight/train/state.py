"""The state of a training as the files of a checkpoint, and back."""

from __future__ import annotations

import io
from pathlib import Path

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from ..errors import UserError
from ..runs.checkpoints import TRAINING, WEIGHTS
from .loop import Training


def weights_file(training: Training) -> dict[str, bytes]:
    """The weights and buffers alone: enough to run the network."""
    return {WEIGHTS: save_tensors(_tensors(training.accelerator.unwrap_model(training.net)))}


def state_files(training: Training) -> dict[str, bytes]:
    """All that a training goes on from. No random state is in it, see `Training`."""
    scaler = training.accelerator.scaler
    state = {
        "optimizer": training.optimizer.state_dict(),
        "schedule": training.schedule.state_dict(),
        "scaler": scaler.state_dict() if scaler is not None else {},
        "step": training.step,
    }
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return {**weights_file(training), TRAINING: buffer.getvalue()}


def restore(training: Training, checkpoint: Path) -> None:
    """Put a training where it was when `checkpoint` was written.

    Raises:
        UserError: the checkpoint is of another network or optimiser.
    """
    net = training.accelerator.unwrap_model(training.net)
    try:
        state = torch.load(checkpoint / TRAINING, map_location=training.accelerator.device, weights_only=True)
        _load(net, load_tensors((checkpoint / WEIGHTS).read_bytes()))
        training.optimizer.load_state_dict(state["optimizer"])
        training.schedule.load_state_dict(state["schedule"])
        if training.accelerator.scaler is not None:
            training.accelerator.scaler.load_state_dict(state["scaler"])
        training.step = int(state["step"])
    except Exception as error:  # a file from elsewhere can hold anything
        what = f"{checkpoint} does not fit the network that its config.json names"
        raise UserError(what, hint="restore config.json, or start a new run") from error


def _tensors(net: nn.Module) -> dict[str, Tensor]:
    """The state dict, tied weights once, as safetensors stores no tensor twice."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    for name, value in net.state_dict(keep_vars=True).items():
        if id(value) not in seen:
            seen.add(id(value))
            found[name] = value.detach().cpu().contiguous()
    return found


def _load(net: nn.Module, tensors: dict[str, Tensor]) -> None:
    """As `load_state_dict`, where tied weights are there once."""
    if tensors.keys() != _tensors(net).keys():
        raise KeyError("other weights")
    net.load_state_dict(tensors, strict=False)
