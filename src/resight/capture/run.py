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
from ..graph import UNSEEN, Failure, Graph, Op, Output, TensorSpec
from ..graph.walk import IMPORTS, out_of_sight
from ..skips import find_skips
from ..traces import About, Trace
from . import edge
from .build import Builder, module_calls, spec
from .eager import eager
from .failures import explain
from .fake import faked, is_weightless
from .fastpath import fast_path_note
from .hidden import followed
from .lost import is_young
from .mistakes import Arguments, not_a_model
from .modules import ModuleCalls, class_name
from .ops import name_of
from .recorder import Listener, Recorder, spec_of
from .sources import source, traceback_spot, user_level
from .structure import named_arguments, named_tensors, returned_tensors, unread
from .turns import TURN
from .unregistered import joined, named_modules
from .unseen import idle, loose_modules, lost_sums, unregistered, unseen_data
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
    with ExitStack() as around:
        around.enter_context(TURN)
        around.enter_context(no_collections())
        model, notes = _traceable(model)
        args, kwargs = tuple(map(unread, args)), {name: unread(value) for name, value in kwargs.items()}
        named = named_arguments(model.forward, args, kwargs)
        given = list(named_tensors(named))
        run = Run(model)
        _check_initialised(run.modules)
        modules = list(run.modules.values())
        notes += around.enter_context(eager(modules))
        originals = run.recorder.originals = around.enter_context(untouched(args, kwargs, *modules))
        is_computed = not is_weightless(modules, [tensor for _, tensor in given])
        if not is_computed:
            args, kwargs = around.enter_context(faked(model, args, kwargs))
            given = list(named_tensors(named_arguments(model.forward, args, kwargs)))
        elif listener is not None:
            run.recorder.listener = listener(run)
        notes += fast_path_note(modules, is_computed=is_computed)
        run.start(given)
        error = run.forward(args, kwargs)
        graph = run.graph(error, (model, args, kwargs))
        unseen = run.unseen(graph)
    del error
    about = About(
        model=class_name(model),
        title=title or class_name(model),
        parameters=graph.calls[0].parameters,
        mode="train" if model.training else "eval",
        device=_device(model, given),
        inputs=", ".join(f"{graph.ops[i].attributes['name']} {graph.ops[i].outputs[0]}" for i in graph.inputs),
        notes=(*notes, *unseen, *run.notes(), *originals.notes(model)),
        unseen=tuple(note.partition(": ")[0] for note in unseen),
        versions={"torch": str(torch.__version__), "python": platform.python_version()},
    )
    if graph.failure is not None:
        warnings.warn(ForwardWarning(_warning(graph, graph.failure)), stacklevel=user_level())
    return Captured(graph, about)


class Run:
    """One forward under the recorder, and the graph of it. `modules` are the model's, by path."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self.modules = dict(named_modules(model))
        self.recorder = Recorder()
        self.recorder.held = self._held_of
        self.calls = ModuleCalls(self.modules, self.recorder)
        self._held: dict[str, tuple[TensorSpec, bool]] = {}
        self._inputs: list[int] = []
        self._returned: list[tuple[str, Value, bool]] = []
        self._returned_none = False
        self._faint = ""
        self._loose: dict[str, int] = {}
        self._packed: dict[int, tuple[Any, Held]] = {}
        self.calls.on_adopted = self._hold_all

    def start(self, given: list[tuple[str, Tensor]]) -> None:
        """Make the model's weights and inputs known."""
        for path, module in self.modules.items():
            self._hold_all(path, module)
        for name, tensor in given:
            self._inputs.append(len(self.recorder.ops))
            self.recorder.add_named("input", (tensor,), name=name)
            self.recorder.ops[-1].spot = None

    def _hold_all(self, path: str, module: nn.Module) -> None:
        for home, is_buffer in ((module._parameters, False), (module._buffers, True)):
            for name, tensor in home.items():
                # the first name of tied ones; those made in the forward were written then
                if tensor is not None and type(self.recorder.values.find(tensor)) is not Held:
                    self._hold(joined(path, name), tensor, is_buffer)

    def _held_of(self, thing: Any) -> Held | None:
        """Which weight something is that nobody was seen making: one of another module, list or closure, or packed."""
        if isinstance(thing, torch.ScriptObject):
            return self._held_packed(thing)
        if not (thing.is_floating_point() or thing.is_complex()):
            return None
        is_weight = thing.is_leaf and thing.requires_grad
        name = self._name_here(thing) or self.calls.places.name_of(thing, again=is_weight)
        if name is None:
            if not is_weight or is_young(thing):  # one made in this forward is known when its module is called
                return None
            name = "(tensor)"
        while name in self._held:
            name += "'"
        if is_weight:
            self._loose[name] = thing.numel()
        self._hold(name, thing, not is_weight)
        return Held(name)

    def _name_here(self, tensor: Tensor) -> str | None:
        """The name of a parameter that was put into the running module a moment ago, as offloading does."""
        call = self.calls.calls[self.recorder.call]
        names = (joined(call.path, name) for name, held in call.module._parameters.items() if held is tensor)
        return next(names, None)

    def _held_packed(self, thing: Any) -> Held | None:
        """Weights of a quantized layer, which come packed together with their bias."""
        if id(thing) not in self._packed:
            try:
                weight = thing.unpack()[0]
            except (AttributeError, RuntimeError, IndexError, TypeError):
                return None
            name = joined(self.calls.calls[self.recorder.call].path, "weight")
            while name in self._held:
                name += "'"
            self._held[name] = spec((weight.shape, weight.dtype, weight.device)), False
            self._packed[id(thing)] = thing, Held(name)
        return self._packed[id(thing)][1]

    def _hold(self, name: str, tensor: Tensor, is_buffer: bool) -> None:
        self._held[name] = spec(spec_of(tensor)), is_buffer
        self.recorder.values.set(tensor, Held(name))

    def forward(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Exception | None:
        """Call the model; returns the exception it raised, if any. Whatever it returned is let go of."""
        try:
            with followed(), self.calls.watching(), self.recorder:
                returned = edge.call(self._model, args, kwargs)
        except Exception as error:
            return error
        if self.recorder.listener is not None:
            self.recorder.listener.returned(returned)
        self._returned_none = returned is None
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

    def graph(self, error: Exception | None, given: Arguments) -> Graph:
        """What was recorded, as a checked graph."""
        raws = list(self.recorder.ops)
        if self.recorder.left:
            self._mark_imports()
        failed = self.recorder.failed
        if error is not None and failed is not None and _led_to(failed[0], error):
            raws.append(failed[1])
        builder = Builder(self._held)
        ops = tuple(builder.op(number, raw) for number, raw in enumerate(raws))
        calls = module_calls(self.calls.calls, ops, self._loose_modules())
        failure = _failure(ops, error, len(raws) > len(self.recorder.ops), given) if error is not None else None
        outputs = tuple(Output(value.op, value.slot, name, cache) for name, value, cache in self._returned)
        return Graph(ops, calls, tuple(self._inputs), outputs, failure).check()

    def _mark_imports(self) -> None:
        """What comes in from lists after numbers left torch may be made of those."""
        for raw in self.recorder.ops[self.recorder.left[0][0] :]:
            is_import = not isinstance(raw.function, str) and name_of(raw.function) in IMPORTS
            if is_import and not _reads_values(raw.args) and sum(spec(output).count for output in raw.outputs) > 1:
                raw.kwargs = {**raw.kwargs, UNSEEN: True}

    def unseen(self, graph: Graph) -> list[str]:
        """Notes on what a reader must know to believe what was found, or not found; each begins with it in short."""
        left = source(self.recorder.left[0][1]) if self.recorder.left else None
        hidden = out_of_sight(graph)
        notes = unseen_data(graph, hidden, left)
        if self.calls.elsewhere:
            notes.append(f"{text.plural(len(self.calls.elsewhere), 'module')} ran in another thread: out of sight")
        registered = {joined(path, name) for path, m in named_modules(self._model) for name, _ in m._parameters.items()}
        loose = {name: size for name, size in self._loose.items() if name not in registered}
        notes += unregistered(self._loose_modules(), loose)
        share, rest = self._idle(graph, not self.calls.elsewhere and not hidden)
        self._faint = "" if share else rest
        notes += [rest] if share else []
        if self._returned_none:
            notes.append("the forward returned None: a return may be missing")
        return notes + lost_sums(graph)

    def _loose_modules(self) -> dict[str, int]:
        adopted = {call.path: call.module for call in self.calls.calls if call.path not in self.modules}
        return loose_modules(self._model, adopted) if adopted else {}

    def _idle(self, graph: Graph, is_all_seen: bool) -> tuple[int, str]:
        if graph.failure is not None:
            return 0, ""
        used = {weight.name for op in graph.ops for weight in op.weights}
        return idle(self._model, used, is_all_seen)

    def notes(self) -> tuple[str, ...]:
        """What else could not be seen."""
        unseen = [f"the inside of {name} can't be seen; it is one op" for name in self.calls.unseen]
        names = dict.fromkeys(found.name for found in self.recorder.recovered)
        hidden = [f"{name} ran out of sight; its inputs were found from its gradient function" for name in names]
        return tuple(dict.fromkeys(filter(None, (*unseen, *hidden, self._faint))))


def _reads_values(nest: Any) -> bool:
    return isinstance(nest, Value) or (type(nest) is tuple and any(map(_reads_values, nest)))


def _traceable(model: Any) -> tuple[nn.Module, tuple[str, ...]]:
    if not isinstance(model, nn.Module):
        raise not_a_model(model)
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


def _failure(ops: tuple[Op, ...], error: Exception, in_op: bool, given: Arguments) -> Failure:
    op = ops[-1] if in_op else None
    message, hint = explain(ops, op, error, given)
    where = op.source if op is not None else source(traceback_spot(error))
    return Failure(op.id if op else -1, type(error).__name__, message, hint, where)


def _warning(graph: Graph, failure: Failure) -> str:
    where = graph.calls[graph.ops[failure.op].call].path if failure.op >= 0 else ""
    places = [f"at {where}" if where else "", f"({failure.source}, `{failure.source.text}`)" if failure.source else ""]
    words = " ".join(["the forward raised", failure.error, *filter(None, places)])
    return text.one_line(f"{words}: {failure.message}" + (f"; {failure.hint}" if failure.hint else ""))
