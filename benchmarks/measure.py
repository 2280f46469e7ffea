"""Ratios measured side by side in one run, and the dated table they are written into."""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")


def cpu_seconds(run: Callable[[], object]) -> float:
    """CPU time of one call, over all threads of the process."""
    start = time.process_time()
    run()
    return time.process_time() - start


def ratios(runs: Mapping[str, Callable[[], object]], base: str, rounds: int) -> dict[str, list[float]]:
    """CPU time of each run over that of `base` in the same round, after one round that is not counted."""
    for run in runs.values():
        run()
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        seconds = {name: cpu_seconds(run) for name, run in runs.items()}
        for name in runs:
            found[name].append(seconds[name] / seconds[base])
    return found


def spread(values: Sequence[float]) -> str:
    """`1.05 (1.04-1.07)`: median, minimum and maximum."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def machine() -> str:
    """Processor, cores and versions, for the line above a table."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next((x.split(":")[1].strip() for x in info.read_text().splitlines() if x.startswith("model name")), cpu)
    return f"{cpu}, Python {platform.python_version()}, {installed('torch')}"


def installed(package: str) -> str:
    """`torch 2.14.1`, or `torch not installed`."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} not installed"


def commit() -> str:
    """Short hash of the commit measured, with a + if files other than the results differ from it."""
    here = Path(__file__).parent
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=here, capture_output=True, text=True).stdout
    asked = ["git", "status", "--porcelain", "-uno", "--", ":/", f":(exclude){RESULTS.name}"]
    dirty = subprocess.run(asked, cwd=here, capture_output=True, text=True).stdout
    return head.strip() + ("+" if dirty.strip() else "")


def report(title: str, how: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; with `--save` also put it into RESULTS.md, in place of an older one of the same title."""
    lines = [f"## {title}", "", f"{date.today()}, commit {commit()}, {machine()}. {how}", ""]
    lines += ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    table = "\n".join(lines) + "\n"
    print(table)
    if "--save" in sys.argv:
        old = RESULTS.read_text() if RESULTS.exists() else "# Benchmarks\n\nWritten by `scripts/bench NAME --save`.\n"
        parts = [part for part in old.split("\n## ") if not part.startswith(title + "\n")]
        RESULTS.write_text("\n## ".join([*(part.rstrip("\n") + "\n" for part in parts), table[3:]]))
