"""Which op made the value a tensor holds right now, told without keeping any tensor alive.

A tensor is known by a weak reference (within one forward most `id()`s are used again) and by its version
counter. A write changes every tensor that shares the memory written, so each write is logged by storage; who
finds its version changed looks there for the last write that overlaps it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import gcd
from typing import Any, NamedTuple
from weakref import ref

from torch import Tensor


class Value(NamedTuple):
    """Output number `slot` of recorded op number `op`."""

    op: int
    slot: int


class Held(NamedTuple):
    """A parameter or buffer as the model holds it, by its dotted name."""

    name: str


class Place(NamedTuple):
    """Where in its storage a tensor lies, counted in elements."""

    offset: int
    sizes: tuple[int, ...]
    strides: tuple[int, ...]


class Write(NamedTuple):
    """One write in place: the value it made, where, and the op whose value it replaced (-1 for none)."""

    value: Value
    place: Place
    replaced: int


class Values:
    """The current value of every living tensor. `aliased` holds storages whose writes no version counter tells.

    `grow(op, tensor)` is asked for one more output of an op that has already run, with the tensor's spec;
    `chain(op, value)` to let an op read one more value: a write through a view also makes a new version of
    what it is a view of.
    """

    def __init__(self, grow: Callable[[int, Tensor], Value], chain: Callable[[int, Value], None]) -> None:
        self._known: dict[int, tuple[ref[Any], Value | Held, int]] = {}
        self._writes: dict[int, list[Write]] = {}
        self._by_gradient: dict[int, Value | Held] = {}
        self.aliased: set[int] = set()
        self._grow = grow
        self._chain = chain

    def set(self, tensor: Tensor, value: Value | Held) -> None:
        """From now on `tensor` holds `value`."""
        self._known[id(tensor)] = (ref(tensor), value, version_of(tensor))

    def note_gradient(self, value: Value | Held, number: int) -> None:
        """The gradient of `value` flows into the autograd function with this sequence number."""
        self._by_gradient[number] = value

    def alias(self, tensor: Tensor) -> None:
        """From now on the elements of `tensor` may be written without its version counter."""
        storage = storage_of(tensor)
        if storage is not None:
            self.aliased.add(storage)

    def find(self, tensor: Tensor) -> Value | Held | None:
        """The value `tensor` holds, or None if nobody was seen making it."""
        entry = self._known.get(id(tensor))
        if entry is None or entry[0]() is not tensor:
            return None
        version = version_of(tensor)
        is_sure = version >= 0 and (not self.aliased or type(entry[1]) is Held)
        if version == entry[2] and (is_sure or not self._writes):
            return entry[1]
        return self._after_writes(tensor, entry[1])

    def is_written(self, tensor: Tensor) -> bool | None:
        """Whether a tensor whose value is known was written since; None in inference mode, where nobody counts."""
        version = version_of(tensor)
        return version != self._known[id(tensor)][2] if version >= 0 else None

    def write(self, tensor: Tensor, value: Value, replaced: Value | Held | None) -> None:
        """`tensor`, which held `replaced`, was overwritten by the op that made `value`."""
        self.set(tensor, value)
        storage = storage_of(tensor)
        if storage is not None:
            before = replaced.op if isinstance(replaced, Value) else -1
            self._writes.setdefault(storage, []).append(Write(value, place_of(tensor), before))

    def of_gradient(self, function: Any) -> Value | Held | None:
        """The value whose gradient flows into `function`, a node of the autograd graph."""
        leaf = getattr(function, "variable", None)
        return self._by_gradient.get(function._sequence_nr()) if leaf is None else self.find(leaf)

    def _after_writes(self, tensor: Tensor, value: Value | Held) -> Value | Held:
        since = value.op if isinstance(value, Value) else -1
        writes = self._writes.get(storage_of(tensor) or 0, ())
        place = place_of(tensor) if writes else None
        seen: Value | None = None
        for write in writes:
            if write.value.op <= since or place is None or not may_overlap(write.place, place):
                continue
            if seen is not None and write.replaced < seen.op:
                self._chain(write.value.op, seen)  # its view was taken before the write we saw last
            seen = write.value if write.place == place else self._grow(write.value.op, tensor)
        self.set(tensor, seen or value)
        return seen or value


def version_of(tensor: Tensor) -> int:
    """A tensor's version counter; -1 for one made in inference mode, which has none."""
    try:
        return tensor._version  # type: ignore[no-any-return]
    except RuntimeError:
        return -1


def storage_of(tensor: Tensor) -> int | None:
    """A key for the memory a tensor lies in; None for wrappers (vmap, sparse) that have none of their own."""
    try:
        return int(tensor.untyped_storage()._cdata)
    except (RuntimeError, NotImplementedError):
        return None


def place_of(tensor: Tensor) -> Place:
    return Place(int(tensor.storage_offset()), tuple(map(int, tensor.shape)), tuple(map(int, tensor.stride())))


def may_overlap(a: Place, b: Place) -> bool:
    """False only where two tensors of one storage surely share no element.

    Slices of one base have equal strides; written as a start index per dimension, they are boxes. Tensors
    with other strides are compared by the span of memory they lie in.
    """
    if 0 in a.sizes or 0 in b.sizes:
        return False
    if (a.offset - b.offset) % (gcd(*a.strides, *b.strides) or 1):
        return False  # columns of one matrix: no step leads from one to the other
    if a.strides == b.strides and 0 not in a.strides:
        starts_a, starts_b = _starts(a), _starts(b)
        if starts_a is not None and starts_b is not None:
            ranges = zip(starts_a, a.sizes, starts_b, b.sizes)
            return all(i < j + m and j < i + n for i, n, j, m in ranges)
    return a.offset <= _last(b) and b.offset <= _last(a)


def _starts(place: Place) -> list[int] | None:
    starts, rest = [0] * len(place.strides), place.offset
    for dim in sorted(range(len(starts)), key=lambda dim: -place.strides[dim]):
        starts[dim], rest = divmod(rest, place.strides[dim])
    return starts if rest == 0 else None


def _last(place: Place) -> int:
    return place.offset + sum((size - 1) * stride for size, stride in zip(place.sizes, place.strides))
