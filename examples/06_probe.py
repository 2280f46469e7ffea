"""Look between layers with a probe, and find where a network stops being finite."""

import torch
from torch import nn

import resight

torch.manual_seed(0)
clothes = resight.data.load("fashion-mnist-mini")
x = clothes.test.images[::50] / 255  # one of each class: [10, 1, 28, 28], from 0 to 1

# By hand: a probe is a layer that passes its input on unchanged.
net = nn.Sequential(nn.Conv2d(1, 16, 3), resight.Probe("after conv"), nn.ReLU(), resight.Probe("after relu"))
net(x)

# From outside: names, and patterns of names, of a network whose source stays as it is.
resnet = resight.nets.resnet20(in_channels=1).eval()  # random weights
stem = resight.Probe(show="none", keep=True)
maps = resight.Probe(show="plot", save="layer1.png")
with resight.probe(resnet, {"conv1": stem, "layer1": maps, "layer?.0": resight.Probe("block")}):
    resnet(x)
print("kept", tuple(stem.kept.shape), "from conv1")
print("wrote layer1.png")

# One broken weight: the first probe that sees it stops the run, and says where.
with torch.no_grad():
    resnet.layer2[1].conv2.weight[0, 0, 0, 0] = torch.inf
try:
    with resight.probe(resnet, {"layer*.conv?": resight.Probe(show="none", check="finite")}):
        resnet(x)
except resight.UserError as error:
    print("stopped:", error)
