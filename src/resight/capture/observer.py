"""Watch one forward (and backward) and note everything a recording holds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ..graph import Ref, TensorSpec
from ..recording import Statistics
from .build import spec
from .gradients import Gradients, Loss
from .kept import Kept
from .ops import name_of
from .plain import is_watched, readable, unwatched
from .products import Pair, Products
from .recorder import RawOp, spec_of
from .run import Run
from .selection import Selection
from .shared import Rows
from .thumbnails import Thumbnails
from .tray import Tray
from .values import Value


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be recorded, of all batches."""

    selection: Selection
    kept: Kept
    loss: Loss | None = None
    thumbnails: int = 0
    exact: bool = False
    seconds: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What was noted of one batch or of several: `products` and `seconds` (by number of the op) are sums."""

    values: Statistics
    gradients: Statistics | None
    products: Mapping[Pair, float]
    seconds: Mapping[int, float]

    def merge(self, other: Seen) -> Seen:
        """Both together."""
        return Seen(
            self.values.merge(other.values),
            self.gradients.merge(other.gradients) if self.gradients and other.gradients else None,
            {pair: total + other.products[pair] for pair, total in self.products.items() if pair in other.products},
            {op: total + other.seconds.get(op, 0.0) for op, total in self.seconds.items()},
        )


class Observer:
    """The listener of one run."""

    def __init__(self, wish: Wish, run: Run, batch: int) -> None:
        self._wish = wish
        self._run = run
        self._batch = batch
        self._tray = Tray(exact=wish.exact)
        self._rows = Rows(run.recorder.values.aliased)
        self._row_of: dict[Value, int] = {}
        self._products = Products(run.recorder.values, self._squares)
        self._gradients = Gradients(wish.loss, wish.exact) if wish.loss is not None else None
        self._seconds: dict[int, float] = {}
        self._spent = 0.0
        self.unread: list[str] = []
        self.thumbnails = Thumbnails(wish.thumbnails if batch == 0 else 0)

    def run(self, raw: RawOp, function: Any, args: Any, kwargs: Any) -> Any:
        """Run an op: what it adds up is looked at before, as it may be overwritten."""
        with unwatched() if is_watched() else nullcontext():
            if self._run.recorder.values.aliased:
                self._read_again(raw, args)
            self._products.before(raw, args, kwargs)
        if not self._wish.seconds:
            return function(*args, **kwargs)
        start = time.perf_counter()
        result = function(*args, **kwargs)
        self._spent = time.perf_counter() - start
        return result

    def made(self, value: Value, tensor: Tensor, raw: RawOp) -> None:
        """Reduce a value, and keep it or its gradient if that is wished for."""
        self._products.after(value)
        if self._wish.seconds:
            self._seconds[value.op], self._spent = self._seconds.get(value.op, 0.0) + self._spent, 0.0
        with unwatched() if is_watched() else nullcontext():
            self._note(value, tensor, raw)

    def _note(self, value: Value, tensor: Tensor, raw: RawOp) -> None:
        plain = readable(tensor)
        if plain is None:
            self.unread.append(type(tensor).__name__)
            return
        shown = plain.tensor
        place, row = self._rows.find(plain, is_written=raw.inplace)
        is_new = row is None
        if row is None:
            row = self._tray.add(plain)
        self._rows.note(place, shown, row)
        self._row_of[value] = row
        if not tensor.is_nested:
            if self._wish.selection:
                self._keep_wanted(Ref(*value), shown, raw)
            if is_new and self._wish.thumbnails and self._batch == 0:
                self.thumbnails.take(Ref(*value), shown)
        if self._gradients is not None:
            self._gradients.follow(Ref(*value), tensor)

    def _read_again(self, raw: RawOp, args: Any) -> None:
        """Values whose memory something may have written unseen are what the op that reads them finds."""
        for value, tensor in zip(raw.args, args):
            if type(value) is Value and value in self._row_of and isinstance(tensor, Tensor):
                plain = readable(tensor)
                if plain is not None and plain.storage in self._run.recorder.values.aliased:
                    self._row_of[value] = self._tray.add(plain)

    def left(self, path: str, tensors: list[Tensor]) -> None:
        """Keep what a module returned, if that is wished for."""
        if self._wish.selection.has_module(path):
            for tensor in tensors:
                value = self._run.recorder.values.find(tensor)
                plain = readable(tensor)
                if type(value) is Value and plain is not None and not tensor.is_nested:
                    self._wish.kept.add(Ref(value.op, value.slot), plain.tensor, self._batch)

    def returned(self, result: Any) -> None:
        """The forward is over; go backward if a loss was given."""
        if self._gradients is not None:
            self._gradients.run(result, list(self._run.modules.values()))

    def seen(self) -> Seen:
        """What was noted, fetched from wherever it was computed."""
        values = Statistics({Ref(*value): row for value, row in self._row_of.items()}, self._tray.table())
        return Seen(
            values=values,
            gradients=self._gradients.statistics() if self._gradients is not None else None,
            products=self._products.found(values),
            seconds=self._seconds,
        )

    def close(self) -> None:
        """Take all hooks off tensors that are not ours, and let go of the run (which knows this listener)."""
        self._run.recorder.listener = None
        if self._gradients is not None:
            self._gradients.close()

    def _squares(self, value: Value) -> float | None:
        row = self._row_of.get(value)
        return None if row is None else self._tray.squares(row)

    def _keep_wanted(self, ref: Ref, tensor: Tensor, raw: RawOp) -> None:
        name = raw.function if isinstance(raw.function, str) else name_of(raw.function)

        def described() -> TensorSpec:
            return spec(spec_of(tensor))

        if self._wish.selection.has_value(ref, self._run.calls.calls[raw.call].path, name, described):
            self._wish.kept.add(ref, tensor, self._batch)
