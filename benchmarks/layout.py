"""How long do fold and layout take in the QuickJS that Python embeds, beside the same nets in V8?

The V8 column needs node.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from measure import report

from resight.picture.engine import joined_modules, new_context

HERE = Path(__file__).parent


def in_quickjs() -> dict[str, dict[str, Any]]:
    """Boxes and CPU seconds per net."""
    context = new_context()
    nets = re.sub(r"^export ", "", (HERE / "nets.mjs").read_text(encoding="utf-8"), flags=re.MULTILINE)
    context.eval(f"{joined_modules(('fold', 'ladder'))}\n{nets}")
    context.eval("globalThis.names = () => JSON.stringify(Object.keys(NETS));")
    context.eval("globalThis.make = (name) => { globalThis.payload = NETS[name](); };")
    context.eval(
        "globalThis.lay = () => {"
        "  const folded = fold_js.fold(payload, VIEW);"
        "  ladder_js.layOut(folded, VIEW);"
        "  return folded.nodes.length; };"
    )
    found = {}
    for name in json.loads(context.get("names")()):
        context.get("make")(name)
        start = time.process_time()
        boxes = context.get("lay")()
        found[name] = {"boxes": boxes, "seconds": time.process_time() - start}
    return found


def in_v8() -> dict[str, dict[str, Any]]:
    """The same in node; nothing where there is none."""
    node = shutil.which("node")
    if node is None:
        return {}
    run = subprocess.run([node, HERE / "layout.mjs"], capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    return {row["name"]: row for row in rows}


def main() -> None:
    """Write the table."""
    quick, v8 = in_quickjs(), in_v8()
    rows = [
        (name, str(row["boxes"]), f"{row['seconds']:.2f}", f"{v8[name]['seconds']:.2f}" if name in v8 else "-")
        for name, row in quick.items()
    ]
    how = "CPU seconds of fold and layout together, everything open, one run each; V8 with its collector's threads."
    report("Layout", how, ("net", "boxes", "QuickJS, s", "V8, s"), rows)


if __name__ == "__main__":
    main()
