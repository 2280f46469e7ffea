"""Python that tests write into files, for commands that are given a path."""

BLOCK = """
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)

    def forward(self, x):
        return torch.relu(x + self.norm(self.conv(x)))
"""
"""A residual block of three channels."""
