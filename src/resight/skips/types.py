"""What a residual connection is, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from .. import text
from ..errors import Bug, UserError
from ..graph import Graph, Ref

Span: TypeAlias = tuple[int, int]
"""A run of op ids, first and last included."""

COMBINES = ("add", "concat")
"""How a merge puts shortcut and branch together."""

LINKS = ("identity", "act", "norm", "")
"""What there may be between a skip and the merge before it."""

KINDS = ("identity", "scaled", "normed", "resampled", "projection", "gated")
"""Kinds of shortcut, plainest first."""


@dataclass(frozen=True, slots=True)
class Join:
    """One op of a merge that takes in the shortcut, the branch, or both, said so that another run can find it.

    It is op number `order` (from 0) among the ops called `name` that the user's line `text` (empty where only
    torch's own code ran) made in call `number` of the module at `path`. `shortcut` and `branch` are the
    arguments (`input`, `other`, `tensors.1`) through which either comes in.
    """

    path: str
    number: int
    name: str
    text: str
    order: int
    shortcut: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a branch adds to its shortcut as both enter the merge, over all elements of all batches.

    `gain` is rms(branch) / rms(shortcut), `cosine` that of the angle between the two, `update` is
    rms(branch) / rms(merge output): the share of what leaves that the branch wrote. None where it is not
    defined: a shortcut that is all zero, a concat (no cosine), an output that is all zero, or values that are
    not finite. `count` is the number of elements of the branch.
    """

    gain: float | None
    cosine: float | None
    update: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Skip:
    """One residual connection.

    `merge` is the op where shortcut and branch meet, `source` the value where they part, `shortcut`
    the ops on the short way in execution order (empty for a bare wire), `branch` the ops on the long
    way as runs of ids. `kind` is one of `KINDS`, `combine` is `add` or `concat`. `owner` is the
    innermost module call around branch and merge. `also` are earlier values that the merge carries past
    the branch just the same (the older feature maps of a DenseNet).

    `partial`: the shortcut carries a slice of the source. `weak`: nothing on the branch is learned, so
    it is reported but not counted. `closed`: nothing else leaves the region, so the block can be taken
    out cleanly. `long`: the region holds another skip's merge. `recurrent`: one step of a loop over
    time. `link` says what lies between this skip and the merge before it: `identity`, `act`, `norm`,
    or an empty string for none of these. `joins`: how to find the merge in another run; no part of what
    makes two skips equal. `contribution`: what the branch added, where it was recorded.
    """

    merge: int
    source: Ref
    kind: str
    combine: str
    shortcut: tuple[int, ...]
    branch: tuple[Span, ...]
    owner: int
    also: tuple[Ref, ...] = ()
    partial: bool = False
    weak: bool = False
    closed: bool = False
    long: bool = False
    recurrent: bool = False
    link: str = ""
    joins: tuple[Join, ...] = field(default=(), repr=False, compare=False)
    contribution: Contribution | None = None

    def __str__(self) -> str:
        """One line: `identity skip into add in layer1.0 (out += identity)`."""
        words = f"{self.name} skip into "
        if not self.joins:
            return f"{words}op {self.merge}"
        last = self.joins[-1]
        home = f" in {last.path}" if last.path else ""
        return text.one_line(f"{words}{last.name}{home}" + (f" ({last.text})" if last.text else ""))

    @property
    def name(self) -> str:
        """Kind and combination in one phrase: `identity`, `projection`, `identity concat`, `partial identity`."""
        words = ("partial" if self.partial else "", self.kind, "concat" if self.combine == "concat" else "")
        return " ".join(word for word in words if word)

    @property
    def gain(self) -> float | None:
        """rms(branch) / rms(shortcut); None where it was not recorded (`trace` records nothing) or is not defined."""
        return self.contribution.gain if self.contribution else None

    @property
    def cosine(self) -> float | None:
        """Cosine of the angle between branch and shortcut; None where `gain` may be, and in a concat."""
        return self.contribution.cosine if self.contribution else None

    @property
    def update(self) -> float | None:
        """rms(branch) / rms(merge output); None where it was not recorded, as for `gain`, or is not defined."""
        return self.contribution.update if self.contribution else None

    def check(self, graph: Graph) -> None:
        """Raise `Bug` where it is no skip of `graph`: it names what is not there, or runs backwards."""
        ends = (self.source, *self.also)
        ops = (*self.shortcut, *(op for first, last in self.branch for op in (first, last)))
        if self.kind not in KINDS or self.combine not in COMBINES or self.link not in LINKS:
            raise Bug(f"there is no {self.kind} skip by {self.combine} with link {self.link!r}")
        if not 0 <= self.merge < len(graph.ops) or not all(graph.has(end) and end.op < self.merge for end in ends):
            raise Bug(f"a skip leads from op {self.source.op} to op {self.merge} of {len(graph.ops)}")
        if not 0 <= self.owner < len(graph.calls) or not all(0 <= op < self.merge for op in ops):
            raise Bug(f"the skip into op {self.merge} holds what does not run before it")

    def without_branch(self) -> Edit:
        """Keep only the shortcut: zeros stand in the branch's place (in a concat, its channels are zeros)."""
        return Edit(self, branch=0.0)

    def without_shortcut(self) -> Edit:
        """Keep only the branch: zeros stand in the place of the shortcut and of `also`, as in the plain twin."""
        return Edit(self, shortcut=0.0)

    def scaled(self, factor: float) -> Edit:
        """Multiply the branch by `factor`: 1 changes nothing, 0 is `without_branch`, -1 turns it round.

        Raises:
            UserError: `factor` is no number.
        """
        try:
            return Edit(self, branch=float(factor))
        except (TypeError, ValueError, RuntimeError):  # the last from a tensor of several elements
            raise UserError(
                f"a branch is scaled by a number, not {factor!r}", hint="such as skip.scaled(0.5)"
            ) from None


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to one merge, for `resight.edit`: what shortcut and branch are multiplied by where they meet."""

    skip: Skip
    shortcut: float = 1.0
    branch: float = 1.0
