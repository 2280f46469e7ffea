"""Write web/palette.js: the colours and dashes that Python and the picture engine share."""

from __future__ import annotations

import json
from pathlib import Path

from resight.colours import DASHES, MAPS, PALETTES

WEB = Path(__file__).parents[1] / "src/resight/picture/web"
TEMPLATE = """\
/**
 * Colours by theme, dashes by look, and colours of feature maps; written from colours.py by scripts/schema.
 *
 * @import {{Theme}} from "./theme.js"
 */

/** @type {{Record<string, Theme>}} */
export const THEMES = {themes};

/** @type {{Record<string, number[]>}} */
export const DASHES = {dashes};

/** @type {{Record<string, string[]>}} */
export const MAPS = {maps};
"""


def script() -> str:
    """The text of web/palette.js."""
    return TEMPLATE.format(themes=json.dumps(PALETTES, indent=2), dashes=json.dumps(DASHES), maps=json.dumps(MAPS))


if __name__ == "__main__":
    (WEB / "palette.js").write_text(script(), encoding="utf-8")
