"""A forward pass as a listing: lines and brackets, what fits a terminal, marks that stay on the sheet, a safe page."""

from __future__ import annotations

import re
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.cells import cell_len
from rich.console import Console

from graphs import SHAPE, Pen
from recordings import recorded
from resight import CannotWrite, Ref, Trace, UserError, fonts
from resight.cli import main
from resight.colours import palette
from resight.graph import Graph
from resight.recording import Histogram, Thumbnail
from resight.skips import find_skips
from resight.traces import About
from resight.walk import WRITERS, Listing, Look, listing, save_all
from resight.walk.histograms import bars, zero_line
from resight.walk.page import page
from resight.walk.sheet import sheet
from resight.walk.terminal import terminal_table
from resight.walk.thumbnails import as_data_uri

HOSTILE = "</script><img src=x onerror=alert(1)>\n'\"&% 日本 🦊"


def traced(graph: Graph, title: str = "net") -> Trace:
    """A trace of a graph drawn by hand."""
    about = About("Net", title, 0, "eval", "cpu", "x f32[2,8,16,16]", notes=("weights random (seed 0)",))
    return Trace(about, graph, find_skips(graph))


def residual(title: str = "net", module: str = "body") -> Trace:
    """A stem, and a block of its own module with one skip."""
    net = Pen()
    stem = net.conv(net.input(*SHAPE))
    net.enter(module, "Block")
    net.enter(f"{module}.inner", "Sequential")
    y = net.leave(net.relu(net.norm(net.conv(stem))))
    out = net.leave(net.relu(net.add(stem, net.conv(y))))
    return traced(net.done(out), title)


def chain(blocks: int) -> Trace:
    """Blocks one after another, each with one skip."""
    net = Pen()
    x = net.input(*SHAPE)
    for i in range(blocks):
        net.enter(f"blocks.{i}", "Block")
        x = net.leave(net.relu(net.add(x, net.branch(x))))
    return traced(net.done(x))


def titles(lines: Listing) -> list[str]:
    return [" " * line.depth + line.title for line in lines.lines]


# --- lines ----------------------------------------------------------------------------------------------------------


def test_names_of_modules_stand_above_their_steps() -> None:
    assert titles(listing(residual())) == [
        "input x", "conv2d", "body", " inner", "  conv2d", "  batch_norm", "  relu", " conv2d", " ⊕ add", " relu",
    ]  # fmt: skip
    assert titles(listing(residual(), depth=1)) == ["input x", "conv2d", "body  ↷ 1 identity"]


def test_a_bracket_goes_from_the_source_to_the_merge() -> None:
    lines = listing(residual())
    (span,) = lines.spans
    assert (titles(lines)[span.first], titles(lines)[span.last], span.look) == ("conv2d", " ⊕ add", "identity")
    assert listing(residual(), depth=1).spans == ()
    assert [line.look for line in lines.lines if line.look] == ["identity"]


def test_every_skip_has_one_bracket() -> None:
    trace = chain(5)
    assert len(listing(trace).spans) == len(trace.skips) == 5


def test_what_only_rearranges_is_left_out_unless_asked_for() -> None:
    net = Pen()
    x = net.input(*SHAPE)
    rows = net.op("reshape", net.relu(x), shape=(2, 8, 256))
    half = net.op("getitem", rows, shape=(2, 4, 256))
    out = net.add(half, net.op("linear", half, weights=((256, 256),)))
    trace = traced(net.done(net.op("transpose", out, shape=(2, 256, 4))))
    assert titles(listing(trace)) == ["input x", "relu", "getitem", "linear", "⊕ add"]
    assert titles(listing(trace, everything=True)) == [
        "input x", "relu", "reshape", "getitem", "linear", "⊕ add", "transpose",
    ]  # fmt: skip


def test_a_bracket_starts_at_the_line_of_a_rearranged_source() -> None:
    net = Pen()
    rows = net.op("reshape", net.relu(net.input(*SHAPE)), shape=(2, 8, 256))
    trace = traced(net.done(net.add(rows, net.op("linear", rows, weights=((256, 256),)))))
    (span,) = listing(trace).spans
    assert titles(listing(trace))[span.first] == "relu"


def test_columns_are_there_for_what_is_known() -> None:
    names = [column.name for column in listing(residual()).columns]
    assert names == ["op", "shape"]
    lines = listing(recorded(residual()))
    assert [column.name for column in lines.columns][2:] == ["mean", "std", "min", "max", "zeros", "gain", "cosine"]
    troubled = listing(recorded(residual(), nonfinite={Ref(4): 7}))
    assert "nonfinite" in [column.name for column in troubled.columns]
    assert [line.title for line in troubled.lines if line.is_alarming] == ["relu"]


def test_cells_are_the_numbers_in_words_and_whole() -> None:
    lines = listing(recorded(residual()))
    place = next(i for i, line in enumerate(lines.lines) if line.look)
    names = [column.name for column in lines.columns]
    assert lines.cells(lines.lines[place])[names.index("gain")] == "0.5"
    mean = lines.exact(lines.lines[place])[names.index("mean")]
    assert isinstance(mean, float)
    assert mean == lines.trace["body:add"].summary.mean  # type: ignore[union-attr]
    assert lines.cells(lines.lines[place])[names.index("shape")] == "8×16×16"


# --- histograms -----------------------------------------------------------------------------------------------------


def test_bars_stand_on_the_lower_edge_and_the_tallest_fills_the_box() -> None:
    drawn = list(bars(Histogram(-1.0, 0.5, (1, 0, 4, 100)), 80, 10))
    assert [(x, w) for x, _, w, _ in drawn] == [(0, 20), (40, 20), (60, 20)]
    assert all(y + h == pytest.approx(10) for _, y, _, h in drawn)
    assert [h for *_, h in drawn] == pytest.approx([1, 2, 10])


@pytest.mark.parametrize(("start", "place"), [(-1.0, 50), (0.0, 0), (-2.0, 100), (0.5, None), (-2.5, None)])
def test_the_tick_is_at_zero(start: float, place: float | None) -> None:
    assert zero_line(Histogram(start, 0.5, (1, 1, 1, 1)), 100) == place


def test_feature_maps_lie_side_by_side() -> None:
    pixels = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    uri = as_data_uri(Thumbnail(Ref(0), pixels, (0.0, 0.0), (1.0, 1.0), 64, "maps"))
    with Image.open(BytesIO(b64decode(uri.removeprefix("data:image/png;base64,")))) as picture:
        levels, opaque = np.moveaxis(np.asarray(picture), 2, 0)
    assert levels.shape == (3, 9)
    assert np.array_equal(levels[:, :4], pixels[0])
    assert np.array_equal(levels[:, 5:], pixels[1])
    assert opaque[0].tolist() == [255] * 4 + [0] + [255] * 4


# --- the terminal ---------------------------------------------------------------------------------------------------


def printed(lines: Listing, width: int) -> list[str]:
    console = Console(width=width, file=StringIO(), record=True, emoji=False)
    console.print(terminal_table(lines, width))
    return console.export_text().splitlines()


@pytest.mark.parametrize("width", [80, 100, 120, 200])
@pytest.mark.parametrize("depth", [None, 1])
def test_it_fits_the_terminal_with_numbers_whole(width: int, depth: int | None) -> None:
    trace = recorded(chain(8), nonfinite={Ref(3): 2}, seconds=True)
    lines = listing(trace, depth)
    shown = printed(lines, width)
    assert max(map(cell_len, shown)) <= width
    assert len(shown) == len(lines.lines) + 1
    for words, line in zip(shown[1:], lines.lines):
        cells = dict(zip((column.name for column in lines.columns), lines.cells(line)))
        assert all(cells[name] in words for name in ("shape", "mean", "std", "min", "max", "zeros"))


def test_a_narrow_terminal_goes_without_the_least_columns_and_shortens_titles() -> None:
    lines = listing(
        recorded(residual(module="a_module_with_a_name_that_takes_half_a_line_all_by_itself"), seconds=True)
    )
    wide, narrow = printed(lines, 160)[0], printed(lines, 80)[0]
    assert wide.split() == "step op shape mean std min max zeros gain cosine time".split()
    assert narrow.split() == "step shape mean std min max zeros gain".split()
    assert any("…" in line for line in printed(lines, 80))


def test_without_skips_there_is_no_margin() -> None:
    net = Pen()
    assert printed(listing(traced(net.done(net.relu(net.input(*SHAPE))))), 80)[1].startswith("input x")


# --- the sheet ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["net", HOSTILE, "a name that is longer than all the columns together " * 4])
@pytest.mark.parametrize("depth", [None, 1])
def test_no_text_leaves_the_sheet_or_meets_another(title: str, depth: int | None) -> None:
    display = sheet(listing(recorded(residual(title), nonfinite={Ref(4): 7}), depth)).display
    boxes = []
    for item in display["items"]:
        if item["t"] == "text":
            wide = fonts.width(item["text"], item["size"], item["weight"])
            left = item["x"] - (wide if item["anchor"] == "end" else 0)
            assert left >= 0
            assert left + wide <= display["width"] + 0.5
            assert item["size"] <= item["y"] <= display["height"]
            boxes.append((item["y"], left, left + wide))
    for (y, _, end), (other, start, _) in zip(sorted(boxes), sorted(boxes)[1:]):
        assert y != other or end <= start


def test_every_skip_is_drawn_in_its_colour_and_every_histogram_is_there() -> None:
    trace = recorded(chain(3))
    items = sheet(listing(trace), theme="dark").display["items"]
    colours = palette("dark")
    lines = [item for item in items if item["t"] == "path" and item.get("stroke") == colours["skips"]["identity"]]
    assert sum(item["line"] == 2 for item in lines) == 3
    fill = colours["groups"]["module"]["line"]
    charts = [item for item in items if item["t"] == "path" and item.get("fill") == fill]
    assert len(charts) == len(trace.graph.ops)


def test_signs_need_no_font_of_the_system() -> None:
    net = Pen()
    x = net.input(*SHAPE)
    x = net.cat(x, net.branch(x))
    x = net.relu(net.add(x, net.branch(x)))
    lines = listing(traced(net.done(net.op("sub", x, net.branch(x)))))
    signs = {line.title[0] for line in lines.lines if line.look}
    assert signs == {"⧺", "⊕", "⊖"}
    for depth in (None, 1):
        items = sheet(listing(residual(), depth)).display["items"]
        assert fonts.uncovered(item["text"] for item in items if item["t"] == "text") == []
    assert fonts.uncovered(item["text"] for item in sheet(lines).display["items"] if item["t"] == "text") == []


@pytest.mark.filterwarnings("ignore:no font on this machine")
def test_the_same_trace_gives_the_same_bytes() -> None:
    trace = recorded(residual(HOSTILE), thumbnails=[Ref(2)])
    for name, write in WRITERS.items():
        made = write(listing(trace), Look())
        assert made == write(listing(Trace.from_json(trace.to_json())), Look()), name
        assert len(made) > 100, name


# --- the page -------------------------------------------------------------------------------------------------------


class Elements(HTMLParser):
    """Tags of a page with their attributes, and its visible words."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]

    def classed(self, tag: str, cls: str) -> int:
        """How many elements have this class."""
        return sum(cls in (attrs.get("class") or "").split() for attrs in self.of(tag))


def test_the_page_loads_nothing_and_names_stay_names() -> None:
    words = page(listing(recorded(residual(HOSTILE, HOSTILE), thumbnails=[Ref(2)])))
    found = Elements(words)
    assert found.of("meta")[1]["http-equiv"] == "Content-Security-Policy"
    assert (found.of("meta")[1]["content"] or "").startswith("default-src 'none'; script-src 'none'; ")
    assert not found.of("script")
    assert not found.of("link")
    assert [image["src"][:22] for image in found.of("img") if image["src"]] == ["data:image/png;base64,"]
    assert " ".join(HOSTILE.split()) in found.words
    assert not re.search(r"https?:", words)


def test_the_page_has_a_line_for_each_step_and_a_bracket_for_each_skip() -> None:
    trace = recorded(chain(4), nonfinite={Ref(6): 1})
    lines = listing(trace)
    found = Elements(page(lines))
    assert len(found.of("tr")) == len(lines.lines) + 1
    assert found.classed("i", "open") == found.classed("i", "close") == 4
    assert found.classed("i", "side") == sum(span.last - span.first - 1 for span in lines.spans)
    assert len(found.of("svg")) == len(trace.graph.ops)
    assert found.classed("tr", "alarm") == 1
    assert "weights random (seed 0)" in found.words
    assert "histograms of 512 elements" in found.words


# --- files and the command line -------------------------------------------------------------------------------------


def test_all_files_or_none(tmp_path: Path) -> None:
    trace = recorded(residual())
    with pytest.raises(UserError, match=r"no format has the suffix \.gif; formats are \.html"):
        save_all(trace, [tmp_path / "a.html", tmp_path / "a.gif"], Look())
    with pytest.raises(CannotWrite):
        save_all(trace, [tmp_path / "a.html", tmp_path / "gone" / "a.png"], Look())
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UserError, match="no theme 'blue'; use light or dark"):
        Look(theme="blue")


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with recorded traces, as the current directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    recorded(residual()).save("fine.json")
    recorded(residual(), nonfinite={Ref(3): 2, Ref(4): 1}).save("broken.json")
    residual().save("plain.json")
    return tmp_path


def test_walk_prints_a_saved_recording(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["walk", "fine.json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert re.search(r"╰→ +⊕ add +8×16×16 .* 0\.5 +0\.25", said.out)
    assert "net: 1 identity skip\n" in said.out
    assert "  made up from a seed, histograms of 512 elements\n" in said.out
    assert "  weights random (seed 0)\n" in said.out


def test_walk_says_where_values_stop_being_finite(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["walk", "broken.json"]) == 0
    said = capsys.readouterr()
    assert said.err == (
        "resight: warning: body.inner:batch_norm (batch_norm) made inf or nan: 2 of 514 elements, "
        "the first of 2 such steps\n"
    )
    assert "inf, nan" in said.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["walk", "plain.json"], "plain.json says nothing of what flowed through the network"),
        (["walk", "gone.json"], "cannot read gone.json"),
        (["walk", "fine.json", "--image", "sample:cat"], "fine.json is a saved trace: nothing is run"),
        (["walk", "fine.json", "-o", "a.gif"], "no format has the suffix .gif"),
        (["features", "fine.json", "--layer", "body", "-o", "a.png"], "the value of body was not kept in fine.json"),
        (["features", "fine.json", "--layer", "bodi", "-o", "a.png"], "did you mean body"),
        (["features", "fine.json", "--layer", "body", "-o", "a.gif"], "no figure has the suffix .gif"),
    ],
)
def test_a_mistake_is_one_line(saved: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    before = set(saved.iterdir())
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("resight: error: ")
    assert error.count("\n") == 1
    assert said in error
    assert set(saved.iterdir()) == before


def test_walk_writes_every_format(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"w.{suffix}" for suffix in (*WRITERS, "json")]
    assert main(["walk", "fine.json", *(word for name in names for word in ("-o", name))]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if "wrote" in line] == [
        f"  wrote {name}" for name in names
    ]
    assert all((saved / name).stat().st_size > 100 for name in names)
    assert (saved / "w.json").read_bytes() == (saved / "fine.json").read_bytes()
    with Image.open(saved / "w.png") as picture:
        assert picture.width > 1000
