"""Which values a user wants to keep: by name, by pattern, by a function of theirs, or the two sides of a skip."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, TypeAlias

from torch import nn

from .. import text
from ..errors import UserError
from ..graph import Graph, Ref, TensorSpec
from ..recording.activation import value_names
from ..skips import Skip, find_skips, operands

Wanted: TypeAlias = Callable[[str, str, TensorSpec], object]
"""Says of a value whether to keep it: the path of the module call, the name of the op, the value's spec."""

WILD = "*?["


class Selection:
    """What `keep` asks for. Names are those of `Trace[...]`: `layer1.0.conv1` of modules, `layer1.0:add` of ops."""

    def __init__(self, keep: Any, model: Any) -> None:
        asked = keep if isinstance(keep, (list, tuple, set, frozenset)) else [] if keep is None else [keep]
        self.skips = [one for one in asked if isinstance(one, Skip)]
        self.refs: Collection[Ref] = frozenset()
        self._names = [one for one in asked if isinstance(one, str)]
        self._wanted: list[Wanted] = [one for one in asked if callable(one)]
        for one in asked:
            if not isinstance(one, (Skip, str)) and not callable(one):
                raise UserError(
                    f"keep takes names, not {type(one).__name__}",
                    hint='for instance "layer1.0.conv1", "*.conv2", a skip, or a function of path, op and spec',
                )
        own = dict(model.named_modules()) if isinstance(model, nn.Module) else {}
        self._patterns = {  # a module may be called like a pattern: its own name comes first
            one for one in self._names if any(char in one for char in WILD) and one.partition(":")[0] not in own
        }
        self._matches = cache(self._named)

    def __bool__(self) -> bool:
        return bool(self._names or self._wanted or self.skips)

    def has_module(self, path: str) -> bool:
        """Whether what the module at `path` returns is to be kept."""
        return bool(self._names) and self._matches(path)

    def has_value(self, ref: Ref, path: str, op: str, spec: Callable[[], TensorSpec]) -> bool:
        """Whether a value is to be kept that op `op` made in the module at `path`."""
        if ref in self.refs or (self._names and self._matches(f"{path}:{op}")):
            return True
        return bool(self._wanted) and any(wanted(path, op, spec()) for wanted in self._wanted)

    def resolve(self, graph: Graph) -> None:
        """Find the values that meet at the merges of the skips, in the graph of a run like the one to come."""
        found: set[Ref] = set()
        for skip in self.skips:
            if not any(one.merge == skip.merge and one.source == skip.source for one in find_skips(graph)):
                raise UserError(f"the skip at op {skip.merge} is not one of this model", hint="trace this model again")
            met = operands(graph, skip)
            found.update((met.shortcut, *met.branch))
        self.refs = frozenset(found)

    def check(self, graph: Graph) -> None:
        """Raise `UserError` for a name that nothing in the graph has; lists the closest."""
        known = value_names(graph)
        for name in self._names:
            if not any(self._fits(name, one) for one in known):
                meant = "" if name in self._patterns else text.did_you_mean(name, known)
                hint = meant or "print(trace) lists the modules and ops"
                raise UserError(f"no layer or op is called {name!r}", hint=hint)

    def _named(self, name: str) -> bool:
        return any(self._fits(one, name) for one in self._names)

    def _fits(self, asked: str, name: str) -> bool:
        if asked not in self._patterns:
            return asked == name
        return (":" in asked) == (":" in name) and fnmatchcase(name, asked)
