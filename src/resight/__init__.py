"""resight: see the residual connections of any PyTorch network.

    import resight
    trace = resight.trace(model, x)
    print(trace.summary())
    trace.save("net.svg")

Importing this is quick: the rooms that need torch or draw pictures open on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import traces
from .errors import Bug, CannotWrite, ForwardWarning, MissingExtra, ResightError, UserError
from .graph import Failure, Graph, ModuleCall, Op, Ref, TensorSpec
from .samples import sample_image
from .skips import Edit, Skip, find_skips
from .traces import About, Trace, load

if TYPE_CHECKING:
    from . import compare, data, nets, plot, runs, train
    from .capture.edit import edit
    from .capture.probe import Probe, probe
    from .capture.record import record
    from .capture.run import trace
    from .picture.payload import View
    from .widgets import widget

__version__ = "0.1.0"
__all__ = [
    "About", "Bug", "CannotWrite", "Edit", "Failure", "ForwardWarning", "Graph", "MissingExtra", "ModuleCall", "Op",
    "Probe", "Ref", "ResightError", "Skip", "TensorSpec", "Trace", "UserError", "View", "compare", "data", "edit",
    "find_skips", "load", "nets", "plot", "probe", "record", "runs", "sample_image", "trace", "train", "widget",
]  # fmt: skip

_ON_FIRST_USE = {
    "Probe": ".capture.probe",
    "View": ".picture.payload",
    "edit": ".capture.edit",
    "probe": ".capture.probe",
    "record": ".capture.record",
    "trace": ".capture.run",
    "widget": ".widgets",
}
_ROOMS = ("compare", "data", "nets", "plot", "runs", "train")

traces.draw_with(lambda: import_module(".picture", __name__), lambda: import_module(".widgets", __name__))


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f".{name}", __name__)
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_ON_FIRST_USE[name], __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
