"""Whether a network fits into the memory of this machine, before any of it is taken."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from .capture.resolve import FAMILIES, Family, Resolved, from_nets
from .capture.resolve.attempt import elements_here, most_held
from .capture.resolve.example import parse_wish
from .capture.resolve.spec import Spec, parse_spec
from .errors import UserError
from .recording.plain import physical_memory
from .runs import is_run
from .text import binary_size, parameters

MEMINFO = Path("/proc/meminfo")
MEMBERSHIP = Path("/proc/self/cgroup")
GROUPS = (
    ("memory", Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
    ("", Path("/sys/fs/cgroup"), "memory.max"),
)
"""Where Linux says what is free, and what a container or group of processes may take: controller, home, file."""

LARGE = 2**18
"""Elements of an input: a network that is given less is run without counting what it will take."""


def check_network(text: str) -> None:
    """Raise `UserError` where the weights of the network a spec names are larger than what this machine can give.

    The network is built on `meta` to count them, which allocates nothing. Your own code, trained networks and others
    that have to be built for real pass uncounted.
    """
    if is_run(text):
        return
    spec = parse_spec(text)
    family = _countable(spec)
    if family is None:
        return
    net = family.build(spec, "meta")
    needed = sum(part.numel() * part.element_size() for part in (*net.parameters(), *net.buffers()))
    count = parameters(sum(part.numel() for part in net.parameters()))
    hint = f"try {_smaller(spec)}, or resight show SPEC, which draws it without weights"
    check_fits(f"{spec.text} has {count} parameters and", needed, hint)


def check_fits(what: str, needed: int, hint: str) -> None:
    """Raise `UserError` where `what` needs more bytes than this machine can give."""
    free = free_memory()
    if free is not None and needed > free:
        sizes = f"needs at least {binary_size(needed)} of memory, this machine can give {binary_size(free)}"
        raise UserError(f"{what} {sizes}", hint=hint)


def free_memory() -> int | None:
    """Bytes a process can take: what Linux calls available, within the limit of a container; elsewhere all there is.

    None where the system does not say.
    """
    return min(_said(), default=None)


def _said() -> Iterator[int]:
    """Every bound the system tells, in bytes."""
    with suppress(OSError):
        if found := re.search(r"^MemAvailable:\s*(\d+) kB$", MEMINFO.read_text(), re.MULTILINE):
            yield 1024 * int(found[1])
    for folder, name in _groups():
        with suppress(OSError, ValueError):  # a container without a limit says `max`
            yield max(0, int((folder / name).read_text()) - _taken())
    if (whole := physical_memory()) is not None:
        yield whole


def _groups() -> Iterator[tuple[Path, str]]:
    """The folders of the groups this process is in, each with those around it, and the file with their limit."""
    lines: list[str] = []
    with suppress(OSError):
        lines = MEMBERSHIP.read_text().splitlines()
    for controller, home, name in GROUPS:
        own = [path for _, known, path in (line.split(":", 2) for line in lines) if controller in known.split(",")]
        for path in own or ["/"]:
            inner = home / path.lstrip("/")
            yield from ((folder, name) for folder in (inner, *inner.parents) if folder.is_relative_to(home))


def _taken() -> int:
    """Bytes of memory that this process has already."""
    with suppress(OSError, ValueError, IndexError, AttributeError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def check_inputs(text: str, inputs: Sequence[str], device: str | None) -> None:
    """Raise `UserError` where inputs as they were typed are larger than what this machine can give."""
    if device not in (None, "cpu") or (device is None and not is_run(text) and _countable(parse_spec(text))):
        return
    needed = sum(parse_wish(one).bytes for one in inputs)
    check_fits(f"--input {' '.join(inputs)}" if len(inputs) < 4 else "the input", needed, "give smaller sizes")


def check_forward(found: Resolved) -> None:
    """Raise `UserError` where what a forward on the CPU holds at one time is larger than what this machine can give.

    Only for large inputs: the forward is run on stand-ins first, which compute nothing.
    """
    if elements_here(found.model, found.args, found.kwargs) > LARGE:
        needed = most_held(found.model, found.args, found.kwargs)
        check_fits("the forward", needed, "give a smaller --input, or --device meta for shapes alone")


def _countable(spec: Spec) -> Family | None:
    """The family of a network that is built on shapes alone unless values are asked for, None for any other."""
    family = FAMILIES.get(spec.place)
    if not spec.place and spec.name in from_nets.names():
        family = from_nets
    if family is None or any(name.startswith("weights") for name in spec.kwargs):
        return None
    return family if family.default_device(spec) == "meta" else None


def _smaller(spec: Spec) -> str:
    """What to run instead of a network that is too large."""
    if spec.place == "hf" and not spec.kwargs:
        return f"hf:{spec.name}(num_hidden_layers=2)"
    return "a smaller configuration"
