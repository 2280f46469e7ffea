"""What to call networks beside each other: what they share goes without saying."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields

from ..runs.recipe import Recipe, titled


def short_names(specs: Sequence[str]) -> list[str]:
    """Specs without the settings that all of them have: `resnet20(shortcut=B)` beside `resnet20(shortcut=none)`.

    One alone keeps its name without settings. Equal names are numbered.
    """
    return numbered(bare_names(specs))


def bare_names(specs: Sequence[str]) -> list[str]:
    """`short_names`, where equal specs keep equal names."""
    parsed = [_settings(spec) for spec in specs]
    shared = set.intersection(*(set(settings.items()) for _, settings in parsed)) if parsed else set()
    return [
        _written(name, {key: value for key, value in kept.items() if (key, value) not in shared})
        for name, kept in parsed
    ]


def numbered(names: Sequence[str]) -> list[str]:
    """Names, those that occur again with a number behind: `a`, `b`, `a (2)`."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def recipe_words(recipes: Sequence[Recipe]) -> list[str]:
    """By recipe what not all of them have, nothing where all are the same.

    Recipes of one name differ in settings, `with lr 0.05` beside `with lr 0.1`; others are named, with the changes
    that are theirs: `by d2l` beside `by fast with lr 0.1`.
    """
    if len({recipe.name for recipe in recipes}) > 1:
        shared = set.intersection(*(set(recipe.changes.items()) for recipe in recipes))
        changes = (
            {name: value for name, value in one.changes.items() if (name, value) not in shared} for one in recipes
        )
        return [f"by {titled(recipe.name, its)}" for recipe, its in zip(recipes, changes)]
    names = [field.name for field in fields(Recipe) if len({getattr(recipe, field.name) for recipe in recipes}) > 1]
    return [titled("", {name: getattr(recipe, name) for name in names}) for recipe in recipes]


def _settings(spec: str) -> tuple[str, dict[str, str]]:
    """A spec's name and its arguments as text; a spec of another form is all name."""
    name, bracket, arguments = spec.partition("(")
    try:
        call = ast.parse(f"f{bracket}{arguments}" if bracket else "f()", mode="eval").body
    except SyntaxError:
        return spec, {}
    if not isinstance(call, ast.Call) or call.args or any(word.arg is None for word in call.keywords):
        return spec, {}
    return name, {str(word.arg): _value(word.value) for word in call.keywords}


def _value(node: ast.expr) -> str:
    """A value as people write it: words without quotes, lists without spaces."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
        return node.value
    return ast.unparse(node).replace(", ", ",")


def _written(name: str, settings: Mapping[str, str]) -> str:
    words = ", ".join(f"{key}={value}" for key, value in settings.items())
    return f"{name}({words})" if words else name
