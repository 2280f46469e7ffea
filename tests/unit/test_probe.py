"""Probes look at what passes and change nothing."""

from __future__ import annotations

import copy
import math
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_untouched import photograph
from torch import Tensor, nn

import nets
import resight
from nets import WIDTH, conv, image
from resight import Probe, UserError


def layers(*more: nn.Module) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(conv(), *more, nn.ReLU(inplace=True), conv())


def quiet(**options: object) -> Probe:
    return Probe(show="none", **options)  # type: ignore[arg-type]


# ---- it passes its input on


def test_a_probe_hands_back_the_very_object() -> None:
    for value in (torch.ones(2), (torch.ones(2), [torch.zeros(1)]), {"a": torch.ones(2)}, None, "word"):
        assert Probe(write=[].append)(value) is value


def test_outputs_gradients_and_randomness_are_bit_identical() -> None:
    x = image()[0]
    results = []
    for model in (layers(nn.Dropout()), layers(nn.Dropout(), Probe(check="finite", keep=True, write=[].append))):
        x.grad = None
        x.requires_grad_()
        torch.manual_seed(1)
        out = model(x)
        out.sum().backward()
        results.append([out, x.grad, *(p.grad for p in model.parameters()), torch.rand(1)])
    assert all(torch.equal(a, b) for a, b in zip(*results))


def test_a_probe_holds_nothing_to_be_saved() -> None:
    probe = quiet(keep=True)
    probe(torch.ones(3))
    assert not probe.state_dict()
    assert not list(probe.parameters())
    assert torch.equal(copy.deepcopy(probe).kept, torch.ones(3))


# ---- what it says


def test_a_line_of_numbers() -> None:
    lines: list[str] = []
    Probe("after conv", write=lines.append)(torch.tensor([[0.0, 1.0], [2.0, -3.0]]))
    std = math.sqrt((1 + 4 + 9) / 4)
    assert lines == [f"after conv  f32[2,2]  mean 0 ± {std:.3g}  min −3  max 2  zeros 25%  all finite"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1000, 1000, width=32), min_size=1, max_size=20), st.integers(0, 3))
def test_the_numbers_are_those_of_the_finite_elements(values: list[float], wrong: int) -> None:
    lines: list[str] = []
    Probe("x", write=lines.append)(torch.tensor([*values, *[math.nan, math.inf, -math.inf][:wrong]]))
    (line,) = lines
    assert f"min {resight.text.number(min(values))}  max {resight.text.number(max(values))}" in line
    assert line.endswith(f"  {wrong} not finite" if wrong else "  all finite")


def test_every_tensor_of_a_nest_has_its_line() -> None:
    lines: list[str] = []
    nest = {
        "ids": torch.arange(3),
        "past": (torch.ones(2, 2, dtype=torch.bfloat16), torch.ones(0), torch.ones(1).to_sparse()),
    }
    Probe("cache", write=lines.append)(nest)
    assert [line.split("  ")[:2] for line in lines] == [
        ["cache.ids", "i64[3]"], ["cache.past.0", "bf16[2,2]"], ["cache.past.1", "f32[0]"], ["cache.past.2", "f32[1]"],
    ]  # fmt: skip
    assert lines[2].endswith("no elements")
    assert lines[3].endswith("no values")


def test_a_title_is_one_line_whatever_it_holds() -> None:
    lines: list[str] = []
    Probe("two\nlines \x1b[31m 漢字 %s </script>", write=lines.append)(torch.ones(1))
    assert lines[0].startswith("two lines �[31m 漢字 %s </script>  f32[1]")


def test_without_a_title_it_finds_its_place() -> None:
    lines: list[str] = []
    model = nn.Sequential(nn.Identity(), nn.Sequential(nn.Identity(), Probe(write=lines.append)))
    model(torch.ones(1))
    Probe(write=lines.append)(torch.ones(1))
    assert [line.split("  ")[0] for line in lines] == ["1.1", "probe"]


def test_kept_is_a_copy_from_that_moment() -> None:
    probe, x = quiet(keep=True), image()[0]
    model = layers(probe)  # a ReLU overwrites what the probe saw
    model(x)
    assert torch.equal(probe.kept, model[0](x))
    assert not probe.kept.requires_grad
    probe({"a": x, "b": [x + 1]})
    assert sorted(probe.kept) == ["a", "b.0"]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.complex64])
def test_what_is_not_finite_is_found(dtype: torch.dtype) -> None:
    probe = quiet(check="finite", title="norm")
    x = torch.ones(2, 3, 4, dtype=dtype)
    probe(x)
    x[1, 0, 2], x[1, 2, 3] = math.inf, math.nan
    with pytest.raises(UserError) as error:
        nn.Sequential(nn.Sequential(nn.Identity(), probe))(x)
    assert "norm (0.1): 1 nan and 1 inf among 24 elements" in str(error.value)
    assert "the first at [1, 0, 2]" in str(error.value)


def test_feature_maps_go_to_a_file(tmp_path: Path) -> None:
    lines: list[str] = []
    file = tmp_path / "maps.png"
    Probe("x", show="plot", save=file, write=lines.append)((image()[0], torch.tensor(1.0), torch.ones(1, 2, 4, 4)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["maps-3.png", "maps.png"]
    assert file.read_bytes().startswith(b"\x89PNG")
    (line,) = lines
    assert line.startswith("x.1  f32[]")
    assert "not drawn" in line


def test_feature_maps_appear_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []
    shell = type("ZMQInteractiveShell", (), {})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=shown.append))
    Probe("x", show="plot")(image()[0])
    assert len(shown) == 1
    assert hasattr(shown[0], "_repr_png_")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"show": "plt"}, "can't show 'plt'"),
        ({"check": "nan"}, "can't check 'nan'"),
        ({"show": "plot"}, "only in a notebook"),
        ({"show": "plot", "save": "nowhere/maps.png"}, "nowhere"),
        ({"save": "maps.png"}, "show='plot'"),
    ],
)
def test_mistakes_are_told_when_a_probe_is_made(options: dict[str, str], words: str) -> None:
    with pytest.raises(UserError) as error:
        Probe(**options)
    assert words in str(error.value)


# ---- in a model that is traced, recomputed, compiled


def test_a_probe_is_no_part_of_the_graph() -> None:
    case = nets.RESIDUAL["pre-activation"]
    plain, x = case.make().eval(), case.inputs()[0]
    probed = copy.deepcopy(plain)
    for branch in probed.branches:
        branch.insert(1, quiet(keep=True))
    probed = nn.Sequential(quiet(), probed, quiet())
    a, b = resight.trace(plain, x), resight.trace(probed, x)
    assert [op.name for op in a.graph.ops] == [op.name for op in b.graph.ops]
    assert [(skip.name, skip.merge, skip.branch) for skip in a.skips] == [
        (skip.name, skip.merge, skip.branch) for skip in b.skips
    ]
    assert "Probe" not in str(b)


def test_shapes_alone_pass_too() -> None:
    lines: list[str] = []
    model = layers(Probe("x", check="finite", keep=True, write=lines.append)).to("meta")
    assert resight.trace(model, torch.ones(1, WIDTH, 4, 4, device="meta")).failure is None
    assert lines == [f"x  f32[1,{WIDTH},4,4]  no values"]


def test_a_compiled_model_is_looked_into() -> None:
    code = """
import torch, resight
lines = []
inside = resight.Probe("inside", keep=True, write=lines.append)
model = torch.nn.Sequential(torch.nn.Linear(4, 4), inside, torch.nn.ReLU())
x = torch.ones(2, 4)
compiled = torch.compile(model, backend="eager")
assert torch.equal(compiled(x), model(x))
assert len(lines) == 2 and lines[0] == lines[1]
probe = resight.Probe(write=lines.append)
with resight.probe(compiled, {"0": probe}):
    compiled(x)
assert lines[2].startswith("0  f32[2,4]"), lines
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


# ---- attached from outside


def test_attached_probes_see_what_the_modules_return() -> None:
    model, x = nets.SmallNet(torch.add).eval(), torch.randn(2, 3, 8, 8)
    seen: dict[str, Tensor] = {}
    hooks = [model.get_submodule(name).register_forward_hook(
        lambda module, args, result, name=name: seen.__setitem__(name, result.clone())
    ) for name in ("stem.0", "blocks.1", "")]  # fmt: skip
    model(x)
    for hook in hooks:
        hook.remove()
    probes = {name: quiet(keep=True) for name in seen}
    before = photograph(model, (x,))
    with resight.probe(model, probes) as probed:
        assert probed is model
        model(x)
    assert photograph(model, (x,)) == before
    for name, value in seen.items():
        assert torch.equal(probes[name].kept, value)


def test_patterns_and_titles() -> None:
    lines: list[str] = []
    model, x = nets.SmallNet(torch.add).eval(), torch.randn(2, 3, 8, 8)
    with resight.probe(model, {"blocks.?": Probe("block", write=lines.append), "": Probe(write=lines.append)}):
        model(x)
    names = [line.split("  ")[0] for line in lines]
    assert names == ["block (blocks.0)", "block (blocks.1)", "block (blocks.2)", "SmallNet"]


def test_a_failing_check_names_the_module_and_leaves_nothing_behind() -> None:
    model, x = nets.SmallNet(torch.add).eval(), torch.full((1, 3, 8, 8), math.nan)
    before = [dict(module._forward_hooks) for module in model.modules()]
    with (
        pytest.raises(UserError, match=r"^blocks\.1: 512 nan among 512 elements of f32\[1,8,8,8\]"),
        resight.probe(model, {"blocks.1": quiet(check="finite")}),
    ):
        model(x)
    assert [dict(module._forward_hooks) for module in model.modules()] == before


def test_unknown_modules_are_named_with_the_closest() -> None:
    model = nets.SmallNet(torch.add)
    with pytest.raises(UserError, match=r"no module 'block\.1'.*blocks\.1"), resight.probe(model, {"block.1": Probe()}):
        pass
    with pytest.raises(UserError, match="is no probe"), resight.probe(model, {"stem": "Probe"}):  # type: ignore[dict-item]
        pass
    with pytest.raises(UserError, match="probes are a dict, not a list"), resight.probe(model, ["stem"]):  # type: ignore[arg-type]
        pass
    with pytest.raises(UserError, match=r"no nn\.Module"), resight.probe(3, {}):  # type: ignore[arg-type]
        pass
