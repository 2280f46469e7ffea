"""The command line: what it prints, what it writes, and one clear line for everything the user can mend."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import resight
from resight.cli import main
from sources import BLOCK

NETS = (
    BLOCK
    + """
class Misfit(Block):
    def forward(self, x):
        return x + self.conv(x)[:, :, :7]

class Widens(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 32, 3, padding=1)
        self.down = nn.Conv2d(32, 64, 3, 2, 1)

    def forward(self, x):
        x = self.conv(x)
        return self.down(x) + x

class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(9, 3)

    def forward(self, x, ids):
        return x.mean((2, 3)) + self.words(ids.view(-1, ids.shape[-1])).mean(1)

class Batched(Block):
    def forward(self, batch):
        return super().forward(batch["image"])

def net():
    return nn.Sequential(Block(), Block())
"""
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the user's file `nets.py`, as the current directory."""
    (tmp_path / "nets.py").write_text(NETS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("nets", None)


def complaint(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line on stderr of a command the user has to mend."""
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("resight: error: ")
    assert error.count("\n") == 1
    return error


def left(folder: Path) -> set[str]:
    """Names of what is in a folder, beside the user's own file."""
    return {path.name for path in folder.iterdir()} - {"nets.py", "__pycache__"}


# --- the door -------------------------------------------------------------------------------------------------------


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"resight {resight.__version__}\n"
    assert main(["show", "--help"]) == 0
    words = capsys.readouterr().out
    assert all(flag in words for flag in ("--input", "--depth", "--open", "--device", "--weights", "--scale"))
    assert "resight show torchvision:resnet18" in words


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["shwo"], "No such command 'shwo'"),
        (["show"], "Missing argument 'SPEC'"),
        (["show", "x", "--dept", "2"], "--dept"),
        (["show", "x", "--depth", "two"], "--depth"),
        (["show", "x", "--depth", "-1"], "--depth"),
    ],
)
def test_a_wrong_command_line_is_one_line(capsys: pytest.CaptureFixture[str], words: list[str], line: str) -> None:
    error = complaint(capsys, *words)
    assert line in error
    assert error.endswith("try resight --help\n")


# --- show -----------------------------------------------------------------------------------------------------------


def test_show_writes_every_file_asked_for_and_says_what_was_found(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "nets.py:net", "-o", "a.svg", "-o", "b.json", "-o", "c.txt", "--depth", "1"]) == 0
    words = capsys.readouterr()
    assert words.out.splitlines() == [
        "net: 2 identity skips",
        "  input guessed: 1x3x32x32, from the first layer",
        "  wrote a.svg",
        "  wrote b.json",
        "  wrote c.txt",
    ]
    assert words.err == ""
    assert left(here) == {"a.svg", "b.json", "c.txt"}
    assert (here / "a.svg").read_text(encoding="utf-8").startswith("<svg")
    assert resight.load(here / "b.json").count() == {"identity": 2}


def test_a_saved_trace_is_drawn_like_the_network(here: Path) -> None:
    assert main(["show", "nets.py:net", "-o", "t.json", "-o", "live.svg"]) == 0
    assert main(["show", "t.json", "-o", "again.svg"]) == 0
    assert (here / "live.svg").read_bytes() == (here / "again.svg").read_bytes()


def test_torchvisions_resnet18_has_five_identity_and_three_projection_shortcuts(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "torchvision:resnet18", "-o", "r.png"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "resnet18: 5 identity + 3 projection skips",
        "  input guessed: 1x3x224x224, torchvision's evaluation size",
        "  shapes only (device meta): no weights allocated, nothing computed",
        "  wrote r.png",
    ]
    assert (here / "r.png").read_bytes().startswith(b"\x89PNG")


def test_without_a_file_the_page_goes_to_a_folder_of_its_own(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "nets.py:net"]) == 0
    lines = capsys.readouterr().out.splitlines()
    page = Path(lines[-2].removeprefix("  wrote "))
    assert lines[-1] == "  open it in a browser, or choose a file with -o net.png"
    assert page.name == "net.html"
    assert page.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert left(here) == set()
    page.unlink()
    page.parent.rmdir()


def test_a_forward_that_raises_is_drawn_up_to_there(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = complaint(capsys, "show", "nets.py:Misfit", "-o", "m.svg", "--input", "1x3x8x8")
    assert "the forward raised" in error
    assert "nets.py:16: identity is 3x8x8, branch is 3x7x8" in error
    assert (here / "m.svg").exists()


@pytest.mark.parametrize("command", ["show", "summary"])
def test_a_count_says_that_the_forward_stopped(here: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, "nets.py:Misfit", "--input", "1x3x8x8", *(["-o", "m.svg"] * (command == "show"))]) == 2
    assert "Misfit: no residual connections until the forward stopped" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("command", ["show", "summary"])
def test_a_forward_that_raises_before_its_first_op_leaves_files_alone_and_counts_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (here / "good.svg").write_text("kept", encoding="utf-8")
    assert main([command, "nets.py:net", "--input", "foo=1x3x8x8", *(["-o", "good.svg"] * (command == "show"))]) == 2
    words = capsys.readouterr()
    assert words.out == ""
    assert words.err.startswith("resight: error: ")
    assert "Sequential.forward has no input 'foo'; it takes input" in words.err
    assert words.err.count("\n") == 1
    assert (here / "good.svg").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize(
    ("inputs", "line"),
    [
        (["1x3x8x8"], "Two.forward also needs ids; add --input ids=... with its shape\n"),
        (["ids=1x4:int64"], "Two.forward also needs x; add --input x=... with its shape\n"),
        (["1x3x8x8", "id=1x4:int64"], "Two.forward has no input 'id'; did you mean ids?\n"),
        (["1x2", "1x2", "1x2"], "Two.forward takes 2 inputs (x, ids), got 3; write one --input for each\n"),
        (["1x3x8x8", "1x4"], "; give it whole numbers: --input ids=1x4:int64\n"),
    ],
)
def test_wrong_inputs_say_the_flag_to_write(
    here: Path, capsys: pytest.CaptureFixture[str], inputs: list[str], line: str
) -> None:
    flags = [word for shape in inputs for word in ("--input", shape)]
    assert complaint(capsys, "show", "nets.py:Two", *flags, "-o", "t.svg").endswith(line)


def test_an_input_with_a_dot_is_a_dict(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "nets.py:Batched", "--input", "batch.image=1x3x8x8", "-o", "b.json"]) == 0
    assert capsys.readouterr().out.startswith("Batched: 1 identity skip\n")
    assert resight.load(here / "b.json").about.inputs == "batch.image f32[1,3,8,8]"


def test_one_module_drawn_alone_is_counted_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "nets.py:net", "--only", "1", "-o", "b.svg"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "1 of net: 1 identity skip"


def test_a_network_that_takes_no_guess_is_drawn_up_to_its_fault_and_torch_logs_nothing(here: Path) -> None:
    command = [sys.executable, "-m", "resight", "show", "nets.py:Widens", "-o", "w.svg"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        f"resight: error: the forward raised RuntimeError at {here.name}/nets.py:26: "
        "identity is 32x32x32, branch is 64x16x16; "
        "this block needs a projection shortcut: a 1x1 convolution from 32 to 64 channels with stride 2\n"
    )
    assert "  input guessed: 1x3x32x32, from the first layer; no size tried ran to the end" in done.stdout
    assert (here / "w.svg").exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["vgg11"], "did you mean torchvision:vgg11?"),
        (["nets.py:Nett"], "nets.py has no 'Nett'"),
        (["runs/full.pt"], "not a network; name the network too: resight show SPEC --weights runs/full.pt"),
        (["nets.py:net", "--input", "1by3"], "cannot read --input '1by3'"),
        (["nets.py:net", "--device", "abacus"], "there is no device 'abacus'"),
        (["nets.py:net", "--weights", "gone.pt"], "there is no weights file gone.pt"),
        (["nets.py:net", "--weights", "nets.pt"], "nets.pt is no weights file, or a damaged one"),
        (["nets.py:net", "--image", "gone.png"], "there is no file gone.png"),
        (["gone.json"], "cannot read gone.json: No such file"),
        (["nets.json"], "nets.json is not JSON"),
        (["nets.json", "--device", "cpu"], "nets.json is a saved trace: nothing is run"),
        (["nets.py:net", "--theme", "blue"], "theme"),
        (["nets.py:net", "--direction", "up"], "direction"),
        (["nets.py:net", "--only", "nowhere"], "nowhere"),
        (["nets.py:net", "--open", "nowhere"], "nowhere"),
        (["nets.py:net", "-o", "x.gif"], ".svg"),
        (["nets.py:net", "-o", "no/folder/x.svg"], "no/folder"),
        (["nets.py:net", "-o", "folder.svg"], "folder.svg"),
        (["nets.py:net", "-o", "nets.py/x.svg"], "nets.py is a file"),
    ],
)  # fmt: skip
def test_what_the_user_can_mend_is_one_line_and_leaves_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], line: str
) -> None:
    (here / "nets.pt").write_bytes(b"PK\x03\x04 cut off")
    (here / "nets.json").write_text("{", encoding="utf-8")
    (here / "folder.svg").mkdir()
    before = left(here)
    error = complaint(capsys, "show", *words, *([] if "-o" in words else ["-o", "out.svg"]))
    assert line in error
    assert left(here) == before
    assert list((here / "folder.svg").iterdir()) == []


def test_the_wrong_input_shape_names_the_layer_and_both_shapes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = complaint(capsys, "show", "nets.py:net", "--input", "1x4x8x8", "-o", "w.svg")
    assert "4" in error
    assert "nets.py:12" in error


def test_when_one_of_two_files_cannot_be_written_neither_is(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    complaint(capsys, "show", "nets.py:net", "-o", "good.svg", "-o", "bad.gif")
    assert left(here) == set()


# --- summary --------------------------------------------------------------------------------------------------------


def test_summary_has_a_row_per_module_and_totals(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "nets.py:net"]) == 0
    words = capsys.readouterr().out
    rows = words.splitlines()
    assert all(len(row) <= 80 for row in rows)
    assert "\x1b" not in words
    assert [word for row in rows for word in ("Sequential", "Block", "Conv2d", "BatchNorm2d") if word in row] == [
        "Sequential", "Block", "Conv2d", "BatchNorm2d", "Block", "Conv2d", "BatchNorm2d",
    ]  # fmt: skip
    assert "net: 2 identity skips" in words
    assert "180 parameters" in words


def test_summary_draws_each_skip_as_a_bracket_that_ends_at_its_merge(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "torchvision:resnet18"]) == 0
    rows = capsys.readouterr().out.splitlines()
    ends = [row for row in rows if row.startswith("╰→")]
    assert len(ends) == len([row for row in rows if row.startswith("╭─")]) == 8
    assert all("⊕ add" in row for row in ends)
    dashed = [row for row in rows if row.startswith("┆") and "downsample" in row]
    assert len(dashed) == 3
    assert "11,689,512 parameters, 3.63 GFLOP, " in "\n".join(rows)


def test_summary_counts_the_skips_a_row_hides(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "torchvision:resnet18", "--depth", "1"]) == 0
    words = capsys.readouterr().out
    assert "layer1  ↷ 2 identity " in words
    assert words.count("↷ 1 identity, 1 projection ") == 3
    assert "⊕" not in words


def test_a_narrow_summary_cuts_names_but_never_numbers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "56")
    assert main(["summary", "torchvision:resnet18"]) == 0
    rows = capsys.readouterr().out.splitlines()
    table = rows[: rows.index("")]
    assert all(len(row) <= 56 for row in table)
    assert "…" in "".join(table)
    assert table[1].split()[-2:] == ["11.7M", "3.63G"]
    assert [row.split()[-2:] for row in table if " fc " in row] == [["513k", "1.02M"]]


def test_summary_of_a_forward_that_raises_shows_what_ran(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "nets.py:Misfit", "--input", "1x3x8x8"]) == 2
    words = capsys.readouterr()
    assert "Conv2d" in words.out
    assert words.err.startswith("resight: error: the forward raised")


# --- errors and ends ------------------------------------------------------------------------------------------------


def test_a_bug_of_ours_says_so_and_debug_shows_the_traceback(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise resight.Bug("op 3 is two ops")

    monkeypatch.setattr("resight.cli.show.trace_spec", broken)
    assert main(["show", "nets.py:net"]) == 3
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "op 3 is two ops" in error
    assert "a bug in resight" in error
    assert main(["show", "nets.py:net", "--debug"]) == 3
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_ctrl_c_ends_quietly(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("resight.cli.show.trace_spec", stopped)
    assert main(["show", "nets.py:net"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f"'{sys.executable}' -m resight show --help | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=True)
    assert done.stderr == ""
    assert done.stdout.strip() in {"0", "1"}


def test_hostile_names_stay_on_their_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = complaint(capsys, "show", "nets.py:</script>\n\x1b[31m学习%s")
    assert "\x1b" not in error
    assert "学习%s" in error


def test_json_has_no_path_of_this_machine(here: Path) -> None:
    assert main(["show", "nets.py:net", "-o", "t.json"]) == 0
    written = (here / "t.json").read_text(encoding="utf-8")
    assert str(here) not in written
    assert json.loads(written)["about"]["title"] == "net"
