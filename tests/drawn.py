"""Payloads drawn by hand, for tests of the picture engine: no network, no torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random

from resight.picture.payload import SCHEMA, CallBox, OpBox, OutputBox, Payload, SkipArc

GROUP_OF = {
    "add": "merge", "attention": "attention", "bn": "norm", "cat": "merge", "conv": "linear", "key": "linear",
    "linear": "linear", "query": "linear", "relu": "activation", "reshape": "shape", "value": "linear",
}  # fmt: skip
"""Colour groups of the ops drawn here; any other is `other`."""


class Sketch:
    """Writes a payload op by op, as a network would run."""

    def __init__(self, title: str = "Net") -> None:
        self.title = title
        self.ops: list[OpBox] = []
        self.calls = [CallBox(-1, "", title, title, "", "1k")]
        self.skips: list[SkipArc] = []
        self.outputs: list[OutputBox] = []
        self.around = [0]

    def op(self, name: str, *inputs: int, shape: str = "8×4×4", **fields: object) -> int:
        """An op that reads the first output of each of `inputs`; returns its id."""
        group = GROUP_OF.get(name, "other")
        words = {"title": name, "detail": "", "group": group, "reshaped": False, **fields}
        read = tuple((i, 0) for i in inputs)
        self.ops.append(OpBox(call=self.around[-1], name=name, shape=shape, inputs=read, **words))  # type: ignore[arg-type]
        return len(self.ops) - 1

    def input(self, title: str = "x") -> int:
        """An input of the network."""
        self.ops.append(OpBox(0, "input", title, "", "3×8×8", "input", ()))
        return len(self.ops) - 1

    @contextmanager
    def call(self, name: str, cls: str = "Block", same: int = -1) -> Iterator[None]:
        """All ops written inside run in this module call."""
        above = self.calls[self.around[-1]].path
        path = f"{above}.{name}" if above else name
        self.calls.append(CallBox(self.around[-1], path, name, cls, "", "1k", same))
        self.around.append(len(self.calls) - 1)
        yield
        self.around.pop()

    def skip(self, source: int, merge: int, *shortcut: int, kind: str = "identity", combine: str = "add") -> None:
        """A residual connection, owned by the call that is open now."""
        self.skips.append(
            SkipArc(merge, (source, 0), kind, combine, tuple(shortcut), self.around[-1], False, False, False)
        )

    def payload(self, *returned: int) -> Payload:
        """What was drawn, with these outputs."""
        outputs = tuple(OutputBox(op, 0, f"output {i}", "10") for i, op in enumerate(returned))
        return Payload(
            SCHEMA, self.title, "drawn by hand", tuple(self.ops), tuple(self.calls), tuple(self.skips), outputs
        )


def residual(sketch: Sketch, x: int, projection: bool = False) -> int:
    #  x ─┬─ conv ─ bn ─ relu ─ conv ─ bn ─ add ─ relu
    #     └───────── (conv ─ bn) ───────────┘
    """A basic block's ops."""
    y = x
    for name in ("conv", "bn", "relu", "conv", "bn"):
        y = sketch.op(name, y)
    shortcut: tuple[int, ...] = ()
    if projection:
        with sketch.call("downsample", "Sequential"):
            conv = sketch.op("conv", x)
            shortcut = (conv, sketch.op("bn", conv))
    add = sketch.op("add", y, shortcut[-1] if shortcut else x)
    sketch.skip(x, add, *shortcut, kind="projection" if projection else "identity")
    return sketch.op("relu", add)


def resnet(blocks: Sequence[int] = (2, 2)) -> Payload:
    """Stages of basic blocks; the first block of each has a projection, the others are alike."""
    sketch = Sketch("ResNet")
    x = sketch.op("conv", sketch.input())
    for stage, count in enumerate(blocks):
        with sketch.call(f"layer{stage + 1}", "Sequential"):
            for i in range(count):
                with sketch.call(str(i), "BasicBlock", same=2 * stage + (i > 0)):
                    x = residual(sketch, x, projection=i == 0)
    return sketch.payload(sketch.op("linear", x))


def unet(depth: int = 3) -> Payload:
    """Encoder and decoder with a concat between the same levels of both."""
    sketch = Sketch("UNet")
    x = sketch.input()
    kept = []
    for level in range(depth):
        with sketch.call(f"down{level}", "DoubleConv"):
            x = sketch.op("relu", sketch.op("conv", sketch.op("relu", sketch.op("conv", x))))
        kept.append(x)
        x = sketch.op("pool", x)
    x = sketch.op("conv", x)
    for level in reversed(range(depth)):
        up = sketch.op("up", x)
        cat = sketch.op("cat", up, kept[level])
        sketch.skip(kept[level], cat, combine="concat")
        with sketch.call(f"up{level}", "DoubleConv"):
            x = sketch.op("relu", sketch.op("conv", cat))
    return sketch.payload(sketch.op("conv", x))


def dense_block(layers: int = 5) -> Payload:
    """Every layer concatenates all values before it, inside the layer."""
    sketch = Sketch("DenseBlock")
    values = [sketch.op("conv", sketch.input())]
    for i in range(layers):
        with sketch.call(f"layer{i}", "DenseLayer"):
            cat = sketch.op("cat", *reversed(values))
            new = sketch.op("conv", sketch.op("relu", cat))
        if len(values) > 1:
            for value in values[:-1]:
                sketch.skip(value, cat, combine="concat")
        values.append(new)
    return sketch.payload(sketch.op("cat", *values))


def transformer(layers: int = 12) -> Payload:
    """Alike pre-norm blocks of two skips each."""
    sketch = Sketch("Transformer")
    x = sketch.op("embed", sketch.input("tokens"))
    for i in range(layers):
        with sketch.call(f"h.{i}", "Block", same=7):
            with sketch.call("attn", "Attention"):
                norm = sketch.op("norm", x)
                heads = [sketch.op(name, norm) for name in ("query", "key", "value")]
                attended = sketch.op("linear", sketch.op("attention", *heads))
            first = sketch.op("add", attended, x)
            sketch.skip(x, first)
            with sketch.call("mlp", "MLP"):
                fed = sketch.op("linear", sketch.op("gelu", sketch.op("linear", sketch.op("norm", first))))
            x = sketch.op("add", fed, first)
            sketch.skip(first, x)
    return sketch.payload(sketch.op("linear", x))


def nested(seed: int, size: int = 60) -> Payload:
    """A random nested network: side paths, long edges, skips of all kinds, alike neighbours, things left out."""
    random = Random(seed)
    sketch = Sketch(f"Net {seed}")
    values = [sketch.input(f"x{i}") for i in range(random.randint(1, 2))]

    def read() -> list[int]:
        recent = values[-random.choice((1, 1, 1, 2, 3)) :][:1]
        return [*recent, *random.sample(values, min(len(values), random.choice((0, 0, 0, 1, 2))))]

    def fill(depth: int, count: int) -> None:
        while count > 0:
            roll = random.random()
            inside = random.randint(1, max(count // 2, 1))
            if depth < 5 and roll < 0.25:
                with sketch.call(f"m{len(sketch.calls)}", random.choice(("A", "Long class name of a block", "C"))):
                    fill(depth + 1, inside)
                count -= inside
            elif depth < 4 and roll < 0.32:
                same = len(sketch.calls)
                for i in range(random.randint(2, 3)):
                    with sketch.call(f"r{same}.{i}", "Repeated", same=same):
                        values.append(residual(sketch, values[-1], projection=same % 3 == 0))
                count -= 6
            else:
                inputs = read()
                aside = random.random() < 0.05
                reshaped = random.random() < 0.3
                new = sketch.op(
                    random.choice(("conv", "bn", "a longer op name", "f")), *inputs, aside=aside, reshaped=reshaped
                )
                if not aside:
                    values.append(new)
                    mark(inputs, new)
                count -= 1

    def mark(inputs: list[int], merge: int) -> None:
        if len(set(inputs)) < 2 or random.random() < 0.4:
            return
        source = min(inputs)
        kind = random.choice(("identity", "scaled", "gated", "normed"))
        combine = random.choice(("add", "add", "concat"))
        arc = SkipArc(merge, (source, 0), kind, combine, (), owner(source, merge), random.random() < 0.2, False, False)
        sketch.skips.append(arc)

    def owner(a: int, b: int) -> int:
        around = set(chain(sketch.ops[a].call))
        return next(call for call in chain(sketch.ops[b].call) if call in around)

    def chain(call: int) -> Iterator[int]:
        while call >= 0:
            yield call
            call = sketch.calls[call].parent

    fill(0, size)
    return sketch.payload(values[-1], random.choice(values))
