"""What the page is told beside the picture: shapes, words, recorded numbers and feature maps; numbers in its words."""

from __future__ import annotations

import base64
import json
import math
import zlib
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import pytest
import quickjs
from hypothesis import given
from hypothesis import strategies as st

from graphs import SHAPE, Pen
from recordings import recorded
from resight import Ref, Trace, UserError, text
from resight.picture import html
from resight.picture.engine import joined_modules
from resight.picture.facts import MAP_BYTES, Facts, facts
from resight.picture.options import drawing
from resight.picture.recorded import DIGITS
from resight.skips import find_skips
from resight.traces import About

HOSTILE = "</script><b>名前'\"\n🙂"


def residual(module: str = "body") -> Trace:
    """A stem, and a block with one skip."""
    net = Pen()
    stem = net.conv(net.input(*SHAPE))
    net.enter(module, "Block")
    y = net.relu(net.norm(net.conv(stem)))
    graph = net.done(net.leave(net.relu(net.add(stem, net.conv(y)))))
    return Trace(About("Net", "net", 10, "eval", "cpu", "x f32[8,64,32,32]"), graph, find_skips(graph))


def described(trace: Trace, **wishes: Any) -> Facts:
    """The facts of a trace, after checking that every position leads somewhere."""
    found = facts(trace, **wishes)
    for op in found.ops:
        assert 0 <= op.attributes < len(found.attributes)
        assert 0 <= op.source < len(found.sources)
        for places, rows in ((op.values, found.values), (op.gradients, found.gradients), (op.maps, found.maps)):
            assert len(places) in (0, len(op.outputs))
            assert all(-1 <= place < len(rows) for place in places)
    for call in found.calls:
        for op, slot in (*call.inputs, *call.outputs):
            assert found.ops[op].outputs[slot]
    return found


def test_rows_are_those_of_the_trace() -> None:
    trace = residual()
    found = described(trace)
    assert len(found.ops) == len(trace.graph.ops)
    assert [op.outputs for op in found.ops] == [tuple(map(str, op.outputs)) for op in trace.graph.ops]
    assert [[weight.name for weight in op.weights] for op in found.ops] == [
        [weight.name for weight in op.weights] for op in trace.graph.ops
    ]
    assert (found.attributes[0], found.sources[0]) == ((), ("", ""))
    for op, known in zip(trace.graph.ops, found.ops):
        assert dict(found.attributes[known.attributes]).keys() == op.attributes.keys()
    assert found.calls[0].outputs == tuple((output.op, output.slot) for output in trace.graph.outputs)
    assert [skip.closed for skip in found.skips] == [skip.closed for skip in trace.skips]


def test_without_a_recording_there_are_no_numbers() -> None:
    found = described(residual())
    assert (found.values, found.gradients, found.maps, found.how) == ((), (), (), "")
    assert all(op.seconds is None and not op.values for op in found.ops)
    assert all(skip.gain is None for skip in found.skips)


def test_numbers_are_those_of_the_recording() -> None:
    trace = recorded(residual(), gradients=True, seconds=True)
    found = described(trace)
    assert trace.recording is not None
    for op, known in zip(trace.graph.ops, found.ops):
        summary = trace[Ref(op.id)].summary
        assert summary is not None
        assert summary.histogram is not None
        row = found.values[known.values[0]]
        for name in ("mean", "std", "rms", "min", "max", "zeros"):
            assert getattr(row, name) == pytest.approx(getattr(summary, name), rel=10.0 ** (1 - DIGITS))
        assert (row.count, row.sampled, row.nonfinite) == (summary.count, summary.sampled, summary.nonfinite)
        assert (row.start, row.width, row.counts) == (
            summary.histogram.start, summary.histogram.width, summary.histogram.counts,
        )  # fmt: skip
        assert found.gradients[known.gradients[0]] == row
        assert known.seconds == pytest.approx(op.id * 1e-4)
    assert [skip.gain for skip in found.skips] == [0.5]


def test_what_is_not_finite_has_no_number() -> None:
    """JSON has no word for it, and the page must open all the same."""
    trace = residual()
    empty = recorded(trace, nonfinite={Ref(1): 3})
    assert empty.recording is not None
    values = empty.recording.values
    row = values.table[values.rows[Ref(1)]]
    row["mean"] = row["min"] = row["max"] = row["deviations"] = math.nan
    known = described(empty)
    found = known.values[known.ops[1].values[0]]
    assert (found.mean, found.std, found.min, found.max, found.nonfinite) == (None, None, None, None, 3)
    json.dumps(asdict(known), allow_nan=False)


def test_values_that_share_a_row_are_written_once() -> None:
    trace = recorded(residual())
    assert trace.recording is not None
    rows = dict(trace.recording.values.rows)
    rows[Ref(2)] = rows[Ref(1)]
    object.__setattr__(trace.recording.values, "rows", rows)
    found = described(trace)
    assert found.ops[1].values == found.ops[2].values
    assert len(found.values) == len(trace.graph.ops) - 1


def pixels(packed: str, shape: tuple[int, int, int]) -> np.ndarray:
    """What a page unpacks."""
    return np.frombuffer(zlib.decompress(base64.b64decode(packed)), np.uint8).reshape(shape)


def test_feature_maps_unpack_to_what_was_recorded() -> None:
    trace = recorded(residual(), thumbnails=[Ref(1), Ref(3)])
    found = described(trace)
    assert trace.recording is not None
    for ref, thumbnail in trace.recording.thumbnails.items():
        one = found.maps[found.ops[ref.op].maps[0]]
        assert (pixels(one.pixels, (3, one.height, one.width)) == thumbnail.pixels).all()
        assert (one.low, one.high, one.channels, one.layout) == (thumbnail.low, thumbnail.high, 64, "maps")
        assert one.recorded == len(thumbnail.pixels)
    assert [bool(op.maps) for op in found.ops] == [op.id in (1, 3) for op in trace.graph.ops]


@pytest.mark.parametrize("bound", [0, 50, 150, 200, 300, 400, 10_000])
def test_feature_maps_keep_within_their_bound(bound: int) -> None:
    trace = recorded(residual(), thumbnails=[Ref(1), Ref(2), Ref(3)])
    found = described(trace, map_bytes=bound)
    shown = [len(one.low) for one in found.maps]
    assert sum(len(one.pixels) for one in found.maps) <= bound
    assert len(set(shown)) <= 1  # all values show as many channels
    assert len(shown) in (0, 3) or set(shown) == {1}  # and rather one channel of each than none of some
    if bound == 10_000:
        assert shown == [3, 3, 3]
    for one in found.maps:
        assert (pixels(one.pixels, (len(one.low), one.height, one.width)) >= 0).all()


def test_the_bound_is_an_option_of_saving() -> None:
    trace = recorded(residual(), thumbnails=[Ref(1)])
    assert drawing(trace, {}).map_bytes == MAP_BYTES
    assert len(html.render(drawing(trace, {"map_bytes": 0}))) < len(html.render(drawing(trace, {})))
    for wrong in (-1, 1.5, "many"):
        with pytest.raises(UserError, match="map_bytes can't be"):
            drawing(trace, {"map_bytes": wrong})


def test_hostile_names_survive_the_wire() -> None:
    found = described(residual(HOSTILE))
    wire = text.script_json(asdict(found))
    assert "</script>" not in wire
    read = json.loads(wire)
    assert read.keys() == {field.name for field in fields(Facts)}
    assert "\n" not in "".join(weight["name"] for op in read["ops"] for weight in op["weights"])


# The page formats sums and scales that Python never sees: both must say the same.


@pytest.fixture(scope="module")
def words() -> Any:
    """The page's formatters by name."""
    context = quickjs.Context()
    context.eval(f"{joined_modules(('page/numbers',))}\nglobalThis.say = (name, value) => numbers_js[name](value);")
    return context.get("say")


MEASURED = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)


@given(value=MEASURED)
def test_numbers(words: Any, value: float) -> None:
    assert words("number", value) == text.number(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 1125.0, 1.125, 0.0009996, 999_500.0, 1e21])
def test_uncommon_numbers(words: Any, value: float) -> None:
    assert words("number", value) == text.number(value)


@given(count=st.integers(0, 10**15))
def test_counts(words: Any, count: int) -> None:
    assert words("quantity", float(count)) == text.quantity(count)
    assert words("parameters", float(count)) == text.parameters(count)
    assert words("binarySize", float(count)) == text.binary_size(count)
    assert words("whole", float(count)) == f"{count:,}"


@pytest.mark.parametrize("count", [999, 1000, 1125, 11_250, 112_500, 999_499, 999_500, 1023, 1024, 1048064, 10**14])
def test_counts_at_borders(words: Any, count: int) -> None:
    test_counts.hypothesis.inner_test(words, count)


@given(value=st.floats(0, 1))
def test_shares(words: Any, value: float) -> None:
    assert words("share", value) == text.share(value)


@given(mantissa=st.floats(1, 999), unit=st.sampled_from([1e-9, 1e-6, 1e-3, 1.0]))
def test_durations(words: Any, mantissa: float, unit: float) -> None:
    assert words("duration", mantissa * unit) == text.duration(mantissa * unit)
