"""Ctrl-C, a cluster's SIGTERM and a closed terminal as a wish, granted between two steps: no weight is half updated."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Wish:
    """Whether somebody wants the training to stop."""

    to_stop: bool = False


@contextmanager
def heeded() -> Iterator[Wish]:
    """Inside, the first signal becomes a wish and the second one does what it always does."""
    wish = Wish()

    def note(number: int, frame: FrameType | None) -> None:
        wish.to_stop = True
        signal.signal(number, before[number])

    with _handled(note) as before:
        yield wish


@contextmanager
def as_ctrl_c() -> Iterator[None]:
    """Inside, every signal that asks to stop raises what Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled(interrupt):
        yield


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[dict[int, signal._HANDLER]]:
    """Inside, the signals that ask to stop go to `handler`; gives who handled them before.

    Outside the main thread Python gives no signals. Where nohup has SIGHUP ignored, it stays so.
    """
    numbers: list[int] = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    if threading.current_thread() is not threading.main_thread():
        numbers = []
    before: dict[int, signal._HANDLER] = {number: signal.getsignal(number) or signal.SIG_DFL for number in numbers}
    for number in numbers:
        signal.signal(number, handler)
    try:
        yield before
    finally:
        for number, former in before.items():
            signal.signal(number, former)
