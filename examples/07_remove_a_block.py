"""Take residual branches out of a trained network while it runs (Veit et al. 2016, arXiv 1605.06431, figure 3)."""

import sys

import torch
from plain_loop import accuracy, train

import resight
from resight.data import Batches

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
torch.manual_seed(0)
clothes = resight.data.load("fashion-mnist-mini")
net = resight.nets.resnet20(depths=[2, 2, 2], widths=[8, 16, 32], in_channels=1)
train(net, clothes, epochs)

test = next(Batches(clothes, "test", size=500).epoch())
whole = accuracy(net, test)
print(f"{whole:.1%} of {test.total} test images right, after {epochs} epochs, seed 0")

skips = resight.trace(net, test.images[:1]).skips
blocks = [f"layer{stage}.{block}" for stage in (1, 2, 3) for block in (0, 1)]
for block, skip in zip(blocks, skips):
    with resight.edit(net, skip.without_branch()):
        print(f"{accuracy(net, test):6.1%} without the branch of {block}, {skip.kind} shortcut")
for factor in (0.5, 0.9):
    with resight.edit(net, *(skip.scaled(factor) for skip in skips)):
        print(f"{accuracy(net, test):6.1%} with all branches times {factor}")
with resight.edit(net, *(skip.without_shortcut() for skip in skips)):
    print(f"{accuracy(net, test):6.1%} without any shortcut")
print(f"{accuracy(net, test):6.1%} as before: the network was not changed")
