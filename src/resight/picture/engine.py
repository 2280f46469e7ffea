"""Hosts the picture engine: the JavaScript modules of `web/` in an embedded QuickJS.

The same modules run in a browser. Here their `import` and `export` lines are resolved once, by
`joined_modules`, because QuickJS has no way to load one module from another.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from posixpath import dirname, normpath
from typing import Any

import quickjs

from .. import text
from ..errors import Bug, UserError
from .display import Display, Folded
from .payload import DIRECTIONS, THEMES, Payload, View

__all__ = ["draw", "fold", "joined_modules", "new_context", "scene"]

ENTRY = "engine"
MEMORY_LIMIT = 4 << 30
QUIET_HEAP = 256 << 20
IMPORT = re.compile(
    r'^import (?:\{(?P<names>[^}]*)\}|\* as (?P<space>\w+)) from "(?P<folder>\.\.?(?:/\w+)?)/(?P<module>\w+)\.js";\n',
    re.MULTILINE,
)
EXPORT = re.compile(r"^export (?=(?:function|const|class) (?P<name>\w+))", re.MULTILINE)
UNJOINED = re.compile(r"^(?:import|export)\b.*|^.*\bimport\(", re.MULTILINE)


def fold(payload: Payload, view: View) -> Folded:
    """The boxes and wires that a picture shows; the typedefs in web/fold.js say what each field means."""
    folded: Folded = _run("fold", payload, view)
    return folded


def draw(payload: Payload, view: View) -> Display:
    """A picture as a display list; the typedef `Item` in web/shapes.js says what each item holds."""
    drawn: Display = _run("draw", payload, view)
    return drawn


def scene(payload: Payload, view: View) -> dict[str, Any]:
    """Boxes and wires in absolute coordinates, as the typedef `Scene` in web/scene.js says; for tests."""
    laid_out: dict[str, Any] = _run("scene", payload, view)
    return laid_out


def _run(door: str, payload: Payload, view: View) -> Any:
    _check(payload, view)
    spoken = [json.dumps(asdict(noun), ensure_ascii=True, separators=(",", ":")) for noun in (payload, view)]
    try:
        return json.loads(_context().get("run")(door, *spoken))
    except (quickjs.JSException, quickjs.StackOverflow) as error:
        raise Bug(f"the picture engine failed in {door}: {text.one_line(error)}") from error


def _check(payload: Payload, view: View) -> None:
    """Raise `UserError` where a view asks for what does not exist."""
    for word, known, what in ((view.direction, DIRECTIONS, "direction"), (view.theme, THEMES, "theme")):
        if word not in known:
            raise UserError(f"there is no {what} {word!r}", hint=f"use {' or '.join(known)}")
    if view.wrap < 0 or (view.depth is not None and view.depth < 0):
        raise UserError("depth and wrap count levels and columns", hint="give 0 or more")
    paths = {call.path for call in payload.calls}
    for path in (*view.open, *((view.only,) if view.only else ())):
        if path not in paths:
            raise UserError(
                f"the network never called a module at {path!r}",
                hint=text.did_you_mean(path, sorted(paths - {""})) or "resight summary lists all paths",
            )


_local = threading.local()


def _context() -> Any:
    """This thread's QuickJS with the engine loaded: a context belongs to the thread that made it."""
    if not hasattr(_local, "context"):
        context = new_context()
        context.eval(f"{joined_modules((ENTRY,))}\nglobalThis.run = {ENTRY}_js.run;")
        _local.context = context
    return _local.context


def new_context() -> quickjs.Context:
    """A QuickJS with room for large pictures.

    Objects that hold one another are looked for whenever the heap has grown by half since the last time, and each time
    all of it is read: an eighth of a large layout. The engine makes none that last, so the first look is made at a heap
    that is large already, by a buffer that is let go again; its memory is never touched, so it takes none. A machine
    that does not give as much looks more often.
    """
    context = quickjs.Context()
    context.set_memory_limit(MEMORY_LIMIT)
    with suppress(quickjs.JSException):
        context.eval(f"(() => {{ const heap = new ArrayBuffer({QUIET_HEAP}); return [heap].length; }})();")
    return context


@cache
def joined_modules(entries: tuple[str, ...]) -> str:
    """One script that defines `NAME_js`, an object of a module's exports, for `entries` and all they import.

    A module is named by its path in `web/`: `fold`, `page/state`. Each keeps a scope of its own. Understands the
    forms `import { a, b } from "./x.js"` (or `"../x.js"`, `"../page/x.js"`), `import * as a from "./x.js"` and
    `export function|const|class`; raises `Bug` on any other, and where two files have one name.
    """
    blocks: dict[str, str] = {}
    waiting: list[str] = []

    def add(path: str) -> None:
        if path in waiting:
            raise Bug(f"web modules import each other: {' -> '.join([*waiting, path])}")
        if path in blocks:
            return
        name = PurePosixPath(path).name
        if twin := next((other for other in blocks if PurePosixPath(other).name == name), None):
            raise Bug(f"web modules are joined by name, and two have one: {twin} and {path}")
        waiting.append(path)
        source = _source(path)
        for found in IMPORT.finditer(source):
            add(normpath(f"{dirname(path)}/{found['folder']}/{found['module']}".lstrip("/")))
        waiting.pop()
        blocks[path] = _wrapped(name, source)

    for entry in entries:
        add(entry)
    return "\n".join(blocks.values())


def _source(path: str) -> str:
    return (files(__package__) / "web" / f"{path}.js").read_text(encoding="utf-8")


def _wrapped(name: str, source: str) -> str:
    """A module as an object of its exports."""
    names = EXPORT.findall(source)
    body = EXPORT.sub("", IMPORT.sub(_taken, source))
    if stray := UNJOINED.search(body):
        raise Bug(f"web/{name}.js has a line that can't be joined: {stray[0]}")
    return f'const {name}_js = (() => {{\n"use strict";\n{body}\nreturn {{ {", ".join(names)} }};\n}})();'


def _taken(found: re.Match[str]) -> str:
    if found["space"]:
        return f"const {found['space']} = {found['module']}_js;\n"
    return f"const {{ {' '.join(found['names'].split())} }} = {found['module']}_js;\n"
