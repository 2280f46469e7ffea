"""A network that a file names is built where a library has it; own code needs the folder's trust, given once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import save
from torch import nn

from resight import runs
from resight.cli.app import main
from resight.errors import UserError
from resight.runs import RECIPES, Config, checkpoints, trust
from resight.runs.checkpoints import WEIGHTS
from resight.train import load_network, resume
from resight.train.sweep import Plan, begin, plan_of

CONFIG = Config(
    spec="", data="fashion-mnist-mini", data_root=None, seed=0, precision="no", recipe=RECIPES["fast"], shape=(1, 8, 8),
    mean=(0.5,), std=(0.5,), classes=("a", "b"),
)  # fmt: skip
NET = """from pathlib import Path
from torch import nn
def net():
    Path(__file__).with_name("ran").touch()
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
"""


@pytest.fixture
def received(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of somebody else whose network is code, which leaves a file `ran` behind."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "net.py").write_text(NET)
    folder = tmp_path / "theirs"
    folder.mkdir()
    config = replace(CONFIG, spec=f"{tmp_path / 'net.py'}:net")
    (folder / "config.json").write_bytes(config.to_json())
    weights = save(nn.Sequential(nn.Flatten(), nn.Linear(64, 2)).state_dict())
    checkpoints.write(folder / "checkpoints", checkpoints.LAST, 1, {WEIGHTS: weights})
    return folder


def doors(folder: Path) -> dict[str, Callable[[], Any]]:
    return {
        "show": lambda: main(["show", str(folder), "-o", str(folder.parent / "a.svg")]),
        "walk": lambda: main(["walk", str(folder)]),
        "summary": lambda: main(["summary", str(folder)]),
        "features": lambda: main(["features", str(folder), "--layer", "1", "-o", str(folder.parent / "a.png")]),
        "compare": lambda: main(["compare", str(folder), "resnet20"]),
        "train": lambda: main(["train", "--resume", str(folder)]),
    }


@pytest.mark.parametrize("door", ["show", "walk", "summary", "features", "compare", "train"])
def test_no_command_runs_code_that_an_untrusted_run_names(
    received: Path, door: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = doors(received)[door]()
    said = capsys.readouterr()
    assert not (received.parent / "ran").exists()
    assert code == (0 if door == "compare" else 2)  # a comparison goes on with what was measured
    assert "net.py:net" in said.out + said.err
    assert "--trust" in said.out + said.err


def test_trust_is_given_once_for_a_folder_and_what_is_in_it(received: Path) -> None:
    assert main(["summary", str(received), "--trust"]) == 0
    assert main(["summary", str(received)]) == 0
    assert not runs.is_trusted(received.parent)
    assert runs.is_trusted(received / "checkpoints")


def test_a_trusted_run_that_is_moved_stays_trusted_until_it_names_something_else(received: Path) -> None:
    trust(received)
    moved = received.rename(received.parent / "moved")
    assert runs.is_trusted(moved)
    (moved / "config.json").write_bytes(replace(CONFIG, spec="os:system('true')").to_json())
    assert not runs.is_trusted(moved)


def test_python_asks_for_trust_as_the_command_line_does(received: Path) -> None:
    with pytest.raises(UserError, match="would run code that it names itself"):
        load_network(received)
    with pytest.raises(UserError, match="would run code"):
        resume(received)
    assert isinstance(load_network(received, trust=True), nn.Sequential)
    assert isinstance(load_network(received), nn.Sequential)


def test_a_sweep_of_somebody_else_is_not_gone_on_with(received: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan(f"{received.parent / 'net.py'}:net", (), 1, "fashion-mnist-mini", None, RECIPES["fast"])
    (received / "sweep.json").write_text(json.dumps(asdict(plan)))
    assert main(["sweep", "--resume", str(received)]) == 2
    assert "--trust" in capsys.readouterr().err
    assert not (received.parent / "ran").exists()
    assert plan_of(received, trust=True) == plan_of(received) == plan


def test_the_users_own_sweep_is_trusted_from_the_start(received: Path) -> None:
    (received.parent / "net.py").write_text(NET.replace("64", "784").replace("784, 2", "784, 10"))
    plan = Plan(f"{received.parent / 'net.py'}:net", (), 1, "fashion-mnist-mini", None, RECIPES["fast"])
    assert plan_of(begin(plan, received.parent / "mine")) == plan


def test_without_a_place_to_remember_trust_lasts_as_long_as_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    trust(tmp_path / "run")
    assert runs.is_trusted(tmp_path / "run")


def test_networks_of_libraries_need_no_trust(received: Path) -> None:
    (received / "config.json").write_bytes(replace(CONFIG, spec="hf:no_such_type").to_json())
    with pytest.raises(UserError, match="no model type"):
        load_network(received)
