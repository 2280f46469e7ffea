"""The compiled reading of a tensor says what numpy says in float64, at every length around its vectors and blocks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resight.capture.layout import SAMPLE, spread
from resight.capture.onepass import NOWHERE, Runs, count_bins
from resight.capture.onepass import read as read_runs
from resight.recording.binning import BINS, bin_of, windows

LENGTHS = [1, 2, 31, 32, 33, 2047, 2048, 2049, 2080, 4096 + 31, 3 * 2048 + 33]
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


def values(count: int, mean: float = 0.3) -> torch.Tensor:
    return mean + torch.randn(count, generator=torch.Generator().manual_seed(count))


def read(x: torch.Tensor, places: torch.Tensor = NOWHERE, sample: torch.Tensor = NOWHERE) -> tuple[float, ...] | None:
    return read_runs(x, Runs(1, 0, len(x)), places, sample)


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("mean", [0.3, -2000.0])
def test_moments_and_extremes_of_every_length(count: int, mean: float) -> None:
    x = values(count, mean)
    wide = x.double().numpy()
    found = read(x)
    assert found is not None
    assert found[0] == pytest.approx(wide.mean(), abs=1e-6 * np.sqrt((wide**2).mean()))
    assert found[1] == pytest.approx(((wide - wide.mean()) ** 2).sum(), rel=1e-6, abs=1e-12)
    assert found[2:] == (wide.min(), wide.max())


@pytest.mark.parametrize("count", LENGTHS)
def test_nothing_beside_the_elements_is_read_into_the_numbers(count: int) -> None:
    around = torch.full((count + 128,), 1e6)
    around[64 : 64 + count] = values(count)
    assert read(around[64 : 64 + count]) == read(values(count))


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("broken", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_finite_is_left_to_another_way(count: int, broken: float) -> None:
    for place in {0, count // 2, count - 1}:
        x = values(count)
        x[place] = broken
        assert read(x) is None, place


@pytest.mark.parametrize("size", [1e30, 1e-30])
def test_squares_that_float32_does_not_hold_are_left_to_another_way(size: float) -> None:
    assert read(size * values(100)) is None


@pytest.mark.parametrize("count", [*LENGTHS, 100_003])
def test_the_sample_is_the_elements_at_its_places(count: int) -> None:
    x = torch.arange(count, dtype=torch.float32)
    _, places = spread(((count, 1),))
    sample = torch.full((len(places),), -1.0)  # one more than is asked for
    read(x, places, sample)
    assert sample.tolist() == [*places[:-1].tolist(), -1.0]
    assert len(set(sample.tolist())) == min(count, SAMPLE) + 1


@pytest.mark.parametrize("width", [1, 5, 32, 33, 700, 2100])
def test_runs_with_gaps(width: int) -> None:
    around = torch.full((9, width + 3), float("nan"))
    around[:, :width] = x = values(9 * width).reshape(9, width) + torch.arange(9.0)[:, None]
    dims = ((9, width + 3), (width, 1))
    _, places = spread(dims)
    sample = torch.zeros(len(places) - 1)
    found = read_runs(around, Runs(9, width + 3, width), places, sample)
    wide = x.double().numpy()
    assert found is not None
    assert found[:2] == pytest.approx((wide.mean(), ((wide - wide.mean()) ** 2).sum()), rel=1e-6)
    assert found[2:] == (wide.min(), wide.max())
    assert sample.tolist() == around.flatten()[places[:-1]].tolist()
    assert set(sample.tolist()) <= set(x.flatten().tolist())


def test_a_few_places_anywhere() -> None:
    x = torch.arange(5000, dtype=torch.float32)
    for wanted in ([0], [4999], [2047, 2048, 4992], [31, 32, 4991, 4998], []):
        sample = torch.zeros(len(wanted))
        read(x, torch.cat([torch.tensor(wanted, dtype=torch.int64), NOWHERE]), sample)
        assert sample.tolist() == wanted


@settings(deadline=None)  # the first one waits for the compiler
@given(st.lists(FLOATS, min_size=1, max_size=50), st.sampled_from([2.0**-60, 2.0**-20, 1.0]))
@example([1e3, -1e-45, 0.0], 1.0)
@example([0.0, -0.0], 1.0)
def test_float32_values_are_counted_like_float64(numbers: list[float], scale: float) -> None:
    x = (np.array(numbers) * scale).astype(np.float32)
    wide = x.astype(np.float64)
    exponent, first = map(int, windows(wide.min(), wide.max()))
    if abs(exponent) >= 800:  # all are one number
        return
    bins = torch.zeros(BINS, dtype=torch.int64)
    zeros = count_bins(torch.from_numpy(x), exponent, first, bins.data_ptr())
    assert zeros == (x == 0).sum()
    assert bins.tolist() == np.bincount(bin_of(wide, exponent) - first, minlength=BINS).tolist()


def test_what_is_not_finite_is_in_no_bin() -> None:
    bins = torch.zeros(BINS + 1, dtype=torch.int64)
    x = torch.tensor([0.0, float("nan"), 1.5, float("inf"), -float("inf"), 63.0])
    assert count_bins(x, 0, 0, bins.data_ptr()) == 1
    assert bins.nonzero().flatten().tolist() == [0, 1, 63]
