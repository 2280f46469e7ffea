"""Run a model once and keep what it did: `trace`, the way in to everything else."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin

from .. import text
from ..errors import ForwardWarning, UserError
from ..garbage import no_collections
from ..graph import Failure, Graph, Op, Output, TensorSpec
from ..skips import find_skips
from ..traces import About, Trace
from . import edge
from .build import Builder, module_calls, spec
from .eager import eager
from .failures import explain
from .fake import faked, is_weightless
from .fastpath import fast_path_note
from .modules import ModuleCalls, class_name
from .recorder import Listener, Recorder
from .sources import source, traceback_spot, user_level
from .structure import named_arguments, named_tensors, returned_tensors
from .untouched import untouched
from .values import Held, Value


@dataclass(frozen=True, slots=True)
class Captured:
    """A graph, and where it comes from."""

    graph: Graph
    about: About


def trace(model: nn.Module, /, *args: Any, **kwargs: Any) -> Trace:
    """Run `model(*args, **kwargs)` once; return its ops, module calls and residual connections.

    The model, the inputs and torch's global state are left as they were, also when the forward raises; then
    the trace holds the graph up to the failing op, and a `ForwardWarning` says what happened. The forward runs
    in the caller's grad mode, so that it takes the path it always takes; under `torch.no_grad()` it needs less
    memory. Parameters or inputs on the `meta` device make the run a symbolic one: shapes only, no memory.

    Raises:
        UserError: `model` is no module, or has lazy parameters that were never initialised.
    """
    return trace_titled(model, args, kwargs, "")


def trace_titled(model: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any], title: str) -> Trace:
    """`trace` with a name for the network; an empty title stands for the class name."""
    with no_collections():
        captured = trace_graph(model, args, kwargs, title)
        return Trace(captured.about, captured.graph, find_skips(captured.graph))


def trace_graph(
    model: nn.Module,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    title: str = "",
    listener: Callable[[Run], Listener] | None = None,
) -> Captured:
    """Run a model once and return the graph of what it did, checked. Requirements and errors as for `trace`.

    A `listener` for the run gets to see its tensors, if they have values.
    """
    model, notes = _traceable(model)
    named = named_arguments(model.forward, args, kwargs)
    given = list(named_tensors(named))
    run = Run(model)
    _check_initialised(run.modules)
    modules = list(run.modules.values())
    with ExitStack() as around:
        around.enter_context(no_collections())
        notes += around.enter_context(eager(modules))
        around.enter_context(untouched(modules, [tensor for _, tensor in given]))
        is_computed = not is_weightless(modules, [tensor for _, tensor in given])
        if not is_computed:
            args, kwargs = around.enter_context(faked(model, args, kwargs))
            given = list(named_tensors(named_arguments(model.forward, args, kwargs)))
        elif listener is not None:
            run.recorder.listener = listener(run)
        notes += fast_path_note(modules, is_computed=is_computed)
        run.start(given)
        error = run.forward(args, kwargs)
        graph = run.graph(error)
    del error
    about = About(
        model=class_name(model),
        title=title or class_name(model),
        parameters=graph.calls[0].parameters,
        mode="train" if model.training else "eval",
        device=_device(model, given),
        inputs=", ".join(f"{graph.ops[i].attributes['name']} {graph.ops[i].outputs[0]}" for i in graph.inputs),
        notes=(*notes, *run.notes()),
        versions={"torch": str(torch.__version__), "python": platform.python_version()},
    )
    if graph.failure is not None:
        warnings.warn(ForwardWarning(_warning(graph, graph.failure)), stacklevel=user_level())
    return Captured(graph, about)


class Run:
    """One forward under the recorder, and the graph of it. `modules` are the model's, by path."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self.modules = dict(model.named_modules())
        self.recorder = Recorder()
        self.calls = ModuleCalls(self.modules, self.recorder)
        self._held: dict[str, tuple[TensorSpec, bool]] = {}
        self._inputs: list[int] = []
        self._returned: list[tuple[str, Value, bool]] = []

    def start(self, given: list[tuple[str, Tensor]]) -> None:
        """Make the model's weights and inputs known."""
        for path, module in self.modules.items():
            for home, is_buffer in ((module._parameters, False), (module._buffers, True)):
                for name, tensor in home.items():
                    if tensor is not None and self.recorder.values.find(tensor) is None:  # tied ones: the first name
                        self._hold(f"{path}.{name}" if path else name, tensor, is_buffer)
        for name, tensor in given:
            self._inputs.append(len(self.recorder.ops))
            self.recorder.add_named("input", (tensor,), name=name)
            self.recorder.ops[-1].spot = None

    def _hold(self, name: str, tensor: Tensor, is_buffer: bool) -> None:
        self._held[name] = spec((tensor.shape, tensor.dtype, tensor.device)), is_buffer
        self.recorder.values.set(tensor, Held(name))

    def forward(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Exception | None:
        """Call the model; returns the exception it raised, if any. Whatever it returned is let go of."""
        try:
            with self.calls.watching(), self.recorder:
                returned = edge.call(self._model, args, kwargs)
        except Exception as error:
            return error
        if self.recorder.listener is not None:
            self.recorder.listener.returned(returned)
        for name, tensor, in_cache in returned_tensors(returned):
            self._returned.append((name, self._returned_value(tensor), in_cache))
        return None

    def _returned_value(self, tensor: Tensor) -> Value:
        """The value of a returned tensor; a parameter or buffer returned as it is becomes a `weight` op."""
        self.recorder.call = 0
        value = self.recorder.read(tensor)
        if isinstance(value, Held):
            self.recorder.add_named("weight", (tensor,), (value,))
            value = Value(len(self.recorder.ops) - 1, 0)
        return value

    def graph(self, error: Exception | None) -> Graph:
        """What was recorded, as a checked graph."""
        raws = list(self.recorder.ops)
        failed = self.recorder.failed
        if error is not None and failed is not None and _led_to(failed[0], error):
            raws.append(failed[1])
        builder = Builder(self._held)
        ops = tuple(builder.op(number, raw) for number, raw in enumerate(raws))
        calls = module_calls(self.calls.calls, ops)
        failure = _failure(ops, error, len(raws) > len(self.recorder.ops)) if error is not None else None
        outputs = tuple(Output(value.op, value.slot, name, cache) for name, value, cache in self._returned)
        return Graph(ops, calls, tuple(self._inputs), outputs, failure).check()

    def notes(self) -> tuple[str, ...]:
        """What could not be seen."""
        unseen = [f"the inside of {name} can't be seen; it is one op" for name in self.calls.unseen]
        names = dict.fromkeys(found.name for found in self.recorder.recovered)
        hidden = [f"{name} ran out of sight; its inputs were told from its gradient function" for name in names]
        return tuple(dict.fromkeys((*unseen, *hidden)))


def _traceable(model: Any) -> tuple[nn.Module, tuple[str, ...]]:
    if not isinstance(model, nn.Module):
        kind = model.__name__ if isinstance(model, type) else type(model).__name__
        hint = f"call it first: {kind}(...)" if isinstance(model, type) else "wrap it in a module's forward"
        raise UserError(f"can't trace {kind}: it is no nn.Module", hint=hint)
    compiled = getattr(model, "_orig_mod", None)
    if isinstance(compiled, nn.Module):
        return compiled, ("the model is compiled; what is shown is its uncompiled run",)
    return model, ()


def _check_initialised(modules: Mapping[str, nn.Module]) -> None:
    for path, module in modules.items():
        if isinstance(module, LazyModuleMixin) and module.has_uninitialized_params():
            raise UserError(
                f"{path or 'the model'} has no shapes yet", hint="run it once to initialise its lazy modules"
            )


def _device(model: nn.Module, given: list[tuple[str, Tensor]]) -> str:
    first = next(model.parameters(), None)
    tensors = [tensor for _, tensor in given] if first is None else [first]
    return str(tensors[0].device) if tensors else "cpu"


def _led_to(raised: int, error: BaseException | None) -> bool:
    """True if the exception with id `raised` is `error`, or what `error` was raised from."""
    while error is not None:
        if id(error) == raised:
            return True
        error = error.__cause__ or error.__context__
    return False


def _failure(ops: tuple[Op, ...], error: Exception, in_op: bool) -> Failure:
    op = ops[-1] if in_op else None
    message, hint = explain(ops, op, error)
    where = op.source if op is not None else source(traceback_spot(error))
    return Failure(op.id if op else -1, type(error).__name__, message, hint, where)


def _warning(graph: Graph, failure: Failure) -> str:
    where = graph.calls[graph.ops[failure.op].call].path if failure.op >= 0 else ""
    places = [f"at {where}" if where else "", f"({failure.source}, `{failure.source.text}`)" if failure.source else ""]
    words = " ".join(["the forward raised", failure.error, *filter(None, places)])
    return text.one_line(f"{words}: {failure.message}" + (f"; {failure.hint}" if failure.hint else ""))
