"""The widget's front end in a notebook that is only pretended: a blank page, and a model that is a plain object."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import resight
from pages import Opener
from pictures import HOSTILE, hostile, residual

NOTEBOOK = """<!doctype html>
<meta charset="utf-8">
<style>
body {{ background: {ground}; color: rgb(1, 2, 3); margin: 20px; height: 3000px; }}
button, select, input, h1 {{ font-size: 40px; text-transform: uppercase; }}
#panel, #bar, canvas {{ display: none; }}
</style>
<h1 id="bar">A notebook</h1><p id="panel">its own panel</p><div id="el"></div>
"""
"""With styles and ids of its own, that would spoil a page that is open to them."""

MODEL = """([code, wire]) => {
  window.outside = [];  // what is begun outside the frame and would outlive it
  const watch = (target, name) => {
    const was = target[name];
    target[name] = (...rest) => { outside.push(name); return was.apply(target, rest); };
  };
  for (const timer of ["setTimeout", "setInterval", "requestAnimationFrame"]) watch(window, timer);
  for (const target of [window, document, document.body]) watch(target, "addEventListener");

  const listeners = [];
  const values = { wire, at: "" };
  window.notebook = {
    values, listeners, saved: [],
    get: (name) => values[name],
    set(name, value) {
      values[name] = value;
      for (const [event, listener] of [...listeners]) if (event === `change:${name}`) listener();
    },
    save_changes: () => window.notebook.saved.push(values.at),
    on: (event, listener) => listeners.push([event, listener]),
    off: (event, listener) => {
      const at = listeners.findIndex((one) => one[0] === event && one[1] === listener);
      if (at >= 0) listeners.splice(at, 1);
    },
  };
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  return import(url).then((front) => {
    window.show = () => {
      const el = document.createElement("div");
      const leave = front.default.render({ model: window.notebook, el });
      document.getElementById("el").append(el);  // after it was rendered, as JupyterLab does
      return leave;
    };
    window.leave = show();
  });
}"""


class Notebook:
    """A page of a notebook with the widget in it."""

    def __init__(self, open_page: Opener, folder: Path, widget: Any, ground: str = "white", **options: Any) -> None:
        file = folder / "notebook.html"
        file.write_text(NOTEBOOK.format(ground=ground), encoding="utf-8")
        self.page = open_page(file, reduced_motion="reduce", **options)
        self.page.evaluate(MODEL, [widget._esm, widget.wire])
        self.wait_until_shown()

    def wait_until_shown(self) -> None:
        self.frame = self.page.frame_locator("#el iframe")
        self.frame.locator("html.live #tools button").first.wait_for()

    def title(self) -> str:
        """Of the panel, which tells of what is selected."""
        return self.frame.locator("#panel h2").inner_text()

    def become(self, at: str) -> None:
        """Python has selected something."""
        self.page.evaluate("at => notebook.set('at', at)", at)

    def inside(self, words: str) -> Any:
        """What an expression is in the frame."""
        return self.frame.locator("html").evaluate(
            f"html => {{ const document = html.ownerDocument; return {words}; }}"
        )


@pytest.fixture
def notebook(open_page: Opener, tmp_path: Path) -> Notebook:
    return Notebook(open_page, tmp_path, resight.widget(residual()))


def test_the_page_stands_in_the_notebook(notebook: Notebook) -> None:
    assert notebook.frame.locator("#bar h1").inner_text() == "TwoBlocks"
    assert notebook.frame.locator("#bar > p").inner_text().startswith("1 identity + 1 projection skips")
    label = notebook.frame.locator("#canvas").get_attribute("aria-label")
    assert label == "TwoBlocks: 1 identity + 1 projection skips"
    assert notebook.page.locator("#el iframe").bounding_box()["height"] == pytest.approx(640, abs=4)
    colours = """() => {
      const inside = document.querySelector("#el iframe").contentDocument;
      const canvas = inside.getElementById("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }"""
    assert notebook.page.evaluate(colours) > 20


def test_no_style_goes_in_or_out(notebook: Notebook) -> None:
    size = notebook.frame.locator("#tools button").first.evaluate("button => getComputedStyle(button).fontSize")
    assert size == "13px"
    assert notebook.page.locator("#bar").evaluate("bar => getComputedStyle(bar).display") == "none"
    assert notebook.page.evaluate("getComputedStyle(document.body).color") == "rgb(1, 2, 3)"
    assert notebook.page.evaluate("document.documentElement.className + document.head.children.length") == "2"


def test_what_the_reader_selects_is_saved(notebook: Notebook) -> None:
    notebook.frame.locator("#search input").fill("layer.1")
    notebook.frame.locator("#hits li").first.click()
    at = notebook.page.evaluate("notebook.values.at")
    assert resight.widget(residual())._names.name_of(at).startswith("layer.1")
    assert notebook.page.evaluate("notebook.saved") == [at]
    notebook.frame.locator("#panel .close").click()
    assert notebook.page.evaluate("notebook.saved") == [at, ""]


def test_what_python_selects_is_shown(notebook: Notebook) -> None:
    names = resight.widget(residual())._names
    for name in ("skip 1", "layer.0", "(model)"):
        notebook.become(names.id_of(name))
        assert notebook.page.evaluate("notebook.values.at") == names.id_of(name)
        assert notebook.frame.locator("#panel").is_visible()
    assert notebook.title() == "TwoBlocks"
    notebook.become("")
    assert notebook.frame.locator("#panel").is_hidden()
    assert notebook.page.evaluate("notebook.saved") == []  # Python knows it already


def test_what_was_selected_before_it_is_shown_is_shown(notebook: Notebook) -> None:
    """And a frame that is taken out and put back, as notebooks do with cells out of sight, is as it was."""
    notebook.become("skip-1")
    notebook.frame.locator("#tools button").nth(2).click()  # the other theme
    notebook.page.evaluate(
        "() => { const el = document.getElementById('el'), box = el.firstChild; box.remove(); el.append(box); }"
    )
    notebook.wait_until_shown()
    assert notebook.frame.locator("#panel").is_visible()
    assert notebook.inside("document.documentElement.dataset.theme") == "dark"
    notebook.become("")
    assert notebook.frame.locator("#panel").is_hidden()


@pytest.mark.parametrize(("ground", "theme"), [("#111", "dark"), ("oklch(98% 0 0)", "light")])
def test_the_page_is_as_dark_as_the_notebook(open_page: Opener, tmp_path: Path, ground: str, theme: str) -> None:
    system = "light" if theme == "dark" else "dark"
    shown = Notebook(open_page, tmp_path, resight.widget(residual()), ground, color_scheme=system)
    assert shown.inside("document.documentElement.dataset.theme") == theme


def test_a_theme_that_is_asked_for_is_used(open_page: Opener, tmp_path: Path) -> None:
    shown = Notebook(open_page, tmp_path, resight.widget(residual(), theme="dark"))
    assert shown.inside("document.documentElement.dataset.theme") == "dark"


def test_keys_and_wheel_stay_where_the_reader_is(notebook: Notebook) -> None:
    page = notebook.page
    page.evaluate("""() => {
      window.keys = [];
      document.addEventListener("keydown", ({ key }) => keys.push(key));
    }""")
    page.keyboard.press("x")
    box = page.locator("#el iframe").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.wheel(0, 120)
    page.wait_for_function("scrollY > 0")  # nobody has come into the page yet: the notebook scrolls
    scrolled = page.evaluate("scrollY")
    before = picture(notebook)
    page.mouse.click(box["x"] + 300, box["y"] + 300 - scrolled)
    page.mouse.wheel(0, 120)
    page.wait_for_timeout(150)
    assert picture(notebook) != before
    assert page.evaluate("scrollY") == scrolled
    page.keyboard.press("d")
    assert page.evaluate("keys") == ["x"]


def picture(notebook: Notebook) -> str:
    return notebook.inside("document.getElementById('canvas').toDataURL()")


def test_leaving_takes_everything_away(notebook: Notebook) -> None:
    page = notebook.page
    page.evaluate("leave()")
    assert page.evaluate("document.querySelector('#el > div').childElementCount") == 0
    assert page.evaluate("notebook.listeners") == []
    assert page.evaluate("window.length") == 0  # no frame is left, and so none of its timers and listeners
    assert page.evaluate("outside") == []
    notebook.become("skip-1")
    assert page.evaluate("notebook.saved") == []


def test_two_views_of_one_widget_select_the_same(notebook: Notebook) -> None:
    notebook.page.evaluate("() => { show(); }")
    other = notebook.page.frame_locator("#el iframe >> nth=1")
    other.locator("html.live #tools button").first.wait_for()
    other.locator("#search input").fill("layer.1")
    other.locator("#hits li").first.click()
    first = notebook.page.frame_locator("#el iframe >> nth=0")
    assert first.locator("#panel h2").inner_text() == other.locator("#panel h2").inner_text()
    assert notebook.page.evaluate("notebook.saved.length") == 1


def test_hostile_names_run_nothing(open_page: Opener, tmp_path: Path) -> None:
    shown = Notebook(open_page, tmp_path, resight.widget(hostile()))
    assert shown.frame.locator("img").count() == 0
    assert HOSTILE.split("<")[0] in shown.frame.locator("#bar h1").inner_text()


def test_the_lower_edge_can_be_pulled(notebook: Notebook) -> None:
    mouse, frame = notebook.page.mouse, notebook.page.locator("#el iframe")
    box = frame.bounding_box()
    corner = (box["x"] + box["width"] - 3, box["y"] + box["height"] - 3)
    mouse.move(*corner)
    mouse.down()
    mouse.move(corner[0], corner[1] - 200, steps=5)
    mouse.up()
    assert frame.bounding_box()["height"] == pytest.approx(box["height"] - 200, abs=8)
    assert notebook.page.evaluate("notebook.saved") == []
