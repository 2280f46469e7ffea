"""What every page of ours begins and ends with: a policy of what it may load, its style, nothing from elsewhere."""

from __future__ import annotations

START = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
"""
"""To be formatted with the policy and title, escaped, and the style."""

END = """</body>
</html>
"""
