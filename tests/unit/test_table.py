"""Tables: rows of plain values for programs, three digits for people, safe names in every format."""

from __future__ import annotations

import csv
import io
import math
from html.parser import HTMLParser

import pytest
from rich.console import Console

import resight
from graphs import SHAPE, Pen
from recordings import SAMPLE, recorded
from resight import Ref, Trace, UserError
from resight.graph import Graph
from resight.skips import find_skips
from resight.table import Column, Table, walk_steps
from resight.traces import About

HOSTILE = "</td><script>alert('x')</script>\n\"a\" | `b` % 日本 🦊"


def traced(graph: Graph) -> Trace:
    """A trace of a graph drawn by hand."""
    return Trace(About("Net", "net", 0, "eval", "cpu", "x f32[2,8,16,16]"), graph, find_skips(graph))


def residual() -> Trace:
    #  x ── stem ─┬─ conv ─ norm ─ relu ─ conv ─⊕─ relu     the block in `body`, its first three ops in `body.inner`
    #             └────────────────────────────┘
    net = Pen()
    stem = net.conv(net.input(*SHAPE))
    net.enter("body", "Block")
    net.enter("body.inner", "Sequential")
    y = net.leave(net.relu(net.norm(net.conv(stem))))
    out = net.leave(net.relu(net.add(stem, net.conv(y))))
    return traced(net.done(out))


def table(rows: list[tuple[object, ...]], *kinds: str) -> Table:
    columns = tuple(Column(f"c{i}", f"C {i}", kind) for i, kind in enumerate(kinds))
    return Table(columns, tuple(rows))  # type: ignore[arg-type]


# --- the noun -------------------------------------------------------------------------------------------------------


def test_rows_are_dicts_of_unrounded_values() -> None:
    made = table([("a", 1 / 3, (2, 3)), ("b", None, None)], "text", "number", "shape")
    assert list(made) == [{"c0": "a", "c1": 1 / 3, "c2": (2, 3)}, {"c0": "b", "c1": None, "c2": None}]
    assert len(made) == 2
    assert list(made) == list(made)


def test_pandas_takes_a_table() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(table([("a", 0.1), ("b", 0.2)], "text", "number"))
    assert list(frame.columns) == ["c0", "c1"]
    assert frame["c1"].sum() == pytest.approx(0.3)


def test_columns_can_be_chosen_and_put_in_order() -> None:
    made = table([(1, 2, 3)], "count", "count", "count").select("c2", "c0")
    assert list(made) == [{"c2": 3, "c0": 1}]
    with pytest.raises(UserError, match="no column 'c9'; did you mean c2"):
        made.select("c9")


def test_csv_keeps_every_digit() -> None:
    values = [("x", 0.1 + 0.2, (1, 2), 3), (HOSTILE, math.nan, None, None)]
    lines = list(csv.reader(io.StringIO(table(values, "text", "number", "shape", "count").to_csv())))
    assert lines == [["c0", "c1", "c2", "c3"], ["x", repr(0.1 + 0.2), "1x2", "3"], [HOSTILE, "nan", "", ""]]


# --- for people -----------------------------------------------------------------------------------------------------


def test_numbers_are_written_in_three_digits() -> None:
    made = table([(0.123456, 0.4996, 1234567, 0.00031, (64, 8))], "number", "share", "count", "seconds", "shape")
    words = ["0.123", "50%", "1,234,567", "310 µs", "64×8"]
    assert str(made).splitlines()[1].split() == ["0.123", "50%", "1,234,567", "310", "µs", "64×8"]
    assert cells_of(made.to_html())[5:] == words
    assert made.to_markdown().splitlines()[2] == f"| {' | '.join(words)} |"


class Cells(HTMLParser):
    """Texts of table cells, and every tag that was met."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.cells[-1] += data


def cells_of(html: str) -> list[str]:
    parser = Cells()
    parser.feed(html)
    assert parser.tags <= {"table", "thead", "tbody", "tr", "td", "th"}
    return parser.cells


def test_a_hostile_name_stays_one_harmless_cell() -> None:
    made = table([(HOSTILE,)], "text")
    one_line = " ".join(HOSTILE.split())
    assert cells_of(made._repr_html_()) == ["C 0", one_line]
    assert len(made.to_markdown().splitlines()) == 3
    assert "<script>" not in made.to_markdown()
    assert str(made).splitlines() == ["C 0", one_line]


def test_a_terminal_shows_it() -> None:
    console = Console(width=60, file=io.StringIO(), record=True)
    console.print(table([("[red]a[/]", 2.0)], "text", "number"))
    assert console.export_text().splitlines()[1].split() == ["[red]a[/]", "2"]


# --- steps ----------------------------------------------------------------------------------------------------------


def names(trace: Trace, depth: int | None = None) -> list[str]:
    return [step.name for step in walk_steps(trace.graph, depth)]


def test_steps_follow_the_run_under_names_that_find_them_again() -> None:
    trace = residual()
    assert names(trace) == [
        ":input", ":conv2d", "body.inner:conv2d", "body.inner:batch_norm", "body.inner:relu", "body:conv2d",
        "body:add", "body:relu",
    ]  # fmt: skip
    for step in walk_steps(trace.graph):
        assert step.ref is not None
        assert trace[step.name, step.number].ref == step.ref


def test_modules_stay_closed_below_a_depth() -> None:
    trace = residual()
    assert names(trace, 0) == [""]
    assert names(trace, 1) == [":input", ":conv2d", "body"]
    assert names(trace, 2) == [":input", ":conv2d", "body.inner", "body:conv2d", "body:add", "body:relu"]
    assert names(trace, 9) == names(trace)
    closed = walk_steps(trace.graph, 1)[-1]
    assert closed.ref == trace.graph.calls[1].outputs[0]
    assert trace["body"].ref == closed.ref


def test_an_op_alone_in_its_module_goes_by_its_name() -> None:
    net = Pen()
    x = net.input(*SHAPE)
    for _ in range(2):
        net.enter("act", "ReLU")
        x = net.leave(net.relu(x))
    trace = traced(net.done(x))
    assert [(step.name, step.number) for step in walk_steps(trace.graph)] == [(":input", 0), ("act", 0), ("act", 1)]
    assert trace["act", 1].ref == Ref(2)


# --- a forward pass as a table --------------------------------------------------------------------------------------


def test_without_a_recording_there_are_shapes_and_skips() -> None:
    made = residual().table()
    assert [column.name for column in made.columns] == ["name", "number", "slot", "op", "shape", "dtype", "skip"]
    assert [(row["name"], row["skip"]) for row in made if row["skip"]] == [("body:add", "identity")]
    assert [row["skip"] for row in residual().table(depth=1)] == [None, None, "1 identity"]


def test_the_numbers_are_the_recordings_own() -> None:
    trace = recorded(residual(), nonfinite={Ref(3): 2}, silent=[Ref(4)], seconds=True, gradients=True)
    assert trace.recording is not None
    rows = list(trace.table())
    for i, row in enumerate(rows):
        summary = trace.recording.values.summary(Ref(i))
        if summary is None:
            assert i == 4
            assert row["mean"] is row["zeros"] is row["nonfinite"] is None
            continue
        assert [row[name] for name in ("mean", "std", "rms", "min", "max", "zeros", "nonfinite", "count")] == [
            summary.mean, summary.std, summary.rms, summary.min, summary.max, summary.zeros, summary.nonfinite,
            summary.count,
        ]  # fmt: skip
        assert row["seconds"] == trace.recording.seconds[i]  # type: ignore[index]
        assert row["gradient_rms"] == summary.rms
    assert rows[3]["nonfinite"] == 2
    assert rows[3]["count"] == SAMPLE + 2
    merge = next(row for row in rows if row["skip"])
    assert (merge["gain"], merge["cosine"], merge["update"]) == (0.5, 0.25, 0.4)
    assert all(row["gain"] is None for row in rows if row is not merge)
    assert [row["gain"] for row in trace.table(depth=1)] == [None, None, 0.5]


def test_a_saved_recording_gives_the_same_table(tmp_path: object) -> None:
    trace = recorded(residual(), nonfinite={Ref(3): 2})
    again = Trace.from_json(trace.to_json())
    assert again.table().to_csv() == trace.table().to_csv()


def test_a_step_that_raised_has_no_numbers() -> None:
    from torch import nn, randn

    with pytest.warns(resight.ForwardWarning):
        trace = resight.trace(nn.Sequential(nn.Linear(4, 3), nn.Linear(4, 3)), randn(2, 4))
    last = list(trace.table())[-1]
    assert (last["op"], last["shape"], last["slot"]) == ("linear", None, None)


def test_a_value_without_elements_has_no_moments() -> None:
    import torch

    class Nothing(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(x[:0])

    row = list(resight.record(Nothing(), torch.ones(2, 3)).table())[-1]
    assert (row["shape"], row["count"], row["nonfinite"]) == ((0, 3), 0, 0)
    assert row["mean"] is row["max"] is row["zeros"] is None
