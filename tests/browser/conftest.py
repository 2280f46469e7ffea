"""A real browser for the page: the system's Chromium, driven by Playwright; skipped where one is missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import resight
from pages import Net, Opener

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def recorded() -> resight.Trace:
    """The small net with everything that can be recorded."""
    torch.manual_seed(0)
    net = Net().eval()
    return resight.record(
        net, torch.randn(2, 3, 24, 24), thumbnails=4, seconds=True, gradients=lambda y: y.square().sum()
    )


@pytest.fixture(scope="session")
def recorded_page(recorded: resight.Trace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its page."""
    return recorded.save(tmp_path_factory.mktemp("page") / "net.html")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, one for all tests."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"there is no browser here: none of {', '.join(BROWSERS)}")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, tmp_path: Path) -> Iterator[Opener]:
    """Opens pages; afterwards no page may have complained, nor asked for anything but its own file."""
    contexts: list[Any] = []
    complaints: list[str] = []
    asked: list[str] = []

    def opened(
        shown: Path | resight.Trace,
        hash: str = "",
        width: int = 1440,
        height: int = 900,
        patience: int = 5000,
        **options: Any,
    ) -> Any:
        path = shown if isinstance(shown, Path) else shown.save(tmp_path / f"page{len(contexts)}.html")
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(patience)
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri() + hash)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
