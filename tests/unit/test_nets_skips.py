"""What each shortcut option looks like to `find_skips`, and that plain twins have nothing to find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
import torch

import resight
from resight import nets
from resight.capture.resolve import resolve

NAMED: Mapping[str, Mapping[str, int]] = {
    "resnet18": {"identity": 5, "projection": 3},
    "resnet34": {"identity": 13, "projection": 3},
    "resnet50": {"identity": 12, "projection": 4},
    "resnet101": {"identity": 29, "projection": 4},
    "resnet152": {"identity": 46, "projection": 4},
    "resnet20": {"identity": 7, "resampled": 2},
    "resnet32": {"identity": 13, "resampled": 2},
    "resnet44": {"identity": 19, "resampled": 2},
    "resnet56": {"identity": 25, "resampled": 2},
    "resnet110": {"identity": 52, "resampled": 2},
}

CHANGING: Mapping[str, str] = {"A": "resampled", "B": "projection", "C": "projection", "D": "projection"}
"""What the shortcut of a block that changes shape is, by option."""


def traced(spec: str) -> resight.Trace:
    found = resolve(spec)
    with torch.no_grad():
        return resight.trace(found.model, *found.args, **found.kwargs)


@pytest.mark.parametrize("name", NAMED)
def test_the_named_networks_have_one_skip_a_block(name: str) -> None:
    trace = traced(name)
    assert trace.failure is None
    assert trace.count() == NAMED[name]


@pytest.mark.parametrize("name", [name for name in nets.NETS if name.startswith("plain")])
def test_a_plain_twin_has_no_skip(name: str) -> None:
    trace = traced(name)
    assert trace.failure is None
    assert [skip for skip in trace.skips if not skip.weak] == []


@pytest.mark.parametrize("block", ["basic", "bottleneck"])
@pytest.mark.parametrize("pre_activation", [False, True])
@pytest.mark.parametrize("option", [*CHANGING, "none"])
def test_each_option_gives_its_kind(option: str, pre_activation: bool, block: str) -> None:
    counts = traced(f"resnet20(shortcut={option}, pre_activation={pre_activation}, block={block})").count()
    changing = 2 if block == "basic" else 3  # a bottleneck widens in the first stage too
    if option == "none":
        assert counts == {}
    elif option == "C":
        assert counts == {"projection": 9}
    else:
        assert counts == {"identity": 9 - changing, CHANGING[option]: changing}


def test_identity_shortcuts_alone_where_nothing_changes() -> None:
    settings: dict[str, Any] = {"widths": [16, 16, 16], "strides": [1, 1, 1]}
    spec = "resnet20(" + ", ".join(f"{key}={value}" for key, value in settings.items()) + ", shortcut=identity)"
    assert traced(spec).count() == {"identity": 9}


def test_every_skip_belongs_to_its_block() -> None:
    trace = traced("resnet18")
    owners = [trace.graph.calls[skip.owner].path for skip in trace.skips]
    assert owners == [f"layer{stage}.{block}" for stage in (1, 2, 3, 4) for block in (0, 1)]


def test_only_pre_activation_leaves_nothing_between_two_sums() -> None:
    def links(spec: str) -> Counter[str]:
        return Counter(str(skip.link) for skip in traced(spec).skips[1:] if skip.kind == "identity")

    assert set(links("resnet20")) == {"act"}
    assert set(links("resnet20(pre_activation=True)")) == {"identity"}
