"""ResNet-18 layer by layer: which shape leaves each module, which ops are in a block, what each step costs."""

import torch

import resight
from resight import plot

net = resight.nets.resnet18(in_channels=1, num_classes=10)  # for Fashion-MNIST, as in Dive into Deep Learning, 8.6
trace = resight.trace(net, torch.randn(1, 1, 224, 224))

print(trace.summary())
print(trace.table(depth=1).select("name", "op", "shape", "skip"))

print("\nthe first block of layer2, op by op:")
for row in trace.table():
    if row["name"].startswith("layer2.0"):
        print(f"  {row['name']:21} {row['op']:11} {'×'.join(map(str, row['shape'])):12} {row['skip'] or ''}")

print("\none module by name:", trace["layer2.0.conv1"].spec)
print("wrote", plot.save(plot.shapes(trace), "resnet18-shapes.png"))
print("wrote", trace.save("resnet18.svg", depth=2))
