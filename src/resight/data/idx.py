"""The idx format of MNIST's family: two zero bytes, a type, the number of dimensions, their sizes, the values."""

from __future__ import annotations

from math import prod
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import UserError

BYTES = 8
"""The type code of unsigned bytes, the only one these sets use."""


def parse(content: bytes, path: Path) -> Tensor:
    """The array in an idx file of unsigned bytes, uint8; `path` names it where it is wrong.

    Raises:
        UserError: it is no idx file of bytes, or its length is not what its sizes ask for.
    """
    if len(content) < 4 or content[:3] != bytes((0, 0, BYTES)):
        raise UserError(f"{path} is not an idx file of bytes")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise UserError(f"{path} is cut short within its header")
    sizes = [int(size) for size in np.frombuffer(content, ">u4", content[3], offset=4)]
    if len(content) != start + prod(sizes):
        raise UserError(f"{path} has {len(content) - start} values, but its header says {'×'.join(map(str, sizes))}")
    return torch.from_numpy(np.frombuffer(content, np.uint8, offset=start).reshape(sizes).copy())
