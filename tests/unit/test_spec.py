"""What the user types is read as text: never run."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resight.capture.resolve.spec import Spec, parse_spec
from resight.errors import UserError


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("torchvision:resnet18", Spec("torchvision:resnet18", "torchvision", "resnet18")),
        ("hf:donut-swin", Spec("hf:donut-swin", "hf", "donut-swin")),
        ("my.nets:zoo.Net", Spec("my.nets:zoo.Net", "my.nets", "zoo.Net")),
        ("a/b.py:Net", Spec("a/b.py:Net", "a/b.py", "Net")),
        (r"C:\nets\b.py:Net", Spec(r"C:\nets\b.py:Net", r"C:\nets\b.py", "Net")),
        ("resnet18", Spec("resnet18", "", "resnet18")),
        ("m:f()", Spec("m:f()", "m", "f")),
        (
            "m:f(1, 'a:b(c)', width=(2, 3), act=None)",
            Spec("m:f(1, 'a:b(c)', width=(2, 3), act=None)", "m", "f", (1, "a:b(c)"), {"width": (2, 3), "act": None}),
        ),
        ("resnet20(shortcut=A)", Spec("resnet20(shortcut=A)", "", "resnet20", (), {"shortcut": "A"})),
        ("m:f(a=none, b=None)", Spec("m:f(a=none, b=None)", "m", "f", (), {"a": "none", "b": None})),
        (" 网络.py:网(宽=8) ", Spec("网络.py:网(宽=8)", "网络.py", "网", (), {"宽": 8})),
    ],
)  # fmt: skip
def test_a_spec_is_place_name_and_literal_arguments(text: str, spec: Spec) -> None:
    assert parse_spec(text) == spec


@pytest.mark.parametrize(
    "arguments",
    [
        "(x)",
        "(f(1))",
        "(__import__('os').getcwd())",
        "(1)(2)",
        "(**{'a': 1})",
        "(*[1])",
        "(a=1, a=2)",
        "(",
        "(1",
        "(1 +)",
    ],
)
def test_arguments_that_are_no_literals_are_refused(arguments: str) -> None:
    with pytest.raises(UserError, match=r"cannot read the (arguments|spec)"):
        parse_spec("m:f" + arguments)


@pytest.mark.parametrize(
    ("word", "value"), [("true", "True"), ("FALSE", "False"), ("null", "None"), ("nan", "a number")]
)
def test_a_bare_word_that_means_a_value_elsewhere_is_not_taken_for_text(word: str, value: str) -> None:
    with pytest.raises(UserError, match=f"{word} is not a value in Python; write {value}"):
        parse_spec(f"m:f(a={word})")


literals = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
names = st.text(string.ascii_lowercase, min_size=1).map(lambda name: name + "_")


@given(st.lists(literals, max_size=3), st.dictionaries(names, literals, max_size=3))
def test_title_and_place_read_back_as_the_same_spec(args: list[object], kwargs: dict[str, object]) -> None:
    title = Spec("", "m", "f", tuple(args), kwargs).title
    again = parse_spec(f"m:{title}")
    assert (again.place, again.name, list(again.args), dict(again.kwargs)) == ("m", "f", args, kwargs)


@given(st.text())
def test_any_text_is_read_or_refused_in_one_way(text: str) -> None:
    try:
        spec = parse_spec(text)
    except UserError:
        return
    assert spec.text == text.strip()
    assert spec.name
