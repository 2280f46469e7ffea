"""Python's garbage collector, kept from looking in vain at the many small objects that we make and keep."""

from __future__ import annotations

import gc
import threading
from contextlib import ContextDecorator


class no_collections(ContextDecorator):  # noqa: N801  # used as contextlib's own are
    """The collector does not run by itself inside; also a decorator. What is dropped without a cycle goes as always.

    A class, as leaving a generator makes an object, and the first object made afterwards is what wakes the collector:
    here that is the caller's.
    """

    _lock = threading.Lock()
    _inside = 0
    _was_enabled = False

    def __enter__(self) -> None:
        with self._lock:
            if not no_collections._inside:
                no_collections._was_enabled = gc.isenabled()
            no_collections._inside += 1
            gc.disable()

    def __exit__(self, *raised: object) -> None:
        with self._lock:
            no_collections._inside -= 1
            if not no_collections._inside and no_collections._was_enabled:
                gc.enable()
