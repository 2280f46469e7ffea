"""Graphs drawn by hand, without torch: a pen that adds one op after another.

net = Pen()
x = net.input(2, 8, 16, 16)
y = net.add(x, net.conv(x))
graph = net.done(y)
"""

from __future__ import annotations

from dataclasses import replace

from resight.graph import Graph, Input, ModuleCall, Op, Output, Ref, TensorSpec, Weight
from resight.skips import Skip, find_skips

SHAPE = (2, 8, 16, 16)


class Pen:
    """Adds ops to a graph; each method returns the value the op makes."""

    def __init__(self, cls: str = "Net") -> None:
        self.ops: list[Op] = []
        self.calls: list[ModuleCall] = [ModuleCall(0, "", cls, -1)]
        self.inside = [0]

    def op(
        self,
        name: str,
        /,
        *reads: Ref,
        shape: tuple[int, ...] | None = None,
        weights: tuple[tuple[int, ...], ...] = (),
        dtype: str = "float32",
        outputs: int = 1,
        args: tuple[str, ...] = (),
        layer: str = "",
        **attributes: object,
    ) -> Ref:
        """One op; its output has the shape of the first value read unless another is given.

        `layer` names its weights; without it they are its own.
        """
        if shape is None:
            shape = self.ops[reads[0].op].outputs[reads[0].slot].shape if reads else SHAPE
        names = args or ("input", "other", *(f"arg{i}" for i in range(2, len(reads))))
        i = len(self.ops)
        held = [Weight(f"{layer or f'w{i}'}.{k}", TensorSpec(w, "float32"), "weight") for k, w in enumerate(weights)]
        self.ops.append(
            Op(
                id=i,
                name=name,
                call=self.inside[-1],
                inputs=tuple(Input(ref.op, ref.slot, arg) for ref, arg in zip(reads, names)),
                weights=tuple(held),
                attributes=attributes,  # type: ignore[arg-type]
                outputs=(TensorSpec(shape, dtype),) * outputs,
            )
        )
        return Ref(i)

    def input(self, *shape: int, name: str = "x", dtype: str = "float32") -> Ref:
        return self.op("input", shape=shape or SHAPE, dtype=dtype, name=name)

    def conv(self, x: Ref, layer: str = "") -> Ref:
        return self.op("conv2d", x, weights=((8, 8, 3, 3),), layer=layer)

    def relu(self, x: Ref) -> Ref:
        return self.op("relu", x)

    def norm(self, x: Ref) -> Ref:
        return self.op("batch_norm", x, weights=((8,), (8,)))

    def add(self, a: Ref, b: Ref) -> Ref:
        return self.op("add", a, b)

    def cat(self, *values: Ref) -> Ref:
        channels = sum(self.ops[v.op].outputs[v.slot].shape[1] for v in values)
        shape = (SHAPE[0], channels, *SHAPE[2:])
        return self.op("cat", *values, shape=shape, args=tuple(f"tensors.{i}" for i in range(len(values))), dim=1)

    def branch(self, x: Ref) -> Ref:
        """conv-bn-relu-conv-bn."""
        return self.norm(self.conv(self.relu(self.norm(self.conv(x)))))

    def enter(self, path: str, cls: str = "Block", parameters: int = 0) -> None:
        """What follows runs inside a module call, until `leave`."""
        number = sum(call.path == path for call in self.calls)
        self.calls.append(ModuleCall(len(self.calls), path, cls, self.inside[-1], number, parameters))
        self.inside.append(len(self.calls) - 1)

    def leave(self, *returned: Ref) -> Ref:
        """The end of a module call that hands on these values; returns the first, for what follows."""
        call = self.inside.pop()
        self.calls[call] = replace(self.calls[call], outputs=returned)
        return returned[0] if returned else Ref(len(self.ops) - 1)

    def done(self, *values: Ref) -> Graph:
        """The graph, checked, with these values returned."""
        inputs = tuple(op.id for op in self.ops if op.name == "input")
        outputs = tuple(Output(v.op, v.slot, str(i) if len(values) > 1 else "") for i, v in enumerate(values))
        return Graph(tuple(self.ops), tuple(self.calls), inputs, outputs).check()


def without(graph: Graph, op: int) -> Graph:
    """The same graph claiming that `op` has no inputs: for tests that something is noticed."""
    return replace(graph, ops=tuple(replace(o, inputs=()) if o.id == op else o for o in graph.ops))


def only(graph: Graph) -> Skip:
    """The skip of a graph that has one."""
    (skip,) = find_skips(graph)
    return skip
