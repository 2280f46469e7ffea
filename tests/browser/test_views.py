"""What stands around the map, tried by doing it: search, outline, panel, feature maps, colours."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import resight
from pages import FOLDED, Opener, panel_title, titles, wait_hash
from resight import Ref


def wait_maps(page: Any) -> None:
    """Wait until the feature maps are unpacked and painted."""
    page.locator(".maps canvas").first.wait_for()


# search


def test_a_hit_is_opened_selected_and_shown(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, FOLDED)
    assert "conv2" not in titles(page)
    page.keyboard.press("/")
    page.keyboard.type("conv2")
    assert page.locator("#hits li b").first.inner_text() == "conv2"
    page.keyboard.press("ArrowDown")
    assert page.locator("#hits li[aria-selected=true] small").inner_text() == "body.1.conv2"
    page.keyboard.press("Enter")
    assert page.locator("#hits").is_hidden()
    assert panel_title(page) == "conv2"
    assert [link.strip(" ›") for link in page.locator("#panel .way .link").all_inner_texts()] == ["Net", "body", "1"]
    assert titles(page).count("conv2") == 1  # of the block that was opened, and of no other
    wait_hash(page, r"s=call-\d+")


def test_search_says_how_many_and_what_is_missing(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page)
    page.fill("#search input", "conv")
    shown = page.locator("#hits li").count()
    assert page.locator("#search .count").inner_text() == f"{shown} hits"
    page.fill("#search input", "no such thing")
    assert page.locator("#search .count").inner_text() == "nothing found"
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.locator("#search input").input_value() == ""
    assert page.evaluate("document.activeElement.id") == "canvas"


# outline


def test_the_outline_is_walked_with_arrows(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, FOLDED)
    tree = page.get_by_role("tree")
    focused = "document.activeElement.querySelector('.row b').textContent"
    tree.locator("[tabindex='0']").focus()
    seen = [page.evaluate(focused)]
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "Home", "End"):
        page.keyboard.press(key)
        seen.append(page.evaluate(focused))
    assert seen == ["Net", "stem", "body", "body", "0", "1", "body", "Net", "head"]
    assert page.get_by_role("treeitem", name="body").first.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Enter")
    assert panel_title(page) == "head"
    assert page.locator("[role=treeitem][aria-selected=true] > .row b").inner_text() == "head"


def test_space_opens_and_closes_on_the_map(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, FOLDED)
    body = page.locator("[role=treeitem]", has=page.locator("> .row b", has_text=re.compile("^body$")))
    body.last.focus()
    page.keyboard.press("Space")
    assert titles(page) == ["Net", "stem", "body", "0", "1", "head"]
    wait_hash(page, "o=")
    page.keyboard.press("Space")
    assert titles(page) == ["Net", "stem", "body", "head"]
    assert page.evaluate("document.activeElement.querySelector('.row b').textContent") == "body"


def test_modules_turned_before_a_frame_is_painted(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, FOLDED)
    boxes = """(calls) => new Promise((done) => {
      for (const call of calls) page.store.change(state_js.turn, call);
      const count = () => done(page.map.picture.folded.nodes.filter(Boolean).length);
      requestAnimationFrame(() => requestAnimationFrame(count));
    })"""
    opened, folded = page.evaluate(boxes, [2]), page.evaluate(boxes, [2])
    assert folded < opened
    assert page.evaluate(boxes, [2, 2]) == folded
    assert page.evaluate(boxes, [2, 3]) > opened
    assert page.evaluate(boxes, [3, 2]) == folded
    body = page.locator("[role=treeitem]", has=page.locator("> .row b", has_text=re.compile("^body$"))).last
    body.locator("> .row .mark").dblclick()
    assert titles(page) == ["Net", "stem", "body", "head"]


def test_what_is_turned_leaves_the_outline_and_the_panel_as_if_made_anew(
    open_page: Opener, recorded_page: Path
) -> None:
    page = open_page(recorded_page, FOLDED + "&s=call-2")
    rows = """rows => rows.map(row => [
      row.dataset.call, row.ariaLevel, row.ariaExpanded, row.ariaSelected, row.tabIndex,
      row.querySelector(".mark").textContent, row.parentElement.closest("li")?.dataset.call,
    ])"""

    def shown() -> list[object]:
        return [page.locator("#tree li").evaluate_all(rows), page.locator("#panel").inner_text()]

    seen = []
    for call in (2, 3, 2, 2, 3):
        page.evaluate("call => page.store.change(state_js.turn, call)", call)
        seen.append(shown())
        for language in ("zh", "en"):
            page.evaluate("language => page.store.change(state_js.speak, language)", language)
        assert shown() == seen[-1]
    assert seen[0] != seen[1] != seen[2] != seen[0]


# panel


def test_a_module_shows_what_is_known_of_it(open_page: Opener, recorded: resight.Trace, recorded_page: Path) -> None:
    page = open_page(recorded_page)
    page.fill("#search input", "body.1.conv1")
    page.keyboard.press("Enter")
    words = page.locator("#panel").inner_text()
    for expected in ("Conv2d", "body.1.conv1", "f32[2,6,24,24]", "f32[2,12,12,12]", "660"):  # 6·12·9 + 12 weights
        assert expected in words
    summary = recorded["body.1.conv1"].summary
    assert summary is not None
    assert summary.histogram is not None
    assert page.locator("#panel .histogram >> nth=0").locator("rect.room").count() == len(summary.histogram.counts)
    assert resight.text.number(summary.std) in words


def test_an_op_shows_attributes_weights_and_its_line(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page)
    page.fill("#search input", "conv2d stem")
    page.keyboard.press("Enter")
    words = page.locator("#panel").inner_text()
    for expected in ("stem.weight", "f32[6,3,3,3]", "kernel_size", "(3, 3)", "pages.py:", "self.stem(x)"):
        assert expected in words, expected


def test_a_skip_says_what_it_adds_and_how_it_was_found(
    open_page: Opener, recorded: resight.Trace, recorded_page: Path
) -> None:
    page = open_page(recorded_page, "#s=skip-1")
    assert panel_title(page) == "projection skip"
    words = page.locator("#panel").inner_text()
    gain, cosine = recorded.skips[1].gain, recorded.skips[1].cosine
    assert gain is not None
    assert cosine is not None
    for expected in (resight.text.number(gain), resight.text.number(cosine), "parts here", "3 ops on the branch have"):
        assert expected in words, expected
    page.locator("#panel .rows .link", has_text="body.1 add").click()
    assert panel_title(page) == "add"


def test_the_panel_closes_and_names_lead_on(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, "#s=skip-0")
    page.locator("#panel .way .link", has_text="body").click()
    assert panel_title(page) == "body"
    page.locator("#panel .kinds .link", has_text="body.1").click()
    assert panel_title(page) == "projection skip"
    page.locator("#panel .close").click()
    assert page.locator("#panel").is_hidden()


# feature maps


def test_feature_maps_are_those_recorded(open_page: Opener, recorded: resight.Trace, recorded_page: Path) -> None:
    ref = recorded["stem"].ref
    page = open_page(recorded_page, f"#s=op-{ref.op}")
    page.locator("#panel .choices select").select_option("grey")
    assert recorded.recording is not None
    thumbnail = recorded.recording.thumbnails[ref]
    wait_maps(page)
    assert page.locator(".maps canvas").count() == len(thumbnail.pixels) == 4
    for i, expected in enumerate(thumbnail.pixels):
        shown = (
            page.locator(".maps canvas")
            .nth(i)
            .evaluate("c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]")
        )
        assert (np.array(shown).reshape(24, 24, 4)[:, :, 0] == expected).all()


def test_feature_maps_that_are_left_out_are_told(open_page: Opener, recorded: resight.Trace, tmp_path: Path) -> None:
    page = open_page(recorded.save(tmp_path / "net.html", map_bytes=6000), f"#s=op-{recorded['stem'].ref.op}")
    wait_maps(page)
    shown = page.locator(".maps canvas").count()
    assert 0 < shown < 4
    assert f"first {shown} of" in page.locator("#panel").inner_text()
    assert "4 were recorded" in page.locator("#panel").inner_text()


def test_a_map_is_enlarged_with_its_scale_and_values(
    open_page: Opener, recorded: resight.Trace, recorded_page: Path
) -> None:
    ref = recorded["stem"].ref
    page = open_page(recorded_page, f"#s=op-{ref.op}")
    assert recorded.recording is not None
    thumbnail = recorded.recording.thumbnails[ref]
    page.locator(".maps button").nth(1).click()
    ends = page.locator("dialog .ends span")
    assert ends.all_inner_texts() == [resight.text.number(x) for x in (thumbnail.low[1], thumbnail.high[1])]
    page.locator("dialog canvas").hover(position={"x": 2, "y": 2})
    assert page.locator("dialog output").inner_text().startswith("[0, 0] ≈ ")
    page.keyboard.press("ArrowRight")
    assert page.locator("dialog b").inner_text() == "channel 2"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.locator("dialog b").inner_text() == "channel 0"
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")  # its close event comes later


# colours


@pytest.mark.parametrize("measure", ["parameters", "flops", "bytes", "time", "mean", "zeros", "gain", "gradient"])
def test_boxes_are_coloured_with_a_scale(open_page: Opener, recorded_page: Path, measure: str) -> None:
    page = open_page(recorded_page)
    picture = "document.getElementById('canvas').toDataURL()"
    before = page.evaluate(picture)
    page.locator("#legend select").select_option(measure)
    page.wait_for_function(f"before => {picture} !== before", arg=before)
    low, high = page.locator("#legend .scale span").all_inner_texts()
    assert low != high
    assert page.locator("#legend .key p").inner_text()
    wait_hash(page, f"c={measure}")


def test_what_was_not_recorded_cannot_be_chosen(open_page: Opener, recorded: resight.Trace, tmp_path: Path) -> None:
    plain = resight.Trace(recorded.about, recorded.graph, resight.find_skips(recorded.graph))
    page = open_page(plain.save(tmp_path / "plain.html"), "#c=gradient&s=skip-0")
    assert page.locator("#legend select").input_value() == "kind"
    assert page.locator("#legend option:enabled").all_inner_texts() == [
        "kind", "parameters", "FLOPs", "activation bytes",
    ]  # fmt: skip
    assert "Not recorded" in page.locator("#panel").inner_text()


# language, theme, address


def test_the_page_speaks_chinese(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, "#s=skip-0")
    page.get_by_role("button", name="中文").click()
    assert page.evaluate("document.documentElement.lang") == "zh"
    assert "捷径" in page.locator("#panel").inner_text()
    assert page.locator("#search input").get_attribute("placeholder") == "搜索模块、算子、跳连"
    wait_hash(page, "l=zh")
    page.get_by_role("button", name="English").click()
    assert panel_title(page) == "identity skip"


def test_a_chinese_browser_gets_chinese(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, locale="zh-CN")
    assert page.locator("#legend label").inner_text().startswith("着色依据")


def test_light_and_dark(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, color_scheme="dark")
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "dark"
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(theme) == "light"
    wait_hash(page, "t=light")


def test_an_address_brings_everything_back(open_page: Opener, recorded: resight.Trace, recorded_page: Path) -> None:
    op = recorded["stem"].ref.op
    page = open_page(recorded_page, f"#d=9&c=mean&l=zh&t=dark&n={op}&s=op-{op}")
    assert page.locator("#legend select").input_value() == "mean"
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dataset.theme]") == ["zh", "dark"]
    assert page.locator("#panel").is_visible()
    assert re.fullmatch(r"\d+ / \d+", page.locator("#player output").inner_text())


# everywhere, for everyone


@pytest.mark.parametrize("width", [390, 900, 1440])
def test_nothing_sticks_out_of_the_window(open_page: Opener, recorded_page: Path, width: int) -> None:
    page = open_page(recorded_page, "#s=skip-1&n=4", width=width, height=844, reduced_motion="reduce")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part in ("#panel", "#player", "#strip", "#bar", "#map"):
        box = page.locator(part).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width + 0.5
        assert box["y"] + box["height"] <= 844.5
    if width == 390:  # a sheet from below
        assert page.locator("#panel").bounding_box()["width"] == width


def test_every_part_is_reached_by_tab(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, "#s=skip-0")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.closest('#live > *')?.id ?? ''"))
    assert reached >= {"bar", "tree", "map", "panel", "strip", "player"}


def test_all_that_can_be_focused_has_a_name(open_page: Opener, recorded_page: Path) -> None:
    page = open_page(recorded_page, f"#s=op-{Ref(1).op}")
    nameless = page.evaluate(
        """[...document.querySelectorAll("#live :is(button, input, select, canvas, nav, ul[role])")].filter((part) =>
            part.checkVisibility() && part.tabIndex >= 0
            && !(part.ariaLabel || part.textContent.trim() || part.closest("label")?.textContent.trim())
        ).map((part) => part.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
