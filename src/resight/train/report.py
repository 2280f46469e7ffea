"""The files of a run that people look at: curves, confusion matrix, mistakes, and the page with all of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from ..data import DataSet
from ..errors import CannotWrite
from ..files import write_files
from ..plot.figure import rendered
from ..runs import Config, History, RunFolder
from ..runs.evaluation import Evaluation
from .confusion import confusion
from .curves import curves
from .mistakes import mistakes
from .page import page

HEADINGS = ("Curves", "Confusion matrix", "Surest mistakes")
"""What the figures are called where they can't be seen."""


SHARE = 0.1
"""Share of a training's time that drawing may take: short epochs are not drawn each."""


class Report:
    """Writes the files after an epoch, each at once or not at all; a watcher of the run."""

    def __init__(self, folder: RunFolder, config: Config, dataset: DataSet) -> None:
        self.folder, self.config, self.dataset = folder.path, config, dataset
        self._undrawn: History | None = None
        self._next = 0.0

    def began(self, title: str, notes: Sequence[str], total: int, images_per_step: int, step: int) -> None:
        """Nothing to draw yet."""

    def stepped(self, known: History, step: int) -> None:
        """Files are written once an epoch."""

    def tested(self, known: History) -> None:
        """Write the curves so far, and the page, unless that was done a moment ago."""
        self._undrawn = known
        start = perf_counter()
        if start >= self._next:
            self._write(known, None)
            self._next = perf_counter() + (perf_counter() - start) / SHARE

    def ended(self) -> None:
        """Write what was not drawn yet. Where nothing can be written, what ended the run says so."""
        if self._undrawn is not None:
            with suppress(CannotWrite):
                self._write(self._undrawn, None)

    def finish(self, known: History, found: Evaluation) -> None:
        """Write all files."""
        self._write(known, found)

    def _write(self, known: History, found: Evaluation | None) -> None:
        self._undrawn = None
        figures = {"curves.svg": curves(known, caption=f"{self.config.title} · {self._how}")}
        contents: dict[Path, bytes] = {}
        if found:
            figures["confusion.svg"] = confusion(found, self.config.classes, caption=self.config.title)
            if found.mistakes:
                figures["mistakes.svg"] = mistakes(found, self.dataset, caption=self.config.title)
            contents[RunFolder(self.folder).test_file] = found.to_json()
        drawn = {name: rendered(figure, ".svg") for name, figure in figures.items()}
        contents |= {self.folder / name: picture for name, picture in drawn.items()}
        pictures = list(zip(HEADINGS, drawn.values()))
        contents[self.folder / "run.html"] = page(self.config, known, pictures, found, self.dataset.how)
        write_files(contents)

    @property
    def _how(self) -> str:
        """Where the images come from, and what makes training losses differ from those of a test."""
        smoothing = self.config.recipe.label_smoothing
        said = f"training loss with labels smoothed by {smoothing:g}" if smoothing else ""
        return " · ".join(filter(None, (self.dataset.how, said)))
