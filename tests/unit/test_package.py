"""What is shipped and what the door shows: the wheel's files, the public names, and what an import costs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from hatchling.builders.wheel import WheelBuilder

import resight
from resight import nets

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "resight"

HEAVY = ("torch", "quickjs", "numpy", "rich", "typer", "PIL", "fontTools", "matplotlib", "llvmlite")

API = """
About Bug CannotWrite Edit Failure ForwardWarning Graph MissingExtra ModuleCall Op Probe Ref ResightError Skip
TensorSpec Trace UserError View compare data edit find_skips load nets plot probe record runs sample_image
trace train widget
""".split()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from this checkout without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return zipfile.ZipFile(built)


def test_the_wheel_carries_every_file_of_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    ours = {f"resight/{path.relative_to(PACKAGE).as_posix()}" for path in PACKAGE.rglob("*") if path.is_file()}
    ours = {name for name in ours if "__pycache__" not in name}
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert shipped == ours


def test_the_wheel_carries_the_engine_the_fonts_the_types_and_the_license(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert {"resight/py.typed", "resight/picture/web/ladder.js", "resight/picture/web/schema.js"} <= set(names)
    assert [
        name for name in names if name.startswith("resight/picture/web/fonts/") and name.endswith((".ttf", ".woff2"))
    ]
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]
    assert [name for name in names if name.endswith("OFL.txt")]


def test_the_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    (entry,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "resight = resight.cli:main" in wheel.read(entry).decode()
    (metadata,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
    assert f"Version: {resight.__version__}\n" in wheel.read(metadata).decode()


def test_the_public_names_are_these() -> None:
    assert sorted(resight.__all__) == sorted(API)
    assert set(API) <= set(dir(resight))
    assert all(getattr(resight, name).__doc__ for name in API)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = resight.nonsense


def loaded_after(code: str) -> set[str]:
    """Heavy packages that a fresh Python has imported after running `code`."""
    script = f"{code}\nimport sys\nprint('loaded', *(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    return set(done.stdout.strip().splitlines()[-1].split()[1:])


def test_importing_resight_is_light() -> None:
    assert loaded_after("import resight") == set()


def test_a_room_of_networks_wakes_torch_only_when_it_is_used() -> None:
    assert "torch" in loaded_after("import resight\nassert resight.nets.resnet20.__name__ == 'resnet20'")


def test_opening_a_saved_trace_wakes_no_torch(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    code = f"import resight\ntry: resight.load({str(path)!r})\nexcept resight.UserError: pass"
    assert loaded_after(code) == set()


def test_comparing_saved_traces_wakes_neither_torch_nor_matplotlib(tmp_path: Path) -> None:
    x = torch.zeros(1, 3, 32, 32)
    for name, net in (("a", nets.resnet20()), ("b", nets.plain20())):
        resight.trace(net.eval(), x).save(tmp_path / f"{name}.json")
    files = [str(tmp_path / name) for name in ("a.json", "b.json", "out.html", "out.md")]
    words = ["compare", *files[:2], "-o", files[2], "-o", files[3]]
    assert loaded_after(f"from resight.cli import main\nassert main({words!r}) == 0") & {"torch", "matplotlib"} == set()
    assert "9 shortcuts missing in b" in (tmp_path / "out.md").read_text()


def test_help_wakes_neither_torch_nor_the_engine() -> None:
    code = "from resight.cli import main\nassert main(['--help']) == 0\nassert main(['show', '--help']) == 0"
    assert loaded_after(code) & {"torch", "quickjs", "numpy", "PIL", "fontTools"} == set()


def test_a_loaded_package_is_noticed() -> None:
    assert loaded_after("import rich, typer") == {"rich", "typer"}
