"""`environment.json`: where a run ran, as its last digits depend on it."""

from __future__ import annotations

import json
import platform
import shlex
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator

from .. import __version__
from ..codec import read_json
from ..text import one_line, shorten

PACKAGES = ("torch", "torchvision", "accelerate", "timm", "transformers", "numpy")
DECISIVE = ("torch", "device", "threads", "processes")
"""What the last digits of a loss depend on."""


def environment(accelerator: Accelerator) -> dict[str, Any]:
    """Versions, machine and command of this process."""
    return {
        "command": shlex.join(["resight", *sys.argv[1:]]),
        "resight": __version__,
        "python": platform.python_version(),
        **{name: found for name in PACKAGES if (found := _version(name))},
        "system": f"{platform.system()} {platform.machine()}",
        "device": _device_name(accelerator),
        "threads": torch.get_num_threads(),
        "processes": accelerator.num_processes,
    }


def environment_file(found: dict[str, Any]) -> bytes:
    """The file."""
    return (json.dumps(found, indent=2, ensure_ascii=False) + "\n").encode()


def differences(path: Path, now: dict[str, Any]) -> Iterator[str]:
    """What was otherwise when the run began and can change its last digits."""
    try:
        then = dict(read_json(path))
    except (OSError, ValueError, TypeError):
        yield f"{path.name} is missing or damaged: whether this machine computes the same is unknown"
        return
    for name in DECISIVE:
        if then.get(name) != now[name]:
            before = shorten(one_line(then.get(name)), 40)
            yield f"{name}: {before} then, {now[name]} now; the last digits of what follows can differ"


def _device_name(accelerator: Accelerator) -> str:
    device = accelerator.device
    return f"cuda ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else str(device)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
