"""How does the time of finding skips and of drawing grow with the network?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from measure import cpu_seconds, report

import resight
from resight.graph import Graph
from resight.picture import engine, labels
from resight.picture.payload import View

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from graphs import Pen

SIZES = (1_000, 10_000, 50_000)


def nested(ops: int) -> Graph:
    """Residual blocks of 7 ops, ten to a stage, ten stages to a super-stage."""
    net = Pen("Nested")
    x = net.input()
    blocks = ops // 7
    for i in range(blocks):
        if i % 100 == 0:
            net.enter(f"part{i // 100}", "Part")
        if i % 10 == 0:
            net.enter(f"part{i // 100}.stage{i // 10 % 10}", "Stage")
        net.enter(f"part{i // 100}.stage{i // 10 % 10}.{i % 10}")
        x = net.relu(net.add(net.branch(x), x))
        net.leave()
        if i % 10 == 9 or i == blocks - 1:
            net.leave()
        if i % 100 == 99 or i == blocks - 1:
            net.leave()
    return net.done(x)


def long_skips(ops: int) -> Graph:
    """A U-Net without end: a third of the ops are additions, each nested in the next."""
    net = Pen("Long")
    x = net.input()
    kept = []
    for _ in range(ops // 3):
        x = net.conv(x)
        kept.append(x)
    while kept:
        x = net.add(net.conv(x), kept.pop())
    return net.done(x)


def row(name: str, graph: Graph) -> list[str]:
    """CPU seconds of each step for one graph."""
    found: list[tuple[resight.Skip, ...]] = []
    seconds = [cpu_seconds(lambda: found.append(resight.find_skips(graph)))]
    about = resight.About(name, name, 0, "eval", "cpu", "x")
    made: list[object] = []
    steps: list[Callable[[], object]] = [
        lambda: made.append(labels.payload(about, graph, found[0])),
        lambda: engine.draw(made[0], View(depth=99, repeats=False, wrap=1)),  # type: ignore[arg-type]
        lambda: engine.draw(made[0], View()),  # type: ignore[arg-type]
    ]
    seconds += [cpu_seconds(step) for step in steps]
    return [name, f"{len(graph.ops):,}", f"{len(found[0]):,}", *(f"{value:.2f}" for value in seconds)]


def main() -> None:
    rows = [row(name, make(size)) for name, make in (("nested", nested), ("long", long_skips)) for size in SIZES]
    how = "CPU seconds, one run each; drawing in QuickJS to a display list, everything open or as it opens by itself."
    report("Growth", how, ["network", "ops", "skips", "find_skips", "labels", "draw, all open", "draw, folded"], rows)


if __name__ == "__main__":
    main()
