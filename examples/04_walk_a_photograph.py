"""Walk a photograph through ResNet-18: numbers at every step, and what each branch adds to its shortcut."""

import torch
import torchvision
from PIL import Image

import resight
from resight import plot

torch.manual_seed(0)
net = torchvision.models.resnet18(weights=None).eval()  # random; weights="DEFAULT" downloads trained ones
prepare = torchvision.models.ResNet18_Weights.DEFAULT.transforms()
x = prepare(Image.open(resight.sample_image("cat"))).unsqueeze(0)  # [1, 3, 224, 224]

first = resight.trace(net, x).skips[0]
trace = resight.record(net, x, keep=first)  # numbers of everything; the values that meet at one merge
print(trace.recording.how)
print(trace.table(depth=1).select("name", "shape", "mean", "std", "min", "max", "zeros"))

for skip in trace.skips:
    block = trace.graph.calls[skip.owner].path
    print(f"{block}: {skip.kind:10} gain {skip.gain:.2f}, cosine {skip.cosine:+.3f}, update {skip.update:.2f}")

print("wrote", plot.save(plot.gains(trace), "gains.png"))
print("wrote", plot.save(plot.activations(trace), "activations.png"))
print("wrote", plot.save(plot.merge(trace, first), "merge.png"))
print("wrote", trace.save("walk.json"))  # resight.load opens it again, without torch
print("wrote walk.safetensors")  # what was kept, beside it
