"""The map of the page, used as a reader uses it."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pages import Opener
from pictures import hostile, residual, stacked
from resight.traces import Trace

OpenMap = Callable[..., Any]

BLOCK = "call-2"
"""The first block of `residual`: the call `layer.0`."""


@pytest.fixture
def open_map(open_page: Opener, tmp_path: Path) -> OpenMap:
    """Opens the page of a trace, in which nothing glides."""

    def opened(trace: Trace, hash: str = "", **options: Any) -> Any:
        page = open_page(trace.save(tmp_path / "net.html"), hash, reduced_motion="reduce", **options)
        page.wait_for_timeout(100)
        return page

    return opened


def state(page: Any) -> Any:
    return page.evaluate("page.store.state")


def place(page: Any, id: str) -> tuple[float, float]:
    """The top of a box, in the middle of its width, in window pixels from the canvas' corner."""
    found = page.evaluate(
        """id => {
          const box = folding_js.findBox(page.map.picture, id);
          return camera_js.toWindow(page.map.camera(), page.map.size, box.x + box.width / 2, box.y);
        }""",
        id,
    )
    return found["x"], found["y"]


def move(page: Any, id: str, dy: float = 8) -> None:
    """Move the pointer onto a box."""
    corner = page.locator("#canvas").bounding_box()
    x, y = place(page, id)
    page.mouse.move(corner["x"] + x, corner["y"] + y + dy)


def boxes(page: Any) -> list[str]:
    found: list[str] = page.evaluate("page.map.picture.folded.nodes.map(({ id }) => id)")
    return found


def test_the_network_is_painted_on_the_map(open_map: OpenMap) -> None:
    page = open_map(residual())
    assert not page.locator("#still").is_visible()
    colours = page.evaluate(
        """() => {
          const { data } = page.map.context.getImageData(0, 0, page.map.canvas.width, page.map.canvas.height);
          return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )
    assert colours > 50


def test_pointing_at_a_skip_lights_it_and_a_click_keeps_it(open_map: OpenMap) -> None:
    page = open_map(residual())
    corner = page.locator("#canvas").bounding_box()
    at = page.evaluate(
        """() => {
          const { piece, x, y } = page.map.seen.arcs.find(({ piece }) => piece.skip === 0);
          const [ax, ay, bx, by] = piece.points;
          return camera_js.toWindow(page.map.camera(), page.map.size, x + (ax + bx) / 2, y + (ay + by) / 2);
        }"""
    )
    page.mouse.move(corner["x"] + at["x"], corner["y"] + at["y"])
    assert state(page)["hovered"] == "skip-0"
    page.mouse.down()
    page.mouse.up()
    assert state(page)["selected"] == "skip-0"
    page.keyboard.press("Escape")
    assert state(page)["selected"] == ""


def test_a_double_click_closes_a_module_and_opens_it_again_in_its_place(open_map: OpenMap) -> None:
    page = open_map(residual())
    page.wait_for_timeout(100)
    before, whole = place(page, BLOCK), boxes(page)
    for is_open in (False, True):
        move(page, BLOCK)
        page.mouse.dblclick(*pointer(page, BLOCK))
        page.wait_for_timeout(500)
        assert (set(boxes(page)) == set(whole)) is is_open
        assert place(page, BLOCK) == pytest.approx(before, abs=1)


def pointer(page: Any, id: str) -> tuple[float, float]:
    corner = page.locator("#canvas").bounding_box()
    x, y = place(page, id)
    return corner["x"] + x - 30, corner["y"] + y + 8


def test_a_mark_opens_and_closes_with_one_click(open_map: OpenMap) -> None:
    page = open_map(residual())
    page.wait_for_timeout(100)
    move(page, BLOCK)
    mark = page.evaluate("id => highlight_js.markOf(page, id)", BLOCK)
    corner = page.locator("#canvas").bounding_box()
    page.mouse.click(corner["x"] + mark["x"], corner["y"] + mark["y"])
    assert state(page)["turned"] == [2]


def test_dragging_moves_the_picture_with_the_pointer(open_map: OpenMap) -> None:
    page = open_map(residual())
    page.wait_for_timeout(100)
    x, y = place(page, "op-0")
    page.mouse.move(700, 300)
    page.mouse.down()
    page.mouse.move(720, 330)
    page.mouse.move(760, 290)
    page.mouse.up()
    assert place(page, "op-0") == pytest.approx((x + 60, y - 10), abs=5)
    assert state(page)["selected"] == ""


def test_a_wheel_zooms_about_the_pointer_and_a_touchpad_moves(open_map: OpenMap) -> None:
    page = open_map(residual())
    page.wait_for_timeout(100)
    move(page, "op-0", 0)
    before, zoom = place(page, "op-0"), page.evaluate("page.map.camera().zoom")
    page.mouse.wheel(0, -240)
    page.wait_for_timeout(100)
    assert page.evaluate("page.map.camera().zoom") > zoom * 1.2
    assert place(page, "op-0") == pytest.approx(before, abs=1)
    page.mouse.wheel(-7, 12)
    page.wait_for_timeout(100)
    assert place(page, "op-0") == pytest.approx((before[0] + 7, before[1] - 12), abs=1)


def test_three_lines_of_a_wheel_zoom_though_they_are_few_pixels(open_map: OpenMap) -> None:
    page = open_map(residual())
    zoom = page.evaluate("page.map.camera().zoom")
    page.evaluate(
        """() => {
          const turn = new WheelEvent("wheel", { deltaY: -48, cancelable: true });
          let lines = false; // as Firefox has it: who does not ask for the mode first is told pixels
          Object.defineProperty(turn, "deltaMode", { get: () => ((lines = true), 1) });
          Object.defineProperty(turn, "deltaY", { get: () => (lines ? -3 : -48) });
          page.map.canvas.dispatchEvent(turn);
        }"""
    )
    assert page.evaluate("page.map.camera().zoom") == pytest.approx(zoom * math.exp(3 * 20 * 0.0016))


def test_two_fingers_zoom(open_map: OpenMap) -> None:
    page = open_map(residual(), has_touch=True)
    page.wait_for_timeout(100)
    zoom = page.evaluate("page.map.camera().zoom")
    session = page.context.new_cdp_session(page)
    for kind, apart in (("touchStart", 60), ("touchMove", 90), ("touchMove", 120), ("touchEnd", 0)):
        points = [{"x": 600 - apart, "y": 400}, {"x": 600 + apart, "y": 400}] if apart else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert page.evaluate("page.map.camera().zoom") == pytest.approx(2 * zoom, rel=0.05)


def test_the_map_by_keyboard(open_map: OpenMap) -> None:
    page = open_map(residual())
    page.locator("#canvas").focus()
    _, y = place(page, "op-0")
    page.keyboard.press("ArrowDown")
    assert place(page, "op-0")[1] < y
    page.keyboard.press("+")
    zoom = page.evaluate("page.map.camera().zoom")
    page.keyboard.press("-")
    assert page.evaluate("page.map.camera().zoom") < zoom
    page.keyboard.press("1")
    assert state(page)["depth"] == 1
    assert "op-0" in boxes(page)
    assert BLOCK not in boxes(page)
    page.keyboard.press("9")
    assert BLOCK in boxes(page)
    page.keyboard.press("0")
    bounds, seen = page.evaluate("[page.map.picture.bounds, camera_js.seenBy(page.map.camera(), page.map.size)]")
    assert seen["y"] <= bounds["y"]
    assert seen["y"] + seen["height"] >= bounds["y"] + bounds["height"]
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.closest('#search') !== null")


def test_enter_opens_what_is_selected(open_map: OpenMap) -> None:
    page = open_map(residual(), "#d=1&s=call-1")
    page.locator("#canvas").focus()
    assert BLOCK not in boxes(page)
    page.keyboard.press("Enter")
    assert BLOCK in boxes(page)


def test_a_view_comes_back_from_its_address(open_map: OpenMap) -> None:
    page = open_map(residual(), "#d=1&o=1&s=op-1&at=100,200,0.75&t=dark")
    page.wait_for_timeout(500)
    assert page.evaluate("page.map.camera()") == {"x": 100, "y": 200, "zoom": 0.75}
    assert BLOCK in boxes(page)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("page.map.pieces.theme.background") == "#10151d"
    page.evaluate("location.hash = '#d=1'")
    page.wait_for_timeout(100)
    assert BLOCK not in boxes(page)


def test_a_repeat_opens_to_one_exemplar_with_its_skip(open_map: OpenMap) -> None:
    page = open_map(stacked(60))
    for is_open in (True, False, True):
        folded = page.evaluate("page.map.picture.folded")
        [repeat] = [node for node in folded["nodes"] if node["times"] > 1]
        assert (repeat["times"], repeat["open"]) == (60, is_open)
        assert [edge["skip"] for edge in folded["edges"] if edge["role"] == "shortcut"] == ["identity"] * is_open
        page.mouse.dblclick(*pointer(page, repeat["id"]))
        page.wait_for_timeout(500)


def test_of_many_skips_the_panel_lists_the_rest_when_it_unfolds(open_map: OpenMap) -> None:
    page = open_map(stacked(60), "#s=call-0")
    assert page.locator("#panel .kinds .link").count() == 8
    for _ in range(3):
        page.locator("#panel .kinds summary").click()
        page.wait_for_timeout(100)
        assert page.locator("#panel .kinds .link").count() == 60
    page.locator("#panel .kinds .link").last.click()
    assert state(page)["selected"] == "skip-59"


def test_the_minimap_shows_the_rest_and_goes_there(open_map: OpenMap) -> None:
    page = open_map(residual())
    page.evaluate("page.map.turnTo({ x: 0, y: 100, zoom: 3 })")
    page.wait_for_timeout(100)
    small = page.locator("#minimap canvas")
    size = small.bounding_box()
    small.click(position={"x": size["width"] / 2, "y": size["height"] - 2})
    assert page.evaluate("page.map.camera().y") > 300


def test_the_minimap_stays_away_where_most_is_in_sight(open_map: OpenMap) -> None:
    page = open_map(residual())
    zoom_of = "page.map.size.height / page.map.picture.bounds.height"
    for share, is_shown in ((0.8, False), (0.3, True)):
        page.evaluate(f"page.map.turnTo({{ x: 0, y: 100, zoom: {zoom_of} / {share} }})")
        page.wait_for_timeout(100)
        assert page.locator("#minimap").is_visible() == is_shown


def test_dark_follows_the_system(open_map: OpenMap) -> None:
    page = open_map(residual(), color_scheme="dark")
    assert page.evaluate("page.map.pieces.theme.background") == "#10151d"
    page.emulate_media(color_scheme="light")
    page.wait_for_timeout(100)
    assert page.evaluate("page.map.pieces.theme.background") == "#ffffff"


def test_names_of_the_model_run_nothing_and_the_page_reaches_nothing(open_map: OpenMap) -> None:
    page = open_map(hostile())
    page.evaluate("() => { window.alert = () => { window.canary = true; }; }")
    page.mouse.move(600, 400)
    page.keyboard.press("Tab")
    assert page.evaluate("window.canary") is None
    assert page.evaluate("document.querySelectorAll('img[src=x], [onerror]').length") == 0


def test_without_a_script_the_picture_is_there(open_map: OpenMap) -> None:
    page = open_map(residual(), java_script_enabled=False)
    assert page.locator("#still svg").is_visible()
    assert not page.locator("#live").is_visible()


def test_on_paper_the_picture_is_there(open_map: OpenMap) -> None:
    page = open_map(residual())
    page.emulate_media(media="print")
    assert page.locator("#still svg").is_visible()
    assert not page.locator("#live").is_visible()
