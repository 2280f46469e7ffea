"""What does recording cost over a plain forward of the same model and input, beside the peers?

Two tables: statistics of every value, and keeping every value. Each tool runs in a process of its own, in turn with
plain forwards; peak memory is that of the process over its peak in plain forwards alone.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import torch
from measure import installed, ratios, report, spread
from torch import nn

import resight

ROUNDS = 5
Run = Callable[[], object]


def models() -> dict[str, Callable[[], tuple[nn.Module, torch.Tensor]]]:
    """The networks measured, with their inputs."""
    import torchvision
    import transformers

    def resnet() -> tuple[nn.Module, torch.Tensor]:
        return torchvision.models.resnet50(), torch.randn(8, 3, 224, 224)

    def gpt2() -> tuple[nn.Module, torch.Tensor]:
        config = transformers.GPT2Config(use_cache=False)
        return transformers.GPT2LMHeadModel(config), torch.randint(0, 50257, (1, 128))

    return {"ResNet-50, batch 8": resnet, "GPT-2 small, 128 tokens": gpt2}


def statistics_by_resight(model: nn.Module, x: torch.Tensor) -> object:
    return resight.record(model, x)


def statistics_by_hooks(model: nn.Module, x: torch.Tensor) -> object:
    """Mean, std, extremes and a histogram of what every module returns, as people write it."""
    return _hooked(model, x, lambda y: (y.mean(), y.std(), y.min(), y.max(), torch.histc(y.float(), 64)))


def kept_by_resight(model: nn.Module, x: torch.Tensor) -> object:
    return resight.record(model, x, keep=lambda path, op, spec: True)


def kept_by_hooks(model: nn.Module, x: torch.Tensor) -> object:
    return _hooked(model, x, torch.Tensor.clone)


def kept_by_torchlens(model: nn.Module, x: torch.Tensor) -> object:
    import torchlens

    torchlens.release_model(model)
    return torchlens.trace(model, x)


def kept_by_captum(model: nn.Module, x: torch.Tensor) -> object:
    """All leaf modules in one forward; captum copies nothing."""
    from captum.attr import LayerActivation

    modules = dict(model.named_modules())
    return LayerActivation(model, [modules[path] for path in leaves_in_order(model, x)]).attribute(x)


def kept_by_nnsight(model: nn.Module, x: torch.Tensor) -> object:
    """The output of every leaf module in the order they run, copied; of a module that runs again, the first."""
    import nnsight

    wrapped = nnsight.NNsight(model)
    paths = leaves_in_order(model, x)
    with wrapped.trace(x):
        kept = nnsight.save([])
        for path in paths:
            kept.append(wrapped.get(path).output.clone())
    return kept


def _hooked(model: nn.Module, x: torch.Tensor, take: Callable[[torch.Tensor], object]) -> object:
    kept: list[object] = []
    leaves = [module for module in model.modules() if not list(module.children())]
    hooks = [leaf.register_forward_hook(lambda _module, _args, y: kept.append(take(y.detach()))) for leaf in leaves]
    model(x)
    for hook in hooks:
        hook.remove()
    return kept


_ORDERS: dict[int, list[str]] = {}


def leaves_in_order(model: nn.Module, x: torch.Tensor) -> list[str]:
    """Paths of modules without children by their first call; found once for each model, before anything is measured."""
    if id(model) not in _ORDERS:
        order: dict[str, None] = {}
        leaves = [(path, module) for path, module in model.named_modules() if not list(module.children())]
        hooks = [
            leaf.register_forward_hook(lambda _module, _args, _y, path=path: order.setdefault(path))
            for path, leaf in leaves
        ]
        model(x)
        for hook in hooks:
            hook.remove()
        _ORDERS[id(model)] = list(order)
    return _ORDERS[id(model)]


TOOLS: dict[str, Callable[[nn.Module, Any], object]] = {
    "resight, statistics": statistics_by_resight,
    "hooks, statistics": statistics_by_hooks,
    "resight, all kept": kept_by_resight,
    "hooks with clone": kept_by_hooks,
    "torchlens": kept_by_torchlens,
    "captum LayerActivation": kept_by_captum,
    "nnsight": kept_by_nnsight,
}


def measured(tool: str) -> dict[str, list[str]]:
    """One tool's ratio and memory for each model, or how it failed."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # with more, idle threads spin while Python runs, and that is counted too
    warnings.simplefilter("ignore")
    found = {}
    for name, make in models().items():
        model, x = make()
        model.eval()
        with torch.no_grad(), contextlib.redirect_stdout(io.StringIO()):
            try:
                plain: Run = lambda: model(x)  # noqa: B023, E731
                tooled: Run = lambda: TOOLS[tool](model, x)  # noqa: B023, E731
                TOOLS[tool](model, x[..., : x.shape[-1] // 4])  # imports what it needs
                for _ in range(ROUNDS):  # the allocator's peak settles
                    plain()
                before = peak()
                found[name] = [spread(ratios({"plain": plain, tool: tooled}, "plain", ROUNDS)[tool])]
                found[name].append(f"{max(0, peak() - before) / 2**10:,.0f} MiB")
            except Exception as error:
                found[name] = [f"fails: {type(error).__name__}", ""]
    return found


def peak() -> float:
    """The most memory this process has held, in KiB."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 1024 if sys.platform == "darwin" else size


def in_own_process(tool: str) -> dict[str, list[str]]:
    done = subprocess.run([sys.executable, __file__, tool], capture_output=True, text=True, timeout=1200)
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    found = {tool: in_own_process(tool) for tool in TOOLS}
    names = list(models())
    rows = [[tool, *(part for name in names for part in found[tool][name])] for tool in TOOLS]
    columns = ["", *(part for name in names for part in (name, "memory"))]
    peers = ", ".join(installed(package) for package in ("torchlens", "captum", "nnsight"))
    how = (
        f"CPU time over that of a plain forward in the same round: median (min-max) of {ROUNDS} interleaved rounds, "
        f"1 thread, eval mode, no gradients, a process for each tool. Memory: growth of the process's peak over that "
        f"of a plain forward; GPT-2's follows ResNet-50's in the same process and shows only what exceeds it. "
        f"resight sees every op, hooks and captum the modules without children. {peers}."
    )
    report("Recording", how, columns, rows)


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in TOOLS:
        print(json.dumps(measured(sys.argv[1])))
    else:
        main()
