"""Random networks out of awkward parts, each with a known number of residual connections: `Awkward(seed)`.

A part maps [4, 8] to [4, 8] and says how many skips it holds. `HIDING` parts leave what can be observed (another
thread, numpy, a scripted function); a network that holds one may miss skips, and then has to say so in a note.
"""

from __future__ import annotations

import random
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

ROWS, WIDTH = 4, 8


def two_linears() -> nn.Sequential:
    return nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH))


class Part(nn.Module):
    """Layers of its own, and how many skips its forward holds."""

    skips = 1

    def __init__(self) -> None:
        super().__init__()
        self.f = two_linears()


def written(expression: Callable[[Tensor, Callable[[Tensor], Tensor]], Tensor], skips: int = 1) -> type[Part]:
    """A part whose forward is one expression of its input and its layers."""

    class Written(Part):
        def forward(self, x: Tensor) -> Tensor:
            return expression(x, self.f)

    Written.skips = skips
    return Written


def scatter_rows(x: Tensor, f: Callable[[Tensor], Tensor]) -> Tensor:
    rows = torch.tensor([0, 2])
    return x.index_add(0, rows, f(x)[rows])


def through_casts(x: Tensor, f: Callable[[Tensor], Tensor]) -> Tensor:
    return (x.double() + f(x).double()).float()


def into_out(x: Tensor, f: Callable[[Tensor], Tensor]) -> Tensor:
    with torch.no_grad():
        return torch.add(x, f(x), out=torch.empty(ROWS, WIDTH))


WRITTEN = [
    written(lambda x, f: x + f(x)),
    written(lambda x, f: f(x).add_(x)),
    written(lambda x, f: torch.add(f(x), x)),
    written(lambda x, f: sum([x, f(x)])),  # type: ignore[arg-type]
    written(lambda x, f: torch.stack([f(x), x]).sum(0)),
    written(lambda x, f: x - f(F.layer_norm(x, (WIDTH,)))),
    written(lambda x, f: F.relu(x.view(ROWS, 2, 4).reshape(ROWS, WIDTH) + f(x), inplace=True)),
    written(lambda x, f: torch.cat([x, f(x)], 1)[:, ::2]),
    written(scatter_rows),
    written(through_casts),
    written(into_out),
    written(lambda x, f: f(x), 0),
    written(lambda x, f: torch.tanh(f(x)) * torch.sigmoid(f(x)), 0),
]


class InList(Part):
    """Layers that nobody registered: in a list, a dict and a closure, and made while it runs."""

    def __init__(self) -> None:
        super().__init__()
        inner = two_linears()
        self.f = nn.Identity()  # type: ignore[assignment]
        self.modules = [two_linears(), {"branch": two_linears()}]  # type: ignore[method-assign,assignment]
        self.closed = lambda x: inner(x)

    skips = 3

    def forward(self, x: Tensor) -> Tensor:
        first, rest = self.modules  # type: ignore[misc]
        x = x + first(x)
        x = x + rest["branch"](x)
        return x + self.closed(x)


class LateLayer(Part):
    """A layer made at the first forward."""

    def forward(self, x: Tensor) -> Tensor:
        if not hasattr(self, "late"):
            self.late = nn.Linear(WIDTH, WIDTH)
        return x + self.late(F.relu(self.f(x)))


class PlainWeight(Part):
    """A tensor that is no parameter, as a weight."""

    def __init__(self) -> None:
        super().__init__()
        self.w = torch.randn(WIDTH, WIDTH) / WIDTH

    def forward(self, x: Tensor) -> Tensor:
        return x + F.relu(F.linear(x, self.w)) @ self.w


class State:
    """What many networks keep beside themselves."""

    __slots__ = ("count", "last", "seen")

    def __init__(self) -> None:
        self.count, self.last, self.seen = 0, torch.zeros(WIDTH), [deque(maxlen=2), {"a": [1]}]


class Stateful(Part):
    """Writes whatever it can reach: buffers, parameters, plain tensors, containers, generators, its own mode."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.register_buffer("steps", torch.tensor([-0.0, 3.0]))
        self.teacher = nn.Linear(WIDTH, WIDTH).requires_grad_(False)
        self.state, self.maps, self.average = State(), defaultdict(list), torch.zeros(WIDTH)  # type: ignore[var-annotated]
        self.generator, self.numbers = torch.Generator().manual_seed(1), np.random.default_rng(0)
        self.how = how

    def forward(self, x: Tensor) -> Tensor:
        how, now = self.how, x.detach().mean(0)
        if how == "buffer":
            self.steps += 1
            self.steps = self.steps * 2
        elif how == "parameter":
            with torch.no_grad():
                self.teacher.weight.lerp_(self.f[0].weight, 0.1)
                self.teacher.bias.data = self.f[0].bias.data * 2
                self.f[2].weight.data.clamp_(-0.1, 0.1)
        elif how == "plain":
            self.average += now
            self.state.last.copy_(now)
        elif how == "containers":
            self.maps["x"].append(now)
            self.state.seen[0].append(now)
            self.state.seen[1]["a"].append(2)
            self.state.count += 1
            self.extra = now
        elif how == "random":
            torch.rand(2, generator=self.generator)
            self.numbers.random()
            random.random(), np.random.rand(), torch.rand(1)
        else:
            self.train(not self.training)
            self.f.requires_grad_(False)
            self.f[0].register_forward_hook(lambda *_: None)
        return x + self.f(x)


STATES = ("buffer", "parameter", "plain", "containers", "random", "modules")


class Hooked(Part):
    """Hooks of its own: one replaces the input, one the output, one takes itself away."""

    def __init__(self) -> None:
        super().__init__()
        self.f.register_forward_pre_hook(lambda module, args: (args[0] * 1.5,))
        self.f.register_forward_hook(lambda module, args, result: result * 0.5)
        once = self.f[0].register_forward_hook(lambda *_: once.remove())

    def forward(self, x: Tensor) -> Tensor:
        return x + self.f(x)


class Subclass(Tensor):
    """A tensor with a name."""


class Subclassed(Part):
    def forward(self, x: Tensor) -> Tensor:
        return (x.as_subclass(Subclass) + self.f(x)).as_subclass(Tensor)


class Checkpointed(Part):
    def forward(self, x: Tensor) -> Tensor:
        return x + checkpoint(self.f, x, use_reentrant=False)


class Modes(Part):
    """A mixed-precision branch, and one that keeps no gradients."""

    skips = 2

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            x = x + self.f(x).float()
        with torch.no_grad():
            return x + self.f(x)


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:  # type: ignore[override]
        (x,) = ctx.saved_tensors
        return 2 * x * grad


class Custom(Part):
    def forward(self, x: Tensor) -> Tensor:
        return x + self.f(Square.apply(x))  # type: ignore[no-untyped-call]


@dataclass
class Carried:
    """What a part hands on: a value among other things."""

    name: str
    nest: Any


class Boxed(Part):
    """A module that takes and returns containers, called twice."""

    skips = 2

    class Inner(nn.Module):
        def __init__(self, f: nn.Module) -> None:
            super().__init__()
            self.f = f

        def forward(self, given: dict[str, Any]) -> Carried:
            x = given["nest"][0]
            return Carried("x", (x + self.f(x), None, {"more": x}))

    def __init__(self) -> None:
        super().__init__()
        self.inner = Boxed.Inner(self.f)

    def forward(self, x: Tensor) -> Tensor:
        x = self.inner({"nest": [x]}).nest[0]
        return self.inner({"nest": [x]}).nest[0]


class Early(Part):
    """Returns early, by a value."""

    def forward(self, x: Tensor) -> Tensor:
        y = x + self.f(x)
        if bool(y.isfinite().all()) or len(y) == ROWS:
            return y
        return y + self.f(y)


class NotFinite(Part):
    def forward(self, x: Tensor) -> Tensor:
        return x + self.f(x / (x - x[:1])).nan_to_num(0, 0, 0)


class LowPrecision(Part):
    """A branch in bfloat16, and one in complex numbers."""

    skips = 2

    def __init__(self) -> None:
        super().__init__()
        self.low = two_linears().bfloat16()
        self.first, self.second = (
            nn.Linear(WIDTH, WIDTH, dtype=torch.cfloat),
            nn.Linear(WIDTH, WIDTH, dtype=torch.cfloat),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.low(x.bfloat16()).float()
        return x + self.second(torch.tanh(self.first(torch.complex(x, x)))).real


class Layers(Part):
    """Layers that keep or change something of their own."""

    skips = 4

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(WIDTH)
        self.spectral = nn.utils.parametrizations.spectral_norm(nn.Linear(WIDTH, WIDTH))
        self.weighted = nn.utils.parametrizations.weight_norm(nn.Linear(WIDTH, WIDTH))
        self.attention = nn.MultiheadAttention(WIDTH, 2, batch_first=True, dropout=0.1)
        self.recurrent = nn.LSTM(WIDTH, WIDTH, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        x = x + F.relu(self.spectral(self.norm(x)))
        x = x + F.dropout(F.relu(self.weighted(x)), 0.5, self.training)
        x = x + self.attention(x[None], x[None], x[None])[0][0]
        return x + self.recurrent(x[None])[0][0]


class Renewed(Part):
    """Resizes, deletes and replaces what it holds, and calls itself."""

    skips = 2

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("room", torch.zeros(2, 2))
        self.word: str | None = "here"
        self.depth = 0

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            self.room.resize_(3, 3).fill_(1.0)
        if self.depth == 0:
            self.depth += 1
            x = self(x)
            del self.word
            self.f = two_linears()
        return x + self.f(x)


class Threaded(Part):
    """The branch runs in another thread."""

    def forward(self, x: Tensor) -> Tensor:
        with ThreadPoolExecutor(1) as pool:
            return x + pool.submit(self.f, x).result()


class ThroughNumpy(Part):
    def forward(self, x: Tensor) -> Tensor:
        x = torch.from_numpy(np.tanh(x.detach().numpy()))
        return x + self.f(x)


class ThroughList(Part):
    def forward(self, x: Tensor) -> Tensor:
        return x + self.f(torch.tensor(x.tolist()))


@torch.jit.script
def scripted(x: Tensor) -> Tensor:
    return torch.tanh(x) * 0.5


class Scripted(Part):
    def forward(self, x: Tensor) -> Tensor:
        return x + self.f(scripted(x))


class Mapped(Part):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.vmap(self.f)(x)


SEEN: list[Callable[[], Part]] = [
    *WRITTEN, InList, LateLayer, PlainWeight, *(lambda how=how: Stateful(how) for how in STATES), Hooked,
    Checkpointed, Modes, Custom, Boxed, Early, NotFinite, LowPrecision, Layers, Renewed,
]  # fmt: skip
HIDING: list[Callable[[], Part]] = [Subclassed, Threaded, ThroughNumpy, ThroughList, Scripted, Mapped]

RETURNS: list[Callable[[Tensor], Any]] = [
    lambda x: x, lambda x: (x, None), lambda x: {"y": x, "n": 3}, lambda x: Carried("y", [x]), lambda x: [{"y": (x,)}],
]  # fmt: skip


class Failed(Exception):
    """What a network that is meant to fail raises."""


class Awkward(nn.Module):
    """Up to five parts one after another, in whatever container; `skips` are those built in.

    `hides`: a part leaves what can be observed. `fails`: the forward raises when all parts have run.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        rng = Random(seed)
        torch.manual_seed(seed)
        makers = [rng.choice(HIDING if rng.random() < 0.15 else SEEN) for _ in range(rng.randint(1, 5))]
        parts = [make() for make in makers]
        self.stem = nn.Linear(WIDTH, WIDTH)
        self.parts = (
            nn.ModuleList(parts) if rng.random() < 0.7 else nn.ModuleDict({f"p{i}": p for i, p in enumerate(parts)})
        )
        self.made = rng.choice(RETURNS)
        self.given = rng.choice(["tensor", "integers", "list", "keyword"])
        self.skips = sum(part.skips for part in parts)
        self.hides = any(make in HIDING for make in makers)
        self.fails = rng.random() < 0.1
        self.train(rng.random() < 0.5)
        for parameter in self.parameters():
            if rng.random() < 0.1:
                parameter.grad = torch.ones_like(parameter)

    def inputs(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments of a call."""
        x = torch.randn(ROWS, WIDTH)
        if self.given == "integers":
            return ((x * 50).byte(),), {}
        if self.given == "list":
            return ([{"x": x}],), {}
        return ((), {"given": x}) if self.given == "keyword" else ((x,), {})

    def forward(self, given: Any) -> Any:
        x = given[0]["x"] if self.given == "list" else given
        x = self.stem(x.float() / 255 if self.given == "integers" else x)
        for part in self.parts.values() if isinstance(self.parts, nn.ModuleDict) else self.parts:
            x = part(x)
        if self.fails:
            raise Failed("no")
        return self.made(x)
