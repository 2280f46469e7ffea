"""Imports run downhill: a room imports only rooms of a lower rank, and torch stays in its own rooms."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import resight

PACKAGE = Path(resight.__file__).parent

RANKS = {
    "errors": 0, "garbage": 0, "text": 0,
    "graph": 1, "codec": 1, "files": 1, "colours": 1, "fonts": 1, "notebook": 1, "samples": 1, "pixels": 1,
    "skips": 2, "recording": 2, "runs": 2,
    "table": 3, "names": 3,
    "traces": 4,
    "picture": 5, "plot": 5, "nets": 5,
    "capture": 6, "walk": 6,
    "widgets": 7, "memory": 7,
    "data": 8,
    "train": 9, "studies": 9, "compare": 9,
    "cli": 10,
    "__init__": 11, "__main__": 11,
}  # fmt: skip
"""The rooms of the package, lowest first; a new room gets its line here."""

TORCH_ROOMS = {"capture", "nets", "data", "train", "studies"}
HEAVY = {"torch", "torchvision", "timm", "transformers", "accelerate"}


def faults(source: str, module: str) -> list[str]:
    """What is wrong with the imports of `module` (dotted, below the package), one line each."""
    room = module.split(".")[0]
    if room not in RANKS:
        return [f"{module}: room {room} has no rank"]
    found = []
    for target, lazy in imports(ast.parse(source), module):
        names = target.split(".")
        if names[0] in HEAVY and room not in TORCH_ROOMS:
            found.append(f"{module} imports {target}")
        if names[0] != "resight":
            continue
        other = names[1] if len(names) > 1 else "__init__"
        if other in TORCH_ROOMS and room == "cli" and not lazy:
            found.append(f"{module} imports {target} when it is loaded, not when it is needed")
        if other != room and RANKS.get(other, 99) >= RANKS[room] and not is_version(target):
            found.append(f"{module} (rank {RANKS[room]}) imports {target} (rank {RANKS.get(other, 'unknown')})")
    return found


def is_version(target: str) -> bool:
    """The version is the one thing the door gives to the rooms behind it."""
    return target == "resight.__version__"


def imports(tree: ast.AST, module: str, lazy: bool = False) -> Iterator[tuple[str, bool]]:
    """Every imported name as an absolute dotted one, and whether the import waits inside a function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                around = ["resight", *module.split(".")][: -node.level]
                start = ".".join([*around, *filter(None, [node.module])])
            # `from . import text` names a room by what it imports, `from .text import xml` before that.
            yield from ((f"{start}.{alias.name}" if start == "resight" else start, lazy) for alias in node.names)
        else:
            yield from imports(node, module, lazy or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def modules() -> list[tuple[str, Path]]:
    """Every module of the package by dotted name; a folder's `__init__` counts as inside the folder."""
    return [(".".join(path.relative_to(PACKAGE).with_suffix("").parts), path) for path in sorted(PACKAGE.rglob("*.py"))]


def test_every_import_runs_downhill() -> None:
    found = [fault for module, path in modules() for fault in faults(path.read_text(encoding="utf-8"), module)]
    assert found == []
    assert len(modules()) > 20


@pytest.mark.parametrize(
    ("source", "module", "fault"),
    [
        ("from .traces import Trace", "errors", "errors (rank 0) imports resight.traces (rank 4)"),
        ("from . import traces", "skips", "skips (rank 2) imports resight.traces (rank 4)"),
        ("from ..capture.run import trace", "picture.svg", "picture.svg (rank 5) imports resight.capture.run (rank 6)"),
        ("from ...cli import main", "capture.resolve.a", "capture.resolve.a (rank 6) imports resight.cli (rank 10)"),
        ("import resight.plot", "picture.svg", "picture.svg (rank 5) imports resight.plot (rank 5)"),
        ("import resight", "cli.show", "cli.show (rank 10) imports resight (rank 11)"),
        ("from .cellar import x", "traces", "traces (rank 4) imports resight.cellar (rank unknown)"),
        ("import torch.nn", "graph.types", "graph.types imports torch.nn"),
        ("def f():\n    import torch", "picture.svg", "picture.svg imports torch"),
        ("from ..capture.run import trace", "cli.show",
         "cli.show imports resight.capture.run when it is loaded, not when it is needed"),
        ("x = 1", "cellar", "cellar: room cellar has no rank"),
    ],
)  # fmt: skip
def test_a_fault_is_found(source: str, module: str, fault: str) -> None:
    assert faults(source, module) == [fault]


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("from ..errors import Bug", "graph.types"),
        ("from .types import Op", "graph.walk"),
        ("from ... import text", "capture.resolve.spec"),
        ("import torch", "capture.run"),
        ("def show():\n    from ..capture.run import trace", "cli.show"),
        ("from .. import __version__", "cli.app"),
        ("import json, numpy", "picture.svg"),
    ],
)
def test_a_sound_import_passes(source: str, module: str) -> None:
    assert faults(source, module) == []
