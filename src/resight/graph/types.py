"""The nouns of a traced network: plain frozen data that checks itself. Standard library only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from ..errors import Bug

Plain: TypeAlias = "bool | int | float | str | tuple[Plain, ...] | None"
"""What an attribute may hold. Non-finite floats are written as the strings `inf`, `-inf`, `nan`."""

UNSEEN = "opaque"
"""Attribute of ops whose inside was out of sight (a scripted module, a custom gradient function), and of values that
were made out of sight while the model ran."""

SHORT_DTYPES = {
    "float64": "f64", "float32": "f32", "float16": "f16", "bfloat16": "bf16",
    "int64": "i64", "int32": "i32", "int16": "i16", "int8": "i8", "uint8": "u8",
    "bool": "bool", "complex64": "c64", "complex128": "c128",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Shape, dtype and device of a tensor, without its values. Prints as `f32[8,64,32,32]`."""

    shape: tuple[int, ...]
    dtype: str
    device: str = "cpu"

    def __str__(self) -> str:
        return f"{SHORT_DTYPES.get(self.dtype, self.dtype)}[{','.join(map(str, self.shape))}]"

    @property
    def is_float(self) -> bool:
        """True for real, complex and quantized numbers: the only dtypes that can carry data."""
        return _is_float(self.dtype)

    @property
    def count(self) -> int:
        """Number of elements; 1 for a scalar."""
        total = 1
        for size in self.shape:
            total *= size
        return total


@cache
def _is_float(dtype: str) -> bool:
    return dtype.startswith(("float", "bfloat", "complex", "q"))


@dataclass(frozen=True, slots=True)
class Ref:
    """One value: output number `slot` of op `op`."""

    op: int
    slot: int = 0


@dataclass(frozen=True, slots=True)
class Input:
    """A value an op reads, and the argument it was passed as (`input`, `other`, `tensors.1`, ...)."""

    op: int
    slot: int
    arg: str

    @property
    def ref(self) -> Ref:
        return Ref(self.op, self.slot)


@dataclass(frozen=True, slots=True)
class Weight:
    """A parameter or buffer an op reads: its dotted name, its spec, and the argument it was passed as."""

    name: str
    spec: TensorSpec
    arg: str
    buffer: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """The user's line that ran an op: a short file name (never an absolute path), line number and text."""

    file: str
    line: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Op:
    """One operation as people write it (`conv2d`, `add`, `relu`), run once.

    `name` is canonical: every spelling of an addition (`+`, `+=`, `torch.add`, `.add_`) is `add`.
    Three names stand for what enters: `input` (a tensor handed to the model), `constant` (a tensor
    nobody was seen making) and `weight` (a parameter or buffer that is returned or kept as it is).
    """

    id: int
    name: str
    call: int
    inputs: tuple[Input, ...] = ()
    weights: tuple[Weight, ...] = ()
    attributes: Mapping[str, Plain] = field(default_factory=dict)
    outputs: tuple[TensorSpec, ...] = ()
    inplace: bool = False
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """One call of a module. A module called twice has two, with `number` 0 and 1.

    `path` is the dotted path from the model (`""` for the model itself), `cls` the class name,
    `parent` the id of the call that made this one (-1 for the model), `parameters` the number of
    distinct parameter elements registered in the module and below it. `loose`: the model holds it without
    registering it, so its parameters would not be trained.
    """

    id: int
    path: str
    cls: str
    parent: int
    number: int = 0
    parameters: int = 0
    inputs: tuple[Ref, ...] = ()
    outputs: tuple[Ref, ...] = ()
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """A value the model returned, and where in its result: `""`, `0`, `logits`, `past.0.1`.

    `cache`: it was kept for the next call (keys and values of an attention), a by-product, not an answer.
    """

    op: int
    slot: int
    name: str
    cache: bool = False

    @property
    def ref(self) -> Ref:
        return Ref(self.op, self.slot)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a forward stopped: the op that raised, the exception's class and words, and what to try.

    The failing op is the last one of the graph and has no outputs. `op` is -1 where plain Python
    code, not an op, raised.
    """

    op: int
    error: str
    message: str
    hint: str = ""
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """Ops in execution order and the module calls around them.

    Every module call covers one contiguous run of ops, so the order of `ops` is a topological order
    inside each call. `inputs` are the ids of the `input` ops; `failure` is None if the forward finished.
    """

    ops: tuple[Op, ...]
    calls: tuple[ModuleCall, ...]
    inputs: tuple[int, ...] = ()
    outputs: tuple[Output, ...] = ()
    failure: Failure | None = None

    def spec(self, ref: Ref | Input | Output) -> TensorSpec:
        """Spec of one value."""
        return self.ops[ref.op].outputs[ref.slot]

    def ancestors(self, call: int) -> Iterator[int]:
        """`call` and the calls around it, innermost first, ending with the model's (0)."""
        while call >= 0:
            yield call
            call = self.calls[call].parent

    def call_title(self, call: ModuleCall) -> str:
        """How the code around names a module: its path without its parent's, the class for the model itself.

        A second call of a module with parameters says so, as it shares them: `block (call 2)`; so does a module that
        is not registered.
        """
        around = self.calls[call.parent].path if call.parent >= 0 else ""
        name = call.path[len(around) + 1 :] if around and call.path.startswith(around + ".") else call.path
        notes = ["not registered"] if call.loose else []
        notes += [f"call {call.number + 1}"] if call.number and call.parameters else []
        return f"{name or call.cls} ({', '.join(notes)})" if notes else name or call.cls

    def check(self) -> Graph:
        """Raise `Bug` where an invariant is broken; return the graph itself.

        Requires nothing; ensures: ids are positions, values are read after they are made, call ids
        exist, parents come first, each call's ops are one contiguous run, failures come last.
        """
        if not self.calls or self.calls[0].parent != -1:
            raise Bug("the first module call must be the model itself, with parent -1")
        for i, call in enumerate(self.calls):
            if call.id != i:
                raise Bug(f"module call {i} carries id {call.id}")
            if i and not 0 <= call.parent < i:
                raise Bug(f"module call {i} ({call.path}) names parent {call.parent}")
            for ref in (*call.inputs, *call.outputs):
                if not self.has(ref):
                    raise Bug(f"module call {i} ({call.path}) reads {self._missing(ref)}")
        for i, op in enumerate(self.ops):
            if op.id != i:
                raise Bug(f"op {i} ({op.name}) carries id {op.id}")
            if not 0 <= op.call < len(self.calls):
                raise Bug(f"op {i} ({op.name}) names module call {op.call} of {len(self.calls)}")
            for read in op.inputs:
                if not read.op < i:
                    raise Bug(f"op {i} ({op.name}) reads op {read.op}, which runs later")
                if not self.has(read):
                    raise Bug(f"op {i} ({op.name}) reads {self._missing(read)}")
            failed = self.failure is not None and self.failure.op == i
            if not op.outputs and not failed:
                raise Bug(f"op {i} ({op.name}) has no outputs and did not fail")
        for i in self.inputs:
            if not self.has(Ref(i)) or self.ops[i].name != "input":
                raise Bug(f"input {i} is {self._missing(Ref(i))}")
        for output in self.outputs:
            if not self.has(output):
                raise Bug(f"output {output.name!r} reads {self._missing(output)}")
        if self.failure is not None and self.failure.op not in (-1, len(self.ops) - 1):
            raise Bug(f"op {self.failure.op} failed, yet ops were recorded after it")
        self._check_contiguous()
        return self

    def has(self, ref: Ref | Input | Output) -> bool:
        """Whether an op makes such a value."""
        return 0 <= ref.op < len(self.ops) and 0 <= ref.slot < len(self.ops[ref.op].outputs)

    def _missing(self, ref: Ref | Input | Output) -> str:
        if not 0 <= ref.op < len(self.ops):
            return f"op {ref.op} of {len(self.ops)}"
        return f"output {ref.slot} of op {ref.op} ({self.ops[ref.op].name})"

    def _check_contiguous(self) -> None:
        left: set[int] = set()
        running: list[int] = []
        for op in self.ops:
            if running and op.call == running[-1]:
                continue
            around = list(self.ancestors(op.call))[::-1]
            kept = 0
            while kept < min(len(running), len(around)) and running[kept] == around[kept]:
                kept += 1
            left.update(running[kept:])
            for call in around[kept:]:
                if call in left:
                    raise Bug(f"module call {call} ({self.calls[call].path}) is entered again at op {op.id}")
            running = around
