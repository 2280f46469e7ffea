"""The training loop of every PyTorch tutorial, for the examples that need a network which has learned something."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from resight.data import Batch, Batches, DataSet


def train(net: nn.Module, dataset: DataSet, epochs: int) -> None:
    """AdamW, one cycle of the learning rate up to 0.01, batches of 64 images; order from seed 0."""
    batches = Batches(dataset, "train", size=64, seed=0)
    optimizer = torch.optim.AdamW(net.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=epochs * len(batches))
    for epoch in range(epochs):
        for images, labels, *_ in batches.epoch(epoch):
            optimizer.zero_grad()
            cross_entropy(net(images), labels).backward()
            optimizer.step()
            schedule.step()
    net.eval()


@torch.no_grad()
def accuracy(net: nn.Module, test: Batch) -> float:
    """The share of the images whose class the network tells."""
    return (net(test.images).argmax(1) == test.labels).float().mean().item()
