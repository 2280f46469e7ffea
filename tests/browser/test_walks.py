"""What walks along the network, tried by doing it: the overview of its skips, and the player."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import resight
from pages import FOLDED, Opener, panel_title, titles, wait_hash, wait_still

# overview


def test_an_arc_of_the_overview_shows_its_skip(open_page: Opener, recorded: resight.Trace, recorded_page: Path) -> None:
    page = open_page(recorded_page, FOLDED)
    strip = page.locator("#strip canvas")
    box = strip.bounding_box()
    for number, kind in enumerate(("identity", "projection")):
        skip = recorded.skips[number]
        middle = (skip.source.op + skip.merge + 1) / 2 / len(recorded.graph.ops)
        at = 12 + middle * (box["width"] - 24)
        top = next(y for y in range(2, 50) if hits(page, strip, at, y))
        strip.click(position={"x": at, "y": top})
        assert panel_title(page) == f"{kind} skip"
        assert "conv2" in titles(page)  # its block was opened


def test_the_overview_shades_what_a_resized_map_shows(open_page: Opener, recorded_page: Path) -> None:
    def shown(page: Any) -> str:
        page.wait_for_timeout(500)
        return str(page.locator("#strip canvas").evaluate("canvas => canvas.toDataURL()"))

    whole = shown(open_page(recorded_page, "#n=9"))
    page = open_page(recorded_page, "#n=9", height=330)
    part = shown(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    assert part != whole
    assert shown(page) == whole


def hits(page: Any, strip: Any, x: float, y: float) -> bool:
    """Whether the pointer says that something can be clicked there."""
    strip.hover(position={"x": x, "y": y})
    return bool(strip.evaluate("canvas => canvas.style.cursor === 'pointer'"))


def test_arrows_walk_from_skip_to_skip(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page)
    page.locator("#strip canvas").focus()
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
        seen.append(panel_title(page))
    assert seen == ["identity skip", "projection skip", "projection skip", "identity skip"]
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()


# player


def test_the_player_walks_step_by_step(open_page: Opener, recorded: resight.Trace, recorded_page: Path) -> None:
    page = open_page(recorded_page, "#d=9")
    of = page.locator("#player output")
    page.locator("#player .next").click()
    page.locator("#player .next").click()
    total = int(of.inner_text().split(" of ")[1])
    assert of.inner_text() == f"2 of {total}"
    assert panel_title(page) == "stem"
    assert page.locator(".maps canvas").count() == 4
    wait_hash(page, r"n=\d+")
    page.locator("#player .previous").click()
    assert of.inner_text() == f"1 of {total}"
    assert page.locator("#player .previous").is_disabled()
    page.locator("#player input").fill(str(total - 1))
    assert of.inner_text() == f"{total} of {total}"
    assert page.locator("#player .next").is_disabled()
    assert (
        total
        == len({op.call if recorded.graph.calls[op.call].path.count(".") == 2 else -op.id for op in recorded.graph.ops})
        or total > 10
    )
    page.locator("#player .stop").click()
    assert of.inner_text() == ""


def test_it_plays_pauses_and_stops_at_the_end(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, "#d=1")
    page.locator("#player select").select_option("0.5")  # slow, so that the end is far where the machine is busy
    page.locator("#player .play").click()
    page.wait_for_function("() => document.querySelector('#player output').textContent.startsWith('2 of')")
    page.locator("#player .play").click()
    assert page.locator("#player .play").get_attribute("aria-label") == "Play the forward pass"
    stood = page.locator("#player output").inner_text()
    page.wait_for_timeout(300)
    assert page.locator("#player output").inner_text() == stood
    page.locator("#player select").select_option("8")
    page.locator("#player .play").click()
    page.wait_for_function(
        "() => document.querySelector('#player .play').getAttribute('aria-label').startsWith('Play')"
    )
    place, total = page.locator("#player output").inner_text().split(" of ")
    assert place == total


def test_values_flow_on_the_map_while_it_plays(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, "#d=9&n=3")
    picture = "document.getElementById('canvas').toDataURL()"
    wait_still(page)
    page.locator("#player select").select_option("0.5")
    page.locator("#player .play").click()
    moving = page.evaluate(picture)
    page.wait_for_function(f"before => {picture} !== before", arg=moving)
