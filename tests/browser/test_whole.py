"""Pages as a whole: of a real network with a photograph, of hostile names, without a script."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from graphs import SHAPE, Pen
from pages import Opener
from recordings import recorded
from resight import Ref, Trace
from resight.cli import main
from resight.skips import find_skips
from resight.traces import About

HOSTILE = "</script><script>window.canary=1</script><img src=x onerror=window.canary=1>\"'&\n%日本🦊"
MOST = 2_000_000
"""Bytes of ResNet-18's page with a photograph, as issue 4 wants it."""


def hostile() -> Trace:
    """A recorded block whose every name tries to be a script."""
    net = Pen()
    x = net.input(*SHAPE)
    net.enter(f"{HOSTILE}.inner", HOSTILE)
    out = net.leave(net.relu(net.add(x, net.conv(net.norm(net.conv(x))))))
    graph = net.done(out)
    about = About(HOSTILE, HOSTILE, 1, "eval", "cpu", HOSTILE, notes=(HOSTILE,))
    return recorded(Trace(about, graph, find_skips(graph)), thumbnails=[Ref(1)], gradients=True, seconds=True)


def test_names_run_no_script_wherever_they_are_shown(open_page: Opener) -> None:
    page = open_page(hostile())
    page.fill("#search input", "script")
    assert page.locator("#hits li").count() > 0
    page.locator("#hits li").first.click()
    for selected in ("call-0", "call-1", "op-1", "op-2", "skip-0"):
        page.evaluate("hash => { location.hash = hash; }", f"s={selected}")
        page.wait_for_function("id => document.getElementById('panel').dataset.id === id", arg=selected)
    page.locator("#legend select").select_option("mean")
    page.locator("#player .next").click()
    assert page.evaluate("window.canary") is None
    assert page.locator("#live img, #live script").count() == 0
    assert "</script>" in page.locator("#tree").inner_text()  # shown as it is called


def test_without_a_script_there_is_the_picture(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, java_script_enabled=False)
    assert page.locator("#still svg").is_visible()
    assert page.locator("#live").is_hidden()


def test_the_policy_allows_nothing_but_the_page(recorded_page: Path) -> None:
    words = recorded_page.read_text(encoding="utf-8")
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', words)
    assert found is not None
    rules = dict(rule.strip().split(" ", 1) for rule in html.unescape(found[1]).split(";"))
    assert rules["default-src"] == "'none'"
    assert re.fullmatch(r"'sha256-[\w+/]+=*'", rules["script-src"])
    assert all(source in ("'none'", "data:", "blob:") for name in ("img-src", "base-uri", "form-action")
               for source in rules[name].split())  # fmt: skip


def wire(path: Path) -> dict[str, Any]:
    """What the page's script is given."""
    found = re.search(r'<script type="application/json" id="wire">(.*?)</script>', path.read_text(encoding="utf-8"))
    assert found is not None
    read: dict[str, Any] = json.loads(found[1])
    return read


def test_resnet18_with_a_photograph_is_small_and_has_maps_of_all_layers(open_page: Opener, tmp_path: Path) -> None:
    pytest.importorskip("torchvision")
    path = tmp_path / "net.html"
    assert main(["show", "torchvision:resnet18", "--image", "sample:cat", "-o", str(path)]) == 0
    assert path.stat().st_size < MOST
    facts = wire(path)["facts"]
    calls = wire(path)["payload"]["calls"]
    leaves = [c for c, call in enumerate(calls) if c not in {other["parent"] for other in calls}]
    assert len(leaves) == 60
    for leaf in leaves:
        op, slot = facts["calls"][leaf]["outputs"][0]
        assert facts["ops"][op]["maps"][slot] >= 0, calls[leaf]["path"]
    page = open_page(path, "#s=call-1")
    assert page.locator(".maps canvas").count() == len(facts["maps"][facts["ops"][1]["maps"][0]]["low"]) >= 8


def test_on_shapes_alone_there_are_no_numbers(tmp_path: Path) -> None:
    pytest.importorskip("torchvision")
    path = tmp_path / "net.html"
    assert main(["show", "torchvision:resnet18", "-o", str(path)]) == 0
    facts = wire(path)["facts"]
    assert (facts["values"], facts["maps"], facts["how"]) == ([], [], "")
