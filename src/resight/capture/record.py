"""Run a model and note what flows through it: `record`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map

from .. import text
from ..errors import ForwardWarning, UserError
from ..graph import Graph, Op, Ref
from ..recording import Recording, Statistics, Thumbnail
from ..recording.statistics import empty_rows
from ..skips import find_skips
from ..traces import Trace
from .contributions import with_contributions
from .gradients import Loss
from .kept import Kept
from .layout import SAMPLE
from .observer import Observer, Seen, Wish
from .paths import first_difference
from .remarks import complaint, first_nonfinite
from .run import Captured, Run, trace_graph
from .selection import Selection
from .turns import TURN

Given: TypeAlias = tuple[tuple[Any, ...], Mapping[str, Any]]
"""Positional and named arguments of one run."""


def record(
    model: nn.Module,
    /,
    *args: Any,
    keep: Any = None,
    thumbnails: int = 0,
    gradients: Loss | None = None,
    batches: Iterable[Any] | None = None,
    exact: bool = False,
    seconds: bool = False,
    keep_on_disk: str | Path | None = None,
    keep_in_memory: int = 0,
    **kwargs: Any,
) -> Trace:
    """Run `model(*args, **kwargs)` as `trace` does and note what flows through it, in the trace's `recording`.

    Of every value: count, mean, std, rms, extremes and non-finite elements of all its elements; the share of zeros
    and a histogram of 4,096 of them per batch, evenly spread, or with `exact` of all. Of every skip: what its branch
    adds to its shortcut. The model, the inputs and torch's state are left as they were.

    ```python
    trace = resight.record(model, x, keep="layer1.*.conv2")
    trace["layer1.0.conv2"].summary.std
    trace.skips[0].gain
    ```

    Args:
        keep: values to keep whole, on the CPU, as they are when they are made: a name as in `trace[name]`
            (`layer1.0.conv1`, `layer1.0:add`; of all calls), a pattern (`*.conv2`, `layer1.*:softmax`), a skip (what
            meets at its merge), a function of module path, op name and spec, or a list of these.
        thumbnails: small pictures of so many channels of every value, for a page (see `Thumbnail`).
        gradients: from what the model returns to one number; every value's gradient of it is reduced likewise. The
            forward then runs with gradients on, whatever the caller's mode.
        batches: instead of `args`, inputs of several runs: each a tensor, a tuple of arguments, or a dict of named
            ones. Their statistics are those of all together, and each starts from the model as it is, so their order
            does not matter. They must take the same path; kept tensors are joined along their first dimension.
        exact: look at all elements for zeros and histograms (several times the cost).
        seconds: also the wall-clock time of each op; on devices that run on their own, of its launch.
        keep_on_disk: a folder for kept values of more than `keep_in_memory` bytes: one safetensors file each, named
            by op and slot.

    Raises:
        UserError: what `trace` raises; an unknown name to keep (the closest are listed); batches on different paths.
    """
    _check_options(thumbnails, gradients, keep_in_memory)
    wish = Wish(
        selection=Selection(keep, model),
        kept=Kept(None if keep_on_disk is None else Path(keep_on_disk), keep_in_memory),
        loss=gradients,
        thumbnails=thumbnails,
        exact=exact,
        seconds=seconds,
    )
    session = _Session(model, wish)
    try:
        for given in _batches(args, kwargs, batches):
            session.run(*given)
        return session.trace()
    finally:
        wish.kept.discard()


def _check_options(thumbnails: Any, gradients: Any, keep_in_memory: Any) -> None:
    for name, number in (("thumbnails", thumbnails), ("keep_in_memory", keep_in_memory)):
        if not isinstance(number, int) or number < 0:
            raise UserError(f"{name} is {number!r}", hint="give a whole number, 0 or more")
    if gradients is not None and not callable(gradients):
        raise UserError(
            f"gradients is {text.article(type(gradients).__name__)}",
            hint="give a function from what the model returns to one number, such as torch.sum",
        )


class _Session:
    """The batches of one recording, one after the other."""

    def __init__(self, model: nn.Module, wish: Wish) -> None:
        self._model = model
        self._wish = wish
        self._count = 0
        self._first: Captured | None = None
        self._seen: Seen | None = None
        self._thumbnails: Mapping[Ref, Thumbnail] = {}
        self._unread: list[str] = []

    def run(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Run one batch and add what was seen to that of the batches before."""
        if self._count == 0 and self._wish.selection.skips:
            self._wish.selection.resolve(_quietly(self._model, args, kwargs).graph)
        observers: list[Observer] = []

        def listen(run: Run) -> Observer:
            observers.append(Observer(self._wish, run, self._count))
            return observers[0]

        try:
            if self._wish.loss is not None:
                captured = self._with_gradients(args, kwargs, listen)
            else:
                captured = self._capture(args, kwargs, listen)
        finally:
            for observer in observers:
                observer.close()
        if self._first is None:
            self._first = captured
            self._check_selection(captured.graph)
        else:
            _check_same_path(self._first.graph, captured.graph, self._count)
        for observer in observers:
            seen = observer.seen()
            self._seen = seen if self._seen is None else self._seen.merge(seen)
            self._unread = self._unread or observer.unread
            self._thumbnails = self._thumbnails or observer.thumbnails.taken
        self._count += 1

    def trace(self) -> Trace:
        """The trace with all that was seen."""
        if self._first is None:
            raise UserError("there is no batch to record", hint="an iterator may have been read before; give a list")
        graph, about = self._first.graph, self._first.about
        skips = find_skips(graph)
        if self._seen is None:
            nothing = Statistics({}, empty_rows(0))
            note = "the model has shapes but no values here, so there are no statistics"
            recording = Recording(values=nothing, batches=self._count, how=note)
            return Trace(replace(about, notes=(*about.notes, note)), graph, skips, recording)
        recording = Recording(
            values=self._seen.values,
            gradients=self._seen.gradients,
            seconds=self._seconds(len(graph.ops), self._seen.seconds) if self._wish.seconds else None,
            kept=self._wish.kept.tensors(),
            thumbnails=self._thumbnails,
            batches=self._count,
            how=self._how(about.inputs),
        )
        about = replace(about, notes=(*about.notes, *self._notes(graph, self._seen.values)))
        return Trace(about, graph, with_contributions(graph, skips, self._seen.values, self._seen.products), recording)

    def _notes(self, graph: Graph, values: Statistics) -> Iterator[str]:
        """What has no numbers, and where numbers stop being finite."""
        if self._unread:
            kinds = ", ".join(sorted(set(self._unread)))
            yield f"no statistics of {text.plural(len(self._unread), 'value')}: {kinds} without plain memory of its own"
        held = dict((*self._model.named_parameters(), *self._model.named_buffers()))
        first = first_nonfinite(graph, values, lambda name: name in held and not complaint(held[name]))
        if first is not None:
            found = values.summary(first)
            op = graph.ops[first.op]
            place = f"the input {op.attributes['name']}" if op.name == "input" else _words(graph, op)
            share = f"{found.nonfinite:,} of {text.plural(found.count, 'element')}" if found else ""
            yield f"nan or inf came up first in {place}: {share}"

    def _capture(self, args: Any, kwargs: Any, listen: Callable[[Run], Observer]) -> Captured:
        capture = trace_graph if self._first is None else _quietly
        return capture(self._model, args, kwargs, listener=listen)

    def _with_gradients(self, args: Any, kwargs: Any, listen: Callable[[Run], Observer]) -> Captured:
        """Inputs that come out of a graph of the user's are cut off from it, so that the backward ends there."""

        def cut_off(value: Any) -> Any:
            is_inner = isinstance(value, Tensor) and value.requires_grad and not value.is_leaf
            return value.detach().requires_grad_() if is_inner else value

        with torch.inference_mode(False), torch.enable_grad():
            return self._capture(tree_map(cut_off, args), tree_map(cut_off, dict(kwargs)), listen)

    def _check_selection(self, graph: Graph) -> None:
        if graph.failure is None:
            self._wish.selection.check(graph)

    def _seconds(self, ops: int, spent: Mapping[int, float]) -> np.ndarray:
        return np.array([spent.get(op, 0.0) for op in range(ops)]) / self._count

    def _how(self, inputs: str) -> str:
        """How the numbers were obtained, in one line."""
        batches = "1 batch" if self._count == 1 else f"{self._count} batches, the first"
        sample = "all elements" if self._wish.exact else f"at most {SAMPLE:,} elements of each value per batch"
        return f"{batches} of {inputs}; moments and extremes of all elements, zeros and histograms of {sample}"


def _batches(args: tuple[Any, ...], kwargs: Mapping[str, Any], batches: Iterable[Any] | None) -> Iterator[Given]:
    """Positional and named arguments of each run."""
    if batches is None:
        yield args, kwargs
        return
    if args or kwargs:
        raise UserError("inputs were given twice", hint="give either arguments of the model or batches=")
    if isinstance(batches, Tensor):
        raise UserError("batches is a tensor", hint="give a list of tensors, or the tensor as an argument")
    if not isinstance(batches, Iterable):
        raise UserError(f"batches is {text.article(type(batches).__name__)}", hint="give a list of inputs")
    for batch in batches:
        if isinstance(batch, (tuple, list)):
            yield tuple(batch), {}
        else:
            yield ((), batch) if isinstance(batch, Mapping) else ((batch,), {})


def _quietly(model: nn.Module, args: Any, kwargs: Any, listener: Callable[[Run], Observer] | None = None) -> Captured:
    """A run whose failure the caller tells of."""
    with TURN, warnings.catch_warnings():
        warnings.simplefilter("ignore", ForwardWarning)
        return trace_graph(model, args, kwargs, listener=listener)


def _check_same_path(first: Graph, later: Graph, batch: int) -> None:
    if later.failure is not None and first.failure is None:
        raise UserError(f"batch {batch}: the forward raised {later.failure.error}: {later.failure.message}")
    parted = first_difference(first, later)
    if parted is not None:
        here, there = (_words(graph, op) for graph, op in zip((first, later), parted))
        raise UserError(
            f"batch {batch} took another path than batch 0: {there} instead of {here}",
            hint="record inputs of one kind at a time",
        )


def _words(graph: Graph, op: Op | None) -> str:
    """An op and its place: `relu (op 7, at layer1.0, net.py:12)`."""
    if op is None:
        return "the end"
    path = graph.calls[op.call].path
    places = [f"op {op.id}", f"at {path}" if path else "", str(op.source or "")]
    return text.one_line(f"{op.name} ({', '.join(filter(None, places))})")
