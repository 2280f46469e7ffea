"""Two processes train to the weights of one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from resight.runs import open_run
from resight.runs.evaluation import read_evaluation
from resight.train import RECIPES, train

TESTS = Path(__file__).parents[1]
RECIPE = RECIPES["fast"].changed({"steps": 12, "batch_size": 250})
"""Momentum, a schedule, augmentation and label smoothing, over the end of an epoch of 10 steps."""


def test_two_processes_train_to_the_weights_of_one(tmp_path: Path) -> None:
    alone = train("tiny_nets:bare", recipe=RECIPE, out=tmp_path / "one", cpu=True).found
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "-m", "resight"]
    words = ["train", "tiny_nets:bare", "--steps", "12", "--batch-size", "250", "--cpu", "-o", str(tmp_path / "two")]
    done = subprocess.run(
        [sys.executable, *launch, *words],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("test images), after step 12") == 1  # one process speaks for both

    one, two = (open_run(tmp_path / name) for name in ("one", "two"))
    weights = [load_file(run.checkpoints / "step-00000012" / "model.safetensors") for run in (one, two)]
    assert weights[0].keys() == weights[1].keys()
    for name, weight in weights[0].items():
        torch.testing.assert_close(weights[1][name], weight, rtol=1e-4, atol=1e-5)
    losses = [[step.loss for step in run.history().steps] for run in (one, two)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
    both = read_evaluation(two.path / "test.json")
    assert alone is not None
    assert both.images == alone.images == 500
    assert both.loss == pytest.approx(alone.loss, rel=1e-4)
    assert [mistake.index for mistake in both.mistakes[:5]] == [mistake.index for mistake in alone.mistakes[:5]]
