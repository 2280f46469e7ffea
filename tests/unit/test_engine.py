"""The picture engine, run as Python runs it: laws of every picture, and what a few known nets look like."""

from __future__ import annotations

import gzip
import json
import re
import runpy
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn import Sketch, dense_block, nested, residual, resnet, transformer, unet
from drawn_unets import random_unet
from laws import check_boxes, check_picture, check_texts, check_wires
from resight.errors import Bug, UserError
from resight.picture import engine, html
from resight.picture.payload import DIRECTIONS, THEMES, View

ROOT = Path(__file__).parents[2]
NETS = {
    "resnet": resnet(),
    "unet": unet(),
    "dense": dense_block(),
    "transformer": transformer(),
    "deep": resnet((3, 4, 6, 3)),
}
BARE = View(header=False)


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("depth", [None, 0, 1, 2, 9])
@pytest.mark.parametrize("wrap", [0, 1, 3])
def test_laws_hold_for_known_nets(name: str, direction: str, depth: int | None, wrap: int) -> None:
    view = replace(BARE, depth=depth, direction=direction, wrap=wrap)
    check_picture(NETS[name], view)
    check_texts(NETS[name], view)


@pytest.mark.parametrize(("cls", "seen"), [("BasicBlock", 4), ("AClassWithAVeryLongName", 2)])
def test_a_narrow_frame_has_room_for_its_parameters_and_a_class_of_usual_length(cls: str, seen: int) -> None:
    calls = tuple(
        replace(call, cls=cls, parameters="74k") if call.cls == "BasicBlock" else call for call in resnet().calls
    )
    payload, view = replace(resnet(), calls=calls), replace(BARE, depth=9, wrap=1, repeats=False)
    words = Counter(item["text"] for item in engine.draw(payload, view)["items"] if item["t"] == "text")
    assert (words["74k"], words[cls]) == (4, seen)  # two are wide, for their projection
    check_texts(payload, view)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("wrap", [0, 1, 2])
@pytest.mark.parametrize("ops", [2, 60])
def test_laws_hold_for_a_repeat_with_more_title_than_insides(direction: str, wrap: int, ops: int) -> None:
    sketch = Sketch()
    x = sketch.input()
    for i in range(200 // ops):
        with sketch.call(f"block_with_a_very_long_name_{i}", "A class with a very long name as well", same=1):
            for _ in range(ops):
                x = sketch.op("conv", x)
    payload, view = sketch.payload(sketch.op("relu", x)), replace(BARE, direction=direction, wrap=wrap)
    assert [node["times"] for node in engine.fold(payload, view)["nodes"] if node["open"]] == [200 // ops]
    check_picture(payload, view)
    check_texts(payload, view)


@given(
    seed=st.integers(0, 10_000),
    size=st.integers(1, 90),
    depth=st.none() | st.integers(1, 6),
    direction=st.sampled_from(DIRECTIONS),
    wrap=st.integers(0, 4),
    everything=st.booleans(),
)
@settings(max_examples=150, derandomize=True, deadline=None)
def test_laws_hold_for_random_nets(
    seed: int, size: int, depth: int | None, direction: str, wrap: int, everything: bool
) -> None:
    view = View(depth=depth, direction=direction, wrap=wrap, everything=everything, header=False)
    payload = nested(seed, size)
    check_picture(payload, view)
    check_texts(payload, view)


@given(
    seed=st.integers(0, 10_000),
    depth=st.none() | st.integers(1, 4),
    direction=st.sampled_from(DIRECTIONS),
    wrap=st.sampled_from((0, 2)),
)
@settings(max_examples=150, derandomize=True, deadline=None)
def test_laws_hold_for_random_unets(seed: int, depth: int | None, direction: str, wrap: int) -> None:
    payload, view = random_unet(seed), View(depth=depth, direction=direction, wrap=wrap, header=False)
    check_picture(payload, view)
    check_texts(payload, view)


def test_a_law_fails_where_it_is_broken() -> None:
    scene = engine.scene(NETS["resnet"], BARE)
    leaves = [box for box in scene["boxes"] if not box["open"] and box["parent"] == -1]
    leaves[1].update(leaves[0], node=leaves[1]["node"])
    with pytest.raises(AssertionError, match="overlap"):
        check_boxes(scene)
    scene = engine.scene(NETS["resnet"], BARE)
    box = scene["boxes"][0]["outer"]
    scene["wires"].append({"parent": -1, "points": [box["x"] + 5, box["y"] - 5, box["x"] + 5, box["y"] + 5]})
    with pytest.raises(AssertionError, match="runs through"):
        check_wires(scene)


def test_every_skip_is_an_arc_when_all_is_open() -> None:
    folded = engine.fold(NETS["resnet"], View(depth=9))
    assert [place["node"] for place in folded["skips"]] == [""] * 4
    shortcuts = Counter((e["skip"], e["role"]) for e in folded["edges"] if e["role"] == "shortcut")
    assert shortcuts == {("projection", "shortcut"): 6, ("identity", "shortcut"): 2}
    titles = [node["title"] for node in folded["nodes"] if node["shortcut"] == "projection"]
    assert titles == ["conv", "bn"] * 2
    merges = [node["id"] for node in folded["nodes"] if node["merge"] == "add"]
    assert merges == [f"op-{skip.merge}" for skip in NETS["resnet"].skips]


def test_closed_modules_keep_their_skips_as_numbers() -> None:
    closed = engine.fold(NETS["resnet"], View(depth=1))
    layers = [node for node in closed["nodes"] if node["kind"] == "module"]
    assert [node["skips"] for node in layers] == [[["projection", "add", 1], ["identity", "add", 1]]] * 2
    whole = engine.fold(NETS["deep"], View(depth=0))
    (model,) = [node for node in whole["nodes"] if node["kind"] == "module"]
    assert sorted(model["skips"]) == [["identity", "add", 12], ["projection", "add", 4]]
    assert [(e["from"], e["to"]) for e in whole["edges"]] == [("op-0", "call-0"), ("call-0", "out-0")]
    assert numbers_drawn(engine.draw(NETS["deep"], View(depth=0))) == ["4", "12", "10"]  # and the output's shape


def numbers_drawn(drawn: Any) -> list[str]:
    return [item["text"] for item in drawn["items"] if item["t"] == "text" and item["text"].isdigit()]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("count", [46, 1234])
def test_the_number_of_a_closed_module_is_never_shortened(direction: str, count: int) -> None:
    sketch = Sketch()
    x = sketch.input()
    with sketch.call("body", "Body"):
        for _ in range(count):
            source, x = x, sketch.op("add", sketch.op("conv", x), x)
            sketch.skip(source, x)
    payload, view = sketch.payload(sketch.op("conv", x, shape="9")), replace(BARE, depth=1, direction=direction)
    assert str(count) in numbers_drawn(engine.draw(payload, view))
    check_picture(payload, view)
    check_texts(payload, view)


def test_a_difference_is_drawn_as_one() -> None:
    sketch = Sketch()
    x = sketch.input()
    y = sketch.op("sub", x, sketch.op("conv", x))
    sketch.skip(x, y)
    folded = engine.fold(sketch.payload(y), BARE)
    assert [node["merge"] for node in folded["nodes"] if node["merge"]] == ["sub"]


def test_shortcuts_between_closed_modules_keep_their_look() -> None:
    folded = engine.fold(NETS["dense"], View(depth=1))
    looks = {(e["from"], e["to"]): (e["role"], e["combine"]) for e in folded["edges"]}
    assert looks["op-1", "call-2"] == ("shortcut", "concat")
    assert looks["call-1", "call-2"] == ("wire", "")


def test_alike_neighbours_are_drawn_once_where_all_would_be_too_much() -> None:
    folded = engine.fold(NETS["transformer"], View())
    (repeat,) = [node for node in folded["nodes"] if node["kind"] == "repeat"]
    assert (repeat["title"], repeat["times"], repeat["open"]) == ("h.0 … h.11", 12, True)
    assert sum(node["merge"] == "add" for node in folded["nodes"]) == 2
    assert all(place["edges"] for place in folded["skips"])
    assert len(folded["skips"]) == 24
    last = next(node["id"] for node in reversed(folded["nodes"]) if node["merge"])
    assert [e["to"] for e in folded["edges"] if e["from"] == last] == [f"op-{len(NETS['transformer'].ops) - 1}"]
    assert sum(node["kind"] == "repeat" for node in engine.fold(NETS["transformer"], View(repeats=False))["nodes"]) == 0


def test_a_picture_opens_as_far_as_it_stays_readable() -> None:
    def leaves(folded: Any) -> int:
        return sum(not node["open"] for node in folded["nodes"])

    assert all(node["open"] for node in engine.fold(NETS["resnet"], View())["nodes"] if node["id"].startswith("call"))
    tall = resnet((30, 30, 30))
    assert 20 < leaves(engine.fold(tall, View())) <= 141
    assert leaves(engine.fold(tall, View(repeats=False))) <= 141


def test_named_modules_are_open_with_all_around_them() -> None:
    folded = engine.fold(NETS["resnet"], View(depth=0, open=("layer2.1",)))
    assert [node["path"] for node in folded["nodes"] if node["open"]] == ["layer2", "layer2.1"]
    apart = engine.fold(NETS["transformer"], View(open=("h.5",)))
    titles = [node["title"] for node in apart["nodes"] if node["title"].startswith("h.")]
    assert titles == ["h.0 … h.4", "h.5", "h.6 … h.11"]


def test_one_module_alone_has_its_values_as_inputs_and_outputs() -> None:
    folded = engine.fold(NETS["resnet"], View(only="layer1.1"))
    ends = [
        (node["id"], node["kind"], node["detail"]) for node in folded["nodes"] if node["kind"] in ("input", "output")
    ]
    assert [kind for _, kind, _ in ends] == ["input", "output"]
    assert ends[0][2] == "layer1.0"
    assert [bool(place["edges"]) for place in folded["skips"]] == [False, True, False, False]
    check_picture(NETS["resnet"], View(only="layer1.1"))


def test_what_is_left_out_shows_when_everything_is_asked_for() -> None:
    sketch = Sketch()
    x = sketch.input()
    mask = sketch.op("mask", x, aside=True)
    payload = sketch.payload(sketch.op("relu", sketch.op("attend", x, mask)))
    assert [n["title"] for n in engine.fold(payload, View())["nodes"]] == ["x", "attend", "relu", "output 0"]
    assert len(engine.fold(payload, View(everything=True))["nodes"]) == 5


def test_a_module_of_one_op_is_one_box() -> None:
    sketch = Sketch()
    x = sketch.input()
    with sketch.call("conv1", "Conv2d"):
        x = sketch.op("conv", x)
    (box,) = [n for n in engine.fold(sketch.payload(x), View(depth=9))["nodes"] if n["kind"] == "module"]
    assert (box["title"], box["detail"], box["group"], box["open"]) == ("conv1", "Conv2d", "linear", False)


@pytest.mark.parametrize("theme", THEMES)
def test_a_display_list_is_whole_numbers_and_plain_colours(theme: str) -> None:
    drawn = engine.draw(NETS["deep"], View(theme=theme))
    ids = [item["id"] for item in drawn["items"] if item["t"] == "open"]
    assert len(ids) == len(set(ids))
    assert {f"skip-{s}" for s, place in enumerate(engine.fold(NETS["deep"], View())["skips"]) if place["edges"]} >= {
        name for name in ids if name.startswith("skip-")
    }
    depth = 0
    for item in drawn["items"]:
        depth += {"open": 1, "close": -1}.get(item["t"], 0)
        assert depth in (0, 1)
        for key, value in item.items():
            if key in ("fill", "stroke"):
                assert len(value) == 7
                assert int(value[1:], 16) >= 0
            if key in ("x", "y", "w", "h", "r"):
                assert isinstance(value, int), item
        for step in item.get("d", ()):
            assert all(isinstance(number, int) for number in step[1:]), item


def test_the_legend_counts_every_skip() -> None:
    def legend(payload: Any) -> list[str]:
        items = engine.draw(payload, View())["items"]
        until = next(i for i, item in enumerate(items) if item["t"] == "open")
        return [item["text"] for item in items[:until] if item["t"] == "text"][2:]

    assert legend(NETS["deep"]) == ["16 skips", "identity 12", "projection 4"]
    assert legend(NETS["transformer"]) == ["24 skips", "identity 24"]
    assert legend(NETS["unet"]) == ["3 skips", "identity concat 3"]
    sketch = Sketch()
    assert legend(sketch.payload(sketch.op("conv", sketch.input()))) == ["no residual connections"]


def test_same_input_same_bytes() -> None:
    first = json.dumps(engine.draw(nested(3), View()))
    del engine._local.context
    assert json.dumps(engine.draw(nested(3), View())) == first


def test_deep_nesting_and_many_children_do_not_overflow() -> None:
    sketch = Sketch()
    x = sketch.input()
    with ExitStack() as stack:
        for i in range(1500):
            stack.enter_context(sketch.call(str(i)))
        x = residual(sketch, x)
    for _ in range(5000):
        x = sketch.op("conv", x)
    scene = engine.scene(sketch.payload(x), View(depth=2000, wrap=1))
    assert len(scene["boxes"]) == 1 + 1500 + 7 + 5000 + 1


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (View(only="layer1.7"), "did you mean layer1.1"),
        (View(open=("nonsense",)), "summary lists all paths"),
        (View(direction="up"), "use down or right"),
        (View(theme="sepia"), "use light or dark"),
        (View(wrap=-1), "give 0 or more"),
    ],
)
def test_a_view_that_asks_for_what_is_not_there(view: View, words: str) -> None:
    with pytest.raises(UserError, match=words):
        engine.draw(NETS["resnet"], view)


def test_a_broken_payload_names_the_stage() -> None:
    sketch = Sketch()
    sketch.op("conv", 1)
    sketch.op("conv", 0)
    with pytest.raises(Bug, match=r"failed in scene.*runs backwards"):
        engine.scene(sketch.payload(1), View())


def test_joined_modules_keep_their_names_apart() -> None:
    script = engine.joined_modules(("engine",))
    assert "import " not in re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL)
    assert script.index("const styles_js") < script.index("const link_js") < script.index("const engine_js")


def test_modules_of_the_page_are_joined_with_those_of_the_engine() -> None:
    script = engine.joined_modules(("page/page",))
    assert script.index("const fold_js") < script.index("const folding_js") < script.index("const page_js")
    assert script.count("const fold_js =") == 1


def test_two_modules_of_one_name_are_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = {"page/twins": 'import { a } from "./a.js";\nimport { b } from "../a.js";\n', "page/a": "", "a": ""}
    monkeypatch.setattr(engine, "_source", sources.__getitem__)
    with pytest.raises(Bug, match="two have one: page/a and a"):
        engine.joined_modules(("page/twins",))


@pytest.mark.parametrize(("folder", "most"), [("page", 60_000), ("pair", 7_000)])
def test_the_page_is_small(folder: str, most: int) -> None:
    own = sorted((ROOT / "src/resight/picture/web" / folder).glob("*.js"))
    assert len(gzip.compress("".join(path.read_text(encoding="utf-8") for path in own).encode())) < most


def test_comments_alone_are_taken_out_of_the_page() -> None:
    words = "/** One. */\nconst a = /** @type {X} */ (b);\n  /**\n   * Two.\n   */\nconst c = 1;\n"
    assert html.COMMENT.sub("", words) == "const a = /** @type {X} */ (b);\nconst c = 1;\n"
    assert "/**\n" not in html.page_script()


@pytest.mark.parametrize(
    "line", ["export default 1;", 'import x from "./y.js";', "export { a };", 'await import("./y.js");']
)
def test_a_module_line_that_cannot_be_joined_is_a_bug(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_source", lambda name: f"const a = 1;\n{line}\n")
    with pytest.raises(Bug, match="can't be joined"):
        engine.joined_modules((f"stray {line}",))


@pytest.mark.parametrize(
    ("script", "file"), [("make_schema", "schema.js"), ("make_palette", "palette.js"), ("make_advances", "advances.js")]
)
def test_generated_modules_are_up_to_date(script: str, file: str) -> None:
    written = (ROOT / "src/resight/picture/web" / file).read_text(encoding="utf-8")
    assert runpy.run_path(str(ROOT / "scripts" / f"{script}.py"))["script"]() == written


@pytest.mark.parametrize(("door", "file"), [("page_script", "page/facts.js"), ("pair_script", "pair/pairing.js")])
def test_generated_types_of_pages_are_up_to_date(door: str, file: str) -> None:
    written = (ROOT / "src/resight/picture/web" / file).read_text(encoding="utf-8")
    assert runpy.run_path(str(ROOT / "scripts/make_schema.py"))[door]() == written


def test_module_files_stay_small() -> None:
    for path in sorted((ROOT / "src/resight/picture/web").glob("*.js")):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path.name
