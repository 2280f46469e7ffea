"""The heap of the picture engine: nothing stays in it, so its collector may sleep for long."""

from __future__ import annotations

import gc
import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from drawn import nested, resnet, unet
from resight.picture import engine
from resight.picture.payload import DIRECTIONS, View


@pytest.fixture
def context() -> Any:
    fresh = engine.new_context()
    fresh.eval(f"{engine.joined_modules(('engine',))}\nglobalThis.run = engine_js.run;")
    return fresh


def objects(context: Any) -> int:
    count: int = context.memory()["obj_count"]
    return count


def test_a_small_heap_is_not_searched_for_objects_that_hold_each_other(context: Any) -> None:
    before = objects(context)
    context.eval("for (let i = 0; i < 100000; i++) { const a = {}; a.self = a; }")
    assert objects(context) >= before + 100_000
    context.gc()
    assert objects(context) <= before


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("wrap", [0, 1, 3])
def test_a_picture_leaves_no_objects_that_hold_each_other(context: Any, direction: str, wrap: int) -> None:
    view = replace(View(), direction=direction, wrap=wrap)
    run = context.get("run")

    def draw_all() -> int:
        for payload in (resnet(), unet(), nested(3)):
            run("draw", json.dumps(asdict(payload)), json.dumps(asdict(view)))
        gc.collect()
        return objects(context)

    assert draw_all() == draw_all()
