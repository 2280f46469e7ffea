"""What an op is called, whichever way it was written, and which functions are no ops at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload, OpOverloadPacket

ALIASES = {
    # arithmetic
    "radd": "add", "iadd": "add", "isub": "sub", "rsub": "sub", "subtract": "sub", "rmul": "mul", "imul": "mul",
    "multiply": "mul", "truediv": "div", "rtruediv": "div", "itruediv": "div", "rdiv": "div", "idiv": "div",
    "divide": "div", "true_divide": "div", "floordiv": "floor_divide", "rfloordiv": "floor_divide",
    "ifloordiv": "floor_divide", "mod": "remainder", "rmod": "remainder", "imod": "remainder", "rpow": "pow",
    "ipow": "pow", "negative": "neg", "absolute": "abs", "clip": "clamp", "fix": "trunc",
    # products
    "mm": "matmul", "bmm": "matmul", "mv": "matmul", "rmatmul": "matmul", "imatmul": "matmul",
    # comparison and logic
    "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le", "not_equal": "ne",
    "invert": "bitwise_not",
    "and": "bitwise_and", "rand": "bitwise_and", "iand": "bitwise_and", "or": "bitwise_or", "ror": "bitwise_or",
    "ior": "bitwise_or", "xor": "bitwise_xor", "rxor": "bitwise_xor", "ixor": "bitwise_xor",
    "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
    # joining, taking apart, arranging
    "concat": "cat", "concatenate": "cat", "row_stack": "vstack", "view": "reshape", "view_as": "reshape",
    "reshape_as": "reshape", "unsafe_view": "reshape", "t": "transpose", "T": "transpose", "mT": "transpose",
    "H": "adjoint", "mH": "adjoint", "swapaxes": "transpose", "swapdims": "transpose", "moveaxis": "movedim",
    "expand_as": "expand", "iter": "unbind", "reversed": "flip", "tensor_split": "split", "split_with_sizes": "split",
    "unsafe_split": "split", "unsafe_chunk": "chunk", "pos": "positive", "data": "detach", "detach_copy": "detach",
    # casts
    "float": "to", "double": "to", "half": "to", "bfloat16": "to", "long": "to", "int": "to", "short": "to",
    "char": "to", "byte": "to", "bool": "to", "type": "to", "type_as": "to", "cpu": "to", "cuda": "to",
    # layers under a second name
    "max_pool1d_with_indices": "max_pool1d", "max_pool2d_with_indices": "max_pool2d",
    "max_pool3d_with_indices": "max_pool3d", "upsample": "interpolate", "expit": "sigmoid", "special_expit": "sigmoid",
    "special_softmax": "softmax", "special_log_softmax": "log_softmax",
    "quantized_lstm": "lstm", "quantized_gru": "gru", "rnn_tanh": "rnn", "rnn_relu": "rnn",
    "rnn_tanh_cell": "rnn_cell", "rnn_relu_cell": "rnn_cell", "index_select_copy": "index_select",
}  # fmt: skip
"""Spellings (without underscores) and the one name they are recorded under."""

SWAPPED = frozenset({"rsub", "rtruediv", "rdiv", "rfloordiv", "rmod", "rpow", "rmatmul", "rlshift", "rrshift"})
"""Spellings whose first argument is the second operand: `1 - x` runs as `x.__rsub__(1)`."""

FUSED = re.compile(
    r"(add|mul|cat|matmul|linear|batch_norm|embedding_bag|embedding|conv(?:_transpose)?\dd|(?:rnn|lstm|gru)(?:_cell)?)"
    r"(?:_|\dd)"
)
"""Names of quantized operators that say first what is done, then what besides: `conv2d_relu`, `add_scalar`."""

KEPT_WHEN_IDLE = frozenset({
    "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout", "feature_alpha_dropout",
})  # fmt: skip
"""Layers that hand back their own input in eval mode and are recorded all the same, as people expect to see them."""

TENSOR_PROPERTIES = ("T", "mT", "H", "mH", "real", "imag", "data")
QUESTIONS = (
    "__bool__", "__contains__", "__float__", "__format__", "__hash__", "__index__", "__int__", "__len__",
    "__array__", "__dlpack__", "__dlpack_device__", "__repr__", "_is_view", "_is_zerotensor",
    "backward", "data_ptr", "dense_dim", "device", "dim", "dim_order",
    "element_size", "get_device", "has_names", "is_complex", "is_conj", "is_contiguous", "is_floating_point",
    "is_inference", "is_neg", "is_nonzero", "is_pinned", "is_same_size", "is_set_to", "is_shared", "is_signed", "item",
    "ndimension", "nelement", "numel", "numpy", "register_hook", "register_post_accumulate_grad_hook", "retain_grad",
    "size", "sparse_dim", "storage", "storage_offset", "storage_type", "stride", "tolist", "type_as_name",
    "untyped_storage",
)  # fmt: skip


EXITS = ("__array__", "__dlpack__", "numpy", "tolist")


def exits() -> frozenset[Any]:
    """Questions whose answer takes all numbers out of torch: where they go from there is out of sight."""
    return frozenset(getattr(Tensor, name) for name in EXITS)


def questions() -> frozenset[Any]:
    """Functions that only ask a tensor something, so that calls of them are passed on unrecorded."""
    asked = {getattr(Tensor, name) for name in QUESTIONS if hasattr(Tensor, name)}
    asked |= {torch.is_floating_point, torch.is_complex, torch.is_tensor, torch.numel, torch.is_grad_enabled}
    for name in dir(Tensor):
        attribute = getattr(Tensor, name, None)
        if name not in TENSOR_PROPERTIES and type(attribute).__name__ in ("getset_descriptor", "property"):
            asked |= {attribute.__get__, attribute.__set__}  # type: ignore[union-attr]
    return frozenset(asked)


@lru_cache(maxsize=4096)
def spelling(function: Callable[..., Any]) -> str:
    """The name a function goes by in torch: `add_`, `__radd__`, `conv2d`; a property's is its own."""
    name = str(getattr(function, "__name__", type(function).__name__))
    if name in ("__get__", "__set__"):
        owner: Any = getattr(function, "__self__", None)
        name = str(getattr(owner, "__name__", name))
    return name.partition(".")[0]


@cache
def plain_name(spelled: str) -> str:
    """A spelling without the marks of methods, privacy and writing in place: `add`, `radd`, `conv2d`."""
    if spelled.startswith("__") and spelled.endswith("__"):
        return spelled.strip("_")
    return spelled.rstrip("_").lstrip("_") or spelled


@cache
def canonical_name(spelled: str) -> str:
    """The name an op is recorded under: `add` for `add_`, `__radd__` and `__iadd__` alike."""
    plain = plain_name(spelled)
    if plain == "rand" and not spelled.startswith("__"):
        return plain  # torch.rand draws numbers; only `__rand__` is the reflected `&`
    return ALIASES.get(plain, plain)


@lru_cache(maxsize=4096)
def name_of(function: Any) -> str:
    """The name an op is recorded under. One of another namespace keeps that: `bug.double` is no cast.

    Quantized ones do the same as torch's own, some with an activation behind it: `add_relu` is an `add`.
    """
    name, namespace = spelling(function), namespace_of(function)
    if not namespace:
        return canonical_name(name)
    if namespace == "quantized":
        plain = FUSED.match(name.removeprefix("quantized_"))
        return canonical_name(plain[1] if plain else name)
    return f"{namespace}.{name}"


def namespace_of(function: Any) -> str:
    """Where an operator is registered, as in `torch.ops.bug.double`; empty for torch's own and torchvision's."""
    if not isinstance(function, (OpOverload, OpOverloadPacket)):
        return ""
    namespace = (
        function._qualified_op_name.partition("::")[0] if isinstance(function, OpOverloadPacket) else function.namespace
    )
    return "" if namespace in ("aten", "torchvision") else str(namespace)


def writes_in_place(spelled: str) -> bool:
    """True where the spelling alone says that the first argument is overwritten."""
    if spelled.startswith("__"):
        return spelled == "__setitem__" or (spelled.startswith("__i") and plain_name(spelled) in ALIASES)
    return spelled.endswith("_") and spelled not in ("requires_grad_", "detach_", "share_memory_", "rename_")
