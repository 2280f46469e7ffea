"""The nouns of a recording: plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import fsum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Bug
from ..graph import Graph, Ref

if TYPE_CHECKING:
    import numpy as np

    from .statistics import Statistics

BINS = 64
"""Most bins of a histogram."""

PIXELS = 1 << 25
"""Most bytes of thumbnails in a recording."""

LAYOUTS = {2: "vector", 3: "tokens", 4: "maps", 5: "volumes"}
"""What a value of so many dimensions is taken for: first the batch, then, in maps and volumes, the channels."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of elements by value: bin i holds `start + i * width` up to, not including, `start + (i + 1) * width`.

    `width` is a power of two and `start` a multiple of it, so that histograms of several batches add up exactly to
    that of all of them. The first and the last bin are not empty; there are at most `BINS`.
    """

    start: float
    width: float
    counts: tuple[int, ...]

    @property
    def edges(self) -> tuple[float, ...]:
        """The borders of the bins, one more than there are bins."""
        return tuple(fsum((self.start, i * self.width)) for i in range(len(self.counts) + 1))

    @property
    def total(self) -> int:
        """Elements counted."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Summary:
    """One value in numbers, over all batches.

    `count`: elements seen; `nonfinite`: how many of them are inf or nan (exact). The others make up `mean`, `std`
    (of the population: divided by their number), `rms`, `min` and `max`, all nan where there is none. `zeros` is the
    share of exact zeros among the `sampled` elements, and `histogram` counts the finite ones of these. `sampled ==
    count` means that every element was looked at. Complex elements are taken by absolute value, booleans as 0 and 1.
    """

    count: int
    nonfinite: int
    mean: float
    std: float
    rms: float
    min: float
    max: float
    zeros: float
    sampled: int
    histogram: Histogram | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """A value as small pictures: bytes `pixels[channel, row, column]`, from 0 at `low` to 255 at `high`.

    `low` and `high` hold one number per channel shown; `channels` is how many the value has. `layout` says what a
    picture is: `maps` (feature maps, height × width; or attention heads), `volumes` (the middle slice of 3-D feature
    maps), `tokens` (one picture of a 3-D value: a row per token, a column per feature) or `vector` (one row). Only
    the first element of the batch is shown; what is larger than 64 is averaged down, what is not finite is 0.
    """

    ref: Ref
    pixels: np.ndarray
    low: tuple[float, ...]
    high: tuple[float, ...]
    channels: int
    layout: str


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What `resight.record` saw.

    `values` and `gradients` (of the loss with respect to each value; None without a loss) are numbers; `kept` are
    whole tensors on the CPU, several batches joined along their first dimension: torch tensors when just recorded,
    numpy arrays when loaded from a file, bfloat16 widened to float32. `seconds` is the wall-clock time of each op,
    mean over batches, if it was asked for; where a device works on its own, that of the launch. `how` says in one
    line how the numbers were obtained.
    """

    values: Statistics
    gradients: Statistics | None = None
    seconds: np.ndarray | None = None
    kept: Mapping[Ref, Any] = field(default_factory=dict)
    thumbnails: Mapping[Ref, Thumbnail] = field(default_factory=dict)
    batches: int = 1
    how: str = ""

    def check(self, graph: Graph) -> None:
        """Raise `Bug` where it speaks of values or ops that `graph` does not have."""
        gradients = () if self.gradients is None else self.gradients.refs
        for ref in (*self.values.refs, *gradients, *self.kept, *self.thumbnails):
            if not graph.has(ref):
                raise Bug(f"it was recorded what op {ref.op} made as output {ref.slot}, and there is none")
        if self.seconds is not None and len(self.seconds) != len(graph.ops):
            raise Bug(f"{len(self.seconds)} of {len(graph.ops)} ops have a time")

    def kept_to_bytes(self) -> bytes:
        """The kept tensors as a safetensors file."""
        from .plain import kept_to_bytes

        return kept_to_bytes(self.kept)

    def to_plain(self) -> dict[str, Any]:
        """The numbers and thumbnails as JSON values; of kept tensors only which there are."""
        from .plain import recording_to_plain

        return recording_to_plain(self)

    def with_kept_from(self, path: Path) -> Recording:
        """The same with the kept tensors that a safetensors file holds.

        Raises:
            UserError: it can't be read, or lacks one of them.
        """
        from .plain import kept_from_file

        return replace(self, kept=kept_from_file(path, self.kept))

    @classmethod
    def from_plain(cls, plain: Any) -> Recording:
        """What `to_plain` wrote, with nothing kept.

        Raises:
            UserError: the values don't have that shape.
        """
        from .plain import recording_from_plain

        return recording_from_plain(plain)
