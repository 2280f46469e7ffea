"""`resight train SPEC`: train a network on images, and go on with a training."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import UserError
from ..runs import Result

INTERRUPTED = 130
"""As for any command that Ctrl-C stopped."""

DATA, RECIPE, PRECISION = "fashion-mnist-mini", "fast", "no"
"""What is taken unless somebody says otherwise."""

Setting = {"show_default": False, "rich_help_panel": "Settings of the recipe"}


def train(
    spec: Annotated[
        str,
        typer.Argument(
            metavar="SPEC",
            show_default=False,
            help="The network, as for `show`: resnet20, torchvision:resnet18, net.py:Net(width=8). Its channels and "
            "classes are set from the images unless you set them.",
        ),
    ] = "",
    data: Annotated[
        str, typer.Option("--data", metavar="NAME", help="fashion-mnist-mini, fashion-mnist, cifar10 or folder:PATH.")
    ] = DATA,
    data_root: Annotated[
        Path | None,
        typer.Option("--data-root", metavar="FOLDER", show_default=False, help="Where the files of the set are."),
    ] = None,
    recipe: Annotated[str, typer.Option("--recipe", metavar="NAME", help="fast, d2l or cifar-he2015.")] = RECIPE,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FOLDER", show_default=False, help="Run folder; runs/r1, ... without it."),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="RUN", show_default=False, help="Go on with this run; no other settings."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Seed of weights and order.")] = 0,
    precision: Annotated[str, typer.Option("--precision", metavar="no|bf16|fp16", help="Mixed precision.")] = PRECISION,
    checkpoint_every: Annotated[
        int,
        typer.Option("--checkpoint-every", metavar="STEPS", min=0, help="Also save after so many steps."),
    ] = 0,
    track: Annotated[
        list[str] | None,
        typer.Option("--track", metavar="NAME", show_default=False, help="tensorboard, wandb or mlflow. Repeatable."),
    ] = None,
    cpu: Annotated[bool, typer.Option("--cpu", help="Leave a GPU alone.")] = False,
    epochs: Annotated[int | None, typer.Option("--epochs", metavar="N", **Setting, help="Epochs.")] = None,
    steps: Annotated[int | None, typer.Option("--steps", metavar="N", **Setting, help="Steps in all.")] = None,
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", metavar="N", **Setting, help="Images of all processes together.")
    ] = None,
    lr: Annotated[float | None, typer.Option("--lr", metavar="X", **Setting, help="Highest learning rate.")] = None,
    schedule: Annotated[
        str | None, typer.Option("--schedule", metavar="NAME", **Setting, help="constant, steps, cosine or one-cycle.")
    ] = None,
    optimizer: Annotated[
        str | None, typer.Option("--optimizer", metavar="NAME", **Setting, help="sgd or adamw.")
    ] = None,
    momentum: Annotated[float | None, typer.Option("--momentum", metavar="X", **Setting, help="Of sgd.")] = None,
    weight_decay: Annotated[
        float | None, typer.Option("--weight-decay", metavar="X", **Setting, help="Of all weights.")
    ] = None,
    label_smoothing: Annotated[
        float | None, typer.Option("--label-smoothing", metavar="X", **Setting, help="From 0 to 1.")
    ] = None,
    crop: Annotated[
        int | None,
        typer.Option("--crop", metavar="PIXELS", **Setting, help="Pad by so much, cut at random and mirror."),
    ] = None,
    resize: Annotated[
        int | None, typer.Option("--resize", metavar="PIXELS", **Setting, help="Shorter side of the images.")
    ] = None,
) -> int:
    """Train a network, watch its curves, and test it.

    The run folder holds everything: `resight train --resume runs/r1` goes on with it, `resight show runs/r1` draws
    the trained network, runs/r1/run.html shows the curves.

    Examples:

    \b
      resight train resnet20
      resight train "resnet18(strides=[1,2,1,2])" --data fashion-mnist --recipe d2l
      resight train plain20 --epochs 3 --lr 0.05 -o runs/plain
      resight train --resume runs/r1
      accelerate launch -m resight train resnet20 --data cifar10 --recipe cifar-he2015
    """
    from ..runs.recipe import recipe_named

    settings: dict[str, Any] = {
        "epochs": epochs, "steps": steps, "batch_size": batch_size, "lr": lr, "schedule": schedule,
        "optimizer": optimizer, "momentum": momentum, "weight_decay": weight_decay,
        "label_smoothing": label_smoothing, "crop": crop, "resize": resize,
    }  # fmt: skip
    changes = {name: value for name, value in settings.items() if value is not None}
    if resume is not None:
        usual = data == DATA and recipe == RECIPE and precision == PRECISION
        if spec or out or changes or data_root or seed or checkpoint_every or track or not usual:
            raise UserError("a run goes on with the settings it began with", hint=f"resight train --resume {resume}")
        from ..train import resume as go_on

        return _tell(go_on(resume, cpu=cpu, watcher=_watcher()))
    if not spec:
        raise UserError("which network?", hint="for instance resight train resnet20, or --resume RUN")
    from ..train import train as begin

    result = begin(
        spec, data, recipe_named(recipe).changed(changes), seed=seed, data_root=data_root, precision=precision,
        checkpoint_every=checkpoint_every, track=tuple(track or ()), out=out, cpu=cpu, watcher=_watcher(),
    )  # fmt: skip
    return _tell(result)


def _watcher() -> Any:
    from ..train.live import InTerminal

    return InTerminal()


def _tell(result: Result) -> int:
    """How it went, and what to do next; one process speaks for all."""
    if os.environ.get("RANK", "0") != "0":
        return 0 if result.found else INTERRUPTED
    if result.found is None:
        step = result.known.steps[-1].step if result.known.steps else 0
        print(f"stopped after step {step:,}; go on with: resight train --resume {result.folder}")
        return INTERRUPTED
    print(f"{result.found.words}, after step {result.found.step:,}")
    print(f"  wrote {result.folder / 'run.html'}")
    print(f"  look at it: resight show {result.folder}")
    return 0
