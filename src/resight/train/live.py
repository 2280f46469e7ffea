"""A run in the terminal: a bar with throughput and time left, and curves that grow."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..runs import Epoch, History
from ..text import one_line
from .terminal_curves import terminal_curves

REFRESHES = 4
"""Pictures a second; drawing one takes some milliseconds."""


class Clock(TimeRemainingColumn):
    """`left 0:01:00` while there is something left, and `elapsed 0:07:57` then."""

    def render(self, task: Task) -> Text:
        """The word and the time."""
        return Text("elapsed " if task.finished else "left ").append_text(super().render(task))


class Screen(Console):
    """A console that says where its reader left (`| head`), which rich answers by ending the program."""

    def on_broken_pipe(self) -> None:
        """Nothing more is printed here."""
        self.quiet = True
        raise BrokenPipeError


class InTerminal:
    """The live view; where the output is no terminal, one line for each epoch."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Screen(highlight=False, markup=False, emoji=False)
        self._live: Live | None = None

    def began(self, title: str, notes: Sequence[str], total: int, images_per_step: int, step: int) -> None:
        """Print what is trained, and open the live view."""
        self.console.print(one_line(title), soft_wrap=True)
        for note in notes:
            self.console.print(f"  {one_line(note)}", soft_wrap=True)
        self._images_per_step = images_per_step
        self._known = History()
        if not self.console.is_terminal:
            return
        self._bar = Progress(
            TextColumn("step"), MofNCompleteColumn(), BarColumn(None), TextColumn("{task.fields[pace]}"),
            Clock(elapsed_when_finished=True), console=self.console,
        )  # fmt: skip
        self._task = self._bar.add_task("step", total=total, completed=step, pace="")
        self._live = Live(
            console=self.console, get_renderable=self._view, refresh_per_second=REFRESHES, transient=False
        )
        self._live.start()

    def stepped(self, known: History, step: int) -> None:
        """Move the bar."""
        self._known = known
        if self._live is not None:
            speed = self._bar.tasks[0].speed
            pace = f"{speed * self._images_per_step:,.0f} images/s" if speed else ""
            self._bar.update(self._task, completed=step, pace=pace)

    def tested(self, known: History) -> None:
        """Say how the test went."""
        self._known = known
        self.console.print(epoch_line(known))

    def ended(self) -> None:
        """Leave the last view where it stands."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _view(self) -> Group:
        width = min(self.console.width, 100)
        curves = terminal_curves(self._known, width) if self._known.steps else ""
        return Group(Text.from_ansi(curves), self._bar)


def epoch_line(known: History) -> str:
    """`epoch 3: loss 0.412, test loss 0.390, accuracy 86.1%, 530 images/s`; `step 12: ...` inside an epoch."""
    epoch: Epoch = known.epochs[-1]
    words = [
        f"{epoch.when}: loss {epoch.train_loss:.3f}",
        f"test loss {epoch.test_loss:.3f}",
        f"accuracy {epoch.accuracy:.1%}",
    ]
    if known.paces:
        words.append(f"{known.paces[-1].images_per_second:,.0f} images/s")
    return ", ".join(words)
