"""What can be selected in a page: the user's names for it, and the page's ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from .. import text
from ..errors import UserError
from ..traces import Trace

MODEL = "(model)"
"""The name of the model itself, whose path is empty."""


class Names:
    """Both ways between names and ids, such as `layer1.0.conv1` and `call-5`.

    A module is named by its path, an op by the path of the module it runs in and its own name (`layer1.0:add`, as in
    `trace["layer1.0:add"]`), a skip by its place in `trace.skips` (`skip 3`), what the model returns likewise
    (`output 0`). Where a module was called several times, or several ops of a module have one name, a number from 1
    follows: `encoder (call 2)`, `layer1.0:relu (op 2)`; without it the last is meant, as in `trace["encoder"]`.
    """

    def __init__(self, trace: Trace) -> None:
        named = list(_named(trace))
        self._names = {id: name for id, name, _ in named}
        plain = {plain: id for id, _, plain in named}
        self._ids = {**plain, **{name: id for id, name, _ in named}}

    def name_of(self, id: str) -> str:
        """The name of an id; empty for nothing, and for what has none."""
        kind, _, number = id.partition("-")
        # where a module is drawn alone, its ends are told apart from the op whose value comes in or goes out
        return self._names.get(f"op-{number}" if kind in ("in", "leave") else id, "")

    def id_of(self, name: str) -> str:
        """The id of a name; empty for none.

        Raises:
            UserError: nothing has that name; lists the closest names.
        """
        if not name:
            return ""
        if name in self._ids:
            return self._ids[name]
        hint = text.did_you_mean(name, list(self._ids)) or "names are as layer1.0, layer1.0:add and skip 3"
        raise UserError(f"there is no {name!r} to select", hint=hint)


def _named(trace: Trace) -> Iterator[tuple[str, str, str]]:
    """Every id with its name, and the name without a number."""
    graph = trace.graph
    yield from _numbered("call", [call.path or MODEL for call in graph.calls])
    yield from _numbered("op", [f"{graph.calls[op.call].path}:{op.name}" for op in graph.ops])
    for kind, noun, all_of_it in (("skip", "skip", trace.skips), ("out", "output", graph.outputs)):
        yield from ((f"{kind}-{i}", f"{noun} {i}", f"{noun} {i}") for i in range(len(all_of_it)))


def _numbered(kind: str, names: list[str]) -> Iterator[tuple[str, str, str]]:
    times = Counter(names)
    seen: Counter[str] = Counter()
    for i, name in enumerate(names):
        seen[name] += 1
        yield f"{kind}-{i}", f"{name} ({kind} {seen[name]})" if times[name] > 1 else name, name
