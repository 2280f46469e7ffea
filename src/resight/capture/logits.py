"""The loss that gradients are taken of where the user names none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch.utils._pytree import tree_leaves

from ..errors import UserError

LARGEST_LOGITS = "the largest logit (along the output's last dimension), summed over the batch"
"""What `largest_logits` is, in words."""


def largest_logits(output: Any) -> Tensor:
    """The largest element along the last dimension of what a model returned, summed over all others.

    Taken of `logits` where the output has them, else of its first floating-point tensor. How the network came to
    decide as it did is what its gradient tells, so no labels are needed.

    Raises:
        UserError: nothing floating-point was returned.
    """
    named = output.get("logits") if isinstance(output, Mapping) else getattr(output, "logits", None)
    tensors = [leaf for leaf in (named, *tree_leaves(output)) if isinstance(leaf, Tensor) and leaf.is_floating_point()]
    if not tensors or not tensors[0].numel():
        hint = "in Python: resight.record(model, x, gradients=loss)"
        raise UserError("the model returns no floating-point tensor to take a gradient of", hint=hint)
    return tensors[0].amax(-1).sum() if tensors[0].ndim else tensors[0]
