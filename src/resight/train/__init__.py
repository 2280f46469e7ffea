"""Train a network on images: one readable loop, and a run directory that a training can always go on from."""

from ..runs import RECIPES, Recipe, Result
from .run import resume, train
from .trained import load_network
from .watch import Watcher

__all__ = ["RECIPES", "Recipe", "Result", "Watcher", "load_network", "resume", "train"]
