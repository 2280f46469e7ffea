"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Spec = Annotated[
    str,
    typer.Argument(
        metavar="SPEC",
        show_default=False,
        help="resnet18, torchvision:resnet18, timm:NAME, hf:MODEL_TYPE, package.module:factory, path/file.py:factory "
        "(with arguments: net.py:Net(width=8)), or a saved trace.json.",
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        metavar="SHAPE",
        show_default=False,
        help="Input shape: 1x3x224x224, or ids=1x128:int64, or batch.image=1x3x32x32 for a dict. "
        "Repeat for several. Guessed where it can be.",
    ),
]
Image = Annotated[
    Path | None,
    typer.Option(
        "--image",
        metavar="FILE",
        show_default=False,
        help="Run on this picture instead of random numbers, prepared as the model's own library does it. "
        "sample:cat and sample:coffee come with resight.",
    ),
]
Device = Annotated[
    str | None,
    typer.Option(
        "--device",
        metavar="meta|cpu|cuda",
        show_default=False,
        help="meta: shapes only, nothing allocated or computed (default for nets, torchvision, timm and hf models "
        "without weights or image); cpu otherwise.",
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option("--weights", metavar="FILE", show_default=False, help="Load .safetensors or .pt weights, safely."),
]
Train = Annotated[bool, typer.Option("--train", help="Trace in training mode instead of evaluation mode.")]
Trust = Annotated[
    bool,
    typer.Option("--trust", help="Run code that a run or sweep names as its network; remembered for the folder."),
]
Theme = Annotated[str, typer.Option("--theme", metavar="light|dark", help="Colours.")]
