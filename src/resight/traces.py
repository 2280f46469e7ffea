"""What the user holds: a traced network, its skips, and how they were obtained; one file on disk."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import Any, Protocol

from . import text
from .codec import decode, encode
from .errors import Bug, UserError
from .graph import Failure, Graph, Ref
from .graph.length import along_length
from .notebook import in_notebook, show_inline
from .recording import Activation, Recording
from .recording.activation import refs_named
from .skips import KINDS, Skip
from .table import Table, walk_table

SCHEMA = 2
"""Version of the JSON file. A reader refuses newer ones; older ones lack what was added since: 2 has recordings."""


@dataclass(frozen=True, slots=True)
class About:
    """Where a trace comes from, for the reader of a picture or a file.

    `model` is the class name, `title` what to call the network in a picture (class name or SPEC),
    `parameters` the number of distinct parameter elements, `mode` `train` or `eval`, `device` where
    the parameters are, `inputs` a line such as `x f32[1,3,224,224]`, `notes` whatever observing changed
    or could not see, `unseen` in short what of that a count of skips needs beside it, `versions` the packages used.
    """

    model: str
    title: str
    parameters: int
    mode: str
    device: str
    inputs: str
    notes: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


class Pictures(Protocol):
    """What a trace asks of the room that draws (`resight.picture`), which the door opens on first use."""

    def save(self, trace: Trace, path: str | Path, **view: Any) -> Path: ...

    def show(self, trace: Trace, **view: Any) -> Path: ...

    def as_svg(self, trace: Trace, **view: Any) -> str: ...

    def as_text(self, trace: Trace, **view: Any) -> str: ...


class Notebooks(Protocol):
    """What a trace asks of the room of widgets (`resight.widgets`), likewise."""

    def shown(self, trace: Trace, **view: Any) -> Any: ...

    def bundle(self, trace: Trace) -> Any: ...


_pictures: list[Callable[[], Pictures]] = []
_notebooks: list[Callable[[], Notebooks]] = []


def draw_with(pictures: Callable[[], Pictures], notebooks: Callable[[], Notebooks]) -> None:
    """Say who draws traces, and who shows them in notebooks. The door calls this: neither may be imported from here."""
    _pictures[:] = [pictures]
    _notebooks[:] = [notebooks]


@dataclass(frozen=True, slots=True)
class Trace:
    """A network as it ran once: `graph`, `skips`, and `about`, where they come from; `recording`, what flowed through.

    `print(trace)` shows it in the terminal, a notebook shows its page, `save` writes it in any format. Values are
    looked up by name: `trace["layer1.0.conv1"]` is what that module returned, `trace["layer1.0:add"]` what the op
    `add` made that ran in it but in no module inside it, `trace[":add"]` one of the model's own; `trace[name, 0]`
    is the first call or op of that name, without a number the last.
    """

    about: About
    graph: Graph
    skips: tuple[Skip, ...]
    recording: Recording | None = None

    @property
    def failure(self) -> Failure | None:
        """Why the forward stopped, or None if it finished."""
        return self.graph.failure

    def __getitem__(self, name: str | Ref | tuple[str, int]) -> Activation:
        """A value by name (see above) or by `Ref`; the first one, where a module returned or an op made several.

        Raises:
            UserError: nothing has that name; lists the closest names.
        """
        if isinstance(name, Ref):
            return self._activation(name, f"{name.op}.{name.slot}")
        path, number = name if isinstance(name, tuple) else (name, None)
        if not isinstance(path, str):
            raise UserError(f"a value has a name, not {path!r}", hint='for instance trace["layer1.0.conv1"]')
        return self._activation(refs_named(self.graph, path, number)[0], path)

    def _activation(self, ref: Ref, title: str) -> Activation:
        seen, spec = self.recording, self.graph.spec(ref)
        is_along = len(spec.shape) == 3 and ref.op in along_length(self.graph)
        if seen is None:
            return Activation(title, ref, spec, is_along_length=is_along)
        return Activation(
            title,
            ref,
            spec,
            summary=seen.values.summary(ref),
            gradient=None if seen.gradients is None else seen.gradients.summary(ref),
            tensor=seen.kept.get(ref),
            seconds=None if seen.seconds is None else float(seen.seconds[ref.op]),
            is_along_length=is_along,
        )

    def count(self) -> dict[str, int]:
        """How many skips of each name (`identity`, `projection`, `identity concat`), plainest first.

        Weak skips and the gates of recurrent cells are not counted.
        """
        names = Counter(skip.name for skip in self.skips if not skip.weak and not skip.recurrent)
        order = {skip.name: (skip.combine, skip.partial, KINDS.index(skip.kind)) for skip in self.skips}
        return {name: names[name] for name in sorted(names, key=order.__getitem__)}

    def summary(self) -> str:
        """One line: `ResNet: 5 identity + 3 projection skips`, and what was not seen: `; no input was seen`."""
        counts = self.count()
        words = " + ".join(f"{count} {name}" for name, count in counts.items())
        words += f" skip{'s' if sum(counts.values()) > 1 else ''}" if counts else "no residual connections"
        until = " until the forward stopped" if self.failure else ""
        return f"{text.one_line(self.about.title)}: " + "; ".join(
            (words + until, *map(text.one_line, self.about.unseen))
        )

    def table(self, depth: int | None = None) -> Table:
        """What flowed through, a row per op in running order; modules `depth` levels deep stay closed, with one row.

        Shapes, the skip at each merge and, where recorded, statistics and the gain of its branch.
        """
        return walk_table(self.graph, self.skips, self.recording, depth)

    def save(self, path: str | Path, **view: Any) -> Path:
        """Write the trace in the format its suffix names, at once or not at all; returns the path.

        `.svg`, `.png`, `.pdf`, `.html`, `.md`, `.mmd`, `.dot`, `.txt` draw it, with the fields of
        `resight.View` as options (`depth=2`, `theme="dark"`); `.json` holds all of it, for `resight.load`, with
        kept tensors in a `.safetensors` file of the same name beside it.

        Raises:
            CannotWrite: the folder is missing or not writable; nothing is left behind.
            UserError: an unknown suffix, option or path inside the model.
        """
        return _pictures[0]().save(self, path, **view)

    def show(self, **view: Any) -> Path | None:
        """Open the page: inline in a notebook (see `resight.widget`), else in the browser. Returns its path, if any."""
        if in_notebook():
            show_inline(_notebooks[0]().shown(self, **view))
            return None
        return _pictures[0]().show(self, **view)

    def to_json(self) -> str:
        """The whole trace as one line of JSON; `from_json` is its inverse."""
        body = {"resight": SCHEMA, **encode(self)}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, words: str, where: str = "trace") -> Trace:
        """Read what `to_json` wrote.

        Raises:
            UserError: not JSON, not a trace, damaged, or written by a newer resight.
        """
        try:
            body = json.loads(words, parse_float=_finite, parse_constant=_finite)
        except ValueError as error:
            raise UserError(f"{where} is not JSON ({error})", hint="expected a file that resight saved") from None
        except RecursionError:
            raise UserError(f"{where} is nested too deeply", hint="expected a file that resight saved") from None
        version = body.get("resight") if isinstance(body, dict) else None
        if type(version) is not int or version < 1:
            raise UserError(f"{where} is JSON, but not a trace", hint="expected a file that resight saved")
        if version > SCHEMA:
            raise UserError(f"{where} has schema {version}, newer than {SCHEMA}", hint="update resight to read it")
        trace: Trace = decode(cls, body)
        try:
            trace.check()
        except Bug as error:
            raise UserError(f"{where} is damaged: {error}", hint="save it again from the model") from None
        return trace

    def check(self) -> Trace:
        """Raise `Bug` where the parts do not fit one another; return the trace itself."""
        self.graph.check()
        for skip in self.skips:
            skip.check(self.graph)
        if self.recording is not None:
            self.recording.check(self.graph)
        return self

    def __str__(self) -> str:
        return _pictures[0]().as_text(self)

    def __repr__(self) -> str:
        return f"<Trace {self.summary()}, {text.plural(len(self.graph.ops), 'op')}>"

    def _repr_svg_(self) -> str:
        return _pictures[0]().as_svg(self)

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """What IPython shows besides the picture and the line: the page, where it runs in a notebook."""
        return _notebooks[0]().bundle(self) if in_notebook() else {}

    def _display_(self) -> Any:
        """What marimo shows."""
        return _notebooks[0]().shown(self)


def _finite(words: str) -> float:
    """A number of a file; nan and infinity are written as words where they may be."""
    value = float(words)
    if not isfinite(value):
        raise ValueError(f"{text.shorten(words, 20)} is no number of JSON")
    return value


def load(path: str | Path) -> Trace:
    """Open a saved trace (`.json`, and the `.safetensors` file beside it if tensors were kept) without importing torch.

    Raises:
        UserError: no such file, not a trace, or written by a newer resight.
    """
    file = Path(path)
    try:
        words = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise UserError(f"cannot read {path}: {reason}", hint="expected a .json file that resight saved") from None
    trace = Trace.from_json(words, where=file.name)
    if trace.recording is None or not trace.recording.kept:
        return trace
    return replace(trace, recording=trace.recording.with_kept_from(file.with_suffix(".safetensors")))
