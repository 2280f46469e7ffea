"""What the user holds: a traced network, its skips, and how they were obtained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .graph import Failure, Graph
from .skips import Skip

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class About:
    """Where a trace comes from, for the reader of a picture or a file.

    `model` is the class name, `title` what to call the network in a picture (class name or SPEC),
    `parameters` the number of distinct parameter elements, `mode` `train` or `eval`, `device` where
    the parameters are, `inputs` a line such as `x f32[1,3,224,224]`, `notes` whatever observing changed
    or could not see, `versions` the packages used.
    """

    model: str
    title: str
    parameters: int
    mode: str
    device: str
    inputs: str
    notes: tuple[str, ...] = ()
    versions: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A network as it ran once: `graph`, `skips`, and `about`, where they come from."""

    about: About
    graph: Graph
    skips: tuple[Skip, ...]

    @property
    def failure(self) -> Failure | None:
        """Why the forward stopped, or None if it finished."""
        return self.graph.failure
