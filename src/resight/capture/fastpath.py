"""torch's fused transformer inference: off while an op recorder watches, and worth a note where it would have run."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

LAYERS = (nn.MultiheadAttention, nn.TransformerEncoderLayer)


def fast_path_note(modules: Sequence[nn.Module], *, is_computed: bool) -> tuple[str, ...]:
    """A note if one of these modules would take the fused path, judged by the conditions torch documents for it.

    Rounding is worth a word only where numbers are computed.
    """
    if not torch.backends.mha.get_fastpath_enabled():
        return ()
    fused = {type(module).__name__ for module in modules if _would_fuse(module)}
    rounding = "; rounding may differ by about 1e-6" if is_computed else ""
    return tuple(f"the fused fast path of {name} was opened to show what it does{rounding}" for name in sorted(fused))


def _would_fuse(module: nn.Module) -> bool:
    if not isinstance(module, LAYERS) or module.training or torch.is_autocast_enabled():
        return False
    if torch.is_grad_enabled() and any(parameter.requires_grad for parameter in module.parameters()):
        return False
    attention = module if isinstance(module, nn.MultiheadAttention) else module.self_attn
    plain = attention._qkv_same_embed_dim and attention.num_heads % 2 == 0 and attention.bias_k is None
    if isinstance(module, nn.TransformerEncoderLayer):
        return bool(plain and attention.batch_first and module.activation_relu_or_gelu)
    return bool(plain and attention.batch_first and not attention.add_zero_attn)
