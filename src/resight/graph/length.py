"""Which values of three dimensions are [batch, channels, length]: their shape alone does not say it."""

from __future__ import annotations

from .types import Graph

ALONG_LENGTH = frozenset(
    "conv1d conv_transpose1d max_pool1d avg_pool1d adaptive_avg_pool1d adaptive_max_pool1d".split()
)
"""Ops whose three-dimensional values are [batch, channels, length] and not [batch, tokens, features]."""


def along_length(graph: Graph) -> set[int]:
    """Ops that make [batch, channels, length]: those that say so, and what keeps the shape of their values."""
    found: set[int] = set()
    for op in graph.ops:
        if not op.outputs:
            continue
        kept = any(read.op in found and graph.spec(read).shape == op.outputs[0].shape for read in op.inputs)
        if op.name in ALONG_LENGTH or kept:
            found.add(op.id)
    return found
