"""What does tracing cost over a plain forward of the same model and input, beside the peers?

Each tool runs in a process of its own, in turn with plain forwards: some leave torch patched behind them, which
slows whatever runs next.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch
from measure import installed, ratios, report, spread
from torch import nn

import resight

ROUNDS = 3
Run = Callable[[], object]


def models(batch: int = 8) -> dict[str, tuple[nn.Module, torch.Tensor]]:
    """The networks measured, with their inputs."""
    import torchvision
    import transformers

    ids = torch.randint(0, 50257, (1, 128))
    gpt2 = transformers.GPT2LMHeadModel(transformers.GPT2Config(use_cache=False))
    return {
        f"ResNet-18, batch {batch}": (torchvision.models.resnet18(), torch.randn(batch, 3, 224, 224)),
        f"ResNet-50, batch {batch}": (torchvision.models.resnet50(), torch.randn(batch, 3, 224, 224)),
        f"ViT-B/16, batch {batch}": (torchvision.models.vit_b_16(), torch.randn(batch, 3, 224, 224)),
        "GPT-2 small, 128 tokens": (gpt2, ids),
    }


def plain(model: nn.Module, x: torch.Tensor) -> Run:
    def run() -> None:
        with torch.no_grad():
            model(x)

    return run


def with_resight(model: nn.Module, x: torch.Tensor) -> Run:
    def run() -> None:
        with torch.no_grad():
            resight.trace(model, x)

    return run


def with_torchview(model: nn.Module, x: torch.Tensor) -> Run:
    import torchview

    return lambda: torchview.draw_graph(model, input_data=x, depth=99, mode="eval")


def with_torchlens(model: nn.Module, x: torch.Tensor) -> Run:
    import torchlens

    def run() -> None:
        with torch.no_grad():
            torchlens.release_model(model)
            torchlens.trace(model, x)

    return run


def with_torchvista(model: nn.Module, x: torch.Tensor) -> Run:
    """Its tracing alone, without the page it writes."""
    from torchvista.engine import process_graph

    def run() -> None:
        with torch.no_grad():
            process_graph(
                model, x, {}, {}, {}, {}, defaultdict(list), {}, {}, {}, defaultdict(list), set(), {},
                show_non_gradient_nodes=True, forced_module_tracing_depth=None,
            )  # fmt: skip

    return run


def with_torchinfo(model: nn.Module, x: torch.Tensor) -> Run:
    import torchinfo

    return lambda: torchinfo.summary(model, input_data=x, verbose=0, depth=99)


TOOLS: dict[str, Callable[[nn.Module, Any], Run]] = {
    "resight": with_resight,
    "torchview": with_torchview,
    "torchinfo": with_torchinfo,
    "torchvista": with_torchvista,
    "torchlens": with_torchlens,
}


def measured(tool: str) -> dict[str, str]:
    """One tool's ratio for each model, or how it failed."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # with more, idle threads spin while Python runs, and that is counted too
    warnings.simplefilter("ignore")
    found = {}
    for name, (model, x) in models().items():
        model.eval()
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                runs = {"plain": plain(model, x), tool: TOOLS[tool](model, x)}
                found[name] = spread(ratios(runs, "plain", ROUNDS)[tool])
        except Exception as error:
            found[name] = f"fails: {type(error).__name__}"
    return found


def in_own_process(tool: str) -> dict[str, str]:
    done = subprocess.run([sys.executable, __file__, tool], capture_output=True, text=True, timeout=600)
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    columns = {tool: in_own_process(tool) for tool in TOOLS}
    rows = [[name, *(columns[tool][name] for tool in TOOLS)] for name in columns["resight"]]
    peers = ", ".join(installed(tool) for tool in TOOLS)
    how = (
        f"CPU time over that of a plain forward in the same round: median (min-max) of {ROUNDS} interleaved rounds, "
        f"1 thread, eval mode, a process for each tool. {peers}. torchview and torchvista: tracing without drawing."
    )
    report("Tracing", how, ["model", *TOOLS], rows)


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in TOOLS:
        print(json.dumps(measured(sys.argv[1])))
    else:
        main()
