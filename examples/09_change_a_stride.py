"""What changes when a block's stride changes: every shape from there on; or nothing runs at all."""

import warnings

import torch

import resight
from resight.compare import contrast

x = torch.randn(1, 1, 28, 28)
usual = resight.trace(resight.nets.resnet20(in_channels=1), x)
other = resight.trace(resight.nets.resnet20(in_channels=1, strides=[1, 1, 2]), x)

print(f"{'':10} {'strides 1, 2, 2':>26} {'strides 1, 1, 2':>26}")
for before, after in zip(usual.table(depth=2), other.table(depth=2)):
    sides = ["{} {}".format(row["skip"] or "", "×".join(map(str, row["shape"]))) for row in (before, after)]
    mark = "" if sides[0] == sides[1] else "  ←"
    print(f"{before['name']:10} {sides[0]:>26} {sides[1]:>26}{mark}")

found = contrast(usual, other)  # causes, apart from the shapes that follow from them
print("\n" + found.summary("strides 1, 2, 2", "strides 1, 1, 2"))
for difference in found.differences:
    print("cause:", difference.what, "at", ", ".join(difference.places))

# A stride changed in the branch alone: its shortcut no longer fits.
net = resight.nets.resnet20(in_channels=1)
net.layer2[1].conv1.stride = (2, 2)
with warnings.catch_warnings(record=True):  # resight warns that the forward stopped; we print why ourselves
    broken = resight.trace(net, x)
print("\nlayer2.1 with stride 2 in its branch only:", broken.failure.message)
print("what to do:", broken.failure.hint)
print("wrote", broken.save("broken.svg", only="layer2.1"))
