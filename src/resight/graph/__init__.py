"""A traced network as plain data: ops, module calls and the values between them."""

from .types import UNSEEN, Failure, Graph, Input, ModuleCall, Op, Output, Plain, Ref, Source, TensorSpec, Weight

__all__ = [
    "UNSEEN", "Failure", "Graph", "Input", "ModuleCall", "Op", "Output", "Plain", "Ref", "Source", "TensorSpec",
    "Weight",
]  # fmt: skip
