"""Statistics add up: moments and histograms of parts, merged, are those of the whole; and they survive a file."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resight import Ref, UserError
from resight.recording import BINS, Recording, Statistics, Thumbnail
from resight.recording.binning import binned, trimmed
from resight.recording.plain import array, kept_from_file
from resight.recording.statistics import empty_rows

FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=64, min_value=-1e300, max_value=1e300)
SAMPLES = st.lists(st.one_of(FLOATS, st.sampled_from([0.0, -0.0, 5e-324, -5e-324, 1.0])), max_size=30)


def rows_of(values: list[float]) -> np.ndarray:
    """A table of one row, made of float64 values the plain way."""
    table, numbers = empty_rows(1), np.array(values, np.float64)
    (row,) = table
    finite = numbers[np.isfinite(numbers)]
    row["count"] = row["sampled"] = len(numbers)
    row["nonfinite"] = len(numbers) - len(finite)
    row["zeros"] = (numbers == 0).sum()
    if len(finite):
        row["mean"], row["min"], row["max"] = finite.mean(), finite.min(), finite.max()
        with np.errstate(over="ignore"):
            row["deviations"] = ((finite - finite.mean()) ** 2).sum()
        row["exponent"], row["first"], row["bins"] = binned(finite, finite.min(), finite.max())
    return table


def statistics(*samples: list[float]) -> Statistics:
    return Statistics({Ref(i): i for i in range(len(samples))}, np.concatenate([rows_of(values) for values in samples]))


@given(SAMPLES.filter(bool))
def test_every_value_lies_in_its_bin(values: list[float]) -> None:
    exponent, first, bins = binned(np.array(values), min(values), max(values))
    histogram = trimmed(exponent, first, bins)
    assert histogram is not None
    assert histogram.total == len(values)
    assert len(histogram.counts) <= BINS
    assert math.frexp(histogram.width)[0] == 0.5
    edges = histogram.edges
    for low, high, count in zip(edges, edges[1:], histogram.counts):
        assert sum(low <= value < high for value in values) == count


@given(SAMPLES, SAMPLES)
@example([0.0], [0.25])  # the bins of one value alone are no wider than those of both
def test_merged_histograms_are_those_of_all_values(a: list[float], b: list[float]) -> None:
    merged = statistics(a).merge(statistics(b)).summary(Ref(0))
    whole = statistics(a + b).summary(Ref(0))
    assert merged is not None
    assert whole is not None
    assert merged.histogram == whole.histogram
    assert (merged.count, merged.zeros == whole.zeros or not merged.count) == (whole.count, True)


@given(st.lists(st.lists(st.floats(-1e6, 1e6), max_size=20), min_size=1, max_size=5), st.randoms())
def test_merged_moments_are_those_of_all_values_in_any_order(parts: list[list[float]], random: object) -> None:
    whole = statistics([x for part in parts for x in part]).summary(Ref(0))
    random.shuffle(parts)  # type: ignore[attr-defined]
    merged = statistics(parts[0])
    for part in parts[1:]:
        merged = merged.merge(statistics(part))
    found = merged.summary(Ref(0))
    assert found is not None
    assert whole is not None
    if not whole.count:
        assert math.isnan(found.mean)
        return
    assert (found.min, found.max, found.count) == (whole.min, whole.max, whole.count)
    assert found.mean == pytest.approx(whole.mean, rel=1e-9, abs=1e-9 * whole.rms)
    assert found.std == pytest.approx(whole.std, rel=1e-6, abs=1e-7 * whole.rms)
    assert found.rms == pytest.approx(whole.rms, rel=1e-9)


def test_bins_of_far_apart_values() -> None:
    found = statistics([-1e-300, 1e300]).summary(Ref(0))
    assert found is not None
    assert found.histogram is not None
    assert found.histogram.start < 0  # the tiny negative one keeps its sign
    assert sum(found.histogram.counts) == 2


def test_values_seen_in_one_part_only_keep_their_numbers() -> None:
    one = Statistics({Ref(0): 0}, rows_of([1.0, 3.0]))
    other = Statistics({Ref(1): 0, Ref(2): 0}, rows_of([5.0]))
    both = one.merge(other)
    assert both.refs == (Ref(0), Ref(1), Ref(2))
    assert both.summary(Ref(0)) == one.summary(Ref(0))
    assert both.summary(Ref(1)) == both.summary(Ref(2)) == other.summary(Ref(1))
    assert both.summary(Ref(3)) is None


def test_what_is_not_finite_takes_no_part() -> None:
    found = statistics([math.inf, 2.0, math.nan, 4.0]).summary(Ref(0))
    assert found is not None
    assert (found.count, found.nonfinite, found.mean, found.std, found.min, found.max) == (4, 2, 3.0, 1.0, 2.0, 4.0)
    nothing = statistics([math.nan]).summary(Ref(0))
    assert nothing is not None
    assert nothing.histogram is None
    assert all(map(math.isnan, (nothing.mean, nothing.std, nothing.rms, nothing.min, nothing.max)))


@given(st.lists(SAMPLES, max_size=4))
def test_statistics_survive_json(samples: list[list[float]]) -> None:
    made = statistics(*samples) if samples else Statistics({}, empty_rows(0))
    assert Statistics.from_plain(json.loads(json.dumps(made.to_plain(), allow_nan=False))) == made


def test_equality_is_by_content() -> None:
    assert statistics([1.0], [2.0]) == Statistics(
        {Ref(0): 1, Ref(1): 0}, np.concatenate([rows_of([2.0]), rows_of([1.0])])
    )
    assert statistics([1.0]) != statistics([1.5])
    assert statistics([1.0]) != "statistics"


def test_a_recording_survives_json() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    thumbnail = Thumbnail(Ref(1), pixels, (0.0, -1.0), (1.0, math.inf), 64, "maps")
    made = Recording(
        values=statistics([1.0, 2.0]),
        gradients=statistics([0.0]),
        seconds=np.array([0.5, 0.25]),
        kept={Ref(0): np.ones(2)},
        thumbnails={Ref(1): thumbnail},
        batches=3,
        how="by hand",
    )
    read = Recording.from_plain(json.loads(json.dumps(made.to_plain(), allow_nan=False)))
    assert (read.values, read.gradients, read.batches, read.how) == (made.values, made.gradients, 3, "by hand")
    assert read.seconds is not None
    assert read.seconds.tolist() == [0.5, 0.25]
    found = read.thumbnails[Ref(1)]
    assert np.array_equal(found.pixels, pixels)
    assert replace(found, pixels=pixels) != thumbnail  # compared by identity, as arrays have no plain equality
    assert (found.low, found.high, found.channels, found.layout) == ((0.0, -1.0), (1.0, math.inf), 64, "maps")


@pytest.mark.parametrize(
    "change",
    [
        {"values": None},
        {"values": {"count": [1]}},
        {"thumbnails": [{}]},
        {"thumbnails": [{"ref": [0, 0], "shape": [1, 1, 1], "pixels": "AAAA", "low": [0], "high": [1], "channels": 1,
                         "layout": "maps"}]},
        {"batches": "many"},
    ],
)  # fmt: skip
def test_a_damaged_recording_is_told(change: dict[str, object]) -> None:
    plain = Recording(statistics([1.0])).to_plain()
    with pytest.raises(UserError, match=r"recording.*save it again"):
        Recording.from_plain({**plain, **change})


def test_kept_tensors_that_are_not_there(tmp_path: object) -> None:
    with pytest.raises(UserError, match=r"cannot read gone\.safetensors.*beside the \.json"):
        kept_from_file(tmp_path / "gone.safetensors", [Ref(0)])  # type: ignore[operator]
    (tmp_path / "bad.safetensors").write_bytes(b"no")  # type: ignore[operator]
    with pytest.raises(UserError, match="does not hold the kept tensors"):
        kept_from_file(tmp_path / "bad.safetensors", [Ref(0)])  # type: ignore[operator]


def test_an_array_is_itself() -> None:
    made = np.ones(3)
    assert array(made) is made
