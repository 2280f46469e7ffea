"""How long does a picture take, and how large is its file, beside torchview with Graphviz?

From a model to an SVG with everything open. Needs Graphviz's `dot` on the path for torchview.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from measure import installed, report
from torch import nn
from tracing import models

import resight

ROUNDS = 3
OPEN = {"depth": 99, "repeats": False}


def children_seconds(run: Callable[[], object]) -> float:
    """CPU time of a call and of the programs it starts."""

    before = os.times()
    run()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def with_resight(model: nn.Module, x: torch.Tensor, file: Path) -> None:
    with torch.no_grad():
        resight.trace(model, x).save(file, **OPEN)


def with_torchview(model: nn.Module, x: torch.Tensor, file: Path) -> None:
    import torchview

    graph = torchview.draw_graph(model, input_data=x, depth=99, expand_nested=True, mode="eval")
    source = file.with_suffix(".gv")
    source.write_text(graph.visual_graph.source)
    subprocess.run(["dot", "-Tsvg", str(source), "-o", str(file)], check=True, timeout=600)


def measured(draw: Callable[[nn.Module, torch.Tensor, Path], None], model: nn.Module, x: torch.Tensor) -> str:
    """Median CPU seconds and kilobytes of the file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "net.svg"
        try:
            draw(model, x, file)
        except Exception as error:
            return f"fails: {type(error).__name__}"
        seconds = [children_seconds(lambda: draw(model, x, file)) for _ in range(ROUNDS)]
        return f"{statistics.median(seconds):.2f} s, {file.stat().st_size / 1000:.0f} kB"


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    peers = {"resight": with_resight}
    if shutil.which("dot"):
        peers["torchview + Graphviz"] = with_torchview
    rows = []
    for name, (model, x) in models(batch=1).items():
        model.eval()
        rows.append([name, *(measured(draw, model, x) for draw in peers.values())])
    how = f"Model to SVG, everything open; CPU seconds, median of {ROUNDS}, 1 thread. {installed('torchview')}."
    report("Pictures", how, ["model", *peers], rows)


if __name__ == "__main__":
    main()
