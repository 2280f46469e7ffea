"""Write web/schema.js: the JSDoc types of everything Python hands to the picture engine."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from resight.compare import pairing
from resight.picture import facts, payload, recorded

WEB = Path(__file__).parents[1] / "src/resight/picture/web"
NOUNS = (
    payload.View, payload.OpBox, payload.CallBox, payload.SkipArc, payload.OutputBox, payload.HeatValue, payload.Heat,
    payload.Payload,
)  # fmt: skip
FACTS = (
    recorded.ValueFacts, recorded.MapFacts, facts.WeightFacts, facts.OpFacts, facts.CallFacts, facts.SkipFacts,
    facts.Facts,
)  # fmt: skip
PAIRING = (pairing.Marked, pairing.Spoken, pairing.Told, pairing.Pairing)
PLAIN = {"int": "number", "float": "number", "str": "string", "bool": "boolean", "None": "null"}
HEADER = """\
/**
 * What Python hands to the {reader}; written from {file}.py by scripts/schema.
 */
"""


def javascript_type(annotation: str) -> str:
    """The JSDoc spelling of a Python annotation, as `payload.py` uses them."""
    if " | " in annotation:
        return " | ".join(map(javascript_type, annotation.split(" | ")))
    if many := re.fullmatch(r"tuple\[(.+), \.\.\.\]", annotation):
        return f"{javascript_type(many[1])}[]"
    if few := re.fullmatch(r"tuple\[(.+)\]", annotation):
        return f"[{', '.join(map(javascript_type, few[1].split(', ')))}]"
    return PLAIN.get(annotation, annotation)


def typedef(noun: type) -> str:
    """One dataclass as a JSDoc typedef."""
    first = (noun.__doc__ or "").strip().splitlines()[0]
    rows = [f" * @property {{{javascript_type(str(field.type))}}} {field.name}" for field in fields(noun)]
    return "\n".join(["/**", f" * {first}", " *", f" * @typedef {{object}} {noun.__name__}", *rows, " */"])


def script() -> str:
    """The text of web/schema.js."""
    return _module(NOUNS, "picture engine", "picture/payload")


def page_script() -> str:
    """The text of web/page/facts.js."""
    return _module(FACTS, "page beside the picture's payload", "picture/facts")


def pair_script() -> str:
    """The text of web/pair/pairing.js."""
    return _module(PAIRING, "page of two networks", "compare/pairing")


def _module(nouns: tuple[type, ...], reader: str, file: str) -> str:
    header = HEADER.format(reader=reader, file=file)
    return "\n".join([header, *(typedef(noun) + "\n" for noun in nouns), "export {};"]) + "\n"


if __name__ == "__main__":
    (WEB / "schema.js").write_text(script(), encoding="utf-8")
    (WEB / "page/facts.js").write_text(page_script(), encoding="utf-8")
    (WEB / "pair/pairing.js").write_text(pair_script(), encoding="utf-8")
