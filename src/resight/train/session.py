"""A run from its first step to its report: train, measure, write down, test, save."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

import torch
from torch import Tensor

from ..data import Batches
from ..errors import UserError
from ..runs import Config, Epoch, History, Pace, RunFolder, Step, checkpoints, history
from ..runs.evaluation import Evaluation
from . import state
from .evaluate import evaluate
from .interrupt import Wish
from .loop import Training, steps
from .watch import Watcher

WINDOW = 10
"""Steps between two looks at the losses where looking costs: a GPU has to finish, processes have to meet."""


@dataclass
class Session:
    """A run under way.

    `folder` is written by the main process alone; `known` is all that was measured, also before the run was
    interrupted; `tested` is the newest test.
    """

    folder: RunFolder
    config: Config
    training: Training
    test: Batches
    watcher: Watcher
    known: History
    wish: Wish
    tested: Evaluation | None = None
    _losses: list[tuple[Tensor, float]] = field(default_factory=list)
    _seconds: float = 0.0
    _images: int = 0

    @property
    def is_main(self) -> bool:
        """Whether this process writes and shows."""
        return bool(self.training.accelerator.is_main_process)

    @property
    def window(self) -> int:
        """Steps between two looks at the losses."""
        accelerator = self.training.accelerator
        return 1 if accelerator.num_processes == 1 and accelerator.device.type == "cpu" else WINDOW

    def run(self) -> Evaluation | None:
        """Train to the end and test; None where somebody stopped it before, with all done so far saved.

        Raises:
            UserError: the loss is no longer a finite number.
            CannotWrite: no space left; everything up to the newest checkpoint is safe.
        """
        training = self.training
        began, lr = perf_counter(), training.lr
        for loss in steps(training):
            self._seconds += perf_counter() - began
            self._images += training.images
            self._losses.append((loss, lr))
            if self._after_step(self.wish):
                return None
            began, lr = perf_counter(), training.lr
        return self.tested or self._test()  # the second where the run was complete before

    def _after_step(self, wish: Wish) -> bool:
        """Measure, test and save where it is time to; True where the run shall stop here."""
        training, every = self.training, self.config.checkpoint_every
        is_due = training.ends_epoch or bool(every and training.step % every == 0)
        stops = False
        if is_due or len(self._losses) >= self.window:
            stops = self._look(wish) and training.step < training.total
        self.watcher.stepped(self.known, training.step)
        if training.ends_epoch:
            self._finish_epoch()
        if is_due or stops:
            self._save()
        return stops

    def _look(self, wish: Wish) -> bool:
        """Write down the losses of the last steps; returns whether any process was asked to stop."""
        training, count = self.training, len(self._losses)
        device = training.accelerator.device
        seen = torch.stack([*(loss for loss, _ in self._losses), torch.tensor(float(wish.to_stop), device=device)])
        *losses, wishes = training.accelerator.reduce(seen, "sum").tolist()
        first = training.step - count + 1
        made = tuple(
            Step(first + i, (first + i - 1) // len(training.batches), loss, lr)
            for i, (loss, (_, lr)) in enumerate(zip(losses, self._losses))
        )
        self._losses.clear()
        for step in made:
            _check_finite(step)
        self._write_down(*made)
        return bool(wishes)

    def _finish_epoch(self) -> None:
        """Test, keep the weights if they are the best so far, and show."""
        training = self.training
        epoch = (training.step - 1) // len(training.batches)
        losses = [step.loss for step in self.known.steps if step.epoch == epoch]
        self.tested = found = self._test()
        previous = self.known.best
        epochs = training.step / len(training.batches)
        made = Epoch(training.step, epochs, sum(losses) / len(losses), found.loss, found.correct, found.images)
        self._write_down(made)
        self._write_pace()
        if previous is None or made.correct > previous.correct:
            self._save_best()
        self.watcher.tested(self.known)

    def _test(self) -> Evaluation:
        return evaluate(self.training.net, self.test, self.training.accelerator, self.training.step)

    def _write_down(self, *made: Step | Epoch) -> None:
        for one in made:
            self.known.add(one)
            self.training.accelerator.log(_tracked(one), step=one.step)
        if self.is_main:
            history.append(self.folder.metrics, made)

    def _write_pace(self) -> None:
        speed = self._images / self._seconds if self._seconds > 0 else 0.0  # a clock can stand still
        pace = Pace(self.training.step, self._seconds, speed)
        self._seconds, self._images = 0.0, 0
        self.known.add(pace)
        if self.is_main:
            history.append(self.folder.clock, (pace,))

    def _save(self) -> None:
        if self.is_main:
            files = {**state.state_files(self.training), **self.folder.measured()}
            checkpoints.write(self.folder.checkpoints, checkpoints.LAST, self.training.step, files)
        self.training.accelerator.wait_for_everyone()

    def _save_best(self) -> None:
        # Before the checkpoint of the same step: if the process dies between the two, this is written again.
        if self.is_main:
            files = state.weights_file(self.training)
            checkpoints.write(self.folder.checkpoints, checkpoints.BEST, self.training.step, files)


def _tracked(one: Step | Epoch) -> dict[str, float]:
    """What experiment trackers are told, by the name of the curve."""
    if isinstance(one, Step):
        return {"loss": one.loss, "lr": one.lr}
    return {"train_loss": one.train_loss, "test_loss": one.test_loss, "test_accuracy": one.accuracy}


def _check_finite(step: Step) -> None:
    if not float("-inf") < step.loss < float("inf"):
        raise UserError(f"the loss of step {step.step} is {step.loss}", hint=f"try a learning rate below {step.lr:g}")
