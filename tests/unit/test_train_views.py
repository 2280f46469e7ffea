"""What people see of a training: curves, matrix, page, terminal, notebook."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from matplotlib.text import Text
from rich.console import Console

from resight.runs import RECIPES, Config, Epoch, History, Step
from resight.runs.evaluation import Evaluation, Mistake
from resight.train import report
from resight.train.confusion import confusion
from resight.train.curves import curves
from resight.train.inline import Inline
from resight.train.interrupt import Wish
from resight.train.live import InTerminal, Screen, epoch_line
from resight.train.page import page
from resight.train.smoothing import smoothed
from resight.train.terminal_curves import terminal_curves
from resight.train.watch import All, Unwatched

CONFIG = Config(
    spec="tiny_nets:normed", data="fashion-mnist-mini", data_root=None, seed=0, precision="no", recipe=RECIPES["fast"],
    shape=(1, 28, 28), mean=(0.5,), std=(0.5,), classes=("hat", "shoe"),
)  # fmt: skip

KNOWN = History(
    [Step(i, (i - 1) // 20, 2.0 / i, 0.1) for i in range(1, 61)],
    [Epoch(20 * i, float(i), 1 / i, 1.2 / i, 300 + 50 * i, 500) for i in (1, 2, 3)],
)


def words_of(figure: object) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]  # type: ignore[attr-defined]


def test_curves_hold_what_was_measured() -> None:
    figure = curves(KNOWN, title="</script> 帽子")
    losses, accuracy = figure.axes[1:]
    assert losses.lines[0].get_xdata()[-1] == 3.0  # 60 steps are 3 epochs
    assert list(losses.lines[1].get_ydata()) == pytest.approx([1.2, 0.6, 0.4])
    assert list(accuracy.lines[0].get_ydata()) == [0.7, 0.8, 0.9]
    assert "</script> 帽子" in words_of(figure)
    assert len(curves(History(KNOWN.steps[:1])).axes) == 2  # before the first test there is one panel


def test_smoothing_is_the_mean_of_the_last_values() -> None:
    assert list(smoothed([1.0, 2.0, 3.0])) == [1.0, 2.0, 3.0]
    values = [float(i % 7) for i in range(80)]  # over two values
    assert smoothed(values)[1:] == pytest.approx([(values[i - 1] + values[i]) / 2 for i in range(1, 80)])


FOUND = Evaluation(60, 0.4, ((0, 0, 8), (0, 1, 2), (1, 0, 1), (1, 1, 9)), (Mistake(1, 0, 1, 0.9),))


def test_a_confusion_matrix_shows_its_counts_and_names() -> None:
    words = words_of(confusion(FOUND, ("hat", "<b>shoe")))
    assert sorted(word for word in words if word.isdecimal()) == ["1", "2", "8", "9"]
    assert words.count("<b>shoe") == 2
    many = Evaluation(1, 1.0, tuple((i, i, 1) for i in range(100)), ())
    drawn = words_of(confusion(many, tuple(f"class {i}" for i in range(100))))
    assert not any(word == "1" for word in drawn)  # cells too small for numbers have none


def test_the_page_is_safe_and_needs_nothing() -> None:
    config = replace(CONFIG, classes=("hat", "</script><script>alert(1)"), spec="<img src=x>")
    growing, done = (page(config, KNOWN, [("Curves", b"<svg/>")], found, "how").decode() for found in (None, FOUND))
    for written in (growing, done):
        assert "default-src 'none'" in written.replace("&#x27;", "'")
        assert "<script" not in written
        assert "<img src=x>" not in written
        assert re.findall(r'(?:src|href)="(?!data:)', written) == []
    assert 'http-equiv="refresh"' in growing
    assert 'http-equiv="refresh"' not in done
    assert "accuracy 85.0% (95% interval 64.0 to 94.8%, 20 test images)" in done
    assert "<td>&lt;/script&gt;&lt;script&gt;alert(1)</td>" in done


def test_the_page_says_when_a_test_was_as_the_terminal_does() -> None:
    cut = History(KNOWN.steps, [*KNOWN.epochs, Epoch(67, 67 / 20, 0.3, 0.4, 455, 500)])
    written = page(CONFIG, cut, [], None, "how").decode()
    table = written.partition("<h2>Epochs</h2>")[2]
    assert re.findall(r"<tr><t[dh]>(.*?)</t", table) == ["after", "epoch 1", "epoch 2", "epoch 3", "step 67"]
    assert "3.35" not in table


def test_an_epoch_in_one_line() -> None:
    assert epoch_line(KNOWN) == "epoch 3: loss 0.333, test loss 0.400, accuracy 90.0%"
    cut = Epoch(1_012, 2.151899, 0.5, 0.4, 18, 20)
    assert epoch_line(History(epochs=[cut])) == "step 1,012: loss 0.500, test loss 0.400, accuracy 90.0%"


def test_curves_in_the_terminal_are_drawn_anew_each_time() -> None:
    first = terminal_curves(KNOWN, 80)
    assert terminal_curves(KNOWN, 80) == first
    assert first.count("training") == 1
    assert "test accuracy by step" not in terminal_curves(History(KNOWN.steps), 80)


def test_a_notebook_has_one_figure_that_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []
    handle = SimpleNamespace(update=shown.append)

    def display(figure: object, display_id: bool) -> object:
        shown.append(figure)
        return handle

    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    view = Inline()
    view.began("a net", ["how"], total=60, images_per_step=10, step=0)
    for count in (1, 2, 3):
        view.tested(History(KNOWN.steps, KNOWN.epochs[:count]))
    assert [len(figure.axes[2].lines[0].get_xdata()) for figure in shown] == [1, 2, 3]  # type: ignore[attr-defined]


def test_the_terminal_shows_curves_and_the_bar() -> None:
    screen = io.StringIO()
    view = InTerminal(Console(file=screen, force_terminal=True, width=90, height=40))
    view.began("a net", ["a note"], total=60, images_per_step=10, step=0)
    view.stepped(KNOWN, 60)
    view.ended()
    drawn = screen.getvalue()
    assert "a net" in drawn
    assert "60/60" in drawn
    assert "loss by step" in drawn
    assert "test accuracy by step: 90.0%" in drawn


@pytest.mark.parametrize(("step", "word"), [(30, "left "), (60, "elapsed ")])
def test_time_left_and_time_elapsed_are_called_so(step: int, word: str) -> None:
    screen = io.StringIO()
    view = InTerminal(Console(file=screen, force_terminal=True, width=90, height=40, color_system=None))
    view.began("a net", [], total=60, images_per_step=10, step=0)
    view.stepped(KNOWN, step)
    view.ended()
    assert re.findall(r"(?:left|elapsed) (?=[-\d])", screen.getvalue().rpartition("loss by step")[2])[-1:] == [word]


class Closed(io.StringIO):
    """A pipe whose reader left."""

    def write(self, words: str) -> int:
        """As the system does."""
        raise BrokenPipeError


class Unheard(Unwatched):
    """Its output is a pipe that nobody reads."""

    def tested(self, known: History) -> None:
        """As a print does."""
        raise BrokenPipeError


def test_a_reader_that_left_stops_a_training_unless_nobody_can_be_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wish = Wish()
    All(wish, Unheard(), Unwatched()).tested(KNOWN)
    assert wish.to_stop
    assert capsys.readouterr().err == "resight: nobody reads the output any more: saving and stopping\n"
    closed = Closed()
    monkeypatch.setattr(sys, "stderr", closed)
    wish = Wish()
    All(wish, Unheard()).tested(KNOWN)
    assert not wish.to_stop
    with pytest.raises(BrokenPipeError):
        InTerminal(Screen(file=closed)).began("a net", [], total=60, images_per_step=10, step=0)


def test_curves_of_nan_are_drawn() -> None:
    known = History(KNOWN.steps, [replace(epoch, test_loss=float("nan")) for epoch in KNOWN.epochs])
    curves(known)
    assert "nan" in epoch_line(known)
    assert terminal_curves(known, 80)


def test_short_epochs_are_not_drawn_each(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, drawn = [0.0], []

    class Slow(report.Report):
        def __init__(self) -> None:
            self._undrawn, self._next = None, 0.0

        def _write(self, known: History, found: object) -> None:
            self._undrawn = None
            drawn.append(known)
            clock[0] += 1.0

    monkeypatch.setattr(report, "perf_counter", lambda: clock[0])
    files, epochs = Slow(), [History(KNOWN.steps, KNOWN.epochs) for _ in range(40)]
    for known in epochs:
        clock[0] += 2.0
        files.tested(known)
    assert drawn[0] is epochs[0]
    assert 0.05 * clock[0] < len(drawn) < 0.12 * clock[0]
    assert drawn[-1] is not epochs[-1]
    files.ended()
    files.ended()
    assert drawn[-1] is epochs[-1]
    assert len([known for known in drawn if known is epochs[-1]]) == 1
