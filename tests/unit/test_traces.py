"""A trace on disk: what is written is what is read, and what can't be read is said in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import resight
from graphs import Pen
from resight import About, Trace, UserError, find_skips
from resight.graph import Failure, Graph, Source


def traced(graph: Graph, title: str = "Net") -> Trace:
    return Trace(About(title, title, 0, "eval", "cpu", "x f32[2,8,16,16]"), graph, find_skips(graph))


def block() -> Graph:
    net = Pen()
    x = net.input()
    net.enter("block")
    x = net.add(x, net.op("mul", net.branch(x), other=0.5, dims=(1, 2), mode="a", flag=True))
    net.leave()
    return net.done(x)


def test_round_trip() -> None:
    trace = traced(block(), title="</script>\u2028学习 😀 \" ' %")
    assert Trace.from_json(trace.to_json()) == trace
    assert trace.to_json() == traced(block(), title=trace.about.title).to_json()


def test_round_trip_of_a_failed_forward() -> None:
    net = Pen()
    x = net.relu(net.input())
    graph = net.done(x)
    failed = Graph(graph.ops, graph.calls, graph.inputs, (), Failure(1, "RuntimeError", "no", "try", Source("a.py", 3)))
    trace = traced(failed)
    assert Trace.from_json(trace.to_json()) == trace


def test_loading_needs_no_torch(tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text(traced(block()).to_json(), encoding="utf-8")
    code = (
        f"import resight, sys; t = resight.load({str(file)!r}); assert 'torch' not in sys.modules; print(len(t.skips))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda body: {**body, "resight": 99}, "has schema 99, newer than 2; update resight"),
        (lambda body: {"a": 1}, "is JSON, but not a trace"),
        (lambda body: {k: v for k, v in body.items() if k != "graph"}, "Trace has no graph"),
        (lambda body: {**body, "skips": 3}, "Trace.skips is int instead of list"),
    ],
)
def test_a_file_that_is_no_trace(change: object, words: str) -> None:
    body = json.loads(traced(block()).to_json())
    with pytest.raises(UserError, match=words):
        Trace.from_json(json.dumps(change(body)))  # type: ignore[operator]


def test_files_of_the_first_schema_still_open() -> None:
    trace = traced(block())
    body = {**json.loads(trace.to_json()), "resight": 1}
    assert Trace.from_json(json.dumps(body)) == trace


def test_a_file_cut_short(tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text(traced(block()).to_json()[:300], encoding="utf-8")
    with pytest.raises(UserError, match=r"net\.json is not JSON"):
        resight.load(file)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(UserError, match=r"cannot read nowhere\.json: No such file"):
        resight.load("nowhere.json")


def test_a_broken_graph_is_noticed() -> None:
    body = json.loads(traced(block()).to_json())
    body["graph"]["ops"][1]["inputs"][0]["op"] = 4
    with pytest.raises(UserError, match="reads op 4, which runs later"):
        Trace.from_json(json.dumps(body))


def test_summary_counts_by_name() -> None:
    net = Pen()
    x = net.input()
    x = net.relu(net.add(x, net.branch(x)))
    x = net.relu(net.add(net.norm(net.conv(x)), net.branch(x)))
    x = net.add(x, net.branch(x))
    trace = traced(net.done(x))
    assert trace.count() == {"identity": 2, "projection": 1}
    assert trace.summary() == "Net: 2 identity + 1 projection skips"
    assert repr(trace) == "<Trace Net: 2 identity + 1 projection skips, 23 ops>"
