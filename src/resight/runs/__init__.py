"""The run directory: what a training writes and everybody else reads, without torch.

runs/r1/
  config.json         what is trained, on what, how: enough to do it again
  environment.json    versions, machine and command
  metrics.jsonl       a line for each step and each epoch; the same run always gives the same bytes
  clock.jsonl         seconds and images per second of each epoch
  checkpoints/        step-00000160/ and best-00000120/, each sealed with checksums
  lock                the process that writes here, while one does
  curves.svg, run.html, ...
"""

from .config import Config
from .folder import RunFolder, is_pretrained, is_run, open_run, runs_below, which_run
from .history import Epoch, History, Pace, Step
from .recipe import RECIPES, Recipe
from .result import Result
from .trusted import is_trusted, trust

__all__ = [
    "Config", "Epoch", "History", "Pace", "RECIPES", "Recipe", "Result", "RunFolder", "Step", "is_pretrained",
    "is_run", "is_trusted", "open_run", "runs_below", "trust", "which_run",
]  # fmt: skip
