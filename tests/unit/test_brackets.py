"""Brackets beside rows, and the terminal's picture around them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pictures import failed, hostile, residual, stacked
from resight.picture import as_text
from resight.picture.brackets import Span, brackets
from resight.picture.text import WIDTH, columns, fitted

FAILURE = "RuntimeError: identity is 8×16×16, branch is 8×8×8; use a projection shortcut"
STARTS, ENDS = set("╭╓┬╥├╟┼╫"), set("╰╙┴╨├╟┼╫")


def test_one_bracket_after_another_shares_a_column() -> None:
    margins, left_out = brackets(6, [Span(0, 2), Span(2, 4, "projection")])
    assert margins == ["╭─ ", "│  ", "├→ ", "┆  ", "╰→ ", "   "]
    assert left_out == []


def test_long_brackets_stand_further_out() -> None:
    margins, _ = brackets(5, [Span(0, 4, "concat"), Span(1, 3)])
    assert margins == ["╓── ", "║╭─ ", "║│  ", "║╰→ ", "╙─→ "]


def test_without_skips_there_is_no_margin() -> None:
    assert brackets(3, []) == (["", "", ""], [])


def test_what_has_no_room_is_handed_back() -> None:
    spans = [Span(i, 9 - i) for i in range(5)]
    margins, left_out = brackets(10, spans, most=3)
    assert left_out == [Span(1, 8), Span(0, 9)]
    assert {len(margin) for margin in margins} == {5}


@st.composite
def some_spans(draw: st.DrawFn) -> tuple[int, list[Span]]:
    rows = draw(st.integers(2, 30))
    ends = st.tuples(st.integers(0, rows - 1), st.integers(0, rows - 1)).filter(lambda pair: pair[0] < pair[1])
    looks = st.sampled_from(["identity", "projection", "concat"])
    return rows, [Span(*pair, look) for pair, look in draw(st.lists(st.tuples(ends, looks), max_size=12))]


@settings(derandomize=True, max_examples=150, deadline=None)
@given(some_spans())
def test_brackets_open_close_and_run_where_they_should(case: tuple[int, list[Span]]) -> None:
    rows, spans = case
    margins, left_out = brackets(rows, spans)
    drawn = set(spans) - set(left_out)
    assert len(margins) == rows
    assert len({len(margin) for margin in margins}) == 1
    for row, margin in enumerate(margins):
        running = sum(span.first < row < span.last for span in drawn)
        touching = any(row in (span.first, span.last) for span in drawn)
        assert ("→" in margin) == any(span.last == row for span in drawn)
        assert bool(STARTS & set(margin)) >= any(span.first == row for span in drawn)
        assert bool(ENDS & set(margin)) >= any(span.last == row for span in drawn)
        assert sum(char in "│┆║┼╫" for char in margin) >= running * (not touching)


def test_a_picture_for_the_terminal() -> None:
    lines = as_text(residual()).splitlines()
    assert lines[0] == "TwoBlocks"
    assert lines[2] == "1 identity + 1 projection skips"
    opens = [line for line in lines if line.startswith("╭─")]
    joins = [line for line in lines if line.startswith("╰→")]
    assert [line.split()[1] for line in opens] == ["x", "relu"]
    assert [line.split()[1:3] for line in joins] == [["⊕", "add"], ["⊕", "add"]]
    dashed = [line.split()[1] for line in lines if line.startswith("┆")]
    assert dashed == ["1", "conv1", "bn1", "act", "conv2", "down"]


def test_a_closed_module_says_what_it_hides() -> None:
    lines = as_text(residual(), depth=1).splitlines()
    assert lines[5].split("  ")[:3] == ["layer", "Sequential", "↷ 1 identity, 1 projection"]


def test_repeats_are_drawn_once_and_counted() -> None:
    lines = as_text(stacked(60)).splitlines()
    assert sum("⊕ add" in line for line in lines) == 1
    assert "0 … 59 ×60  BasicBlock" in lines[6]


def test_what_failed_is_marked_and_said() -> None:
    lines = as_text(failed()).splitlines()
    assert "add  ✗ failed here" in lines[-2]
    assert lines[-1] == f"the forward stopped: {FAILURE}"


def test_lines_keep_within_the_width_also_for_wide_characters() -> None:
    words = as_text(hostile())
    assert all(columns(line) <= WIDTH for line in words.splitlines())
    assert "学习" in words
    assert columns("学习") == 4
    assert fitted("学习学习", 6) == "学习…"
