"""What an op and a module call cost: parameters, floating-point operations, bytes of activations.

Conventions: a multiply-add counts as 2 operations. Only products count (convolutions, linear layers, matrix
products, attention, recurrent layers); biases, norms, activations, pooling and look-ups count 0, as in torch's own
`torch.utils.flop_counter`, which these numbers agree with. Causal attention counts in full. Activations are the bytes
of what an op newly writes; views and writes in place take none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from .types import Graph, Op, TensorSpec

BYTES = {
    "float64": 8, "int64": 8, "complex64": 8, "complex128": 16, "float32": 4, "int32": 4, "uint32": 4, "float16": 2,
    "bfloat16": 2, "int16": 2, "uint16": 2, "complex32": 4, "uint64": 8,
}  # fmt: skip
"""Size of an element; 1 for all other dtypes."""

VIEWS = frozenset({
    "adjoint", "chunk", "detach", "diagonal", "expand", "flatten", "getitem", "movedim", "narrow", "permute", "real",
    "imag", "reshape", "select", "split", "squeeze", "transpose", "unbind", "unflatten", "unfold", "unsqueeze", "vmap",
    "view_as_complex", "view_as_real",
})  # fmt: skip
"""Ops that look at the memory of their input (a reshape may copy; it counts as if it did not)."""

NO_ACTIVATION = frozenset({"input", "constant", "weight"})


@dataclass(frozen=True, slots=True)
class Cost:
    """`parameters` in elements, `flops` in operations (a multiply-add is 2), `activation_bytes` in bytes."""

    parameters: int = 0
    flops: int = 0
    activation_bytes: int = 0


def op_costs(graph: Graph) -> tuple[Cost, ...]:
    """The cost of every op. `parameters` counts those the op reads, also where another op reads them too."""
    return tuple(
        Cost(
            sum(weight.spec.count for weight in op.weights if not weight.buffer),
            flops(graph, op),
            activation_bytes(op),
        )
        for op in graph.ops
    )


def call_costs(graph: Graph) -> tuple[Cost, ...]:
    """The cost of every module call, with the calls inside it. `parameters` counts those registered, each once."""
    sums = [[0, 0] for _ in graph.calls]
    for op, cost in zip(graph.ops, op_costs(graph)):
        sums[op.call][0] += cost.flops
        sums[op.call][1] += cost.activation_bytes
    for call in reversed(graph.calls[1:]):  # parents come first, so children are complete by then
        sums[call.parent][0] += sums[call.id][0]
        sums[call.parent][1] += sums[call.id][1]
    return tuple(Cost(call.parameters, *spent) for call, spent in zip(graph.calls, sums))


def activation_bytes(op: Op) -> int:
    """Bytes of what an op newly writes."""
    if op.inplace or op.name in VIEWS or op.name in NO_ACTIVATION:
        return 0
    return sum(spec.count * BYTES.get(spec.dtype, 1) for spec in op.outputs)


def flops(graph: Graph, op: Op) -> int:
    """Floating-point operations of one op; 0 for all that are no products, and for an op that failed."""
    rule = RULES.get(op.name)
    if rule is None or not op.outputs:
        return 0
    return rule(_Operands(graph, op))


class _Operands:
    """Specs of what an op reads, by argument, whether a value or a weight."""

    def __init__(self, graph: Graph, op: Op) -> None:
        self.op = op
        self.out = op.outputs[0]
        self._by_name = {read.arg: graph.spec(read) for read in op.inputs}
        self._by_name.update({weight.arg: weight.spec for weight in op.weights})

    def __getitem__(self, arg: str) -> TensorSpec:
        return self._by_name.get(arg, TensorSpec((), "float32"))

    def all(self, prefix: str) -> list[TensorSpec]:
        """Specs of a list of tensors, in order: `params.0`, `params.1`, ..."""
        return [spec for arg, spec in self._by_name.items() if arg.startswith(prefix + ".")]


def _convolution(read: _Operands) -> int:
    return 2 * read.out.count * prod(read["weight"].shape[1:])


def _transposed_convolution(read: _Operands) -> int:
    return 2 * read["input"].count * prod(read["weight"].shape[1:])


def _linear(read: _Operands) -> int:
    return 2 * read.out.count * prod(read["weight"].shape[-1:])


def _matmul(read: _Operands) -> int:
    return 2 * read.out.count * prod(read["input"].shape[-1:])


def _added_matmul(read: _Operands) -> int:
    first = next((read[arg] for arg in ("mat1", "batch1", "mat") if read[arg].shape), read.out)
    batches = first.shape[0] if read.op.name == "addbmm" else 1
    return 2 * read.out.count * first.shape[-1] * batches


def _grouped_matmul(read: _Operands) -> int:
    first = next((read[arg] for arg in ("input", "mat_a", "self") if read[arg].shape), read.out)
    return 2 * read.out.count * first.shape[-1]


def _attention(read: _Operands) -> int:
    query, key, value = read["query"].shape, read["key"].shape, read["value"].shape
    if min(len(query), len(key), len(value)) < 2:
        return 0
    scores = prod(query[:-1]) * key[-2]
    return 2 * scores * (query[-1] + value[-1])


def _einsum(read: _Operands) -> int:
    """Operands are multiplied from left to right, as torch does; each step costs 2 per index combination."""
    rule = str(read.op.attributes.get("equation", "")).replace(" ", "")
    terms, _, wanted = rule.partition("->")
    letters = terms.split(",")
    shapes = [spec.shape for spec in read.all("operands")]
    if "..." in rule or len(letters) != len(shapes) or any(map(_differ, letters, shapes)):
        return 0
    sizes = {letter: size for term, shape in zip(letters, shapes) for letter, size in zip(term, shape)}
    total, kept = 0, letters[0]
    for i, term in enumerate(letters[1:], start=1):
        indices = set(kept) | set(term)
        total += 2 * prod(sizes[letter] for letter in indices)
        later = set("".join(letters[i + 1 :])) | set(wanted)
        kept = "".join(sorted(indices & later))
    return total


def _differ(term: str, shape: tuple[int, ...]) -> bool:
    return len(term) != len(shape)


def _recurrent(read: _Operands) -> int:
    """Every matrix of a recurrent layer meets every step of every sequence once; a projection likewise."""
    steps = prod(read["input"].shape[:-1])
    return 2 * steps * sum(spec.count for spec in read.all("params") if len(spec.shape) == 2)


def _recurrent_cell(read: _Operands) -> int:
    matrices = (read[arg] for arg in ("w_ih", "w_hh") if len(read[arg].shape) == 2)
    return 2 * prod(read["input"].shape[:-1]) * sum(spec.count for spec in matrices)


def _bilinear(read: _Operands) -> int:
    return 2 * prod(read.out.shape[:-1]) * read["weight"].count


def _outer(read: _Operands) -> int:
    return 2 * read.out.count


RULES: dict[str, Callable[[_Operands], int]] = {
    **{f"conv{dims}d": _convolution for dims in (1, 2, 3)},
    **{f"conv_transpose{dims}d": _transposed_convolution for dims in (1, 2, 3)},
    **dict.fromkeys(("linear",), _linear),
    **dict.fromkeys(("matmul", "dot", "inner", "vdot"), _matmul),
    **dict.fromkeys(("addmm", "baddbmm", "addbmm", "addmv"), _added_matmul),
    **dict.fromkeys(("grouped_mm", "scaled_grouped_mm", "scaled_mm"), _grouped_matmul),
    "scaled_dot_product_attention": _attention,
    "einsum": _einsum,
    "bilinear": _bilinear,
    **dict.fromkeys(("outer", "ger", "addr"), _outer),
    **dict.fromkeys(("lstm", "gru", "rnn"), _recurrent),
    **dict.fromkeys(("lstm_cell", "gru_cell", "rnn_cell"), _recurrent_cell),
}
"""How to count each product, by canonical op name."""
