"""What to try on the command line after a forward that raised."""

from __future__ import annotations

from ..graph import Graph, Op
from ..traces import Trace


def advice(traced: Trace) -> str:
    """The flag that would help, else the failure's own hint (empty where nothing helps)."""
    graph, failure = traced.graph, traced.failure
    if failure is None:
        return ""
    flag = _ids_flag(graph, graph.ops[failure.op]) if failure.op >= 0 else ""
    if flag:
        return f"give it whole numbers: {flag}"
    return f"{failure.hint} (--device cpu)" if "on meta" in failure.hint else failure.hint


def _ids_flag(graph: Graph, op: Op) -> str:
    """The `--input` that gives an embedding ids, where what it looked up comes from an input of floats."""
    if op.name != "embedding":
        return ""
    while op.inputs and op.name != "input":
        op = graph.ops[op.inputs[0].op]
    if op.name != "input" or not op.outputs[0].dtype.startswith(("float", "bfloat")):
        return ""
    name = str(op.attributes["name"])
    sizes = "x".join(map(str, op.outputs[0].shape))
    return f"--input {name}={sizes}:int64" if name.isidentifier() else f"--input {sizes}:int64"
