"""Python's garbage collector, kept from looking in vain at the many small objects that we make and keep."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collections() -> Iterator[None]:
    """The collector does not run by itself inside; also a decorator. What is dropped without a cycle goes as always."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
