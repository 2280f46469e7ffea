"""What the page of two networks is told."""

from __future__ import annotations

import torch

from resight import nets, trace
from resight.compare import Contrast, contrast
from resight.compare.pairing import Pairing, pairing
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
    assert told.summary == found.summary("one", "other")
    assert [one.words for one in told.differences] == [one.words("one", "other") for one in found.differences]
    for one in told.differences:
        assert {graphs[0].ops[int(id.removeprefix("op-"))].name for id in one.first} >= {"add"}
        assert all(graphs[1].calls[int(id.removeprefix("call-"))].path for id in one.second)
        assert set(one.second) <= set(told.second.lacks)
