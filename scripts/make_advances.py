"""Write web/advances.js: how wide each character of the shipped font is.

Boxes are sized in JavaScript, which can't open a font; so the widths travel as a table.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.ttLib import TTFont

WEB = Path(__file__).parents[1] / "src/resight/picture/web"
WEIGHTS = {400: "Regular", 600: "SemiBold"}
LINE = 28
HEADER = """\
/**
 * Advances of the shipped font by character code, in thousandths of an em; written by scripts/schema.
 */

/**
 * @param {[number, number[]][]} runs  first code of a run, and the advances from it on
 * @returns {Map<number, number>}
 */
function table(runs) {
  return new Map(runs.flatMap(([first, widths]) => widths.map((width, i) => [first + i, width])));
}
"""


def advances(font: Path) -> dict[int, int]:
    """Advance of every character a font holds, in thousandths of an em."""
    with TTFont(font) as opened:
        units = opened["head"].unitsPerEm
        widths = opened["hmtx"].metrics
        return {code: round(widths[glyph][0] * 1000 / units) for code, glyph in opened.getBestCmap().items()}


def runs(widths: dict[int, int]) -> list[tuple[int, list[int]]]:
    """The same table as runs of neighbouring codes."""
    found: list[tuple[int, list[int]]] = []
    for code in sorted(widths):
        if not found or code != found[-1][0] + len(found[-1][1]):
            found.append((code, []))
        found[-1][1].append(widths[code])
    return found


def numbers(values: list[int]) -> str:
    """A bracketed list, broken into lines."""
    lines = [", ".join(map(str, values[i : i + LINE])) for i in range(0, len(values), LINE)]
    return f"[{lines[0]}]" if len(lines) == 1 else "[\n      " + ",\n      ".join(lines) + ",\n    ]"


def script() -> str:
    """The text of web/advances.js."""
    blocks = []
    for weight, name in WEIGHTS.items():
        found = runs(advances(WEB / "fonts" / f"Inter-{name}.ttf"))
        rows = "\n".join(f"    [0x{first:x}, {numbers(values)}]," for first, values in found)
        blocks.append(f"  {weight}: table([\n{rows}\n  ]),")
    return HEADER + "\nexport const ADVANCES = {\n" + "\n".join(blocks) + "\n};\n"


if __name__ == "__main__":
    (WEB / "advances.js").write_text(script(), encoding="utf-8")
