"""Figures as files and in notebooks: whole files, the same bytes again, and matplotlib left as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

from figures import check_figure
from resight import CannotWrite, UserError, plot

DRAW = """
import numpy as np
from resight import plot
figure = plot.feature_maps(np.arange(64.0).reshape(1, 4, 4, 4), scale="shared", title="学 a$b$", theme="dark")
for name in ("a.png", "a.svg", "a.pdf"):
    plot.save(figure, name)
"""


def figure() -> plot.Figure:
    return plot.feature_maps(np.arange(64.0).reshape(1, 4, 4, 4), scale="shared", title="学 a$b$", theme="dark")


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_figure_gives_the_same_bytes_in_another_process(suffix: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", DRAW], cwd=tmp_path, check=True, timeout=120)
    here = plot.save(figure(), tmp_path / f"b{suffix}")
    assert here.read_bytes() == (tmp_path / f"a{suffix}").read_bytes()
    assert len(here.read_bytes()) > 1000


def test_a_png_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    drawn = plot.feature_maps(np.zeros((1, 4, 4, 4)), width=4)
    with Image.open(plot.save(drawn, tmp_path / "x.png", dpi=50)) as picture:
        assert picture.size[0] == 200
        assert "Software" not in picture.info


def test_another_format_or_folder_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no figure has the suffix .gif; formats are .png .svg .pdf"):
        plot.save(figure(), tmp_path / "x.gif")
    with pytest.raises(CannotWrite, match="there is no folder"):
        plot.save(figure(), tmp_path / "none" / "x.png")
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_gets_a_png_at_the_figure_s_size() -> None:
    content, size = figure()._repr_png_()
    assert content.startswith(b"\x89PNG")
    assert size["width"] == 800


def test_the_users_settings_are_neither_read_nor_changed() -> None:
    before = figure()._repr_png_()
    with matplotlib.rc_context({"font.size": 40, "lines.linewidth": 9, "text.usetex": False, "image.cmap": "jet"}):
        settings = dict(matplotlib.rcParams)
        assert figure()._repr_png_() == before
        assert dict(matplotlib.rcParams) == settings


def test_drawing_needs_no_window_and_no_torch() -> None:
    code = f"{DRAW.splitlines()[1]}\n{DRAW.splitlines()[2]}\nplot.feature_maps(np.zeros((1, 1, 2, 2)))._repr_png_()"
    code += "\nimport sys\nprint(sorted({'torch', 'matplotlib.pyplot', 'quickjs'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("x", "y", "words", "fault"),
    [
        (7.9, 1.0, "beyond the edge", "cut off"),
        (0.2, 0.2, "over the title", "over each other"),
        (1.0, 1.0, "in", "pic"),
    ],
)
def test_the_laws_of_figures_can_fail(x: float, y: float, words: str, fault: str) -> None:
    drawn = plot.feature_maps(np.zeros((1, 1, 2, 2)), title="A title as long as this", width=8)
    drawn.axes[0].text(x, y, words, va="top")
    with pytest.raises(AssertionError, match=fault):
        check_figure(drawn)
