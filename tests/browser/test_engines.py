"""The page in another engine than Chromium's: Firefox's, from disk.

WebKit's is tried by hand: its driver stands in few systems. What it reads otherwise is tested in the style sheets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import firefox
from firefox import Firefox
from pages import Opener
from resight.colours import palette

SPOT = """
  const [red, green, blue] = arguments[0], canvas = document.querySelector("#canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height), found = [];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) found.push(i / 4);
  }
  if (found.length === 0) return null;
  const { left, top, width } = canvas.getBoundingClientRect(), dense = canvas.width / width;
  const at = found[found.length >> 1];
  return [left + (at % canvas.width) / dense, top + Math.floor(at / canvas.width) / dense];
"""
"""A point of the window where the map has a colour."""

ROW = """
  const title = arguments[0], rows = [...document.querySelectorAll("#tree li")];
  return rows.find((row) => row.querySelector("b").textContent === title)"""
"""The row of the outline with a title."""

THUMBNAILS = """
  const pixels = (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const each = [...document.querySelectorAll(".maps canvas")].map((canvas) => new Set(pixels(canvas)).size);
  return each.every((count) => count > 8) && each.length;
"""
"""How many feature maps the panel shows, once all are painted."""


@pytest.fixture(scope="module")
def fox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Firefox, which afterwards may not have heard a complaint of a page."""
    binary = firefox.found()
    if binary is None:
        pytest.skip(f"there is no Firefox here: none of {', '.join(firefox.NAMES)}")
    try:
        started = Firefox(binary, tmp_path_factory.mktemp("profile"))
    except OSError as error:
        pytest.skip(f"Firefox does not start here: {error}")
    yield started
    started.close()


def test_firefox_shows_the_page_from_disk(fox: Firefox, recorded_page: Path) -> None:
    fox.ask("WebDriver:Navigate", url=f"{recorded_page.as_uri()}#d=1&t=light")
    fill = palette("light")["groups"]["module"]["fill"]
    spot = fox.until(SPOT, [int(fill[i : i + 2], 16) for i in (1, 3, 5)])  # in a closed module: `body` is the only one
    is_open = f"{ROW}.getAttribute('aria-expanded') === 'true'"
    assert not fox.run(is_open, "body")
    fox.click(*spot, times=2)
    fox.until(is_open, "body")
    fox.until("return /[#&]o=/.test(location.hash)")
    fox.ask("WebDriver:Refresh")
    fox.until(is_open, "body")  # the address keeps what is open

    fox.run(f"{ROW}.firstElementChild.click()", "stem")
    assert fox.until(THUMBNAILS) == 4  # unpacked by the browser
    assert fox.complaints() == []


def test_what_engines_do_in_their_own_way_is_said(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, "#s=call-1")
    looks = "each => each.map(select => getComputedStyle(select).appearance)"
    assert page.locator("select").evaluate_all(looks) == ["none"] * 3  # colours of the map, of its maps; speed
    assert page.evaluate("getComputedStyle(document.documentElement).scrollbarColor") != "auto"


def test_a_class_in_the_outline_has_room_beside_its_whole_name_or_is_not_seen(
    open_page: Opener, recorded_page: Path
) -> None:
    page = open_page(recorded_page)
    classes = """rows => rows.filter(row => row.querySelector("span") !== null).map(row => {
      const [name, cls] = [row.querySelector("b"), row.querySelector("span")];
      const isSeen = cls.offsetTop < row.clientHeight;
      return [isSeen, name.scrollWidth > name.clientWidth, cls.clientWidth, cls.scrollWidth];
    })"""
    seen = []
    for width in (120, 140, 170, 250):
        page.evaluate("width => { document.getElementById('tree').style.width = `${width}px`; }", width)
        rows = page.locator("#tree .row").evaluate_all(classes)
        assert not any(is_cut or room < min(whole, 40) for is_seen, is_cut, room, whole in rows if is_seen)
        seen.append(sum(is_seen for is_seen, *_ in rows))
    assert seen[0] < seen[-1] == len(rows)
    assert max(page.locator("#tree .row").evaluate_all("rows => rows.map(row => row.offsetHeight)")) <= 25


def test_underlines_are_in_words_that_safari_reads() -> None:
    sheets = [sheet for sheet in (files("resight.picture") / "web" / "page").iterdir() if sheet.name.endswith(".css")]
    assert len(sheets) == 3
    for sheet in sheets:
        words = sheet.read_text(encoding="utf-8")
        assert not re.search(r"text-decoration: *[^;]+ ", words), sheet.name  # a style has a word of its own there
