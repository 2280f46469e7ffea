"""Products that let a value through in part: which factor is the gate, which the value."""

from __future__ import annotations

from . import vocabulary as words
from .flow import Flow

REACH = 6
"""How many ops a gate may lie behind its sigmoid (views, `1 - gate`, a scale)."""

PASSING = words.PLAIN_STEPS | words.SLICES | words.ADDS | words.FACTORS


def is_gate(flow: Flow, value: int) -> bool:
    """Whether a value is a sigmoid, softmax or exponential, perhaps reshaped, scaled or taken from one."""
    for _ in range(REACH):
        op = flow.op(value)
        if op.name in words.GATES:
            return True
        reads = flow.reads[op.id]
        if len(reads) != 1 or op.name not in PASSING:
            return False
        value = reads[0]
    return False


def gated_value(flow: Flow, op: int) -> tuple[int, ...]:
    """The value ports of a product of two data values, one of them a gate; empty for any other op."""
    reads = flow.reads[op]
    if flow.graph.ops[op].name not in words.PRODUCTS or len(reads) != 2:
        return ()
    gates = [is_gate(flow, value) for value in reads]
    if gates == [True, True]:
        return reads
    return tuple(value for value, gate in zip(reads, gates) if not gate) if any(gates) else ()
