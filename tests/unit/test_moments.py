"""Statistics of one tensor are numpy's in float64, however awkward its values, its type and its layout."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from resight import Ref
from resight.capture.layout import SAMPLE, Elements, layout_of
from resight.capture.plain import Plain, readable
from resight.capture.products import inner_product
from resight.capture.shared import Place, Rows
from resight.capture.tray import Tray
from resight.recording import Statistics, Summary

torch.manual_seed(0)

N = 300_000
TOLERANCE = 1e-6


def plain(tensor: Tensor) -> Plain:
    found = readable(tensor)
    assert found is not None
    return found


def summary(tensor: Tensor, *, exact: bool = False) -> Summary:
    tray = Tray(exact=exact)
    tray.add(plain(tensor))
    found = Statistics({Ref(0): 0}, tray.table()).summary(Ref(0))
    assert found is not None
    return found


def elements(tensor: Tensor) -> np.ndarray:
    """All elements as float64, by numpy alone."""
    tensor = tensor.resolve_conj().resolve_neg()
    raw = (tensor.float() if tensor.dtype is torch.bfloat16 else tensor).numpy()
    raw = np.abs(raw.astype(np.complex128)) if np.iscomplexobj(raw) else raw.astype(np.float64)
    return raw.ravel()


def found(rows: Rows, tensor: Tensor, *, is_written: bool) -> tuple[Place, int | None]:
    return rows.find(plain(tensor), is_written=is_written)


def two_valued(a: float, b: float) -> Tensor:
    return torch.where(torch.rand(N) < 0.5, a, b)


AWKWARD = {
    "normal": torch.randn(N),
    "huge mean": torch.randn(N) + 1e6,
    "tiny variance": 1 + torch.randn(N) * 1e-6,
    "variance below resolution": torch.full((N,), 1.0).index_fill_(0, torch.tensor([7]), 1 + 2**-23),
    "denormal": torch.randn(N) * 1e-40,
    "near the largest": torch.randn(N) * 1e37,
    "one far out": torch.randn(N).index_fill_(0, torch.tensor([N // 2]), 1e20),
    "few values, errors of one sign": two_valued(0.0, 0.1),
    "few values, both odd": two_valued(0.1, 0.3),
    "constant": torch.full((N,), 0.1),
    "zeros": torch.zeros(N),
    "inf": torch.where(torch.rand(N) < 0.01, float("inf"), torch.randn(N)),
    "inf and nan": torch.tensor([1.0, float("inf"), 2.0, float("nan"), -float("inf"), 4.0]),
    "bf16": torch.randn(N).bfloat16(),
    "bf16 denormal": (torch.randn(N) * 1e-39).bfloat16(),
    "f16": (torch.randn(N) * 1e4).half(),
    "f64": torch.randn(N, dtype=torch.float64) + 1e9,
    "f64 denormal": torch.randn(N, dtype=torch.float64) * 1e-310,
    "int64": torch.tensor([2**62, -(2**62), 3, 4]),
    "int beyond float32": torch.tensor([2**24 + 1, 5, -3]),
    "int": torch.randint(-5, 100, (N,), dtype=torch.int32),
    "uint8": torch.arange(256, dtype=torch.uint8),
    "bool": torch.rand(N) > 0.3,
    "complex": torch.randn(N, dtype=torch.complex64),
    "conjugate": torch.randn(99, dtype=torch.complex128).conj(),
    "negated view": torch.randn(99, dtype=torch.complex64).conj().imag,
    "scalar": torch.tensor(3.5),
    "permuted": torch.randn(20, 30, 50).permute(2, 0, 1),
    "with gaps": torch.randn(100, 900)[:, 7:350],
    "every other": torch.randn(N)[::2],
    "every other of rows": torch.randn(300, 1000)[:, ::2],
    "a column": torch.randn(5000, 7)[:, 3],
    "one of a pair": torch.randn(500, 2).unbind(-1)[1],
    "real part": torch.randn(5000, dtype=torch.complex64).real,
    "imaginary part of rows": torch.randn(50, 60, dtype=torch.complex64).imag[:, ::3],
    "channel, channels last": torch.randn(2, 8, 9, 9).contiguous(memory_format=torch.channels_last)[:, 5],
    "backwards strides, half": torch.randn(40, 50, dtype=torch.float16).T[::3, 1::2],
    "rows too long for a piece": torch.randn(2, 2, 300_000)[:, 1],
    "channels last": torch.randn(2, 8, 9, 9).contiguous(memory_format=torch.channels_last),
    "expanded": torch.randn(50, 1, 7).expand(50, 40, 7),
    "overlapping": torch.randn(500).unfold(0, 5, 1),
    "one longer than a row": torch.randn(513),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_moments_are_those_of_float64(name: str) -> None:
    tensor = AWKWARD[name]
    every = elements(tensor)
    finite = every[np.isfinite(every)]
    found = summary(tensor)
    rms, std = np.sqrt(np.mean(finite**2)), finite.std()
    assert (found.count, found.nonfinite) == (every.size, every.size - finite.size)
    last_bit = 1e-15 if tensor.is_complex() else 0.0
    assert (found.min, found.max) == pytest.approx((finite.min(), finite.max()), rel=last_bit, abs=0.0)
    assert found.mean == pytest.approx(finite.mean(), rel=TOLERANCE, abs=TOLERANCE * rms)
    assert found.rms == pytest.approx(rms, rel=TOLERANCE)
    # numpy's own two passes leave a std of this size where there is none
    assert found.std == pytest.approx(std, rel=TOLERANCE, abs=1e-15 * rms)


@pytest.mark.parametrize("name", AWKWARD)
def test_an_exact_histogram_counts_every_element(name: str) -> None:
    tensor = AWKWARD[name]
    every = elements(tensor)
    finite = every[np.isfinite(every)]
    found = summary(tensor, exact=True)
    assert found.sampled == found.count
    assert found.zeros == (every == 0).mean()
    assert found.histogram is not None
    edges = np.array(found.histogram.edges)
    if not tensor.is_complex():  # absolute values may differ in the last bit
        assert np.histogram(finite, edges)[0].tolist() == list(found.histogram.counts)
    assert found.histogram.total == finite.size


STEPS = st.sampled_from(["permute", "slice", "select", "expand", "unfold", "double"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=3), st.lists(STEPS, max_size=4), st.randoms())
def test_any_view_is_read_as_numpy_reads_it(shape: list[int], steps: list[str], random: Random) -> None:
    tensor = torch.randn(shape, generator=torch.Generator().manual_seed(len(steps))) + torch.arange(shape[-1])
    for step in steps:
        dim = random.randrange(tensor.dim())
        if step == "permute":
            tensor = tensor.permute(random.sample(range(tensor.dim()), tensor.dim()))
        elif step == "slice":
            start = random.randrange(tensor.shape[dim])
            tensor = tensor.narrow(dim, start, tensor.shape[dim] - start)[..., :: random.randint(1, 3)]
        elif step == "select" and tensor.dim() > 1:
            tensor = tensor.select(dim, random.randrange(tensor.shape[dim]))
        elif step == "expand":
            tensor = tensor.unsqueeze(dim).expand(*tensor.shape[:dim], 3, *tensor.shape[dim:])
        elif step == "unfold":
            tensor = tensor.unfold(dim, random.randint(1, tensor.shape[dim]), 1)
        elif step == "double":
            tensor = tensor.double()
    every = elements(tensor)
    found, counted = summary(tensor), summary(tensor, exact=True)
    assert (found.count, found.min, found.max) == (every.size, every.min(), every.max())
    assert found.mean == pytest.approx(every.mean(), abs=TOLERANCE * np.sqrt(np.mean(every**2)))
    assert found.std == pytest.approx(every.std(), rel=TOLERANCE, abs=1e-7 * np.abs(every).max())
    assert counted.histogram is not None
    assert np.histogram(every, counted.histogram.edges)[0].tolist() == list(counted.histogram.counts)
    if found.sampled == found.count:
        assert found.histogram == counted.histogram


@pytest.mark.parametrize("shape", [(0,), (0, 3), (4, 0, 2)])
def test_nothing_to_count(shape: tuple[int, ...]) -> None:
    for exact in (False, True):
        found = summary(torch.empty(shape), exact=exact)
        assert (found.count, found.sampled, found.histogram) == (0, 0, None)
        assert np.isnan([found.mean, found.std, found.rms, found.zeros]).all()


def test_many_tensors_keep_their_rows() -> None:
    tray = Tray()
    tensors = [torch.full((3,), float(i)) for i in range(300)]  # more than a tray holds
    assert [tray.add(plain(tensor)) for tensor in tensors] == list(range(300))
    assert tray.table()["mean"].tolist() == [float(i) for i in range(300)]


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.permutations(range(4)),
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), min_size=4, max_size=4),
)
@settings(deadline=None)
def test_a_layout_holds_each_element_once(shape: list[int], order: list[int], cuts: list[tuple[int, int]]) -> None:
    whole = torch.arange(int(np.prod(shape))).reshape(shape)
    view = whole.permute([dim for dim in order if dim < len(shape)])
    for dim, (start, step) in zip(range(view.dim()), cuts):
        view = view[(slice(None),) * dim + (slice(start, None, step),)]
    layout = layout_of(view)
    expected = sorted(view.reshape(-1).tolist())
    assert layout.size == len(expected)
    if expected:
        assert sorted(torch.cat(list(Elements(view, layout).pieces())).tolist()) == expected
        assert sorted(Elements(view, layout).sample().tolist()) == expected
        assert layout_of(view.transpose(0, -1)) == layout


@pytest.mark.parametrize("dtype", [torch.int64, torch.float32])
def test_a_sample_is_spread_and_never_repeats(dtype: torch.dtype) -> None:
    image = torch.arange(8 * 64 * 56 * 56, dtype=dtype).reshape(8, 64, 56, 56)
    taken = torch.as_tensor(Elements(image, layout_of(image)).sample()).long()
    assert len(taken) == SAMPLE == len(taken.unique())
    for dim in range(4):
        seen = torch.unravel_index(taken, image.shape)[dim].bincount(minlength=image.shape[dim])
        expected = SAMPLE / image.shape[dim]
        assert seen.min() > 0.6 * expected
        assert seen.max() < 1.5 * expected


def test_views_share_a_row_and_writes_end_it() -> None:
    rows = Rows(aliased=set())
    x = torch.randn(4, 6)
    place, row = found(rows, x, is_written=False)
    assert row is None
    rows.note(place, x, 5)
    assert found(rows, x.t(), is_written=False)[1] == 5
    assert found(rows, x.reshape(3, 8), is_written=False)[1] == 5
    assert found(rows, x[:2], is_written=False)[1] is None
    assert found(rows, x.clone(), is_written=False)[1] is None
    assert found(rows, x.view(torch.int32), is_written=False)[1] is None
    x.add_(1)
    assert found(rows, x, is_written=True)[1] is None


def test_writes_are_told_without_version_counters() -> None:
    rows = Rows(aliased=set())
    with torch.inference_mode():
        x = torch.randn(4)
        rows.note(found(rows, x, is_written=False)[0], x, 0)
        assert found(rows, x.view(2, 2), is_written=False)[1] == 0
        x.mul_(2)
        assert found(rows, x, is_written=True)[1] is None


def test_a_row_ends_with_the_tensor_it_was_found_for() -> None:
    rows = Rows(aliased=set())
    x = torch.randn(1000)
    place = found(rows, x, is_written=False)[0]
    rows.note(place, x, 0)
    address = x.untyped_storage()._cdata
    del x
    again = [y for y in (torch.randn(1000) for _ in range(50)) if y.untyped_storage()._cdata == address]
    assert all(found(rows, y, is_written=False)[1] is None for y in again)


PAIRS = {
    "plain": (torch.randn(N), torch.randn(N)),
    "itself": (AWKWARD["normal"], AWKWARD["normal"]),
    "other strides": (torch.randn(300, 400), torch.randn(400, 300).t()),
    "expanded": (torch.randn(30, 1).expand(30, 40), torch.randn(30, 1).expand(30, 40)),
    "tiny": (torch.randn(N) * 1e-30, torch.randn(N) * 1e-30),
    "large": (torch.randn(N) * 1e25, torch.randn(N) * 1e25),
    "bf16": (torch.randn(N).bfloat16(), torch.randn(N).bfloat16()),
    "f64": (torch.randn(N).double(), torch.randn(N)),
    "scalars": (torch.tensor(2.0), torch.tensor(3.0)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_inner_products(name: str) -> None:
    a, b = PAIRS[name]
    x, y = elements(a.expand_as(b).clone() if name != "other strides" else a), elements(b.contiguous())
    size = np.sqrt((x * x).sum()) * np.sqrt((y * y).sum())
    assert inner_product(a, b).item() == pytest.approx((x * y).sum(), rel=1e-5, abs=1e-6 * size)


def test_inner_product_of_complex_values() -> None:
    a, b = torch.randn(50, dtype=torch.complex64), torch.randn(50, dtype=torch.complex64)
    assert inner_product(a, b).item() == pytest.approx(np.vdot(a.numpy(), b.numpy()).real, rel=1e-5)
    assert inner_product(torch.zeros(0), torch.zeros(0)).item() == 0
