"""torch's own log lines, kept off the terminal where we report the same error in our words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from .turns import Together

LOUD = (
    "torch._subclasses.fake_tensor",
    "torch._subclasses.meta_utils",
    "torch.fx.experimental.symbolic_shapes",
)
"""Loggers that print a traceback for every op whose shapes do not fit, though the op raises as well."""


@contextmanager
def _quiet() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in LOUD]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)


quiet = Together(_quiet)
"""Inside, running shapes through a network logs nothing; the levels the user chose are back after."""
