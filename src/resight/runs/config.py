"""`config.json`: what a run trains, on what and how."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ..codec import decode, read_json
from ..errors import UserError
from .recipe import Recipe

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Config:
    """Enough to do a run again.

    `spec` names the network with all its settings, as the command line takes it; `data` and `data_root` the data set.
    `shape` is an input of the network (channels, height, width), `mean` and `std` are what its channels are normalised
    with, on the scale from 0 to 1, `classes` the names of its outputs. `precision` is `no`, `bf16` or `fp16`. A
    checkpoint is written after every epoch and, where `checkpoint_every` is not 0, after every so many steps. `track`
    are experiment trackers. `fingerprint` is that of the data set, empty where nobody took it.
    """

    spec: str
    data: str
    data_root: str | None
    seed: int
    precision: str
    recipe: Recipe
    shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    classes: tuple[str, ...]
    checkpoint_every: int = 0
    track: tuple[str, ...] = ()
    fingerprint: str = ""
    schema: int = SCHEMA

    @property
    def title(self) -> str:
        """`resnet20(in_channels=1) on fashion-mnist, recipe fast, seed 0`."""
        return f"{self.spec} on {self.data}, recipe {self.recipe.title}, seed {self.seed}"

    def to_json(self) -> bytes:
        """The file: all settings, also those that have their usual value, as that may change."""
        return (json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n").encode()


def read_config(path: Path) -> Config:
    """The configuration in a file.

    Raises:
        UserError: the file is damaged, or a newer resight wrote it.
    """
    try:
        plain = read_json(path)
        schema = plain["schema"] if isinstance(plain, dict) else None
        if isinstance(schema, int) and schema > SCHEMA:
            raise UserError(f"{path} has schema {schema}, this resight knows {SCHEMA}", hint="update resight")
        config: Config = decode(Config, plain)
        config.recipe.check()
    except (ValueError, KeyError, TypeError, OSError, OverflowError) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error
    except UserError as error:
        if error.hint == "update resight":
            raise
        raise _damaged(path, error.what) from error
    return config


def _damaged(path: Path, reason: str) -> UserError:
    return UserError(f"{path} is damaged ({reason})", hint="restore the file, or start a new run")
