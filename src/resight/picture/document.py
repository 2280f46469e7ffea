"""The one frame of every page of ours: a policy of what it may load and run, its style, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib

from ..text import xml

POLICY = (
    "default-src 'none'; script-src {script}; style-src 'unsafe-inline'; font-src data:; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
"""What a page may load and run: its own script, named by its hash, what it carries inside, and nothing else."""

FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
{head}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def page(*, title: str, style: str, body: str, script: str = "", head: str = "") -> str:
    """A page of ours. The title is words; body and what else stands in its head are HTML; `script` runs at its end."""
    policy = POLICY.format(script=f"'{_hash(script)}'" if script else "'none'")
    body = f"{body}\n<script>{script}</script>" if script else body
    return FRAME.format(policy=xml(policy), title=xml(title), style=style, body=body, head=head)


def _hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
