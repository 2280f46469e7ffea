"""A trace from somebody else: what does not fit is refused in one line, and no name in it reaches a terminal, a
spreadsheet or a page as anything but a name."""

from __future__ import annotations

import base64
import copy
import csv
import io
import json
import random
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graphs import SHAPE, Pen
from recordings import recorded
from resight import About, Ref, Trace, UserError, load
from resight.cli import main
from resight.picture import document
from resight.skips import find_skips
from resight.text import CONTROL

NAMES = ("\x1b]0;pwned\x07\x1b[31mred", "\x9b31mred\x9c", "a\0b\x08", "gnp.\u202eexe\u2066", "a\nb\r\x85c\ud800")


def traced(name: str = "Net") -> Trace:
    """A block inside a module, with all that can be recorded, in which everything has this name."""
    net = Pen(name)
    x = net.input(*SHAPE)
    net.enter(f"{name}.inner", name)
    out = net.leave(net.add(x, net.conv(net.relu(net.conv(x)))))
    graph = net.done(out)
    about = About(name, name, 1, "eval", "cpu", name, notes=(name,), versions={name: name})
    found = recorded(Trace(about, graph, find_skips(graph)), thumbnails=[Ref(1)], gradients=True, seconds=True)
    assert found.recording is not None
    return replace(found, recording=replace(found.recording, how=name))


BODY = json.loads(traced().to_json())


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    body = copy.deepcopy(BODY)
    change(body)
    return json.dumps(body)


@pytest.mark.parametrize(
    "words",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"resight":2,"about":' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}",
        json.dumps(BODY).replace('"attributes": {', '"attributes": {"deep": ' + "[" * 100 + "]" * 100 + ", ", 1),
        json.dumps(BODY).replace('"gain": 0.5', '"gain": NaN'),
        json.dumps(BODY).replace('"gain": 0.5', '"gain": 1e999'),
        changed(lambda body: body.update(resight=True)),
        changed(lambda body: body["about"].update(parameters=10**30)),
        changed(lambda body: body["about"].update(parameters=True)),
        changed(lambda body: body["about"].update(versions={"torch": 2})),
        changed(lambda body: body["graph"].update(inputs=[-1])),
        changed(lambda body: body["skips"][0].update(gain="<b>", contribution={"gain": "x", "count": 1})),
        changed(lambda body: body["skips"][0].update(merge=999)),
        changed(lambda body: body["skips"][0].update(merge=-1)),
        changed(lambda body: body["skips"][0].update(source={"op": 0, "slot": 9})),
        changed(lambda body: body["skips"][0].update(source={"op": 4, "slot": 0})),
        changed(lambda body: body["skips"][0].update(owner=99)),
        changed(lambda body: body["skips"][0].update(branch=[[0, 999]])),
        changed(lambda body: body["skips"][0].update(kind="__proto__")),
        changed(lambda body: body["skips"][0].update(combine="mul")),
        changed(lambda body: body["recording"].update(seconds=[1.0])),
        changed(lambda body: body["recording"].update(batches=10**400)),
        changed(lambda body: body["recording"].update(kept=[[0, 7]])),
        changed(lambda body: body["recording"]["values"]["refs"].append([0, 0, 0.5])),
        changed(lambda body: body["recording"]["values"]["refs"].append([999, 0, 0])),
        changed(lambda body: body["recording"]["values"].update(exponent=[2**31 - 1] * len(BODY["graph"]["ops"]))),
        changed(lambda body: body["recording"]["values"]["bins"].__setitem__(0, [-3, 1, 1])),
        changed(lambda body: body["recording"]["thumbnails"][0].update(shape=[1 << 20, 1 << 20, 1 << 20])),
        changed(lambda body: body["recording"]["thumbnails"][0].update(shape=[3, 64])),
        changed(lambda body: body["recording"]["thumbnails"][0].update(layout='x" onload="alert(1)')),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_line(words: str) -> None:
    with pytest.raises(UserError) as refused:
        Trace.from_json(words, where="t.json")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_no_more_pixels_are_unpacked_than_the_sizes_say(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Counting:
        def decompress(self, packed: bytes, most: int = 0) -> bytes:
            asked.append(most)
            return zlib.decompress(packed)[:most]

    bomb = base64.b64encode(zlib.compress(bytes(1 << 20))).decode()
    words = changed(lambda body: body["recording"]["thumbnails"][0].update(pixels=bomb))
    monkeypatch.setattr(zlib, "decompressobj", Counting)
    with pytest.raises(UserError):
        Trace.from_json(words)
    assert asked == [3 * 8 * 8 + 1]


WRONG: list[Any] = [
    None, True, 0, -1, 10**9, 2**63, 1.5, float("nan"), "", "x", "<b>", [], {}, [[]], {"a": 1}, [None], "nan",
]  # fmt: skip


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all that a body holds."""
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, held in items:
        yield (*path, key)
        yield from places(held, (*path, key))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_loads_can_be_shown(seed: int, tmp_path: Path) -> None:
    chance, everywhere, shown = random.Random(seed), list(places(BODY)), 0
    for _ in range(40):
        body, path = copy.deepcopy(BODY), chance.choice(everywhere)
        around = body
        for key in path[:-1]:
            around = around[key]
        around[path[-1]] = chance.choice(WRONG)
        try:
            found = Trace.from_json(json.dumps(body))
        except UserError:
            continue
        shown += 1
        found.summary(), str(found), found.table().to_csv(), found.to_json()
        found.save(tmp_path / "net.html"), found.save(tmp_path / "net.svg")
    assert shown


@pytest.mark.parametrize("name", NAMES)
def test_no_name_commands_a_terminal(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "net.json"
    file.write_text(json.dumps(json.loads(traced("Net").to_json().replace('"Net', json.dumps(name)[:-1]))))
    drawn, table = tmp_path / "net.txt", tmp_path / "walk.csv"
    for first, *rest in (["summary"], ["show", "-o", drawn], ["walk"], ["walk", "-o", table], ["compare", file]):
        assert main([str(first), str(file), *map(str, rest)]) == 0
    said = capsys.readouterr()
    texts = [said.out, said.err, drawn.read_text(), table.read_text(), str(load(file))]
    assert [CONTROL.findall(words) for words in texts] == [[]] * len(texts)


def test_a_spreadsheet_calculates_no_name() -> None:
    words = traced("=HYPERLINK(1)").table().to_csv()
    cells = [cell for row in csv.reader(io.StringIO(words)) for cell in row]
    assert any(cell.startswith("'=") for cell in cells)
    numbers = re.compile(r"-?[\d.]+(e-?\d+)?")
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@") and not numbers.fullmatch(cell)] == []
    assert any(cell.startswith("-") for cell in cells)  # a number stays one


def test_every_page_has_one_policy(tmp_path: Path) -> None:
    found = document.page(title="</title>", style="", body="", script="alert(1)")
    for rule in ("default-src 'none'", "form-action 'none'", "base-uri 'none'", "script-src 'sha256-"):
        assert rule.replace("'", "&#x27;") in found
    assert "</title></title>" not in found
    assert "script-src &#x27;none&#x27;" in document.page(title="", style="", body="")
    frames = [path for path in Path(document.__file__).parents[1].rglob("*.py") if "<!doctype" in path.read_text()]
    assert [path.name for path in frames] == ["document.py"]
