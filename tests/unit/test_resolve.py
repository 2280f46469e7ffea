"""From a spec to a network and inputs it accepts; every wrong spec and input gets one clear line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from resight.capture.resolve import FAMILIES, Resolved, resolve
from resight.capture.resolve.example import typed
from resight.capture.resolve.spec import FAMILY_NAMES
from resight.errors import MissingExtra, UserError

NETS = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, width: int, depth: int = 1):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3)
        self.blocks = nn.Sequential(*(nn.Conv2d(width, width, 3, padding=1) for _ in range(depth)))
        self.head = nn.Linear(width * 30 * 30, 10)

    def forward(self, x):
        x = self.stem(x)
        return self.head((x + self.blocks(x)).flatten(1))

def small():
    return Net(4)

def broken():
    return nn.Linear(2, 3, nonsense=True)

def number():
    return 7

ready = nn.Linear(5, 2)
constant = 3
"""


@pytest.fixture
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the user's file `nets.py`, as the current directory."""
    (tmp_path / "nets.py").write_text(NETS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("nets", None)


def shapes(found: Resolved) -> list[tuple[int, ...]]:
    values = [*found.args, *found.kwargs.values()]
    return [tuple(value.shape) for value in values if isinstance(value, torch.Tensor)]


def refused(*args: str, **options: object) -> str:
    """The one line a spec is refused with."""
    with pytest.raises(UserError) as caught:
        resolve(*args, **options)  # type: ignore[arg-type]
    line = str(caught.value)
    assert "\n" not in line
    return line


# --- library models -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("torchvision:resnet18", [(1, 3, 224, 224)]),
        ("torchvision:inception_v3", [(1, 3, 299, 299)]),
        ("torchvision:vit_b_16(image_size=64)", [(1, 3, 64, 64)]),
        ("torchvision:r3d_18", [(1, 3, 16, 112, 112)]),
        ("torchvision:regnet_x_400mf", [(1, 3, 224, 224)]),
        ("timm:resnet18", [(1, 3, 224, 224)]),
        ("timm:resnet18.a1_in1k", [(1, 3, 224, 224)]),
        ("hf:gpt2", [(1, 32)]),
        ("hf:t5", [(1, 32), (1, 16)]),
        ("hf:vit", [(1, 3, 224, 224)]),
        ("hf:whisper", [(1, 80, 3000), (1, 16)]),
        ("hf:clip", [(1, 32), (1, 3, 224, 224)]),
    ],
)
def test_library_models_come_on_meta_with_an_input_of_their_own_size(
    spec: str, expected: list[tuple[int, ...]]
) -> None:
    found = resolve(spec)
    assert shapes(found) == expected
    assert {value.device.type for value in found.model.state_dict().values()} == {"meta"}
    assert found.title == spec.partition(":")[2]
    assert found.notes[0].startswith("input guessed: ")
    assert not found.model.training


def test_arguments_reach_the_builder() -> None:
    assert resolve("torchvision:resnet18(num_classes=10)").model.fc.out_features == 10
    assert len(resolve("hf:gpt2(n_layer=2)").model.transformer.h) == 2
    assert resolve("timm:resnet18(num_classes=7)").model.fc.out_features == 7


def test_a_type_made_for_text_has_its_head_and_others_are_bare() -> None:
    classes = {name: type(resolve(f"hf:{name}").model).__name__ for name in ("gpt2", "llama", "bert", "t5", "vit")}
    assert classes == {
        "gpt2": "GPT2LMHeadModel", "llama": "LlamaForCausalLM", "bert": "BertModel", "t5": "T5Model", "vit": "ViTModel",
    }  # fmt: skip


def test_on_cpu_the_random_weights_are_the_same_each_time() -> None:
    before = torch.get_rng_state()
    first, second = (resolve("torchvision:squeezenet1_1", device="cpu") for _ in range(2))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.model.parameters(), second.model.parameters()))
    assert isinstance(first.args[0], torch.Tensor)
    assert torch.equal(first.args[0], second.args[0])  # type: ignore[arg-type]


def test_transformers_stays_offline_only_while_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    before = constants.HF_HUB_OFFLINE
    refused("hf:gpt2(n_layer='two')")
    assert os.environ["HF_HUB_OFFLINE"] == "0"
    assert before == constants.HF_HUB_OFFLINE


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("vgg11", "'vgg11' does not say where the network comes from; did you mean torchvision:vgg11?"),
        ("resnet19", "does not say where the network comes from; did you mean resnet18"),
        ("nosuch", "'nosuch' does not say where the network comes from; write resnet18 or another net"),
        ("torchvison:resnet18", "there is no module 'torchvison'; did you mean torchvision:resnet18?"),
        ("tim:resnet18(num_classes=2)", "; did you mean timm:resnet18(num_classes=2)?"),
        ("nets.py", "name the class or function: nets.py:Net"),
        ("torchvision:resnet17", "torchvision has no model 'resnet17'; did you mean resnet18"),
        ("timm:resnet17", "timm has no model 'resnet17'; did you mean resnet18"),
        ("hf:gpt3", "transformers has no model type 'gpt3'; did you mean"),
        ("hf:openai/gpt2", "not a repository"),
        ("hf:google/vit-base", "hf: takes a model type such as vit, not a repository"),
        ("hf:bert-base-uncased", "; did you mean hf:bert? It takes a model type, not a checkpoint"),
        ("hf:xlm-roberta-base", "; did you mean hf:xlm-roberta? "),
        ("hf:gpt2(n_layr=2)", "hf:gpt2 has no setting 'n_layr'; did you mean n_layer"),
        ("hf:gpt2(n_layer='two')", "transformers cannot configure gpt2(n_layer='two'): "),
        ("hf:gpt2(2)", "hf:gpt2 takes named arguments only"),
        ("torchvision:resnet18(classes=2)", "torchvision cannot build resnet18(classes=2): TypeError"),
        ("what/ever:x", "neither a family of models nor a Python module"),
    ],
)
def test_an_unknown_name_is_one_line_with_what_to_try(spec: str, line: str) -> None:
    assert line in refused(spec)


def test_a_folder_of_runs_says_which_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in (2, 1, 4, 3):
        (tmp_path / "runs" / f"r{number}").mkdir(parents=True)
        (tmp_path / "runs" / f"r{number}" / "config.json").write_text("{}")
    (tmp_path / "runs" / "notes").mkdir()
    runs = [str(Path("runs", f"r{number}")) for number in (1, 2, 3)]
    expected = f"is a folder of runs, not a network; name one of its runs: {', '.join(runs)} and 1 more"
    for spec in ("runs", "runs/"):
        assert refused(spec) == f"{spec} {expected}"


def test_every_family_can_be_suggested() -> None:
    assert sorted(FAMILY_NAMES) == sorted(FAMILIES)


@pytest.mark.parametrize(
    ("spec", "package"), [("torchvision:x", "torchvision"), ("timm:x", "timm"), ("hf:x", "transformers")]
)
def test_a_missing_extra_names_the_pip_line(spec: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Without(package), *sys.meta_path])
    with pytest.raises(MissingExtra, match=rf"needs the package {package}; install it with: pip install {package}"):
        resolve(spec)


class _Without:
    """An importer that knows nothing of one package, as if it were not installed."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.split(".")[0] == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


# --- the user's own code --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["nets.py", "nets", "./nets.py"])
def test_a_class_in_a_file_or_module(nets: Path, place: str) -> None:
    found = resolve(f"{place}:Net(4, depth=2)")
    assert found.title == "Net(4, depth=2)"
    assert len(found.model.blocks) == 2
    assert shapes(found) == [(1, 3, 32, 32)]
    assert found.notes == ("input guessed: 1x3x32x32, from the first layer",)
    assert found.model(*found.args).shape == (1, 10)
    assert str(nets) not in sys.path


def test_a_function_a_ready_module_and_meta(nets: Path) -> None:
    assert type(resolve("nets.py:small").model).__name__ == "Net"
    assert shapes(resolve("nets.py:ready")) == [(1, 5)]
    assert next(resolve("nets.py:small", device="meta").model.parameters()).is_meta
    assert resolve("nets.py:small", train=True).model.training


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("nets.py:Net", "Net does not take these arguments (missing a required argument: 'width')"),
        ("nets.py:Net", "; write nets.py:Net(width=...)"),
        ("nets.py:Net(4, dept=2)", "it takes Net(width: int, depth: int = 1)"),
        ("nets.py:Nett", "nets.py has no 'Nett'; did you mean Net?"),
        ("nets.py:zzz", "nets.py has no 'zzz'; it has Net, small, broken, number, ready"),
        ("nets.py:broken", "broken raised while it was built: TypeError: "),
        ("nets.py:broken", " at nets.py:20"),
        ("nets.py:number", "number gave an int; the factory must return a torch.nn.Module"),
        ("nets.py:constant", "constant in nets.py is an int; name a class or a function"),
        ("gone.py:Net", "there is no file gone.py"),
        ("folder.py:Net", "folder.py is a directory"),
        ("bad.py:Net", "bad.py raised while it was imported: ValueError: no luck at bad.py:2"),
        ("typo.py:Net", "typo.py raised while it was imported: SyntaxError"),
        ("typo.py:Net", " at typo.py:1"),
        ("leaves.py:Net", "leaves.py raised while it was imported: SystemExit: 3 at leaves.py:1"),
        ("needs.py:Net", "No module named 'nowhere_to_be_found' at needs.py:1"),
        ("absent.module:Net", "there is no module 'absent'"),
    ],
)  # fmt: skip
def test_wrong_code_is_one_line_with_file_and_line(nets: Path, spec: str, line: str) -> None:
    (nets / "folder.py").mkdir()
    (nets / "bad.py").write_text("x = 1\nraise ValueError('no luck')\n")
    (nets / "typo.py").write_text("def f(:\n")
    (nets / "leaves.py").write_text("raise SystemExit(3)\n")
    (nets / "needs.py").write_text("import nowhere_to_be_found\n")
    assert line in refused(spec)


# --- inputs ---------------------------------------------------------------------------------------------------------


def test_typed_inputs_have_the_shape_dtype_and_name_asked_for() -> None:
    example = typed(["1x3x8x8", "2×4:bf16", "ids=1x128:int64", "mask=2x2:bool"], "cpu")
    image, half = example.args
    assert isinstance(image, torch.Tensor)
    assert isinstance(half, torch.Tensor)
    assert (image.shape, image.dtype, half.dtype) == ((1, 3, 8, 8), torch.float32, torch.bfloat16)
    ids, mask = example.kwargs["ids"], example.kwargs["mask"]
    assert isinstance(ids, torch.Tensor)
    assert isinstance(mask, torch.Tensor)
    assert (ids.dtype, ids.unique().tolist(), bool(mask.all())) == (torch.int64, [0, 1], True)


@pytest.mark.parametrize(
    "wish", ["", "x", "1x", "1x3x", "-1x3", "1.5", "ids=", "1x3:", "a b=1x3", "a.=1x3", "a..b=1x3"]
)
def test_a_wish_of_another_form_is_refused(wish: str) -> None:
    with pytest.raises(UserError, match="write sizes as 1x3x224x224"):
        typed([wish], "cpu")


def test_dots_nest_dicts() -> None:
    example = typed(["batch.image=1x3x8x8", "batch.text.ids=1x4:int64", "scale=1"], "cpu")
    assert example.args == ()
    assert list(example.kwargs) == ["batch", "scale"]
    batch = example.kwargs["batch"]
    assert isinstance(batch, dict)
    assert batch["image"].shape == (1, 3, 8, 8)
    assert batch["text"]["ids"].dtype is torch.int64


@pytest.mark.parametrize(
    ("wishes", "line"),
    [
        (["batch=1x3", "batch.image=1x3"], "--input batch.image is inside batch, which is a tensor already"),
        (["batch.image=1x3", "batch=1x3"], "--input batch is given twice"),
        (["x=1x3", "x=1x3"], "--input x is given twice"),
    ],
)
def test_a_name_is_given_once(wishes: list[str], line: str) -> None:
    with pytest.raises(UserError, match=line):
        typed(wishes, "cpu")


def test_an_unknown_dtype_is_refused() -> None:
    with pytest.raises(UserError, match="unknown dtype 'float33'; try float32"):
        typed(["1x3:float33"], "cpu")


def test_a_device_that_is_not_there_is_refused() -> None:
    assert "there is no device 'abacus' here; use --device cpu or --device meta" in refused(
        "torchvision:resnet18", device="abacus"
    )
