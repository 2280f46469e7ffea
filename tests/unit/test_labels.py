"""The words and boxes of a picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graphs import Pen
from pictures import block, failed, hostile, residual, stacked, trace_of, unet
from resight.graph import Graph, Output, Ref
from resight.picture.labels import batch_size, payload, subtitle
from resight.picture.payload import GROUPS, Payload
from resight.traces import Trace


def labels(trace: Trace) -> Payload:
    return payload(trace.about, trace.graph, trace.skips)


def one_op(name: str, *shapes: tuple[int, ...], **options: object) -> tuple[str, str]:
    """Title and detail of an op that reads inputs of these shapes."""
    net = Pen()
    reads = [net.input(*shape) for shape in shapes or ((1, 8, 16, 16),)]
    made = net.op(name, *reads, **options)  # type: ignore[arg-type]
    box = labels(trace_of(net.done(made))).ops[made.op]
    return box.title, box.detail


@pytest.mark.parametrize(
    ("words", "name", "options"),
    [
        ("conv2d|3×3, 16, /2", "conv2d", {"weights": ((16, 8, 3, 3),), "kernel_size": (3, 3), "stride": (2, 2)}),
        ("conv2d|3×1, 16", "conv2d", {"weights": ((16, 8, 3, 1),), "kernel_size": (3, 1), "stride": (1, 1)}),
        ("conv2d|7×7, 16, dw", "conv2d", {"weights": ((16, 1, 7, 7),), "kernel_size": (7, 7), "groups": 16}),
        ("conv2d|3×3, 16, 4 groups", "conv2d", {"weights": ((16, 4, 3, 3),), "kernel_size": (3, 3), "groups": 4}),
        ("conv2d|3×3, 16, dilated 2", "conv2d", {"weights": ((16, 8, 3, 3),), "kernel_size": (3, 3), "dilation": 2}),
        ("transposed conv2d|2×2, 16, ↑2", "conv_transpose2d",
         {"weights": ((8, 16, 2, 2),), "kernel_size": (2, 2), "stride": (2, 2)}),
        ("max pool|3×3, /2", "max_pool2d", {"kernel_size": 3, "stride": 2}),
        ("avg pool|2×2, /2", "avg_pool2d", {"kernel_size": 2}),
        ("global avg pool|", "adaptive_avg_pool2d", {"output_size": (1, 1)}),
        ("avg pool|→ 7×7", "adaptive_avg_pool2d", {"output_size": (7, 7)}),
        ("dropout|p=0.1", "dropout", {"p": 0.1}),
        ("mul|× 0.5", "mul", {"other": 0.5}),
        ("sub|1 − x", "sub", {"input": 1, "args": ("other",)}),
        ("pow|^2", "pow", {"exponent": 2}),
        ("softmax|dim=-1", "softmax", {"dim": -1}),
        ("batch norm|", "batch_norm", {"eps": 1e-5}),
        ("group norm|32 groups", "group_norm", {"num_groups": 32}),
        ("slice|[:, 0]", "getitem", {"index": ":, 0"}),
        ("transpose|1 ↔ 2", "transpose", {"dim0": 1, "dim1": 2}),
        ("ReLU6|", "hardtanh", {"min_val": 0.0, "max_val": 6.0}),
        ("resize|×2, nearest", "interpolate", {"scale_factor": (2.0, 2.0), "mode": "nearest"}),
        ("MyLayer|inside not seen", "MyLayer", {"opaque": True}),
    ],
)  # fmt: skip
def test_words_of_an_op(words: str, name: str, options: dict[str, object]) -> None:
    shape = (1, 16, 8, 8) if name.startswith("conv") else (1, 8, 16, 16)
    assert "|".join(one_op(name, shape=shape, **options)) == words


def test_words_of_products() -> None:
    net = Pen()
    x = net.input(1, 10, 512)
    linear = net.op("linear", x, shape=(1, 10, 1000), weights=((1000, 512),))
    queries = net.op("reshape", linear, shape=(1, 8, 10, 125))
    attention = net.op("scaled_dot_product_attention", queries, queries, queries, is_causal=True)
    product = net.op("matmul", queries, attention, shape=(1, 8, 10, 10))
    boxes = labels(trace_of(net.done(product))).ops
    assert [(boxes[i].title, boxes[i].detail) for i in (linear.op, attention.op, product.op)] == [
        ("linear", "512 → 1000"),
        ("attention", "8 heads, causal"),
        ("matmul", "10×125 · 10×125"),
    ]


def test_every_group_is_one_the_engine_knows() -> None:
    for trace in (residual(), unet(), hostile(), failed()):
        assert {box.group for box in labels(trace).ops} <= set(GROUPS)
    boxes = labels(residual()).ops
    assert {box.name: box.group for box in boxes} == {
        "input": "input", "conv2d": "linear", "batch_norm": "norm", "relu": "activation", "add": "merge",
    }  # fmt: skip


def test_shapes_leave_out_the_batch_where_it_is_evident() -> None:
    boxes = labels(residual())
    assert boxes.ops[0].shape == "8×16×16"
    assert boxes.outputs[0].shape == "16×8×8"
    assert [box.title for box in boxes.ops if box.reshaped] == ["conv2d", "conv2d"]


@pytest.mark.parametrize(
    ("entering", "leaving", "batch"),
    [((4, 8), (4, 3), 4), ((3, 8, 8), (8, 8, 8), 0), ((4, 8), (8,), 0), ((8,), (8,), 0)],
)
def test_batch_is_evident_only_if_it_stays(entering: tuple[int, ...], leaving: tuple[int, ...], batch: int) -> None:
    net = Pen()
    graph = net.done(net.op("linear", net.input(*entering), shape=leaving, weights=((3, 8),)))
    assert batch_size(graph) == batch


def with_ids() -> Graph:
    #  ids ─ reshape ─ embedding ─ add ─ linear ─ argmax
    #  mask ─ eq ────────────┐ │
    #  arange ─ embedding ───┼─┘     mask, positions: left out
    net = Pen()
    ids = net.input(1, 7, name="ids", dtype="int64")
    mask = net.input(1, 7, name="mask", dtype="int64")
    net.op("eq", mask, dtype="bool", other=0)
    words = net.op("embedding", net.op("reshape", ids, dtype="int64"), shape=(1, 7, 8), weights=((50, 8),))
    net.enter("wpe", "Embedding")
    places = net.op("embedding", net.op("arange", shape=(7,), dtype="int64"), shape=(7, 8), weights=((20, 8),))
    net.leave()
    logits = net.op("linear", net.add(words, places), shape=(1, 7, 50), weights=((50, 8),))
    best = net.op("argmax", logits, shape=(1, 7), dtype="int64", dim=-1)
    kept = net.op("contiguous", words)
    graph = net.done(logits, best)
    return replace(graph, outputs=(*graph.outputs, Output(kept.op, 0, "cache.0", cache=True)))


def test_what_is_left_aside() -> None:
    graph = with_ids()
    boxes = labels(trace_of(graph))
    shown = [box.title for box in boxes.ops if not box.aside]
    assert shown == ["ids", "reshape", "embedding", "add", "linear", "argmax"]
    assert [output.aside for output in boxes.outputs] == [False, False, True]
    assert next(box.detail for box in boxes.ops if box.title == "add") == "+ wpe"


def test_a_failed_op_is_shown_and_marked() -> None:
    boxes = labels(failed())
    assert [(box.title, box.failed, box.aside) for box in boxes.ops][-1] == ("add", True, False)
    assert boxes.failure == "RuntimeError: identity is 8×16×16, branch is 8×8×8; use a projection shortcut"


def test_calls_are_called_what_their_parent_calls_them() -> None:
    net = Pen("Model")
    x = net.input()
    net.enter("transformer", "Body")
    for path, parameters in (("transformer.h.0", 8), ("shared", 0), ("transformer.h.0", 8), ("shared", 0)):
        net.enter(path, "Layer", parameters)
        x = net.relu(x)
        net.leave()
    net.leave()
    titles = [call.title for call in labels(trace_of(net.done(x))).calls]
    assert titles == ["Model", "transformer", "h.0", "shared", "h.0 (call 2)", "shared"]


def test_only_op_of_a_call_lends_it_its_detail() -> None:
    details = {call.path: call.detail for call in labels(residual()).calls}
    assert details["layer.1.conv1"] == "3×3, 16, /2"
    assert details["layer.0"] == details["layer"] == details["layer.0.bn1"] == ""


def test_alike_calls_share_a_number() -> None:
    same = {call.path: call.same for call in labels(stacked(3)).calls}
    assert same["h.0"] == same["h.1"] == same["h.2"] >= 0
    assert same[""] == same["h"] == -1
    same = {call.path: call.same for call in labels(residual()).calls}
    assert same["layer.0"] == same["layer.1"] == -1
    assert same["layer.0.conv1"] == same["layer.0.conv2"] >= 0


@pytest.mark.parametrize("change", ["wiring", "class", "shape", "skip"])
def test_what_differs_is_not_alike(change: str) -> None:
    net = Pen()
    x = net.input()
    for i in range(2):
        differs = change if i else ""
        net.enter(f"b{i}", "Other" if differs == "class" else "Block")
        y = net.branch(x)
        merged = net.add(y, y if differs == "skip" else x)
        other = net.relu(y if differs == "wiring" else merged)
        x = net.op("reshape", other, shape=(2, 8, 8, 32) if differs == "shape" else None)
        net.leave()
    same = {call.path: call.same for call in labels(trace_of(net.done(x))).calls}
    assert same["b0"] == same["b1"] == -1


def test_names_do_not_make_calls_differ() -> None:
    net = Pen()
    x = net.input()
    y = block(net, block(net, x, "one"), "another")
    same = {call.path: call.same for call in labels(trace_of(net.done(y))).calls}
    assert same["one"] == same["another"] >= 0


def test_subtitle_says_size_work_and_input() -> None:
    trace = residual()
    words = subtitle(replace(trace.about, parameters=6_738_415_616), trace.graph)
    assert words.startswith("6.74B parameters · ")
    assert words.endswith("FLOP · input 2×8×16×16")


def test_every_skip_becomes_one_arc() -> None:
    trace = residual()
    arcs = labels(trace).skips
    assert [(arc.kind, arc.combine, arc.merge) for arc in arcs] == [
        (skip.kind, skip.combine, skip.merge) for skip in trace.skips
    ]
    assert [arc.kind for arc in arcs] == ["identity", "projection"]


def test_words_hold_no_line_breaks_or_control_characters() -> None:
    boxes = labels(hostile())
    words = [boxes.title, boxes.subtitle, *(box.title + box.detail for box in boxes.ops)]
    words += [call.title + call.path + call.cls for call in boxes.calls] + [output.title for output in boxes.outputs]
    assert not any(char in word for word in words for char in "\n\x00")
    assert all("学习" in word for word in (boxes.title, boxes.ops[0].title, boxes.calls[1].path))


def test_refs_of_arcs_are_those_of_the_skip() -> None:
    trace = unet()
    (arc,) = labels(trace).skips
    assert Ref(*arc.source) == trace.skips[0].source
    assert (arc.kind, arc.combine) == ("identity", "concat")
