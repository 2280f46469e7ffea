"""`resight summary SPEC`: a table of the modules, with the skips as brackets beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from . import options
from .complaints import say
from .tracing import report_failure, trace_spec

DEPTH = 3
"""Levels of modules shown unless asked otherwise: the layers of a ResNet's blocks."""


def summary(
    spec: options.Spec,
    inputs: options.Inputs = None,
    image: options.Image = None,
    depth: Annotated[int, typer.Option("--depth", metavar="N", min=0, help="Levels of modules to list.")] = DEPTH,
    device: options.Device = None,
    weights: options.Weights = None,
    train: options.Train = False,
    trust: options.Trust = False,
) -> int:
    """List the modules of a network, their shapes and cost, with brackets for its skips.

    FLOPs count a multiply-add as two; norms, activations and pooling count nothing.

    Activations are the bytes that ops newly write: views and writes in place take none.

    Examples:

    \b
      resight summary torchvision:resnet18
      resight summary hf:gpt2 --depth 4
    """
    from rich.console import Console

    from .table import summary_table, totals

    traced = trace_spec(spec, inputs=inputs, image=image, device=device, weights=weights, train=train, trust=trust)
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(summary_table(traced, depth, console.width))
    for line in totals(traced):
        say(line)
    return report_failure(traced)
