"""Ctrl-C and a cluster's SIGTERM as a wish that is granted between two steps, so that no weight is half updated."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Wish:
    """Whether somebody wants the training to stop."""

    to_stop: bool = False


@contextmanager
def heeded() -> Iterator[Wish]:
    """Inside, the first signal becomes a wish and the second one does what it always does.

    Outside the main thread Python gives no signals, and the wish is never uttered.
    """
    wish = Wish()
    if threading.current_thread() is not threading.main_thread():
        yield wish
        return
    before = {number: signal.getsignal(number) or signal.SIG_DFL for number in SIGNALS}

    def note(number: int, frame: FrameType | None) -> None:
        wish.to_stop = True
        signal.signal(number, before[signal.Signals(number)])

    for number in SIGNALS:
        signal.signal(number, note)
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
