"""Every format: hostile names come out harmless, every skip is there once, same picture same bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zlib
from html.parser import HTMLParser
from io import BytesIO

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from pictures import DRAWN, HOSTILE, failed, hostile, residual, stacked, unet
from resight import fonts
from resight.colours import palette
from resight.picture import RENDERERS, drawing
from resight.text import one_line
from resight.traces import Trace

SVG = "{http://www.w3.org/2000/svg}"
NAME = one_line(HOSTILE)


def made(trace: Trace, suffix: str, **options: object) -> bytes:
    return RENDERERS[suffix](drawing(trace, options))


@pytest.mark.parametrize("suffix", RENDERERS)
@pytest.mark.parametrize("name", DRAWN)
def test_same_picture_same_bytes(suffix: str, name: str) -> None:
    assert made(DRAWN[name](), suffix) == made(DRAWN[name](), suffix)


@pytest.mark.parametrize("options", [{"theme": "dark"}, {"direction": "right"}, {"header": False}, {"depth": 0}])
def test_views_make_a_difference(options: dict[str, object]) -> None:
    for suffix in ("svg", "mmd", "dot"):
        assert made(residual(), suffix, **options) != made(residual(), suffix)


def test_svg_is_xml_that_runs_and_loads_nothing() -> None:
    words = made(hostile(), "svg").decode()
    root = ET.fromstring(words)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == NAME  # type: ignore[union-attr]
    assert "1 identity skip" in root.find(f"{SVG}desc").text  # type: ignore[union-attr, operator]
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "rect", "circle", "path", "text"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name.startswith("on") or "href" in name or name == "style"}


def test_svg_groups_name_each_box_and_skip_once() -> None:
    trace = residual()
    groups = [element.get("id") for element in ET.fromstring(made(trace, "svg")).iter(f"{SVG}g")]
    assert len(groups) == len(set(groups))
    assert sum(str(name).startswith("skip-") for name in groups) == len(trace.skips)


def test_svg_texts_that_could_leave_their_room_have_a_length() -> None:
    for element in ET.fromstring(made(residual(), "svg")).iter(f"{SVG}text"):
        size, weight = float(element.get("font-size", 12)), int(element.get("font-weight", 400))
        natural = fonts.width(element.text or "", size, weight)
        if element.get("textLength") is None:
            assert natural * 0.2 <= 7
        else:
            assert float(element.get("textLength", 0)) <= natural + 0.1


@pytest.mark.parametrize("name", ["residual", "unet", "stacked"])
def test_the_engine_measures_texts_as_the_shipped_font_sets_them(name: str) -> None:
    for item in drawing(DRAWN[name](), {}).display["items"]:
        if item["t"] == "text":
            assert fonts.width(item["text"], item["size"], item["weight"]) <= item["w"] + 1, item["text"]


class Tags(HTMLParser):
    """All tags of a page, with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_html_loads_nothing_and_runs_its_own_script_alone() -> None:
    page, written = Tags(), made(hostile(), "html").decode()
    page.feed(written)
    tags = [tag for tag, _ in page.seen]
    assert not {"img", "link", "iframe", "object"} & set(tags)
    assert tags.count("svg") == 1
    assert [attrs.get("type") for tag, attrs in page.seen if tag == "script"] == ["application/json", None]
    assert not any(name.startswith("on") or name == "src" for _, attrs in page.seen for name in attrs)
    script = written.rpartition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(attrs["content"] for tag, attrs in page.seen if attrs.get("http-equiv"))
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; font-src data:; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    assert page.words.count(NAME) >= 3


def test_html_hands_the_page_all_it_knows_of_the_trace() -> None:
    written = made(hostile(), "html").decode()
    wire = json.loads(written.partition('<script type="application/json" id="wire">')[2].partition("</script>")[0])
    assert list(wire) == ["payload", "view", "facts"]
    assert wire["payload"]["calls"][1]["path"] == NAME
    assert len(wire["facts"]["ops"]) == len(wire["payload"]["ops"])


def test_html_says_why_a_forward_stopped() -> None:
    assert "The forward stopped. RuntimeError: identity is 8×16×16" in made(failed(), "html").decode()


def mermaid_edges(words: str) -> list[tuple[str, str, str]]:
    return re.findall(r"^ +(n\d+) (-->|==>|-\.->)(?:\|[\w ]+\|)? (?:n\d+)$", words, re.MULTILINE)  # type: ignore[no-any-return]


def test_mermaid_draws_a_block_as_tutorials_do() -> None:
    words = made(residual(), "mmd", only="layer.0").decode()
    lines = [line.strip() for line in words.splitlines()]
    assert lines[:4] == ["---", 'title: "layer.0 of TwoBlocks"', "---", "flowchart TD"]
    assert 'n6(("#8853;")):::merge' in lines
    assert [line for line in lines if "==>" in line] == ["n0 ==>|identity| n6"]
    assert [line for line in lines if "-->" in line] == [
        "n0 --> n2", "n2 --> n3", "n3 --> n4", "n4 --> n5", "n5 --> n6", "n6 --> n7", "n7 --> n8",
    ]  # fmt: skip


def test_mermaid_breaks_the_line_of_a_projection() -> None:
    words = made(residual(), "mmd").decode()
    assert len(re.findall(r"==>\|identity\|", words)) == 1
    assert len(re.findall(r"-\.->\|projection\|", words)) == 1
    assert f"stroke:{palette('light')['skips']['projection']},stroke-width:3px" in words


def test_mermaid_labels_are_harmless() -> None:
    words = made(hostile(), "mmd").decode()
    for label in re.findall(r'"([^"]*)"', words.split("flowchart")[1]):
        assert not set(label.replace("<br/>", "")) & set("<>`{}[]|'\\&%\x00")
    assert "学习" in words
    fenced = made(hostile(), "md").decode()
    assert fenced.count("```") == 2
    assert "<img" not in fenced.split("```")[0].replace("\\<", "")


def test_mermaid_warns_of_charts_it_will_not_draw() -> None:
    with pytest.warns(UserWarning, match="at most 500 edges"):
        made(stacked(80), "mmd", repeats=False, depth=9)


def test_dot_has_every_box_and_every_skip() -> None:
    words = made(residual(), "dot").decode()
    assert words.count("{") == words.count("}")
    assert len(re.findall(r"subgraph cluster_\d+", words)) == 3
    skips = re.findall(r'-> n\d+ \[color="(#\w+)", penwidth=3', words)
    colours = palette("light")["skips"]
    assert skips == [colours["identity"], colours["projection"], colours["projection"]]


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("name", DRAWN)
def test_graphviz_accepts_it(name: str) -> None:
    trace = DRAWN[name]()
    ran = subprocess.run(["dot", "-Tsvg"], input=made(trace, "dot"), capture_output=True, check=True)
    assert not ran.stderr
    texts = [element.text for element in ET.fromstring(ran.stdout).iter(f"{SVG}text")]
    assert one_line(trace.about.title) in [one_line(str(words)) for words in texts]


def test_png_has_the_size_of_the_picture() -> None:
    drawn = drawing(residual(), {"scale": 1.5})
    image = Image.open(BytesIO(RENDERERS["png"](drawn)))
    assert image.size == (round(drawn.display["width"] * 1.5), round(drawn.display["height"] * 1.5))
    orange = tuple(int(palette("light")["skips"]["identity"][i : i + 2], 16) for i in (1, 3, 5))
    assert orange in {colour[:3] for _, colour in image.convert("RGB").getcolors(1 << 24)}


def pdf_streams(pdf: bytes) -> list[bytes]:
    found = re.findall(rb"/Length (\d+)>>\nstream\n", pdf)
    starts = [match.end() for match in re.finditer(rb"/Length \d+>>\nstream\n", pdf)]
    return [zlib.decompress(pdf[start : start + int(length)]) for start, length in zip(starts, found)]


def test_pdf_finds_all_its_objects() -> None:
    pdf = made(hostile(), "pdf")
    table = int(re.findall(rb"startxref\n(\d+)", pdf)[0])
    assert pdf[table:].startswith(b"xref\n")
    places = [int(place) for place in re.findall(rb"^(\d{10}) 00000 n", pdf[table:], re.MULTILINE)]
    assert all(pdf[place:].startswith(b"%d 0 obj" % i) for i, place in enumerate(places, 1))
    assert NAME.encode("utf-16-be").hex().upper().encode() in pdf
    assert b"/JavaScript" not in pdf
    assert b"CreationDate" not in pdf


def test_pdf_sets_its_words_in_the_shipped_font() -> None:
    pdf = made(residual(), "pdf")
    content, *others = sorted(pdf_streams(pdf), key=lambda stream: b" re f" not in stream)
    codes = b"".join(re.findall(rb"<([0-9A-F]+)> Tj", content))
    words = bytes.fromhex(codes.decode()).decode("utf-16-be")
    assert "BasicBlock" in words
    assert "3×3, 16, /2" in words
    embedded = [TTFont(BytesIO(stream)) for stream in others if stream[:4] == b"\0\1\0\0"]
    assert set(words) <= {chr(code) for font in embedded for code in font.getBestCmap()}


def test_pdf_draws_each_skip_in_its_colour() -> None:
    content = b" ".join(pdf_streams(made(residual(), "pdf"))).decode("latin-1")
    for kind, times in (("identity", 1), ("projection", 2)):
        colour = palette("light")["skips"][kind]
        numbers = " ".join(f"{int(colour[i : i + 2], 16) / 255:.4f}".rstrip("0").rstrip(".") for i in (1, 3, 5))
        assert content.count(f"{numbers} RG 3 w") >= times


def test_what_no_font_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "fallback", lambda char, outlines: None)
    for suffix in ("png", "pdf"):
        with pytest.warns(UserWarning, match=r"学 \(U\+5B66\)"):
            made(hostile(), suffix)


def test_json_is_the_trace() -> None:
    trace = unet()
    words = made(trace, "json", theme="dark")
    assert Trace.from_json(words.decode()) == trace
    assert json.loads(made(hostile(), "json"))["about"]["title"] == HOSTILE


def test_the_shipped_font_has_what_labels_use() -> None:
    assert fonts.uncovered("×→⊕·…≥≤−∞↔÷αβγ^²") == ["⊕"]
    for weight in (400, 600):
        face = fonts.shipped(weight)
        assert face.units == 1000
        assert face.font["OS/2"].usWeightClass == weight
    assert fonts.width("学", 10, 400) == 10
