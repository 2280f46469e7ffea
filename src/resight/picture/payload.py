"""What Python hands to the picture engine, and how the user wants it drawn.

These types are the wire between two languages: `web/schema.js` is generated from them
(`scripts/schema`), and nothing in JavaScript formats a number or looks up a name again.
"""

from __future__ import annotations

from dataclasses import dataclass

DIRECTIONS = ("down", "right")
THEMES = ("light", "dark")
COLORS = ("parameters", "flops", "bytes", "time", "gain", "gradient")
"""What boxes can be coloured by, instead of by the kind of their op."""
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class View:
    """How a network is to be drawn.

    `depth`: open modules down to this nesting depth (0 draws the model as one box); None opens as far
    as the picture stays readable. `open`: dotted paths opened besides, with everything around them.
    `only`: draw just the module at this path, opened. `direction`: `down` or `right`. `wrap`: number of
    columns (rows if `direction` is `right`), 1 for a single one, 0 to choose. `theme`: `light` or `dark`.
    `everything`: also constants, masks, cache outputs and dead ops. `repeats`: draw equal neighbours
    once, as ×N, where that is needed to stay readable (True) or never (False). `header`: title and legend.
    `color`: one of `COLORS`, to colour boxes by a number; empty for the kind of their op.
    """

    depth: int | None = None
    open: tuple[str, ...] = ()
    only: str = ""
    direction: str = "down"
    wrap: int = 0
    theme: str = "light"
    everything: bool = False
    repeats: bool = True
    header: bool = True
    color: str = ""


@dataclass(frozen=True, slots=True)
class OpBox:
    """One op as a picture sees it.

    `call`: index of the module call it runs in. `name`: canonical op name. `title`, `detail`, `shape`:
    ready words, for instance `conv2d`, `3×3, 64, /2` and `64×56×56`; `shape` is the first output's,
    without the batch size where that is known. `group`: colour group (see `GROUPS`). `aside`: left out
    unless everything is drawn. `reshaped`: the output's shape differs from the first input's.
    `inputs`: the values read, each `(op, slot)`. `failed`: the op that raised.
    """

    call: int
    name: str
    title: str
    detail: str
    shape: str
    group: str
    inputs: tuple[tuple[int, int], ...]
    aside: bool = False
    reshaped: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class CallBox:
    """One module call as a picture sees it.

    `title`: how the parent names it (`layer1`, `h.0`), with `(call 2)` behind a second call. `detail`:
    ready words for its only op (`3×3, 64, /2`) when it is drawn as a leaf. `same`: two calls with the
    same number have the same class, insides and shapes apart from their names, so neighbours may be
    drawn as ×N; -1 is like nothing else.
    """

    parent: int
    path: str
    title: str
    cls: str
    detail: str
    parameters: str
    same: int = -1


@dataclass(frozen=True, slots=True)
class SkipArc:
    """One residual connection as a picture sees it; op ids as in `skips.Skip`, values as `(op, slot)`.

    `branch` holds runs of op ids, first and last included.
    """

    merge: int
    source: tuple[int, int]
    kind: str
    combine: str
    shortcut: tuple[int, ...]
    owner: int
    partial: bool
    weak: bool
    long: bool
    also: tuple[tuple[int, int], ...] = ()
    branch: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class OutputBox:
    """A value the model returned."""

    op: int
    slot: int
    title: str
    shape: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class HeatValue:
    """A number that something is coloured by, and how it is written; None where there is none.

    `note` says of what it is the mean, where it is one.
    """

    value: float | None = None
    words: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """What boxes are coloured by: a number per op and module call, in the payload's order.

    `title`: what the legend calls it. `label`: what stands before a number whose unit does not tell what it is. `how`:
    how the numbers were obtained. `closed`: what the number of a closed module is. `plain`: what has no colour.
    `arcs`: the number of an op that closes a skip is the skip's, whose arc has its colour too. `notes`: what was chosen
    for the run that was recorded.
    """

    title: str
    label: str
    how: str
    closed: str
    plain: str
    ops: tuple[HeatValue, ...]
    calls: tuple[HeatValue, ...]
    arcs: bool = False
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """Everything the engine needs of a trace. Call 0 is the model. `unseen`: what the run did not see, in short."""

    schema: int
    title: str
    subtitle: str
    ops: tuple[OpBox, ...]
    calls: tuple[CallBox, ...]
    skips: tuple[SkipArc, ...]
    outputs: tuple[OutputBox, ...]
    failure: str = ""
    unseen: str = ""
    heat: Heat | None = None


GROUPS = ("input", "output", "linear", "norm", "activation", "pool", "merge", "attention", "shape", "other", "module")
"""Colour groups of boxes."""
