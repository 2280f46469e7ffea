"""Figures of what flows through a network; each function returns a matplotlib figure, `save` writes it.

Nothing here needs a display: a figure belongs to no window, shows itself in a notebook and is gone when you drop it.
"""

from .activations import activations
from .attention import attention
from .features import feature_maps
from .figure import Figure, save
from .gains import gains
from .images import images
from .kernels import kernels
from .merge import merge
from .shapes import shapes

__all__ = [
    "Figure", "activations", "attention", "feature_maps", "gains", "images", "kernels", "merge", "save", "shapes",
]  # fmt: skip
