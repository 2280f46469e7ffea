"""What the page of two networks is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
import torch
from torch import nn

from resight import nets, trace
from resight.compare import Contrast, contrast
from resight.compare.pairing import Pairing, Spoken, pairing
from resight.traces import Trace


def traced(net: torch.nn.Module) -> Trace:
    return trace(net.eval(), torch.zeros(1, 3, 32, 32))


def paired(first: torch.nn.Module, second: torch.nn.Module) -> tuple[Contrast, Pairing]:
    found = contrast(traced(first), traced(second))
    return found, pairing(found, "one", "other")


def test_a_network_is_its_own_counterpart() -> None:
    found, told = paired(nets.resnet20(), nets.resnet20())
    graph = found.first.graph
    run = {call for op in graph.ops for call in graph.ancestors(op.call)}  # an Identity has no ops
    assert told.calls == tuple(call.id if call.id in run else -1 for call in graph.calls)
    assert told.ops == tuple(op.id for op in graph.ops)
    assert told.differences == ()
    assert not any((*told.first.differs, *told.first.lacks, *told.first.follows))


def test_modules_of_one_op_have_counterparts_too_and_none_has_two() -> None:
    found, told = paired(nets.resnet20(), nets.plain20())
    graphs = found.first.graph, found.second.graph
    partners = [other for other in told.calls if other >= 0]
    assert len(set(partners)) == len(partners)
    for call, other in zip(graphs[0].calls, told.calls):
        assert other < 0 or graphs[1].calls[other].path == call.path
    assert {"conv1", "fc"} <= {call.path for call, other in zip(graphs[0].calls, told.calls) if other >= 0}


def test_differences_lead_to_boxes_on_both_sides() -> None:
    found, told = paired(nets.resnet20(), nets.plain20())
    graphs = found.first.graph, found.second.graph
    assert told.summary.en == found.summary("one", "other")
    assert [one.words.en for one in told.differences] == [one.words("one", "other") for one in found.differences]
    for one in told.differences:
        assert {graphs[0].ops[int(id.removeprefix("op-"))].name for id in one.first} >= {"add"}
        assert all(graphs[1].calls[int(id.removeprefix("call-"))].path for id in one.second)
        assert set(one.second) <= set(told.second.lacks)


def small(width: int = 4, bias: bool = True, last: type[nn.Module] = nn.ReLU) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, width, 3, bias=bias, padding=1), nn.Dropout(0.1 * width), last())


class Wired(nn.Module):
    """Two ways that a last layer may read."""

    def __init__(self, is_other: bool) -> None:
        super().__init__()
        self.last, self.is_other = nn.Conv2d(3, 3, 1), is_other

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a, b = x.sigmoid(), x.tanh()
        return self.last(b if self.is_other else a) - (a + b)


PAIRS = {
    "nothing": (nets.resnet20, nets.resnet20),
    "shortcuts": (nets.resnet20, nets.plain20),
    "other shortcuts": (nets.plain20, lambda: nets.resnet20(shortcut="B")),
    "kinds": (nets.resnet20, lambda: nets.resnet20(shortcut="C")),
    "stride": (nets.resnet20, lambda: nets.resnet20(strides=[1, 2, 1])),
    "order": (lambda: Wired(False), lambda: Wired(True)),
    "settings": (small, lambda: small(8, bias=False)),
    "ops": (small, lambda: small(last=nn.GELU)),
    "more": (nets.resnet20, nets.resnet32),
}
NAMES = re.compile(
    r"\b(one|other|identity|projection|resampled|relu|gelu|sigmoid|tanh|getitem|ResidualBlock|dropout|index|last"
    r"|\w+(\.\w+)+)\b"
)
"""What no language translates: networks, kinds, ops, classes, places, attributes of torch."""


def spoken(told: Pairing) -> Iterator[Spoken]:
    yield told.summary
    for one in told.differences:
        yield from (one.words, one.follows)


@pytest.mark.parametrize("name", PAIRS)
def test_both_languages_tell_the_same(name: str) -> None:
    _, told = paired(*(make() for make in PAIRS[name]))
    for said in spoken(told):
        assert bool(said.en) == bool(said.zh)
        numbers = [Counter(re.findall(r"\d+|→|×", words)) for words in (said.en, said.zh)]
        assert numbers[0] == numbers[1], said


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_said_in_chinese_is_chinese(name: str) -> None:
    _, told = paired(*(make() for make in PAIRS[name]))
    for said in spoken(told):
        assert re.findall(r"[a-z]+", NAMES.sub("", said.zh), re.IGNORECASE) == []
