"""Batches: every image once, an order that is a function of seed and epoch, and nothing that depends on who shares."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torchvision.transforms import v2

from resight.data import Batch, Batches, CropAndFlip, DataSet, PerImage, Split, load
from resight.data.order import Purpose, seeded, shuffled
from resight.errors import Bug, MissingExtra, UserError

SIDE = 6


def numbered(count: int, channels: int = 1) -> DataSet:
    """A set whose image i has the value i in every pixel, also after normalising, and the label i % 3."""
    images = torch.arange(count, dtype=torch.uint8)[:, None, None, None].expand(-1, channels, SIDE, SIDE).contiguous()
    split = Split(images, torch.arange(count) % 3)
    return DataSet("numbered", split, split, ("a", "b", "c"), (0.0,) * channels, (1 / 255,) * channels, "written here")


def noisy(count: int, channels: int = 1) -> DataSet:
    """A set of random pixels, so that any cut or mirrored image is recognised."""
    images = torch.randint(
        0, 256, (count, channels, SIDE, SIDE + 2), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )
    return replace(numbered(count, channels), train=Split(images, torch.arange(count) % 3))


def same(first: Batch, second: Batch) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first[:3], second[:3])) and first.total == second.total


# --- which images, in which order -----------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 20), st.integers(1, 4), st.one_of(st.none(), st.integers(0, 99)))
def test_every_image_comes_once_and_as_itself(count: int, size: int, world: int, seed: int | None) -> None:
    size = max(size, world)
    shares = [Batches(numbered(count), "train", size, seed=seed, rank=rank, world=world) for rank in range(world)]
    batches = [batch for share in shares for batch in share.epoch(4)]
    for batch in batches:
        assert batch.images.dtype == torch.float32
        assert torch.equal(batch.images, batch.index.float()[:, None, None, None].expand_as(batch.images))
        assert torch.equal(batch.labels, batch.index % 3)
        assert len(batch.index) > 0
    seen = sorted(int(number) for batch in batches for number in batch.index)
    assert len(set(seen)) == len(seen)
    left_out = count - len(seen)
    if seed is None or count < size:
        assert left_out == 0
    else:
        assert left_out == (count % size if count % size < 2 * world else 0)


@pytest.mark.parametrize(
    ("count", "size", "seed", "batches"), [(10, 5, 0, 2), (11, 5, 0, 2), (12, 5, 0, 3), (11, 5, None, 3), (1, 5, 0, 1)]
)
def test_length_counts_the_batches(count: int, size: int, seed: int | None, batches: int) -> None:
    made = Batches(numbered(count), "train", size, seed=seed)
    assert len(made) == batches == len(list(made.epoch()))


def test_without_a_seed_the_order_is_as_stored() -> None:
    index = torch.cat([batch.index for batch in Batches(numbered(11), "test", 4).epoch(7)])
    assert index.tolist() == list(range(11))


def test_order_is_a_function_of_seed_and_epoch_alone() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        return torch.cat([batch.index for batch in Batches(numbered(40), "train", 8, seed=seed).epoch(epoch)]).tolist()

    first = order(1, 2)
    torch.manual_seed(123)
    state = torch.get_rng_state()
    assert order(1, 2) == first
    assert torch.equal(torch.get_rng_state(), state)
    assert len({tuple(order(seed, epoch)) for seed in range(3) for epoch in range(3)}) == 9


def test_draws_for_different_purposes_have_nothing_in_common() -> None:
    keys = [(purpose, seed, epoch) for purpose in Purpose for seed in range(3) for epoch in range(3)]
    draws = {tuple(torch.rand(4, generator=seeded(*key)).tolist()) for key in keys}
    assert len(draws) == len(keys)
    assert sorted(shuffled(9, Purpose.ORDER, 3).tolist()) == list(range(9))


# --- resuming and sharing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0, 1, 3, 99])
def test_an_epoch_resumes_at_any_batch(start: int) -> None:
    made = Batches(noisy(40), "train", 8, seed=3, augment=CropAndFlip(2), resize=9)
    whole, rest = list(made.epoch(5)), list(made.epoch(5, start))
    assert len(rest) == max(0, len(whole) - start)
    assert all(same(a, b) for a, b in zip(whole[start:], rest))


@pytest.mark.parametrize("augment", [CropAndFlip(2), PerImage(v2.RandomHorizontalFlip())])
@pytest.mark.parametrize("world", [2, 3])
def test_sharing_changes_no_batch(world: int, augment: Any) -> None:
    alone = Batches(noisy(22), "train", 8, seed=3, augment=augment)
    shares = [replace(alone, rank=rank, world=world).epoch(1) for rank in range(world)]
    for batch, *parts in zip(alone.epoch(1), *shares):
        images, labels = torch.empty_like(batch.images), torch.empty_like(batch.labels)
        for rank, part in enumerate(parts):
            images[rank::world], labels[rank::world] = part.images, part.labels
            assert part.total == batch.total == len(batch.index)
        assert torch.equal(images, batch.images)
        assert torch.equal(labels, batch.labels)


# --- what is done to the images -------------------------------------------------------------------------------------


def test_normalised_training_images_have_mean_0_and_deviation_1() -> None:
    mini = load("fashion-mnist-mini")
    images = torch.cat([batch.images for batch in Batches(mini, "train", 500).epoch()])
    assert abs(images.mean().item()) < 1e-5
    assert abs(images.std(correction=0).item() - 1) < 1e-5


def test_resizing_is_torchvisions() -> None:
    batch = next(Batches(noisy(5, channels=3), "train", 5, resize=12).epoch())
    wanted = v2.Resize(12, antialias=True)(noisy(5, channels=3).train.images)
    assert batch.images.shape == (5, 3, 12, 16)
    assert torch.equal(batch.images, wanted.float())


def test_resizing_without_torchvision_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(MissingExtra, match=r"resizing images needs the package torchvision; .*pip install torchvision"):
        next(Batches(noisy(5), "train", 5, resize=12).epoch())
    assert len(next(Batches(load("fashion-mnist-mini"), "train", 5, seed=0, augment=CropAndFlip(2)).epoch()).index) == 5


def test_everything_happens_on_the_device() -> None:
    batch = next(Batches(noisy(8), "train", 8, seed=0, augment=CropAndFlip(2), resize=12, device="meta").epoch())
    assert batch.images.device.type == batch.labels.device.type == "meta"
    assert batch.images.shape == (8, 1, 12, 16)
    assert batch.index.device.type == "cpu"


def cut_and_mirrored(image: Tensor, padding: int, numbers: list[float]) -> Tensor:
    """What `CropAndFlip` does, by torchvision, for one image."""
    down, right = (int(number * (2 * padding + 1)) for number in numbers[:2])
    padded = v2.functional.pad(image, [padding] * 4)
    cut: Tensor = v2.functional.crop(padded, down, right, *image.shape[1:])
    return v2.functional.horizontal_flip(cut) if numbers[2] < 0.5 else cut


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 4), st.lists(st.floats(0, 1, exclude_max=True), min_size=9, max_size=9))
def test_crop_and_flip_is_torchvisions_image_by_image(padding: int, flat: list[float]) -> None:
    images, numbers = noisy(3, channels=2).train.images, torch.tensor(flat, dtype=torch.float64).view(3, 3)
    before = images.clone()
    changed = CropAndFlip(padding)(images, numbers)
    wanted = [cut_and_mirrored(image, padding, row) for image, row in zip(images, numbers.tolist())]
    assert torch.equal(changed, torch.stack(wanted))
    assert torch.equal(images, before)


def alike(count: int) -> DataSet:
    """One picture many times over."""
    picture = noisy(1).train.images
    return replace(noisy(1), train=Split(picture.expand(count, -1, -1, -1), torch.zeros(count, dtype=torch.int64)))


def test_images_of_a_batch_are_augmented_each_by_its_own_chance() -> None:
    batch = next(Batches(alike(400), "train", 400, seed=0, augment=CropAndFlip(1)).epoch())
    different = {image.numpy().tobytes() for image in batch.images}
    assert len(different) == 3 * 3 * 2


def test_no_two_batches_epochs_or_seeds_are_augmented_alike() -> None:
    made = [Batches(alike(60), "train", 20, seed=seed, augment=CropAndFlip(2)) for seed in range(2)]
    batches = [batch.images.numpy().tobytes() for each in made for epoch in range(2) for batch in each.epoch(epoch)]
    assert len(set(batches)) == len(batches) == 12


def test_any_transform_of_torchvision_goes_image_by_image_and_leaves_torchs_chance_alone() -> None:
    torch.manual_seed(5)
    state = torch.get_rng_state()
    images = noisy(64).train.images
    numbers = torch.rand(64, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    flipped = PerImage(v2.RandomHorizontalFlip())(images, numbers)
    assert torch.equal(torch.get_rng_state(), state)
    kinds = [(torch.equal(a, b), torch.equal(a, b.flip(2))) for a, b in zip(flipped, images)]
    assert set(kinds) == {(True, False), (False, True)}
    assert 16 < kinds.count((True, False)) < 48


# --- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ({"size": 1, "world": 2}, "batch size 1 is below the number of processes, 2"),
        ({"size": 0}, "batch size 0 is below the number of processes, 1"),
        ({"seed": -1}, "seed -1 is negative; take 0 or more"),
        ({"resize": 0}, "images cannot be resized to 0 pixels"),
        ({"augment": CropAndFlip(1)}, "augmented batches need a seed; add seed=0"),
    ],
)
def test_a_wrong_argument_is_one_line(wrong: dict[str, Any], line: str) -> None:
    with pytest.raises(UserError) as raised:
        Batches(**{"dataset": numbered(9), "part": "train", "size": 4, **wrong})
    assert str(raised.value) == line


def test_a_negative_padding_is_one_line() -> None:
    with pytest.raises(UserError, match=r"^images cannot be padded by -1 pixels$"):
        CropAndFlip(-1)


def test_an_empty_part_cannot_be_batched() -> None:
    nothing = replace(numbered(3), train=Split(torch.empty(0, 1, 6, 6, dtype=torch.uint8), torch.empty(0).long()))
    with pytest.raises(UserError, match="numbered has no train images"):
        Batches(nothing, "train", 4)


def test_a_rank_outside_the_world_is_a_bug() -> None:
    with pytest.raises(Bug, match="rank 2 of 2"):
        Batches(numbered(9), "train", 4, rank=2, world=2)
