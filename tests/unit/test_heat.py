"""Pictures coloured by a number: whose number it is, what the legend says, and how each format shows it."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pictures import DRAWN, hostile, residual, stacked
from recordings import recorded
from resight import Trace, UserError, load
from resight.colours import palette
from resight.graph.cost import call_costs, op_costs
from resight.picture import RENDERERS, as_text, drawing
from resight.picture.heat import heat
from resight.picture.payload import COLORS

COLOURED = sorted(set(RENDERERS) - {"txt"})


def full(trace: Trace) -> Trace:
    """A trace that knows every number a picture can be coloured by."""
    return recorded(trace, gradients=True, seconds=True)


def gained(*gains: float | None) -> Trace:
    """Two blocks whose branches have these gains."""
    made = full(residual())
    contributions = [
        replace(skip.contribution, gain=gain) for skip, gain in zip(made.skips, gains) if skip.contribution
    ]
    return replace(made, skips=tuple(replace(skip, contribution=one) for skip, one in zip(made.skips, contributions)))


def test_costs_are_those_of_the_graph() -> None:
    trace = residual()
    for color, name in (("parameters", "parameters"), ("flops", "flops"), ("bytes", "activation_bytes")):
        made = heat(trace, color)
        assert [one.value or 0 for one in made.ops] == [getattr(cost, name) for cost in op_costs(trace.graph)]
        assert [one.value or 0 for one in made.calls] == [getattr(cost, name) for cost in call_costs(trace.graph)]
        assert not made.arcs
        assert made.notes == ""


def test_time_of_a_module_is_the_sum_of_its_ops() -> None:
    trace = full(residual())
    made = heat(trace, "time")
    assert trace.recording is not None
    assert trace.recording.seconds is not None
    assert math.isclose(made.calls[0].value or 0, trace.recording.seconds.sum())
    for call in trace.graph.calls:
        inside = [op.id for op in trace.graph.ops if call.id in trace.graph.ancestors(op.call)]
        assert math.isclose(made.calls[call.id].value or 0, sum(made.ops[i].value or 0 for i in inside))
    assert made.how == "wall-clock time per op, 1 forward on cpu; input x f32[2,8,16,16]"
    assert made.notes == "a note"


def test_gain_is_at_its_merge_and_a_module_has_the_mean() -> None:
    trace = gained(0.25, 0.75)
    made = heat(trace, "gain")
    assert {op: one.value for op, one in enumerate(made.ops) if one.value is not None} == {
        trace.skips[0].merge: 0.25,
        trace.skips[1].merge: 0.75,
    }
    path = {call.path: made.calls[call.id] for call in trace.graph.calls}
    assert (path["layer.0"].words, path["layer.0"].note) == ("0.25", "")
    assert (path["layer"].value, path["layer"].note) == (0.5, "mean of 2")
    assert path["layer.0.conv1"].value is None
    assert made.arcs


def test_a_branch_that_adds_nothing_has_gain_zero_and_one_without_gain_none() -> None:
    made = heat(gained(0.0, None), "gain")
    assert [one.words for one in made.ops if one.words] == ["0"]
    assert (made.calls[0].value, made.calls[0].note) == (0.0, "")


def test_gradient_is_its_rms_at_the_output() -> None:
    trace = full(residual())
    assert trace.recording is not None
    assert trace.recording.gradients is not None
    made = heat(trace, "gradient")
    for call in trace.graph.calls[1:]:
        for ref in call.outputs[:1]:
            assert made.calls[call.id].value == trace.recording.gradients.summary(ref).rms  # type: ignore[union-attr]
    assert made.calls[0].value == made.ops[trace.graph.outputs[0].op].value


def test_what_is_not_finite_has_words_and_no_colour() -> None:
    made = heat(gained(math.inf, 0.5), "gain")
    assert [(one.value, one.words) for one in made.ops if one.words] == [(None, "inf"), (0.5, "0.5")]


@pytest.mark.parametrize("color", ["flops", "bytes", "time", "gain", "gradient"])
def test_the_legend_spans_the_boxes_that_are_drawn(color: str) -> None:
    drawn = drawing(full(residual()), {"color": color})
    made, legend = drawn.payload.heat, drawn.folded["legend"]
    assert made is not None
    rows = [made.ops, made.calls]
    seen = [
        rows[node["id"].startswith("call-")][int(node["id"].split("-")[1])]
        for node in drawn.folded["nodes"]
        if not node["open"] and node["kind"] not in ("input", "output")
    ]
    known = sorted((one for one in seen if one.value is not None), key=lambda one: one.value or 0)
    least = [one for one in known if one.value] if "log scale" in legend["lines"][1] else known
    all_one = least[0].value == least[-1].value
    assert (legend["low"], legend["high"]) == ("" if all_one else least[0].words, least[-1].words)
    texts = [item["text"] for item in drawn.display["items"] if item["t"] == "text"]
    assert {legend["title"], legend["high"]} <= set(texts)
    assert all(line.split()[0] in " ".join(texts) for line in legend["lines"])


def test_a_legend_of_nothing_says_so() -> None:
    part = drawing(gained(0.25, 0.75), {"color": "gain", "only": "layer.0.conv1"})
    assert part.folded["legend"]["high"] == "nothing here has one"
    assert part.legend_line.startswith("gain nothing here has one")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_fills_are_the_ramps_and_what_has_no_number_is_plain(theme: str) -> None:
    nodes = drawing(residual(), {"color": "flops", "theme": theme}).folded["nodes"]
    fills = {node["title"]: node["heat"]["fill"] for node in nodes if node["kind"] == "module" and not node["open"]}
    assert fills["bn1"] == fills["act"] == palette(theme)["background"]
    assert fills["down"] == palette(theme)["ramp"][0]
    assert fills["conv2"] == palette(theme)["ramp"][-1]


@pytest.mark.parametrize("suffix", COLOURED)
@pytest.mark.parametrize("name", DRAWN)
def test_every_format_takes_any_trace(name: str, suffix: str) -> None:
    for color in ("parameters", "gradient"):  # a graph drawn by hand has modules without parameters
        drawn = drawing(full(DRAWN[name]()), {"color": color, "theme": "dark"})
        assert RENDERERS[suffix](drawn) == RENDERERS[suffix](drawing(drawn.trace, {"color": color, "theme": "dark"}))


def test_hostile_words_of_a_legend_stay_words() -> None:
    made = full(hostile())
    svg = RENDERERS["svg"](drawing(made, {"color": "gain"}))
    ElementTree.fromstring(svg)
    assert b"<img" not in svg
    assert b"<img" not in RENDERERS["html"](drawing(made, {"color": "gain"}))
    assert b"<img" not in RENDERERS["md"](drawing(made, {"color": "gain"})).replace(b"\\<img", b"")


def test_dot_and_mermaid_carry_fill_and_scale() -> None:
    drawn = drawing(residual(), {"color": "flops"})
    least, greatest = palette("light")["ramp"][0], palette("light")["ramp"][-1]
    dot, markdown = (RENDERERS[suffix](drawn).decode() for suffix in ("dot", "md"))
    assert f'label="conv1\\n3×3, 8", fillcolor="{greatest}"' in dot
    assert f"FLOPs from 32.8 kFLOP ({least}) to 590 kFLOP ({greatest})" in dot
    assert f"fill:{greatest}" in markdown
    assert "32.8 kFLOP" in markdown


def test_numbers_of_open_modules_stand_in_their_frames() -> None:
    texts = [item.get("text") for item in drawing(gained(0.25, 0.75), {"color": "gain"}).display["items"]]
    assert "gain 0.5, mean of 2" in texts
    assert "gain 0.75" in texts


@pytest.mark.parametrize("direction", ["down", "right"])
@pytest.mark.parametrize("name", ["residual", "stacked"])
def test_every_frame_says_its_number(name: str, direction: str) -> None:
    for color in ("flops", "gain"):
        drawn = drawing(full(DRAWN[name]()), {"color": color, "direction": direction})
        frames = [node for node in drawn.folded["nodes"] if node and node["open"] and node["heat"]["words"]]
        written = Counter(item["text"] for item in drawn.display["items"] if item["t"] == "text")
        assert frames
        assert Counter(node["heat"]["words"] for node in frames) <= written


def test_tips_say_the_number_of_a_box_and_of_an_arc() -> None:
    display = drawing(gained(0.25, 0.75), {"color": "gain"}).display
    tips = {item["id"]: item["tip"] for item in display["items"] if item["t"] == "open"}
    assert tips["skip-0"].endswith("· gain 0.25")
    assert any(tip == "add · gain 0.75" or tip.endswith("gain 0.75") for name, tip in tips.items() if "op-" in name)


def test_a_text_has_no_colours() -> None:
    with pytest.raises(UserError, match=r"a text has no colours"):
        as_text(residual(), color="flops")


def test_what_was_not_recorded_is_told_with_what_to_do() -> None:
    for color, call in (("gain", "record(model, x)"), ("time", "seconds=True"), ("gradient", "gradients=loss")):
        with pytest.raises(UserError) as told:
            drawing(residual(), {"color": color}).payload  # noqa: B018
        assert "this trace of TwoBlocks has no" in str(told.value)
        assert call in str(told.value)


def test_on_meta_there_is_nothing_to_record() -> None:
    made = residual()
    with pytest.raises(UserError, match="use --device cpu"):
        heat(replace(made, about=replace(made.about, device="meta")), "gain")


def test_an_unknown_color_names_the_closest() -> None:
    with pytest.raises(UserError, match="did you mean flops"):
        drawing(residual(), {"color": "flop"})
    with pytest.raises(UserError, match="boxes can be coloured by parameters, flops"):
        drawing(residual(), {"color": "mood"})


def test_what_nothing_has_is_told() -> None:
    plain = full(residual())
    with pytest.raises(UserError, match="nothing in TwoBlocks has gain"):
        heat(replace(plain, skips=()), "gain")


def test_a_saved_trace_is_coloured_alike(tmp_path: Path) -> None:
    made = full(stacked())
    made.save(tmp_path / "net.json")
    for color in COLORS:
        assert heat(load(tmp_path / "net.json"), color) == heat(made, color)


def test_a_page_knows_what_it_was_coloured_by() -> None:
    page = RENDERERS["html"](drawing(full(residual()), {"color": "gain"})).decode()
    wire = page.split('id="wire">')[1].split("</script>")[0]
    assert json.loads(wire)["view"]["color"] == "gain"
