"""The user's line that ran an op: the first frame outside torch and resight."""

from __future__ import annotations

import linecache
import os
from types import CodeType, FrameType
from typing import TypeAlias

import torch

from ..graph import Source

Line: TypeAlias = tuple[str, int]
"""A file name as Python knows it, and a line number."""

TORCH = os.path.dirname(torch.__file__) + os.sep
RESIGHT = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
EDGE = "_forward"
"""Name of our function that calls the model: what lies above it is not the model's code."""

_is_user: dict[CodeType, bool | None] = {}


def user_line(frame: FrameType | None) -> Line | None:
    """File and line of the innermost user frame; None where torch's own code is all there is."""
    while frame is not None:
        code = frame.f_code
        known = _is_user.get(code, 0)
        if known == 0:
            known = _is_user[code] = _judge(code)
        if known:
            return code.co_filename, frame.f_lineno
        if known is None:
            return None
        frame = frame.f_back
    return None


def _judge(code: CodeType) -> bool | None:
    file = code.co_filename
    if file.startswith(RESIGHT):
        return None if code.co_name == EDGE else False
    return not (file.startswith((TORCH, "<frozen")) or file in ("<string>", "<eval_with_key>"))


def source(line: Line | None) -> Source | None:
    """A line as it goes into a graph: the last two parts of the path, and the line's text."""
    if line is None:
        return None
    file, number = line
    return Source(short_file(file), number, linecache.getline(file, number).strip())


def short_file(file: str) -> str:
    """The last two parts of a path; one word for a notebook cell, whose path changes from run to run."""
    if file.startswith("<") or "ipykernel_" in file:
        return "notebook" if "ipy" in file else file
    return "/".join(file.replace(os.sep, "/").split("/")[-2:])


def traceback_line(error: BaseException) -> Line | None:
    """The innermost user line that an exception passed through."""
    found, trace = None, error.__traceback__
    while trace is not None:
        if _judge(trace.tb_frame.f_code):
            found = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return found
