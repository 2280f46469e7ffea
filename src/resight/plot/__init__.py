"""Figures of what flows through a network; each function returns a matplotlib figure, `save` writes it.

Nothing here needs a display: a figure belongs to no window, shows itself in a notebook and is gone when you drop it.
"""

from .attention import attention
from .features import feature_maps
from .figure import Figure, save
from .images import images
from .kernels import kernels

__all__ = ["Figure", "attention", "feature_maps", "images", "kernels", "save"]
