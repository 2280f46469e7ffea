"""What a residual connection is, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ..graph import Ref

Span: TypeAlias = tuple[int, int]
"""A run of op ids, first and last included."""

KINDS = ("identity", "scaled", "normed", "resampled", "projection", "gated")
"""Kinds of shortcut, plainest first."""


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
    or an empty string for none of these.
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

    @property
    def name(self) -> str:
        """Kind and combination in one phrase: `identity`, `projection`, `identity concat`, `partial identity`."""
        words = ("partial" if self.partial else "", self.kind, "concat" if self.combine == "concat" else "")
        return " ".join(word for word in words if word)
