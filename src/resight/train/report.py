"""The files of a run that people look at: curves, confusion matrix, mistakes, and the page with all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..data import DataSet
from ..files import write_files
from ..plot.figure import Figure, rendered
from ..plot.images import images
from ..runs import Config, History, RunFolder
from ..runs.evaluation import Evaluation
from .confusion import confusion
from .curves import curves
from .page import page


class Report:
    """Writes the files after every epoch, each at once or not at all; a watcher of the run."""

    def __init__(self, folder: RunFolder, config: Config, dataset: DataSet) -> None:
        self.folder, self.config, self.dataset = folder.path, config, dataset

    def began(self, title: str, notes: Sequence[str], total: int, images_per_step: int, step: int) -> None:
        """Nothing to draw yet."""

    def stepped(self, known: History, step: int) -> None:
        """Files are written once an epoch."""

    def tested(self, known: History) -> None:
        """Write the curves so far, and the page."""
        self._write(known, None)

    def ended(self) -> None:
        """The files are complete as they are."""

    def finish(self, known: History, found: Evaluation) -> None:
        """Write all files."""
        self._write(known, found)

    def _write(self, known: History, found: Evaluation | None) -> None:
        figures = {"curves.svg": ("Curves", curves(known, title=self.config.title, caption=self.dataset.how))}
        contents: dict[Path, bytes] = {}
        if found:
            figures["confusion.svg"] = ("Confusion", confusion(found, self.config.classes, title=self.config.title))
            if found.mistakes:
                figures["mistakes.svg"] = ("Surest mistakes", mistakes(found, self.dataset, self.config.title))
            contents[self.folder / "test.json"] = found.to_json()
        drawn = {name: (heading, rendered(figure, ".svg")) for name, (heading, figure) in figures.items()}
        contents |= {self.folder / name: picture for name, (_, picture) in drawn.items()}
        contents[self.folder / "run.html"] = page(self.config, known, list(drawn.values()), found, self.dataset.how)
        write_files(contents)


def mistakes(found: Evaluation, dataset: DataSet, title: str) -> Figure:
    """The test images that were taken for another class with most confidence; labels say truth, guess and its share."""
    classes = dataset.classes
    batch = dataset.test.images[[mistake.index for mistake in found.mistakes]]
    labels = [
        f"{classes[mistake.truth]}, not {classes[mistake.guess]} ({mistake.confidence:.0%})"
        for mistake in found.mistakes
    ]
    return images(batch, labels, count=len(labels), columns=6, title=title)
