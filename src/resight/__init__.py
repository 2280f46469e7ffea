"""resight: see the residual connections of any PyTorch network."""

__version__ = "0.1.0"
