"""The device, the precision, the processes and the trackers of a run: accelerate knows them all."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from accelerate import Accelerator
from accelerate.state import AcceleratorState

from ..errors import MissingExtra, UserError

PRECISIONS = ("no", "bf16", "fp16")
TRACKERS = {"tensorboard": "tensorboard", "wandb": "wandb", "mlflow": "mlflow"}
"""Trackers, each with the package it needs."""


def engine(precision: str, track: Sequence[str], cpu: bool) -> Accelerator:
    """What moves a training to its device and keeps its processes together.

    Under `accelerate launch` or torchrun it joins the other processes. Calling it again in one process is fine.

    Raises:
        UserError: no such precision, or not on this device; no such tracker.
        MissingExtra: a tracker's package is not installed.
    """
    if precision not in PRECISIONS:
        raise UserError(f"there is no precision {precision!r}", hint=f"it is one of {', '.join(PRECISIONS)}")
    for name in track:
        _check_tracker(name)
    AcceleratorState._reset_state()  # an earlier run in this process may have had another precision
    # Trackers want a folder now; that of the run, which a network that does not fit must not leave behind, comes later.
    folder = "." if track else None
    try:
        return Accelerator(mixed_precision=precision, cpu=cpu, log_with=list(track) or None, project_dir=folder)
    except ValueError as error:
        if precision == "no":
            raise
        raise UserError(f"{precision} does not work on this device", hint="use --precision no") from error


def _check_tracker(name: str) -> None:
    if name not in TRACKERS:
        raise UserError(f"there is no tracker {name!r}", hint=f"it is one of {', '.join(TRACKERS)}")
    if find_spec(TRACKERS[name]) is None:
        raise MissingExtra(TRACKERS[name], f"--track {name}", TRACKERS[name])
