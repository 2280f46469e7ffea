"""How much of the browser's main thread does the page take for a network of 50,000 ops?

Thread time by the DevTools protocol, so that a busy machine does not count; needs Playwright and a Chromium.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from growth import nested
from measure import report
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

import resight

OPS = 50_000
WINDOW = {"width": 1440, "height": 900}
FRAMES = 20
TURNS = 8
PAGES = 5
STATES = (("folded", 1), ("all open", 9))
"""How far the network is open: words and depth."""

ZOOMS = (0.002, 0.02, 0.1, 0.25, 0.39, 1.0)


class Clock:
    """Thread time of the page's main thread."""

    def __init__(self, session: CDPSession) -> None:
        self.session = session
        session.send("Performance.enable", {"timeDomain": "threadTicks"})  # without it, wall-clock time

    def metric(self, name: str) -> float:
        rows = self.session.send("Performance.getMetrics")["metrics"]
        return next(float(row["value"]) for row in rows if row["name"] == name)

    def milliseconds(self, act: Callable[[], object]) -> float:
        """Main-thread time that passes while something is done."""
        before = self.metric("TaskDuration")
        act()
        return (self.metric("TaskDuration") - before) * 1000


def write_page(folder: Path) -> Path:
    """A page of the nested network, every block of its own."""
    graph = nested(OPS)
    about = resight.About("Nested", "Nested", 0, "eval", "cpu", "x")
    return resight.Trace(about, graph, resight.find_skips(graph)).save(folder / "net.html", repeats=False, depth=1)


def frame(page: Page) -> None:
    """Wait until a frame is shown."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def look(page: Page, depth: int, zoom: float) -> None:
    """Go to the middle of the picture at a depth and a zoom."""
    page.evaluate("(hash) => { location.hash = hash; }", f"#d={depth}&at=300,20000,{zoom}")
    page.wait_for_timeout(600)


def drag_time(page: Page, clock: Clock) -> float:
    """Milliseconds a frame while the map is dragged."""
    page.mouse.move(500, 400)
    page.mouse.down()
    page.mouse.move(506, 406)
    frame(page)

    def drag() -> None:
        for i in range(FRAMES):
            page.mouse.move(506 + 3 * i, 406 - 5 * i)
            frame(page)

    spent = clock.milliseconds(drag)
    page.mouse.up()
    return spent / FRAMES


def press_time(page: Page, clock: Clock, *keys: str) -> float:
    """Milliseconds until what keys on the map do is painted, without the frames that move boxes there."""
    page.focus("#canvas")

    def press() -> None:
        for key in keys:
            page.keyboard.press(key)
        frame(page)

    return clock.milliseconds(press)


def measure(page: Page, clock: Clock) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for words, depth in STATES:
        for zoom in ZOOMS:
            look(page, depth, zoom)
            rows.append((f"a frame, {words}, zoom {zoom:g}", f"{drag_time(page, clock):.1f}"))
    for words, depth in STATES:
        choose_module(page, depth)
        spent = []
        for _ in range(1 + TURNS):
            spent.append(press_time(page, clock, "Enter"))
            page.wait_for_timeout(600)
        rows.append((f"open or close a module, {words}", middle(spent[1:])))
    look(page, 2, 0.5)
    rows.append(("open everything", f"{press_time(page, clock, '9'):.0f}"))
    heap: dict[str, Any] = clock.session.send("Runtime.getHeapUsage")
    rows.append(("memory of the script, all open", f"{heap['usedSize'] / 2**20:.0f} MiB"))
    return rows


def first_turns(browser: Browser, path: Path) -> list[tuple[str, str]]:
    """The same turn as the first thing done on a page."""
    rows = []
    for words, depth in STATES:
        spent = []
        for _ in range(PAGES):
            page, clock = new_page(browser)
            page.goto(path.as_uri())
            choose_module(page, depth)
            spent.append(press_time(page, clock, "Enter"))
            page.close()
        rows.append((f"the first time on a page, {words}", middle(spent)))
    return rows


def choose_module(page: Page, depth: int) -> None:
    look(page, depth, 0.5)
    page.evaluate("(hash) => { location.hash = hash; }", f"#d={depth}&at=300,300,0.5&s=call-1")
    page.wait_for_timeout(600)


def middle(spent: list[float]) -> str:
    return f"{median(spent):.1f} ({min(spent):.1f}-{max(spent):.1f})"


def new_page(browser: Browser) -> tuple[Page, Clock]:
    page = browser.new_page(viewport=WINDOW, reduced_motion="reduce")
    return page, Clock(page.context.new_cdp_session(page))


def main() -> None:
    """Write the table."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no chromium here")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = write_page(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--disable-gpu"])
        page, clock = new_page(browser)
        opening = clock.milliseconds(lambda: page.goto(path.as_uri()) and frame(page))
        rows = [(f"open the page ({path.stat().st_size / 2**20:.1f} MiB)", f"{opening:.0f}"), *measure(page, clock)]
        rows += first_turns(browser, path)
        browser.close()
    how = (
        f"Thread time of the main thread in milliseconds, {OPS:,} nested ops, {WINDOW['width']}×{WINDOW['height']}, "
        f"Chromium without a GPU; a frame is the mean of {FRAMES} while dragging, a module of 700 ops is turned "
        f"{TURNS} times, and as the first thing on {PAGES} pages: median (min-max)."
    )
    report("Page", how, ("what", "ms"), rows)


if __name__ == "__main__":
    main()
