"""Residual blocks drawn by hand as traces, for figures: no network, no torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from graphs import Pen
from resight import About, Ref, Trace, find_skips
from resight.graph import Graph


class Net(Pen):
    """A pen that opens and closes modules with a `with`."""

    @contextmanager
    def call(self, path: str, parameters: int = 0) -> Iterator[None]:
        self.enter(path, parameters=parameters)
        yield
        self.leave()

    def block(self, path: str, x: Ref) -> Ref:
        with self.call(path):
            with self.call(f"{path}.conv", 576):
                y = self.conv(x)
            with self.call(f"{path}.relu"):
                y = self.relu(y)
            return self.add(x, y)


def blocks(count: int, name: str = "stage.{}") -> Graph:
    net = Net()
    x = net.input()
    for i in range(count):
        x = net.block(name.format(i), x)
    return net.done(x)


def traced(graph: Graph, title: str = "Net") -> Trace:
    about = About("Net", title, 576, "eval", "cpu", "x f32[2,8,16,16]")
    return Trace(about, graph, find_skips(graph))
