"""A small net with two skips for the tests of the page in a browser, and how they open a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

Opener = Callable[..., Any]
"""`open_page(trace_or_path, hash="", width=1440, height=900, **context)` opens a page; returns Playwright's page."""

FOLDED = "#d=1"
"""Only the model itself is open: its blocks are closed."""


class Block(nn.Module):
    """x + conv(relu(norm(conv(x)))), or with a 1×1 convolution on the shortcut."""

    def __init__(self, inner: int, outer: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1, self.norm = nn.Conv2d(inner, outer, 3, stride, 1), nn.BatchNorm2d(outer)
        self.conv2 = nn.Conv2d(outer, outer, 3, 1, 1)
        self.down = nn.Conv2d(inner, outer, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(x) + self.conv2(torch.relu(self.norm(self.conv1(x))))


class Net(nn.Module):
    """A stem, an identity block, a projection block, a head."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.body = nn.Sequential(Block(6, 6), Block(6, 12, stride=2))
        self.head = nn.Linear(12, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(self.stem(x)).mean((2, 3)))


def wait_hash(page: Any, pattern: str) -> None:
    """Wait until the address says so; it follows the state a moment later."""
    page.wait_for_function("pattern => new RegExp(pattern).test(location.hash)", arg=pattern)


def wait_still(page: Any) -> str:
    """Wait until the map is painted the same twice; returns the picture."""
    picture = "document.getElementById('canvas').toDataURL()"
    before, now = "", page.evaluate(picture)
    while now != before:
        page.wait_for_timeout(200)
        before, now = now, page.evaluate(picture)
    return str(now)


def titles(page: Any) -> list[str]:
    """The modules listed in the outline."""
    return page.locator("#tree .row b").all_inner_texts()


def panel_title(page: Any) -> str:
    return page.locator("#panel h2").inner_text()
