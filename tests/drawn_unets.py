"""Random U-Nets for tests of the picture engine: values part on the way down and meet on the way up."""

from __future__ import annotations

from contextlib import ExitStack
from random import Random

from drawn import Sketch, residual
from resight.picture.payload import Payload


def random_unet(seed: int) -> Payload:
    """A U-Net whose levels hold ops, modules and residual blocks, bare or wrapped, joined by add or concat."""
    random = Random(seed)
    sketch = Sketch(f"U-Net {seed}")
    x = sketch.input()
    with ExitStack() as wrapper:
        if random.random() < 0.4:
            wrapper.enter_context(sketch.call("body", "Wrapped"))
        kept = []
        for level in range(random.randint(2, 5)):
            x = step(sketch, random, x, f"down{level}")
            kept.append(x)
            if random.random() < 0.6:
                x = sketch.op("pool", x, reshaped=True)
        x = step(sketch, random, x, "mid")
        for level in reversed(range(len(kept))):
            with ExitStack() as module:
                if random.random() < 0.5:
                    module.enter_context(sketch.call(f"up{level}", "A class of some length"))
                if random.random() < 0.8:
                    x = sketch.op("up", x, reshaped=True)
                x = join(sketch, random, x, kept[level])
                x = step(sketch, random, x, "inner")
        x = step(sketch, random, x, "end")
    returned = [x, *([kept[0]] if random.random() < 0.2 else [])]
    return sketch.payload(sketch.op("conv", x) if random.random() < 0.5 else x, *returned[1:])


def step(sketch: Sketch, random: Random, x: int, name: str) -> int:
    """Some ops, a module of some ops, residual blocks, or side paths."""
    roll = random.random()
    if roll < 0.3:
        for _ in range(random.randint(1, 3)):
            x = sketch.op("conv", x, reshaped=random.random() < 0.5)
        return x
    with sketch.call(name, "Block"):
        if roll < 0.6:
            for i in range(random.randint(1, 2)):
                with sketch.call(str(i), "Residual"):
                    x = residual(sketch, x, projection=random.random() < 0.5)
            return x
        sides = [sketch.op("conv", x) for _ in range(random.randint(1, 3))]
        return sketch.op("cat", *sides) if len(sides) > 1 else sides[0]


def join(sketch: Sketch, random: Random, x: int, kept: int) -> int:
    """The merge of a level; now and then its shortcut is an op, or it is no skip at all."""
    combine = random.choice(("add", "concat"))
    if random.random() < 0.15:
        return sketch.op("cat", x, kept)
    way = [sketch.op("conv", kept)] if random.random() < 0.2 else []
    merge = sketch.op("cat" if combine == "concat" else "add", x, way[-1] if way else kept)
    sketch.skip(kept, merge, *way, kind="projection" if way else "identity", combine=combine)
    return merge
