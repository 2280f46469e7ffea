"""`resight train SPEC`: train a network on images, and go on with a training."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import UserError
from ..runs import Result
from ..text import one_line
from . import options, recipes


def train(
    spec: Annotated[
        str,
        typer.Argument(
            metavar="SPEC",
            show_default=False,
            help="The network, as for `show`: resnet20, timm:resnet18, net.py:Net(width=8). Channels and classes of "
            "nets by name and timm's are set from the images unless you set them, of torchvision's the classes alone.",
        ),
    ] = "",
    data: recipes.Data = recipes.DATA,
    data_root: recipes.DataRoot = None,
    recipe: recipes.RecipeName = recipes.RECIPE,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FOLDER", show_default=False, help="Run folder; runs/r1, ... without it."),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="RUN", show_default=False, help="Go on with this run; no other settings."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Seed of weights and order.")] = 0,
    precision: recipes.Precision = recipes.PRECISION,
    checkpoint_every: recipes.CheckpointEvery = 0,
    track: Annotated[
        list[str] | None,
        typer.Option("--track", metavar="NAME", show_default=False, help="tensorboard, wandb or mlflow. Repeatable."),
    ] = None,
    cpu: recipes.Cpu = False,
    trust: options.Trust = False,
    epochs: recipes.Epochs = None,
    steps: recipes.Steps = None,
    batch_size: recipes.BatchSize = None,
    lr: recipes.Lr = None,
    schedule: recipes.Schedule = None,
    optimizer: recipes.Optimizer = None,
    momentum: recipes.Momentum = None,
    weight_decay: recipes.WeightDecay = None,
    label_smoothing: recipes.LabelSmoothing = None,
    crop: recipes.Crop = None,
    resize: recipes.Resize = None,
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

    changes = recipes.given(
        epochs=epochs, steps=steps, batch_size=batch_size, lr=lr, schedule=schedule, optimizer=optimizer,
        momentum=momentum, weight_decay=weight_decay, label_smoothing=label_smoothing, crop=crop, resize=resize,
    )  # fmt: skip
    if resume is not None:
        usual = (data, recipe, precision) == (recipes.DATA, recipes.RECIPE, recipes.PRECISION)
        if spec or out or changes or data_root or seed or checkpoint_every or track or not usual:
            raise UserError("a run goes on with the settings it began with", hint=f"resight train --resume {resume}")
        from ..train import resume as go_on

        return _tell(go_on(resume, cpu=cpu, trust=trust, watcher=_watcher()))
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
        return 0 if result.found else recipes.INTERRUPTED
    folder = one_line(result.folder)
    if result.found is None:
        step = result.known.steps[-1].step if result.known.steps else 0
        words = f"stopped after step {step:,}; go on with: resight train --resume {folder}"
        try:
            print(words, flush=True)
        except BrokenPipeError:  # what stopped it
            print(words, file=sys.stderr)
        return recipes.INTERRUPTED
    print(f"{result.found.words}, after step {result.found.step:,}")
    print(f"  wrote {one_line(result.folder / 'run.html')}")
    print(f"  look at it: resight show {folder}")
    return 0
