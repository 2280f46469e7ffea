"""The named sets: what is in them, where files are looked for, and one clear line for every file that is wrong."""

from __future__ import annotations

import errno
import gzip
import hashlib
import pickle
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision

from resight.data import cifar10, downloads, fashion_mnist, fashion_mnist_mini, load
from resight.data.types import moments
from resight.errors import UserError

SYSTEM = next((folder for folder in fashion_mnist.SYSTEM_FOLDERS if folder.is_dir()), None)
needs_fashion_mnist = pytest.mark.skipif(SYSTEM is None, reason="the system has no Fashion-MNIST")


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder for caches: empty, and nothing of the system is found."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setattr(fashion_mnist, "SYSTEM_FOLDERS", ())
    return tmp_path / "caches"


def complaint(name: str, root: Path | None = None) -> str:
    """The one line that `load` raises."""
    with pytest.raises(UserError) as raised:
        load(name, root)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_moments_are_those_of_numpy() -> None:
    images = torch.randint(0, 256, (7, 3, 5, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    images[:, 2] = 51
    mean, std = moments(images)
    assert mean == pytest.approx((images.numpy() / 255).mean((0, 2, 3)), abs=1e-12)
    assert std[:2] == pytest.approx((images.numpy() / 255).std((0, 2, 3))[:2], abs=1e-12)
    assert (mean[2], std[2]) == (pytest.approx(0.2), 1.0)


@pytest.mark.parametrize(
    ("name", "hint"), [("fashion-mnst", "did you mean fashion-mnist"), ("</script>", "there are fashion-mnist-mini")]
)
def test_an_unknown_set_is_one_line(name: str, hint: str) -> None:
    assert complaint(name).startswith(f"there is no data set {name!r}; {hint}")


# --- fashion-mnist-mini ---------------------------------------------------------------------------------------------


def test_the_embedded_set_is_balanced_and_small() -> None:
    mini = load("fashion-mnist-mini")
    assert mini.shape == (1, 28, 28)
    assert mini.train.labels.bincount().tolist() == [250] * 10
    assert mini.test.labels.bincount().tolist() == [50] * 10
    assert mini.classes[9] == "Ankle boot"
    both = torch.cat([mini.train.images, mini.test.images])
    assert len(both.flatten(1).unique(dim=0)) == 3000
    assert sum(path.stat().st_size for path in fashion_mnist_mini.FOLDER.iterdir()) < 2_000_000
    assert "Zalando" in (fashion_mnist_mini.FOLDER / "LICENSE.txt").read_text(encoding="utf-8")


@needs_fashion_mnist
def test_the_embedded_set_is_what_its_rule_draws_from_the_full_one() -> None:
    assert SYSTEM is not None
    full, mini = fashion_mnist.read(SYSTEM), load("fashion-mnist-mini")
    for part, whole, drawn in (("train", full.train, mini.train), ("test", full.test, mini.test)):
        chosen = fashion_mnist_mini.drawn(whole.labels, part)
        assert torch.equal(whole.images[chosen], drawn.images)
        assert torch.equal(whole.labels[chosen], drawn.labels)


def test_a_damaged_sheet_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mini"
    shutil.copytree(fashion_mnist_mini.FOLDER, folder)
    monkeypatch.setattr(fashion_mnist_mini, "FOLDER", folder)
    content = bytearray((folder / "test.png").read_bytes())
    content[1000] ^= 1
    (folder / "test.png").write_bytes(content)
    assert complaint("fashion-mnist-mini").startswith(f"{folder / 'test.png'} is damaged or not the published file")
    (folder / "train.png").unlink()
    assert complaint("fashion-mnist-mini") == f"cannot read {folder / 'train.png'}: No such file or directory"


# --- fashion-mnist --------------------------------------------------------------------------------------------------

LABELS = [3, 0, 9, 1]


def idx(array: np.ndarray) -> bytes:
    """An array of bytes as an idx file."""
    return bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes() + array.astype(np.uint8).tobytes()


def fashion_files(**changed: bytes) -> dict[str, bytes]:
    """Four small files as Fashion-MNIST's; `changed` replaces some by their name's beginning, as in `train_images`."""
    pixels = np.random.default_rng(0).integers(0, 256, (4, 28, 28))
    contents = {name: idx(pixels) if "images" in name else idx(np.array(LABELS)) for name in fashion_mnist.CHECKSUMS}
    for start, content in changed.items():
        (name,) = [name for name in contents if name.startswith(start.replace("_", "-"))]
        contents[name] = content
    return contents


@pytest.fixture
def accepted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, bytes]], None]:
    """Make these contents the ones whose checksums are right."""

    def accept(contents: Mapping[str, bytes]) -> None:
        sums = {name: hashlib.md5(content).hexdigest() for name, content in contents.items()}
        monkeypatch.setattr(fashion_mnist, "CHECKSUMS", sums)

    return accept


def write(folder: Path, contents: Mapping[str, bytes], packed: bool = True) -> Path:
    """Put files into a folder, made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(content) if packed else content)
    return folder


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("below", ["", "FashionMNIST/raw"])
def test_fashion_mnist_is_read_in_place(
    tmp_path: Path, below: str, packed: bool, accepted: Callable[[Mapping[str, bytes]], None]
) -> None:
    contents = fashion_files()
    accepted(contents)
    folder = write(tmp_path / "root" / below, contents, packed)
    before = sorted(path.name for path in folder.iterdir())
    made = load("fashion-mnist", tmp_path / "root")
    assert made.train.labels.tolist() == LABELS
    assert made.train.images.numpy().tobytes() == contents["train-images-idx3-ubyte"][16:]
    assert made.shape == (1, 28, 28)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_copy_of_the_system_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accepted: Callable[[Mapping[str, bytes]], None]
) -> None:
    accepted(fashion_files())
    monkeypatch.setattr(fashion_mnist, "SYSTEM_FOLDERS", (tmp_path / "none", write(tmp_path / "some", fashion_files())))
    assert fashion_mnist.found() == tmp_path / "some"
    assert len(load("fashion-mnist").train) == 4
    assert not downloads.kept("fashion-mnist").exists()


@needs_fashion_mnist
def test_the_systems_fashion_mnist_is_the_published_one() -> None:
    full = load("fashion-mnist", SYSTEM)
    assert full.train.labels.bincount().tolist() == [6000] * 10
    assert full.test.labels.bincount().tolist() == [1000] * 10
    assert full.train.labels[:8].tolist() == [9, 0, 0, 3, 0, 2, 7, 2]
    assert (round(full.mean[0], 4), round(full.std[0], 4)) == (0.2860, 0.3530)


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"t10k_labels": idx(np.array([3, 0, 10, 1]))}, "fashion-mnist: test image 2 has label 10, but the 10 classes"),
        ({"train_images": b"PK\3\4 something else"}, "train-images-idx3-ubyte.gz is not an idx file of bytes"),
        ({"train_images": bytes((0, 0, 8, 3, 0))}, "train-images-idx3-ubyte.gz is cut short within its header"),
        ({"train_images": idx(np.zeros((4, 28, 28)))[:-1]}, "has 3135 values, but its header says 4×28×28"),
    ],
)
def test_contents_that_are_wrong_are_one_line(
    tmp_path: Path, changed: dict[str, bytes], line: str, accepted: Callable[[Mapping[str, bytes]], None]
) -> None:
    contents = fashion_files(**changed)
    accepted(contents)
    assert line in complaint("fashion-mnist", write(tmp_path / "root", contents))


def test_files_that_are_wrong_are_named(tmp_path: Path, accepted: Callable[[Mapping[str, bytes]], None]) -> None:
    root, contents = tmp_path / "root", fashion_files()
    assert complaint("fashion-mnist", root).startswith(f"there is no folder {root}; leave the root out")
    root.mkdir()
    assert complaint("fashion-mnist", root).startswith(f"{root} has no Fashion-MNIST, such as {root / 'FashionMNIST'}")
    write(root, contents)
    images = root / "train-images-idx3-ubyte.gz"
    assert complaint("fashion-mnist", root).startswith(f"{images} is damaged or not the published file: its md5 is")
    accepted(contents)
    images.write_bytes(images.read_bytes()[:-20])
    assert complaint("fashion-mnist", root) == (
        f"{images} is damaged or not the published file: it cannot be unpacked to its end; delete it and get it again"
    )
    images.unlink()
    assert complaint("fashion-mnist", root).startswith(f"{images} is missing; all four files")


# --- downloads ------------------------------------------------------------------------------------------------------


def test_a_download_is_kept_whole(
    caches: Path, monkeypatch: pytest.MonkeyPatch, accepted: Callable[[Mapping[str, bytes]], None]
) -> None:
    asked: list[Path] = []

    def fetch(root: Path, download: bool) -> None:
        assert download
        asked.append(root)
        write(root / "FashionMNIST/raw", fashion_files())

    accepted(fashion_files())
    monkeypatch.setattr(torchvision.datasets, "FashionMNIST", fetch)
    assert load("fashion-mnist").train.labels.tolist() == LABELS
    assert load("fashion-mnist").train.labels.tolist() == LABELS
    assert len(asked) == 1
    assert [path.name for path in (caches / "resight").iterdir()] == ["fashion-mnist"]
    assert not asked[0].exists()


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (RuntimeError("Error downloading x:\nTried y, got:\nno"), "Error downloading x: Tried y, got: no"),
    ],
)
@pytest.mark.parametrize("name", ["fashion-mnist", "cifar10"])
def test_a_download_that_fails_leaves_nothing(
    name: str, error: Exception, line: str, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(root: Path, download: bool) -> None:
        write(root / "half", {"file": b"half"})
        raise error

    monkeypatch.setattr(torchvision.datasets, "FashionMNIST", fetch)
    monkeypatch.setattr(torchvision.datasets, "CIFAR10", fetch)
    assert complaint(name).startswith(f"cannot download {name} to {caches / 'resight' / name}: {line}; give a folder")
    assert list((caches / "resight").iterdir()) == []


def test_of_two_downloads_at_once_the_first_wins(caches: Path) -> None:
    def fetch(folder: Path) -> None:
        write(folder, {"file": b"second"}, packed=False)
        write(downloads.kept("twice"), {"file": b"first"}, packed=False)

    assert (downloads.download("twice", fetch) / "file").read_bytes() == b"first"
    assert [path.name for path in (caches / "resight").iterdir()] == ["twice"]


# --- cifar10 --------------------------------------------------------------------------------------------------------

IN_A_FILE = 4


def records(place: int) -> np.ndarray:
    """A few images as the binary files have them: a byte for the class, then red, green and blue."""
    made = np.random.default_rng(place).integers(0, 256, (IN_A_FILE, 1 + 3 * 32 * 32), dtype=np.uint8)
    made[:, 0] %= 10
    return made


@pytest.fixture
def binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root with six files in CIFAR-10's binary format, whose checksums are taken for the right ones."""
    contents = {name: records(place).tobytes() for place, name in enumerate(cifar10.SHA1)}
    write(tmp_path / "root" / "cifar-10-batches-bin", contents, packed=False)
    accept_binary(tmp_path / "root", monkeypatch)
    return tmp_path / "root"


def accept_binary(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the checksums of the files as they are for the right ones."""
    files = {name: (root / "cifar-10-batches-bin" / name).read_bytes() for name in cifar10.SHA1}
    monkeypatch.setattr(cifar10, "SHA1", {name: hashlib.sha1(content).hexdigest() for name, content in files.items()})


def python_files(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same images as the pickles that torchvision reads, with the checksums it then expects."""
    reader = torchvision.datasets.CIFAR10
    names = [name for name, _ in (*reader.train_list, *reader.test_list)]
    contents = {
        name: pickle.dumps({"data": records(place)[:, 1:], "labels": records(place)[:, 0].tolist()})
        for place, name in enumerate(names)
    }
    contents["batches.meta"] = pickle.dumps({"label_names": list(cifar10.CLASSES)})
    write(root / "cifar-10-batches-py", contents, packed=False)
    sums = {name: hashlib.md5(content).hexdigest() for name, content in contents.items()}
    monkeypatch.setattr(reader, "train_list", [[name, sums[name]] for name in names[:5]])
    monkeypatch.setattr(reader, "test_list", [[name, sums[name]] for name in names[5:]])
    monkeypatch.setattr(reader, "meta", {**reader.meta, "md5": sums["batches.meta"]})
    return root


def test_cifar10_is_read_from_its_binary_files(binary: Path) -> None:
    made = load("cifar10", binary)
    assert (len(made.train), len(made.test), made.shape) == (5 * IN_A_FILE, IN_A_FILE, (3, 32, 32))
    third = records(2)[1]
    image = made.train.images[2 * IN_A_FILE + 1]
    assert made.train.labels[2 * IN_A_FILE + 1] == third[0]
    assert image[0, 0].tolist() == third[1:33].tolist()
    assert image[2, 31].tolist() == third[-32:].tolist()
    assert torch.equal(made.test.labels, torch.from_numpy(records(5)[:, 0]).long())


def test_both_forms_of_cifar10_give_the_same_set(binary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = load("cifar10", binary), load("cifar10", python_files(tmp_path / "python", monkeypatch))
    for one, other in ((first.train, second.train), (first.test, second.test)):
        assert torch.equal(one.images, other.images)
        assert torch.equal(one.labels, other.labels)
    assert (first.mean, first.std) == (second.mean, second.std)


@pytest.mark.parametrize("part", [5 * 3073 // 2, 0])
def test_a_truncated_file_of_cifar10_is_named(binary: Path, part: int) -> None:
    path = binary / "cifar-10-batches-bin" / "data_batch_3.bin"
    path.write_bytes(path.read_bytes()[:part])
    assert complaint("cifar10", binary).startswith(f"{path} is damaged or not the published file: its sha1 is")
    path.unlink()
    assert complaint("cifar10", binary) == f"cannot read {path}: No such file or directory"


def test_records_of_another_length_are_noticed(binary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = binary / "cifar-10-batches-bin" / "test_batch.bin"
    path.write_bytes(path.read_bytes() + b"x")
    accept_binary(binary, monkeypatch)
    assert complaint("cifar10", binary).startswith(f"{path} has 12293 bytes, no multiple of the 3073 of an image")


def test_a_label_out_of_range_is_noticed(binary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = binary / "cifar-10-batches-bin" / "data_batch_2.bin"
    path.write_bytes(b"\x0a" + path.read_bytes()[1:])
    accept_binary(binary, monkeypatch)
    assert complaint("cifar10", binary).startswith(
        "cifar10: training image 4 has label 10, but the 10 classes are 0 to"
    )


class Trap:
    """A pickle that writes a file when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_no_pickle_is_opened_unless_it_is_the_published_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = python_files(tmp_path / "root", monkeypatch)
    path = root / "cifar-10-batches-py" / "data_batch_4"
    path.write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    assert complaint("cifar10", root).startswith(f"{path} is damaged or not the published file: its md5 is")
    assert not (tmp_path / "sprung").exists()
    pickle.loads(path.read_bytes())
    assert (tmp_path / "sprung").exists()


def test_a_root_without_cifar10_is_one_line(tmp_path: Path) -> None:
    assert complaint("cifar10", tmp_path / "none").startswith(f"there is no folder {tmp_path / 'none'}")
    assert complaint("cifar10", tmp_path).startswith(f"{tmp_path} has no CIFAR-10: neither cifar-10-batches-py nor")
