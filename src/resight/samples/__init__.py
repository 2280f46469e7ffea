"""Two small photographs that come with the package, so that every example runs without a network."""

from __future__ import annotations

from pathlib import Path

from ..errors import UserError

SAMPLES = ("cat", "coffee")
"""Names of the photographs; README.md beside them says whose they are."""

PREFIX = "sample:"
"""What stands before a name where a path could stand too: `--image sample:cat`."""


def sample_image(name: str) -> Path:
    """The JPEG file of a photograph: `cat` (451 by 300 pixels) or `coffee` (480 by 320).

    Raises:
        UserError: there is no photograph of that name; lists those there are.
    """
    if name not in SAMPLES:
        known = " and ".join(f"{PREFIX}{known}" for known in SAMPLES)
        raise UserError(f"there is no sample image {name!r}", hint=f"there are {known}")
    return Path(__file__).parent / f"{name}.jpg"


def image_file(named: str | Path) -> Path:
    """The file that `sample:NAME` or a plain path stands for; raises as `sample_image` does."""
    words = str(named)
    return sample_image(words.removeprefix(PREFIX)) if words.startswith(PREFIX) else Path(named)
