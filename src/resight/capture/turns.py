"""Threads take turns: gradients, random generators, hooks on all modules and torch's switches are everybody's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

TURN = threading.RLock()
"""Held by the thread whose model runs under a recorder or an editor, and by whoever rewires a model."""


class Together:
    """A context of the whole process, entered by the first who needs it and left by the last, in whatever order."""

    def __init__(self, make: Callable[[], AbstractContextManager[Any]]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._count = 0
        self._entered = ExitStack()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if not self._count:
                self._entered.enter_context(self._make())
            self._count += 1
        try:
            yield
        finally:
            with self._lock:
                self._count -= 1
                if not self._count:
                    self._entered.close()
