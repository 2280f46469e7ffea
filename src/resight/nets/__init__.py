"""Residual networks and their plain twins, written to be read: blocks, shortcuts, and the named nets of the paper."""

from .blocks import Bottleneck, ResidualBlock
from .names import own_names
from .preactivation import PreActivationBlock, PreActivationBottleneck
from .registry import (
    NETS,
    plain18,
    plain20,
    plain32,
    plain34,
    plain44,
    plain50,
    plain56,
    plain101,
    plain110,
    plain152,
    resnet18,
    resnet20,
    resnet32,
    resnet34,
    resnet44,
    resnet50,
    resnet56,
    resnet101,
    resnet110,
    resnet152,
)
from .resnet import ResNet
from .shortcuts import SHORTCUTS, Projection, ZeroPadding

__all__ = [
    "NETS", "SHORTCUTS", "Bottleneck", "PreActivationBlock", "PreActivationBottleneck", "Projection", "ResNet",
    "ResidualBlock", "ZeroPadding", "own_names",
    "plain18", "plain20", "plain32", "plain34", "plain44", "plain50", "plain56", "plain101", "plain110", "plain152",
    "resnet18", "resnet20", "resnet32", "resnet34", "resnet44", "resnet50", "resnet56", "resnet101", "resnet110",
    "resnet152",
]  # fmt: skip
