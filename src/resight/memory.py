"""Whether a network fits into the memory of this machine, before any of it is taken."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .capture.resolve import FAMILIES, Family, from_nets
from .capture.resolve.spec import Spec, parse_spec
from .errors import UserError
from .runs import is_run
from .text import binary_size, parameters

MEMINFO = Path("/proc/meminfo")
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where Linux says what is free, and what a container may take at all."""


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
    for path in LIMITS:
        with suppress(OSError, ValueError):  # a container without a limit says `max`
            yield int(path.read_text())
    with suppress(AttributeError, OSError, ValueError):  # Windows has no sysconf
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


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
