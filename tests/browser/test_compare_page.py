"""The page of a comparison, used as a reader uses it: two maps that move together."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

from pages import Opener
from pictures import hostile, residual
from resight.cli import main
from resight.compare import Look, Subject, compare, save_all

LAST = "pair.pages.map(({ map }) => map.camera())"


def saved(path: Path, *specs: str, theme: str = "light") -> Path:
    """The page of some small nets, the first compared with the others."""
    assert main(["compare", *specs, "--theme", theme, "-o", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pairs")


@pytest.fixture(scope="module")
def plain(folder: Path) -> Path:
    """A residual net beside its plain twin."""
    return saved(folder / "plain.html", "resnet20", "plain20")


@pytest.fixture(scope="module")
def strided(folder: Path) -> Path:
    """A net beside one with a stride elsewhere."""
    return saved(folder / "strided.html", "resnet20", "resnet20(strides=[1,1,2])", theme="dark")


@pytest.fixture
def open_pair(open_page: Opener) -> Opener:
    """Opens a comparison in which nothing glides, at its maps."""

    def opened(path: Path, hash: str = "", **options: Any) -> Any:
        page = open_page(path, hash, reduced_motion="reduce", **options)
        page.locator("#pair").scroll_into_view_if_needed()
        page.evaluate("document.getElementById('pair').scrollIntoView({ block: 'end' })")
        page.wait_for_timeout(150)
        return page

    return opened


def chosen(page: Any) -> list[str]:
    """What is selected on either side."""
    found: list[str] = page.evaluate("pair.pages.map(({ store }) => store.state.selected)")
    return found


def place(page: Any, side: int, id: str) -> dict[str, float]:
    """The middle of a box in the window."""
    found: dict[str, float] = page.evaluate(
        """([side, id]) => {
          const { map } = pair.pages[side];
          const box = folding_js.findBox(map.picture, id);
          const at = camera_js.toWindow(map.camera(), map.size, box.x + box.width / 2, box.y + box.height / 2);
          const canvas = map.canvas.getBoundingClientRect();
          return { x: at.x + canvas.left, y: at.y + canvas.top };
        }""",
        [side, id],
    )
    return found


def at_path(page: Any, side: int, path: str) -> str:
    """The id of the module at a path."""
    found: str = page.evaluate(
        "([side, path]) => `call-${pair.pages[side].model.payload.calls.findIndex((call) => call.path === path)}`",
        [side, path],
    )
    return found


def opened(page: Any, path: str) -> list[bool]:
    """Whether the module at a path is open, on either side."""
    return [
        page.evaluate(
            "([side, id]) => { const { picture } = pair.pages[side].map;"
            " return picture.folded.nodes[picture.index.get(id)].open; }",
            [side, at_path(page, side, path)],
        )
        for side in (0, 1)
    ]


@pytest.mark.parametrize("side", [0, 1])
def test_both_maps_move_together(open_pair: Opener, plain: Path, side: int) -> None:
    page = open_pair(plain)
    before = page.evaluate(LAST)
    canvas = page.locator("#pair canvas[tabindex]").nth(side)
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 90, box["y"] + 20, steps=3)
    page.mouse.up()
    page.keyboard.press("+")
    after = page.evaluate(LAST)
    assert [camera["zoom"] / before[0]["zoom"] for camera in after] == pytest.approx([1.25, 1.25])
    assert [was["x"] != now["x"] and was["y"] < now["y"] for was, now in zip(before, after)] == [True, True]
    assert after[0]["x"] == after[1]["x"]


def test_counterparts_stand_beside_each_other_all_the_way_down(open_pair: Opener, plain: Path) -> None:
    page = open_pair(plain)
    page.locator("#pair canvas[tabindex]").first.focus()
    for path in ("conv1", "fc"):
        ids = [at_path(page, side, path) for side in (0, 1)]
        middle = page.evaluate(
            """id => {
              const { map } = pair.pages[0];
              const box = folding_js.findBox(map.picture, id);
              map.turnTo({ x: 0, y: box.y + box.height / 2, zoom: 1 });
            }""",
            ids[0],
        )
        assert middle is None
        assert place(page, 0, ids[0])["y"] == pytest.approx(place(page, 1, ids[1])["y"], abs=1)


def test_a_box_chosen_in_one_is_chosen_in_the_other(open_pair: Opener, strided: Path) -> None:
    page = open_pair(strided)
    id = at_path(page, 1, "conv1")
    at = place(page, 1, id)
    page.mouse.move(at["x"], at["y"])
    assert page.evaluate("pair.pages.map(({ store }) => store.state.hovered)") == [at_path(page, 0, "conv1"), id]
    page.mouse.click(at["x"], at["y"])
    assert chosen(page) == [at_path(page, 0, "conv1"), id]
    assert page.locator("#pair .told").inner_text().splitlines()[-1] == "The same in both."
    assert page.locator("#pair").get_attribute("data-front") == "1"
    page.keyboard.press("Escape")
    assert chosen(page) == ["", ""]


def test_opening_a_module_opens_its_counterpart_and_an_address_keeps_it(open_pair: Opener, strided: Path) -> None:
    page = open_pair(strided)
    closed = next(path for path in ("layer1", "layer2", "layer3") if opened(page, path) == [False, False])
    at = place(page, 1, at_path(page, 1, closed))
    page.mouse.dblclick(at["x"], at["y"])
    assert opened(page, closed) == [True, True]
    page.wait_for_function("() => location.hash.includes('o=')")
    again = open_pair(strided, page.evaluate("location.hash"))
    assert opened(again, closed) == [True, True]
    assert chosen(again) == chosen(page)


def test_a_difference_leads_to_its_place_and_is_told(open_pair: Opener, strided: Path) -> None:
    page = open_pair(strided)
    link = page.locator("#pair .told .link").first
    words = link.inner_text()
    assert words.startswith("stride ")
    link.click()
    assert words in page.locator("#pair .told").inner_text()
    ids = chosen(page)
    assert all(id.startswith("op-") for id in ids)
    stride = page.locator("#panel .rows:visible", has_text="stride")
    first = stride.inner_text()
    page.locator("#pair > nav button").nth(1).click()
    assert stride.inner_text() != first


def test_a_missing_shortcut_leads_to_the_block_without_it(open_pair: Opener, plain: Path) -> None:
    page = open_pair(plain)
    page.locator("#pair .told .link").first.click()
    merge, block = chosen(page)
    assert (merge[:3], block[:5]) == ("op-", "call-")
    assert page.evaluate("id => pair.pages[0].model.payload.ops[id.split('-')[1]].name", merge) == "add"


def reds(page: Any, side: int) -> int:
    """Pixels of the colour that marks have."""
    found: int = page.evaluate(
        """side => {
          const { map } = pair.pages[side];
          const { data } = map.context.getImageData(0, 0, map.canvas.width, map.canvas.height);
          const [r, g, b] = map.pieces.theme.alarm.match(/\\w\\w/g).map((part) => parseInt(part, 16));
          let count = 0;
          for (let i = 0; i < data.length; i += 4) count += data[i] === r && data[i + 1] === g && data[i + 2] === b;
          return count;
        }""",
        side,
    )
    return found


def test_differences_are_told_in_the_language_of_the_reader(open_pair: Opener, plain: Path) -> None:
    page = open_pair(plain, locale="zh-CN")
    told = page.locator("#pair .told")
    assert told.locator("h2").inner_text() == "plain20 缺少 9 条捷径：7 条 identity、2 条 resampled"
    assert (
        told.locator(".link").first.inner_text().startswith("resnet20 有而 plain20 没有 7 条 identity 捷径：layer1.0、")
    )
    told.locator(".link").first.click()
    assert told.locator("h3").inner_text() == "不同"
    assert told.locator("li").first.inner_text().startswith("resnet20 有而 plain20 没有")
    english = open_pair(plain, locale="fr-FR").locator("#pair .told h2")
    assert english.inner_text() == "9 shortcuts missing in plain20: 7 identity, 2 resampled"


def test_what_differs_is_marked_on_both_maps(open_pair: Opener, strided: Path, folder: Path) -> None:
    page = open_pair(strided)
    assert min(reds(page, side) for side in (0, 1)) > 200
    assert page.locator("#pair .legend li").all_inner_texts() == ["differs", "has another shape because of it"]
    same = open_pair(saved(folder / "same.html", "resnet20", "resnet20"))
    assert [reds(same, side) for side in (0, 1)] == [0, 0]
    assert same.locator("#pair .legend li").count() == 0


def test_a_narrow_window_shows_one_map_at_a_time(open_pair: Opener, plain: Path) -> None:
    page = open_pair(plain, width=390, height=844)
    maps = page.locator("#pair .map")
    assert [maps.nth(side).is_visible() for side in (0, 1)] == [True, False]
    page.locator("#pair > nav button").nth(1).click()
    assert [maps.nth(side).is_visible() for side in (0, 1)] == [False, True]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_wheel_scrolls_the_page_until_the_reader_has_come_to_the_maps(open_pair: Opener, plain: Path) -> None:
    page = open_pair(plain)
    page.evaluate("scrollTo(0, 0)")
    page.locator("#pair").scroll_into_view_if_needed()
    box = page.locator("#pair canvas[tabindex]").first.bounding_box()
    zooms = page.evaluate(LAST)
    page.mouse.move(box["x"] + 20, max(box["y"], 0) + 60)
    page.mouse.wheel(0, -120)
    page.wait_for_timeout(100)
    assert page.evaluate(LAST) == zooms
    page.locator("#pair canvas[tabindex]").first.focus()
    page.mouse.wheel(0, -120)
    page.wait_for_function("before => pair.pages[1].map.camera().zoom > before", arg=zooms[1]["zoom"])


def test_without_a_script_there_is_the_picture(open_page: Opener, plain: Path) -> None:
    page = open_page(plain, java_script_enabled=False)
    assert page.locator("#pair-still svg").is_visible()
    assert page.locator("#pair").is_hidden()


def test_with_more_networks_the_picture_of_all_stays(open_pair: Opener, folder: Path) -> None:
    page = open_pair(saved(folder / "three.html", "resnet20", "resnet20(shortcut=C)", "plain20"))
    assert page.locator("#pair").is_visible()
    assert page.locator(".wide svg").is_visible()


def test_names_run_no_script(open_pair: Opener, folder: Path) -> None:
    name = "</script><script>window.canary=1</script><img src=x onerror=window.canary=1>"
    path = folder / "hostile.html"
    save_all(compare([Subject(name, hostile()), Subject(f"{name}2", residual())]), [path], Look())
    page = open_pair(path)
    assert page.locator("#pair .told .link").count() > 0
    page.locator("#pair .told .link").first.click()
    assert page.evaluate("window.canary") is None
    assert name in page.locator("#pair > nav").inner_text()
    found = re.search(r"script-src ([^;]*); style", html.unescape(path.read_text(encoding="utf-8")))
    assert found is not None
    assert re.fullmatch(r"'sha256-[\w+/]+=*'", found[1])
