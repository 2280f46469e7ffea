"""See the residual connections of any network: told by what ran, not by the names in it."""

import torch
import torchvision
import transformers

import resight

image, words = torch.randn(1, 3, 224, 224), torch.zeros(1, 64, dtype=torch.int64)

with torch.device("meta"):  # shapes only: no weights are made, nothing is computed
    networks = {
        "vgg16": (torchvision.models.vgg16(), image),
        "resnet50": (torchvision.models.resnet50(), image),
        "mobilenet_v2": (torchvision.models.mobilenet_v2(), image),
        "densenet121": (torchvision.models.densenet121(), image),
        "vit_b_16": (torchvision.models.vit_b_16(), image),
        "gpt2": (transformers.GPT2LMHeadModel(transformers.GPT2Config(n_layer=4)), words),
    }

for name, (net, x) in networks.items():
    trace = resight.trace(net.eval(), x.to("meta"))
    print(trace.summary())
    for skip in trace.skips[:2]:
        ops = [trace.graph.ops[i] for first, last in skip.branch for i in range(first, last + 1)]
        learned = ", ".join(op.name for op in ops if op.weights)
        print(f"  {skip.name} in {trace.graph.calls[skip.owner].path}, around {learned}")
    print("  wrote", trace.save(f"{name}.svg"))
