"""The only formatters and escapers: numbers to words, hostile strings to something safe to write."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""What no output may hold: terminals and printers obey control characters (C0, C1), overrides of the direction of
writing make a name read as another, and halves of pairs can't be encoded."""


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How words begin that a spreadsheet takes for a formula."""


def quantity(value: float, unit: str = "") -> str:
    """A count with three significant digits and an SI prefix: `11.7M`, `1.82 GFLOP`."""
    size, prefix = float(value), ""
    for step in ("", "k", "M", "G", "T", "P", "E"):
        prefix = step
        if abs(size) < 999.5:
            break
        size /= 1000
    number = f"{size:.0f}" if prefix == "" else f"{size:.3g}"
    return f"{number} {prefix}{unit}" if unit else f"{number}{prefix}"


def parameters(count: float) -> str:
    """A number of parameters as the field writes it, billions with a B: `11.7M`, `6.74B`."""
    return quantity(count).replace("G", "B")


def binary_size(count: float) -> str:
    """Bytes in binary units: `44.6 MiB`."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(size) < 1023.5:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} TiB"


def number(value: float) -> str:
    """A measured value with three significant digits: `0.0123`, `−1.5`, `12,300`, `1.23e−7`, `nan`."""
    size = float(f"{value:.3g}") + 0.0  # no negative zero
    if size == 0 or not math.isfinite(size):
        words = f"{size:g}"
    elif 1e-3 <= abs(size) < 1e6:
        words = f"{size:,.0f}" if abs(size) >= 1000 else f"{size:g}"
    else:
        mantissa, _, exponent = f"{size:.2e}".partition("e")
        words = f"{float(mantissa):g}e{int(exponent)}"
    return words.replace("-", "−")


def share(value: float) -> str:
    """A part of a whole in percent; only none at all is 0%, and only all of it 100%."""
    if value != value:
        return "nan"
    if 0 < value < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= value < 1 else f"{value:.0%}"


def duration(seconds: float) -> str:
    """A time span with three significant digits: `1.42 s`, `310 µs`."""
    for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if abs(seconds) >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def shape(sizes: Iterable[int]) -> str:
    """Sizes joined by ×: `64×56×56`; `scalar` for none."""
    return "×".join(map(str, sizes)) or "scalar"


def plural(count: int, noun: str) -> str:
    """`1 skip`, `8 skips`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def shorten(words: str, limit: int) -> str:
    """`words` in at most `limit` characters, cut in the middle with an ellipsis."""
    if len(words) <= limit:
        return words
    head = (limit - 1 + 1) // 2
    return words[:head] + "…" + words[len(words) - (limit - 1 - head) :]


def one_line(words: object) -> str:
    """Any text on one line, without control characters."""
    return CONTROL.sub("�", " ".join(str(words).split()))


def did_you_mean(wrong: str, known: Sequence[str] | Mapping[str, str], *, alike: float = 0.5) -> str:
    """`did you mean a, b or c?`, or an empty string where nothing is close.

    A mapping is compared by its keys and shown by its values. `alike` is the least share of letters in common
    (difflib's ratio, 0 to 1); among thousands of names a higher one keeps chance away.
    """
    close = get_close_matches(wrong, known, n=3, cutoff=alike)
    if not close:
        return ""
    if isinstance(known, Mapping):
        close = [known[name] for name in close]
    return f"did you mean {', '.join(close[:-1])}{' or ' if len(close) > 1 else ''}{close[-1]}?"


def article(noun: str) -> str:
    """`an int`, `a Tensor`."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def xml(words: str) -> str:
    """Text for SVG and HTML, in content or in a quoted attribute."""
    return html.escape(CONTROL.sub("�", words), quote=True)


def script_json(value: object) -> str:
    """JSON that is safe inside an HTML `<script>`: no `<`, `>`, `&` or line separators survive."""
    raw = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        raw = raw.replace(char, f"\\u{ord(char):04x}")
    return CONTROL.sub("�", raw)


def dot(words: str) -> str:
    """A quoted Graphviz string; Graphviz reads HTML entities in it, so an ampersand becomes one."""
    clean = CONTROL.sub("�", words).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + clean.replace("\n", "\\n") + '"'


def mermaid(words: str) -> str:
    """Text inside a quoted Mermaid label; what Mermaid would read as syntax becomes an entity code."""
    return "".join(c if c.isalnum() or c in " .,:×_/+=-()…·" else f"#{ord(c)};" for c in CONTROL.sub("�", words))


def spreadsheet(words: str) -> str:
    """Words in a cell that a spreadsheet opens: what it would read as a formula begins with an apostrophe."""
    clean = CONTROL.sub("�", words)
    return f"'{clean}" if clean.startswith(FORMULA) else clean


def markdown(words: str) -> str:
    """Text in a Markdown table cell or paragraph."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", one_line(words))
