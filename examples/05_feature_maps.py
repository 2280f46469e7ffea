"""Train a small residual network on images of clothes, then look at one of them through its layers."""

import sys

import torch
from plain_loop import accuracy, train

import resight
from resight import plot
from resight.data import Batches

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
torch.manual_seed(0)
clothes = resight.data.load("fashion-mnist-mini")
net = resight.nets.resnet20(depths=[1, 1, 1], in_channels=1)  # three blocks instead of nine
train(net, clothes, epochs)

test = next(Batches(clothes, "test", size=500).epoch())  # all of it, sorted by class
print(f"{accuracy(net, test):.1%} of {test.total} test images right; "
      f"trained for {epochs} epochs on {len(clothes.train):,} images, seed 0")  # fmt: skip

one_of_each = plot.images(test.images[::50], clothes.classes, mean=clothes.mean, std=clothes.std, columns=5)
print("wrote", plot.save(one_of_each, "clothes.png"))
print("wrote", plot.save(plot.kernels(net.conv1.weight, title="conv1"), "kernels.png"))

boot = test.images[-1:]  # [1, 1, 28, 28]
layers = ["conv1", "layer1", "layer2", "layer3"]
trace = resight.record(net, boot, keep=layers)
for layer in layers:
    maps = plot.feature_maps(trace[layer], columns=4, count=16, cmap="twilight")
    print("wrote", plot.save(maps, f"maps-{layer}.png"))
