"""Pages of the largest networks: every level opens and closes. And what is seen where something in a page breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import resight
from graphs import Pen
from pages import FOLDED, Opener
from resight.cli import main
from resight.skips import find_skips

SPECS = {
    "DeepSeek-V3": "hf:deepseek_v3",
    "LLaMA-405B": "hf:llama(num_hidden_layers=126, hidden_size=16384, intermediate_size=53248,"
    " num_attention_heads=128, num_key_value_heads=8)",
    "GPT-2 of 300 layers": "hf:gpt2(n_layer=300)",
}
NESTED = "45,000 ops"
LEVELS = 9
PATIENCE = 120_000
"""Milliseconds: the pages are large, and the machine may be busy."""


def nested(ops: int) -> resight.Trace:
    """Residual blocks of 7 ops, ten to a stage, ten stages to a part; all alike."""
    net = Pen("Nested")
    x = net.input()
    for part in range(ops // 700):
        net.enter(f"part{part}", "Part")
        for stage in range(10):
            net.enter(f"part{part}.stage{stage}", "Stage")
            for block in range(10):
                net.enter(f"part{part}.stage{stage}.{block}")
                x = net.relu(net.add(net.branch(x), x))
                net.leave()
            net.leave()
        net.leave()
    graph = net.done(x)
    return resight.Trace(resight.About("Nested", "Nested", 0, "eval", "cpu", "x"), graph, find_skips(graph))


@pytest.fixture(scope="module", params=[*SPECS, NESTED])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a network of more ops than are laid out from scratch at every change."""
    path = tmp_path_factory.mktemp("large") / "net.html"
    if request.param == NESTED:
        return nested(45_000).save(path)
    pytest.importorskip("transformers")
    assert main(["show", SPECS[request.param], "-o", str(path)]) == 0
    return path


def frame(page: Any) -> None:
    """Wait until a frame is shown, and with it whatever the map does."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_every_level_of_a_large_network_opens_and_closes(open_page: Opener, large: Path) -> None:
    page = open_page(large, FOLDED, patience=PATIENCE)
    assert page.evaluate("page.folding.isLarge")
    boxes = []
    page.focus("#canvas")
    for level in (*range(1, LEVELS + 1), *range(LEVELS, 0, -1)):
        page.keyboard.press(str(level))
        frame(page)
        boxes.append(page.evaluate("page.map.picture.folded.nodes.filter(Boolean).length"))
    assert boxes == boxes[::-1]
    assert len(set(boxes)) > 3  # repeats are drawn as one where all would be too many
    assert page.locator("#broken").count() == 0


def test_the_modules_around_any_op_of_a_large_network_open_and_close_one_by_one(open_page: Opener, large: Path) -> None:
    page = open_page(large, patience=PATIENCE)
    for share in (0.02, 0.4, 0.97):
        op = page.evaluate("share => Math.round(share * page.model.payload.ops.length)", share)
        calls = page.evaluate("op => page.model.around(page.model.payload.ops[op].call)", op)
        page.evaluate("op => reveal_js.reveal(page, `op-${op}`)", op)
        for call in calls[:-1]:  # the innermost first; the model itself stays open
            page.evaluate("call => page.store.change(state_js.turn, call)", call)
            frame(page)
    assert page.locator("#broken").count() == 0


@pytest.fixture
def any_page(chromium: Any) -> Iterator[Any]:
    """A page that may complain."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(5000)
    yield page
    context.close()


def seen_still(page: Any) -> str:
    """The line above the still picture, which has to be what is seen."""
    line: str = page.locator("#broken").inner_text()
    assert page.locator("#still svg").is_visible()
    assert page.locator("#live").is_hidden()
    assert "\n" not in line
    return line


def test_a_page_that_cannot_begin_shows_the_picture_and_why(any_page: Any, recorded_page: Path, tmp_path: Path) -> None:
    words = recorded_page.read_text(encoding="utf-8")
    damaged = tmp_path / "damaged.html"
    damaged.write_text(re.sub(r'("payload":\{[^[]*"ops":)\[', r"\1[null,", words, count=1), encoding="utf-8")
    any_page.goto(damaged.as_uri())
    assert "The interactive map broke: " in seen_still(any_page)


@pytest.mark.parametrize(
    "breaks",
    [
        "page.folding.at = () => { throw new Error('a test') }, page.store.change(state_js.openTo, 1)",
        "setTimeout(() => { throw new Error('a test') })",
        "void Promise.reject(new Error('a test'))",
    ],
)
def test_what_breaks_later_shows_the_picture_and_why(any_page: Any, recorded_page: Path, breaks: str) -> None:
    any_page.goto(recorded_page.as_uri() + FOLDED)
    any_page.evaluate(f"setTimeout(() => {{ {breaks} }})")
    any_page.wait_for_selector("#broken")
    assert "a test" in seen_still(any_page)
    any_page.click("#broken button")
    any_page.wait_for_selector("#canvas", state="visible")
    assert any_page.locator("#broken").count() == 0
    assert any_page.evaluate("location.hash") == ""


def test_an_observer_that_is_late_breaks_nothing(any_page: Any, recorded_page: Path) -> None:
    any_page.goto(recorded_page.as_uri())
    late = "ResizeObserver loop completed with undelivered notifications."
    any_page.evaluate("message => dispatchEvent(new ErrorEvent('error', { message }))", late)
    assert any_page.locator("#canvas").is_visible()
    assert any_page.locator("#broken").count() == 0
