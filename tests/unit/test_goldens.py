"""Pictures of drawn graphs, compared with stored ones; the laws they obey are in the other tests.

`scripts/goldens` stores them anew. On a mismatch the new picture is left beside the stored one, with
`-changed` in its name, to be looked at.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pictures import DRAWN
from resight.picture import RENDERERS, drawing

GOLDENS = Path(__file__).parents[1] / "goldens"
CASES = [(name, suffix) for name in DRAWN for suffix in ("svg", "mmd", "dot", "txt")]


@pytest.mark.parametrize(("name", "suffix"), CASES)
def test_picture_is_as_stored(name: str, suffix: str) -> None:
    stored, changed = GOLDENS / f"{name}.{suffix}", GOLDENS / f"{name}-changed.{suffix}"
    words = RENDERERS[suffix](drawing(DRAWN[name](), {}))
    if os.environ.get("RESIGHT_GOLDENS") == "write":
        stored.write_bytes(words)
    if stored.read_bytes() == words:
        changed.unlink(missing_ok=True)
        return
    changed.write_bytes(words)
    pytest.fail(f"{stored.name} differs; look at {changed.name}, and if it is right run scripts/goldens")


def test_no_picture_is_stored_for_nothing() -> None:
    names = {path.name for path in GOLDENS.iterdir() if "-changed" not in path.name}
    assert names == {f"{name}.{suffix}" for name, suffix in CASES}
