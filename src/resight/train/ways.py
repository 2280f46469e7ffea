"""How the tasks of a sweep are done: one after another, in processes of this machine, on a cluster."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread

import torch

from ..errors import MissingExtra, ResightError, UserError
from .interrupt import as_ctrl_c
from .live import InTerminal
from .sweep import Outcome, Task
from .watch import Watcher

STOPPED, FAILED = 130, 2
"""Exit codes of a process whose run was stopped, or could not go on."""


@dataclass(frozen=True)
class OneAfterAnother:
    """In this process; `watcher` makes who looks on at each run. The first Ctrl-C ends the run and all after it."""

    watcher: Callable[[], Watcher | None]
    cpu: bool = False

    def __call__(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Do the tasks in order."""
        for task in tasks:
            outcome = _outcome(task, self.cpu, self.watcher())
            yield outcome
            if not outcome.is_done and not outcome.error:
                return


@dataclass(frozen=True)
class InProcesses:
    """In so many processes at once, which share the cores; each writes how it goes to a `.log` beside its run."""

    jobs: int
    cpu: bool = False

    def __call__(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Do the tasks, a new one whenever one is done; Ctrl-C lets all running ones save."""
        waiting, running = list(tasks), dict[BaseProcess, Task]()
        threads = max(1, (os.cpu_count() or 1) // self.jobs)
        with as_ctrl_c(), _ended_with_us(running):
            while waiting or running:
                while waiting and len(running) < self.jobs:
                    task = waiting.pop(0)
                    running[_started(task, threads, self.cpu)] = task
                ended = wait([process.sentinel for process in running])
                for process in [process for process in running if process.sentinel in ended]:
                    yield _ended(process, running.pop(process))


@dataclass(frozen=True)
class OnCluster:
    """As jobs of a cluster through submitit, all handed in at once; `settings` are those of its executor."""

    settings: dict[str, object]
    cpu: bool = False

    def __call__(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Hand the tasks in and wait for them; Ctrl-C leaves the jobs where they are."""
        if not tasks:
            return
        submitit = import_module("submitit")
        settings = dict(self.settings)
        executor = submitit.AutoExecutor(tasks[0].folder.parent / "cluster", cluster=settings.pop("cluster", None))
        try:
            executor.update_parameters(name="resight", **settings)
        except (NameError, TypeError, ValueError) as error:
            raise UserError(f"submitit refuses the settings: {error}", hint="see its AutoExecutor") from error
        jobs = [(task, executor.submit(_outcome, task, self.cpu, None)) for task in tasks]
        for task, job in jobs:
            try:
                yield job.result()
            except Exception as error:  # whatever the cluster did to the job, the others go on
                yield Outcome(task, False, str(error).strip().split("\n")[0] or type(error).__name__)


def parse_cluster(text: str, cpu: bool) -> OnCluster:
    """Read `submitit`, or `submitit:timeout_min=600,slurm_partition=gpu`.

    Raises:
        UserError: another name, or settings that have no such form.
        MissingExtra: submitit is not installed.
    """
    name, _, rest = text.partition(":")
    if name != "submitit":
        raise UserError(f"there is no cluster {name!r}", hint="it is submitit, or submitit:timeout_min=600")
    settings: dict[str, object] = {}
    for part in filter(None, rest.split(",")):
        key, sign, value = part.partition("=")
        if not sign or not key.isidentifier():
            raise UserError(f"cannot read {part!r} in --cluster {text}", hint="for instance submitit:timeout_min=600")
        settings[key] = value
        with suppress(ValueError, SyntaxError):
            settings[key] = ast.literal_eval(value)
    if find_spec("submitit") is None:
        raise MissingExtra("submitit", "--cluster submitit", "submitit")
    return OnCluster(settings, cpu)


@contextmanager
def _ended_with_us(running: Mapping[BaseProcess, Task]) -> Iterator[None]:
    """No process goes on once this is left, however that is."""
    try:
        yield
    finally:
        for process in running:
            process.terminate()  # a training takes it as a wish to save and stop
        for process in running:
            process.join()


def _outcome(task: Task, cpu: bool, watcher: Watcher | None) -> Outcome:
    try:
        return Outcome(task, task.do(cpu=cpu, watcher=watcher))
    except ResightError as error:
        return Outcome(task, False, str(error))


def log_of(task: Task) -> Path:
    """Where the process of a task says how it goes."""
    return task.folder.with_name(f"{task.folder.name}.log")


def _started(task: Task, threads: int, cpu: bool) -> BaseProcess:
    process = get_context("spawn").Process(target=_work, args=(task, threads, cpu))
    process.start()
    return process


def _work(task: Task, threads: int, cpu: bool) -> None:
    """The life of a process: its exit code and the last line of its log are how the task went."""
    Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(threads)
    with log_of(task).open("a", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
        outcome = _outcome(task, cpu, InTerminal())
        if outcome.error:
            print(outcome.error)
    sys.exit(0 if outcome.is_done else FAILED if outcome.error else STOPPED)


def _end_with_parent() -> None:
    """End this process at once when its parent does, also by a kill: what it has saved so far is whole."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(STOPPED)


def _ended(process: BaseProcess, task: Task) -> Outcome:
    process.join()
    if process.exitcode in (0, STOPPED):
        return Outcome(task, process.exitcode == 0)
    lines = log_of(task).read_text(encoding="utf-8").splitlines() if log_of(task).exists() else []
    words = lines[-1] if process.exitcode == FAILED and lines else f"its process ended with {process.exitcode}"
    return Outcome(task, False, f"{words}; see {log_of(task).name}")
