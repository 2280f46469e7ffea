"""torchvision, for what needs it: the embedded set trains without."""

from __future__ import annotations

from typing import Any

from ..errors import MissingExtra


def torchvision_for(purpose: str) -> Any:
    """The package with its data sets and transforms.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import torchvision
        import torchvision.datasets
        import torchvision.transforms.v2
    except ModuleNotFoundError as error:
        raise MissingExtra("torchvision", purpose, "torchvision") from error
    return torchvision
