"""Moments, extremes, a sample and histograms of float32 elements in one reading of memory.

A library of arrays reads a tensor once for each number it is asked for, and reading is what reductions spend their time
on. So this is machine code, compiled from `onepass.ll` (in about 50 ms) when it is first called for.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import torch
from torch import Tensor

COMPILING = threading.Lock()

NOWHERE = torch.tensor([torch.iinfo(torch.int64).max])
"""Ends every list of places; alone, it asks for no sample."""


class Runs(NamedTuple):
    """So many runs of `length` elements without gaps, which begin every `stride` elements."""

    number: int
    stride: int
    length: int


Found = ctypes.c_double * 4


class Code(NamedTuple):
    """The functions of `onepass.ll`, which live as long as their compiler."""

    compiler: Any
    moments: Callable[..., int]
    histogram: Callable[..., int]


def read(elements: Tensor, runs: Runs, places: Tensor = NOWHERE, sample: Tensor = NOWHERE) -> tuple[float, ...] | None:
    """Mean, sum of squared distances from it, least and largest of elements of a float32 tensor on the CPU.

    They lie in `runs` from the tensor's first on; there are some. Those at `places` from there, ascending and followed
    by `NOWHERE`, are copied to `sample`. Relative errors are below 1e-6, the mean's relative to rms. None if an element
    is not finite, or if squares exceed float32 or come near its smallest number.
    """
    found = Found()
    is_known = _code().moments(elements.data_ptr(), *runs, places.data_ptr(), sample.data_ptr(), found)
    return tuple(found) if is_known else None


def count_bins(values: Tensor, exponent: int, first: int, bins: int) -> int:
    """Count a dense float32 vector on the CPU into the int64 bins of `recording.binning` at an address.

    Returns the number of zeros. All finite values lie in the bins; `abs(exponent)` is below `binning.EASY`.
    """
    return _code().histogram(values.data_ptr(), len(values), 2.0**-exponent, first, bins)


def _code() -> Code:
    with COMPILING:  # a second compiler would be freed, and with it the code that another thread runs
        return _compiled()


@cache
def _compiled() -> Code:
    from llvmlite import binding as llvm  # only those who record wait for a compiler

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2
    )
    module = llvm.parse_assembly((files(__package__) / "onepass.ll").read_text(encoding="utf-8"))
    module.verify()
    compiler = llvm.create_mcjit_compiler(module, machine)
    compiler.finalize_object()
    address, size, real = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
    moments = ctypes.CFUNCTYPE(ctypes.c_int32, address, size, size, size, address, address, address)
    histogram = ctypes.CFUNCTYPE(size, address, size, real, real, address)
    return Code(
        compiler,
        moments(compiler.get_function_address("moments")),
        histogram(compiler.get_function_address("histogram")),
    )
