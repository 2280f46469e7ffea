"""Train a residual network on images of clothes and look at its curves."""

import sys

from resight.train import RECIPES, train

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 4
net = "resnet20(depths=[1, 1, 1])"  # three of its nine blocks: a quarter of a minute; "resnet20" takes a minute
recipe = RECIPES["fast"].changed({"epochs": epochs, "batch_size": 64, "lr": 0.1})
result = train(net, "fashion-mnist-mini", recipe, seed=0)  # a run directory: runs/r1, then runs/r2, ...

print(result.config.title)
for epoch in result.known.epochs:
    losses = f"training loss {epoch.train_loss:.2f}, test loss {epoch.test_loss:.2f}"
    print(f"epoch {epoch.epochs:g}: {losses}, accuracy {epoch.accuracy:.1%}")
print(result.found.words)
for score in result.found.by_class(result.config.classes):
    print(f"  {score.name:12} {score.recall:4.0%} of {score.images} recognised")

for name in ("curves.svg", "confusion.svg", "mistakes.svg", "run.html"):
    print("wrote", result.folder / name)
print(f"a run is a network with its weights: resight show {result.folder}")
