"""Traces of small drawn graphs for tests of pictures: no torch, no forward."""

from __future__ import annotations

from dataclasses import replace

from graphs import Pen
from resight.graph import Failure, Graph, Op, Ref
from resight.skips import find_skips
from resight.traces import About, Trace

HOSTILE = "</script><img src=x onerror=alert(1)> \"q\" 's' %s {x} `b` \\N [e] | 学习 😀 \x00\n& &lt; end"
"""A name made of everything that some format reads as syntax."""


def trace_of(graph: Graph, title: str = "Net") -> Trace:
    """A trace as if this graph had been run."""
    about = About(title, title, 1234, "eval", "cpu", "x f32[2,8,16,16]", notes=("a note",))
    return Trace(about, graph, find_skips(graph))


def conv(net: Pen, x: Ref, path: str, stride: int = 1, channels: int = 8, kernel: int = 3) -> Ref:
    """A convolution in a module call of its own, as models have them."""
    batch, before, *sizes = net.ops[x.op].outputs[x.slot].shape
    net.enter(path, "Conv2d")
    y = net.op(
        "conv2d", x, shape=(batch, channels, *(size // stride for size in sizes)),
        weights=((channels, before, kernel, kernel),), kernel_size=(kernel, kernel), stride=(stride, stride),
        padding=(kernel // 2,) * 2, dilation=(1, 1), groups=1,
    )  # fmt: skip
    net.leave()
    return y


def named(net: Pen, op: str, x: Ref, path: str, cls: str) -> Ref:
    """A norm or an activation in a module call of its own."""
    net.enter(path, cls)
    y = net.norm(x) if op == "norm" else net.relu(x)
    net.leave()
    return y


def block(net: Pen, x: Ref, path: str, stride: int = 1) -> Ref:
    #  x ──────────────────────────────┐
    #  └─ conv1 ─ bn1 ─ relu ─ conv2 ─ add ─ relu      with a stride the way above is a 1×1 convolution
    net.enter(path, "BasicBlock")
    channels = 8 * stride
    y = named(net, "norm", conv(net, x, f"{path}.conv1", stride, channels), f"{path}.bn1", "BatchNorm2d")
    y = conv(net, named(net, "relu", y, f"{path}.act", "ReLU"), f"{path}.conv2", 1, channels)
    shortcut = x if stride == 1 else conv(net, x, f"{path}.down", stride, channels, kernel=1)
    y = net.relu(net.add(y, shortcut))
    net.leave()
    return y


def residual() -> Trace:
    """Two blocks in a row: an identity and a projection skip."""
    net = Pen("TwoBlocks")
    x = net.input()
    net.enter("layer", "Sequential")
    y = block(net, block(net, x, "layer.0"), "layer.1", stride=2)
    net.leave()
    return trace_of(net.done(y), "TwoBlocks")


def unet() -> Trace:
    #  x ─ a ─────────────── cat ─ head
    #      └─ pool ─ b ─ up ─┘
    net = Pen("UNet")
    x = net.input()
    a = net.relu(conv(net, x, "enc"))
    low = net.op("max_pool2d", a, shape=(2, 8, 8, 8), kernel_size=2, stride=2)
    b = net.relu(conv(net, low, "mid"))
    up = net.op("interpolate", b, shape=(2, 8, 16, 16), scale_factor=2.0, mode="nearest")
    return trace_of(net.done(conv(net, net.cat(a, up), "head", channels=4)), "UNet")


def stacked(times: int = 6) -> Trace:
    """Blocks that are all alike, in a container."""
    net = Pen("Stack")
    y = net.input()
    net.enter("h", "Sequential")
    for i in range(times):
        y = block(net, y, f"h.{i}")
    net.leave()
    return trace_of(net.done(y), "Stack")


def hostile() -> Trace:
    """A residual block in which everything that has a name is called `HOSTILE`."""
    net = Pen(HOSTILE)
    x = net.input(name=HOSTILE)
    net.enter(HOSTILE, HOSTILE)
    y = net.add(net.op(HOSTILE, net.branch(x)), x)
    net.leave()
    graph = net.done(y)
    graph = replace(graph, outputs=(replace(graph.outputs[0], name=HOSTILE),))
    made = trace_of(graph, HOSTILE)
    return replace(made, about=replace(made.about, inputs=HOSTILE, notes=(HOSTILE,)))


def failed() -> Trace:
    """A forward that stopped at an add."""
    net = Pen("Broken")
    x = net.input()
    graph = net.done(conv(net, x, "conv", stride=2))
    add = Op(len(graph.ops), "add", 0, inputs=graph.ops[1].inputs)
    failure = Failure(add.id, "RuntimeError", "identity is 8×16×16, branch is 8×8×8", "use a projection shortcut")
    return trace_of(replace(graph, ops=(*graph.ops, add), outputs=(), failure=failure).check(), "Broken")


DRAWN = {"residual": residual, "unet": unet, "stacked": stacked, "hostile": hostile, "failed": failed}
