"""Options of the commands that train: the images, and the settings of a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

DATA, RECIPE, PRECISION = "fashion-mnist-mini", "fast", "no"
"""What is taken unless somebody says otherwise."""

INTERRUPTED = 130
"""The exit code of a training that Ctrl-C stopped, as of any command."""

Setting: dict[str, Any] = {"show_default": False, "rich_help_panel": "Settings of the recipe"}

Data = Annotated[
    str, typer.Option("--data", metavar="NAME", help="fashion-mnist-mini, fashion-mnist, cifar10 or folder:PATH.")
]
DataRoot = Annotated[
    Path | None,
    typer.Option("--data-root", metavar="FOLDER", show_default=False, help="Where the files of the set are."),
]
RecipeName = Annotated[str, typer.Option("--recipe", metavar="NAME", help="fast, d2l or cifar-he2015.")]
Precision = Annotated[str, typer.Option("--precision", metavar="no|bf16|fp16", help="Mixed precision.")]
CheckpointEvery = Annotated[
    int, typer.Option("--checkpoint-every", metavar="STEPS", min=0, help="Also save after so many steps.")
]
Cpu = Annotated[bool, typer.Option("--cpu", help="Leave a GPU alone.")]

Epochs = Annotated[int | None, typer.Option("--epochs", metavar="N", **Setting, help="Epochs.")]
Steps = Annotated[int | None, typer.Option("--steps", metavar="N", **Setting, help="Steps in all.")]
BatchSize = Annotated[
    int | None, typer.Option("--batch-size", metavar="N", **Setting, help="Images of all processes together.")
]
Lr = Annotated[float | None, typer.Option("--lr", metavar="X", **Setting, help="Highest learning rate.")]
Schedule = Annotated[
    str | None, typer.Option("--schedule", metavar="NAME", **Setting, help="constant, steps, cosine or one-cycle.")
]
Optimizer = Annotated[str | None, typer.Option("--optimizer", metavar="NAME", **Setting, help="sgd or adamw.")]
Momentum = Annotated[float | None, typer.Option("--momentum", metavar="X", **Setting, help="Of sgd.")]
WeightDecay = Annotated[float | None, typer.Option("--weight-decay", metavar="X", **Setting, help="Of all weights.")]
LabelSmoothing = Annotated[float | None, typer.Option("--label-smoothing", metavar="X", **Setting, help="From 0 to 1.")]
Crop = Annotated[
    int | None, typer.Option("--crop", metavar="PIXELS", **Setting, help="Pad by so much, cut at random and mirror.")
]
Resize = Annotated[
    int | None, typer.Option("--resize", metavar="PIXELS", **Setting, help="Shorter side of the images.")
]


def given(**settings: Any) -> dict[str, Any]:
    """The settings that somebody gave."""
    return {name: value for name, value in settings.items() if value is not None}
