"""Python's garbage collector, kept from looking in vain at the many small objects that we make and keep."""

from __future__ import annotations

import gc
from contextlib import ContextDecorator


class no_collections(ContextDecorator):  # noqa: N801  # used as contextlib's own are
    """The collector does not run by itself inside; also a decorator. What is dropped without a cycle goes as always.

    A class, as leaving a generator makes an object, and the first object made afterwards is what wakes the collector:
    here that is the caller's.
    """

    def __init__(self) -> None:
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(gc.isenabled())
        gc.disable()

    def __exit__(self, *raised: object) -> None:
        if self._before.pop():
            gc.enable()
