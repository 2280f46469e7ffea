"""The user's line that ran an op: the first frame outside torch and resight."""

from __future__ import annotations

import linecache
import os
import sys
from functools import cache
from types import CodeType, FrameType
from typing import TypeAlias

import torch

from ..graph import Source

Line: TypeAlias = tuple[str, int]
"""A file name as Python knows it, and a line number."""

Spot: TypeAlias = tuple[CodeType, int]
"""An instruction that is being run; its line is worked out later, as that takes a while."""

TORCH = os.path.dirname(torch.__file__) + os.sep
RESIGHT = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
EDGE = RESIGHT + os.path.join("capture", "edge.py")
"""Our file that calls the model: what lies above it is not the model's code."""


def user_spot(frame: FrameType | None) -> Spot | None:
    """What the innermost user frame is running; None where torch's own code is all there is."""
    while frame is not None:
        code = frame.f_code
        if is_users(code.co_filename):
            return code, frame.f_lasti
        if code.co_filename == EDGE:
            return None
        frame = frame.f_back
    return None


def line_of(spot: Spot) -> Line:
    """The line an instruction belongs to; that of its function where Python knows no other."""
    code, instruction = spot
    numbers = (line for start, end, line in code.co_lines() if start <= instruction < end)
    return code.co_filename, next(numbers, None) or code.co_firstlineno


def user_level() -> int:
    """The `stacklevel` at which a warning given by the caller points at the user's line."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and not is_users(frame.f_code.co_filename):
        frame, level = frame.f_back, level + 1
    return level


@cache
def is_users(file: str) -> bool:
    """Whether code in a file is the user's: not torch's, not ours, not made up by either."""
    return not (file.startswith((RESIGHT, TORCH, "<frozen")) or file in ("<string>", "<eval_with_key>"))


def source(spot: Spot | None) -> Source | None:
    """A line as it goes into a graph: the last two parts of the path, and the line's text."""
    if spot is None:
        return None
    file, number = line_of(spot)
    return Source(short_file(file), number, linecache.getline(file, number).strip())


class Sources:
    """Sources of instructions, each worked out once: layers that repeat run the same code."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Spot, Source | None]] = {}

    def of(self, spot: Spot | None) -> Source | None:
        """The same as `source`. Codes are told by identity, as the hash of one reads all of it, and kept meanwhile."""
        if spot is None:
            return None
        key = id(spot[0]), spot[1]
        if key not in self._known:
            self._known[key] = spot, source(spot)
        return self._known[key][1]


def short_file(file: str) -> str:
    """The last two parts of a path; one word for a notebook cell, whose path changes from run to run."""
    if file.startswith("<") or "ipykernel_" in file:
        return "notebook" if "ipy" in file else file
    return "/".join(file.replace(os.sep, "/").split("/")[-2:])


def traceback_spot(error: BaseException) -> Spot | None:
    """The innermost user instruction that an exception passed through."""
    found, trace = None, error.__traceback__
    while trace is not None:
        if is_users(trace.tb_frame.f_code.co_filename):
            found = trace.tb_frame.f_code, trace.tb_lasti
        trace = trace.tb_next
    return found
