"""What can be compared: a traced network, a run, or a run with its network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from ..runs import Config, Epoch, History, open_run
from ..text import plural
from ..traces import Trace

DECISIVE = ("device", "threads", "processes")
"""What the time of a training depends on, as `environment.json` names it."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A run as it is on the disk: `name` is its folder's, `where` what it ran on (`cpu, 2 threads`)."""

    name: str
    config: Config
    known: History
    is_finished: bool
    where: str

    @property
    def last(self) -> Epoch | None:
        """The newest test, None before the first."""
        return self.known.epochs[-1] if self.known.epochs else None

    @property
    def seconds(self) -> list[float]:
        """Time spent training up to the end of each tested epoch, tests aside; empty where it is not known for all."""
        paces = {pace.step: pace.seconds for pace in self.known.paces}
        spent = [paces.get(epoch.step) for epoch in self.known.epochs]
        known = [seconds for seconds in spent if seconds is not None]
        return list(accumulate(known)) if len(known) == len(spent) else []


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to compare: what to call it, its structure and its training, where they are known."""

    name: str
    trace: Trace | None = None
    run: Trained | None = None


def read_run(path: str | Path) -> Trained:
    """The run at `path`, finished or not.

    Raises:
        UserError: there is none, or its configuration is damaged.
    """
    folder = open_run(path)
    where = _where(folder.environment_file)
    return Trained(folder.path.resolve().name, folder.config(), folder.history(), folder.is_finished, where)


def _where(environment: Path) -> str:
    """What a run ran on, empty where that was not written down."""
    try:
        found = json.loads(environment.read_bytes())
        device, threads, processes = (found[name] for name in DECISIVE)
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return f"{device}, {plural(threads, 'thread')}" + (f", {processes} processes" if processes != 1 else "")
