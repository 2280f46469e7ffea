"""What a writer is given: a trace, the asked view, and what the engine makes of them, made when first needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from .. import text
from ..traces import Trace
from . import engine
from .display import Display, Folded
from .facts import MAP_BYTES
from .heat import heat
from .labels import payload
from .payload import Payload, View


@dataclass(frozen=True)
class Drawing:
    """A trace and how it is to be drawn.

    `scale` is pixels per unit, for formats made of pixels; `map_bytes` how many bytes of feature maps a page holds.
    """

    trace: Trace
    view: View
    scale: float = 2.0
    map_bytes: int = MAP_BYTES

    @cached_property
    def payload(self) -> Payload:
        """The words and boxes, and the numbers they are coloured by."""
        made = payload(self.trace.about, self.trace.graph, self.trace.skips)
        return replace(made, heat=heat(self.trace, self.view.color)) if self.view.color else made

    @cached_property
    def display(self) -> Display:
        """The picture as a display list."""
        return engine.draw(self.payload, self.view)

    @cached_property
    def folded(self) -> Folded:
        """The boxes and wires at this fold state."""
        return engine.fold(self.payload, self.view)

    @cached_property
    def skips_line(self) -> str:
        """The skips of what is drawn, in one line: `5 identity + 3 projection skips`."""
        drawn = self.trace
        if self.view.only:
            inside = self._calls_drawn()
            drawn = replace(drawn, skips=tuple(skip for skip in drawn.skips if inside[skip.owner]))
        return drawn.summary().removeprefix(f"{text.one_line(drawn.about.title)}: ")

    @cached_property
    def legend_line(self) -> str:
        """What colours mean, for formats without a colour bar; empty where they stand for the kind of an op."""
        legend = self.folded.get("legend")
        if legend is None:
            return ""
        least = f"from {legend['low']} ({legend['colours'][0]}) to " if legend["low"] else ""
        scale = f"{legend['title']} {least}{legend['high']} ({legend['colours'][-1]})"
        return " · ".join((scale, *legend["lines"]))

    @cached_property
    def caption(self) -> str:
        """One line for those who can't see the picture: `ResNet: 5 identity + 3 projection skips`."""
        return f"{self.heading}: {self.skips_line}"

    @cached_property
    def heading(self) -> str:
        """What is drawn: the network's title, or `layer1.0 of ResNet`."""
        title = text.one_line(self.trace.about.title)
        return f"{text.one_line(self.view.only)} of {title}" if self.view.only else title

    def _calls_drawn(self) -> list[bool]:
        """For each module call, whether it is the one drawn alone (the first at its path) or inside it."""
        calls = self.trace.graph.calls
        root = next((call.id for call in calls if call.path == self.view.only), 0)
        inside: list[bool] = []
        for call in calls:
            inside.append(call.id == root or (call.parent >= 0 and inside[call.parent]))
        return inside
