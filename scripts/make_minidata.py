"""Write the two sheets of fashion-mnist-mini and print their checksums, which belong into its module."""

from __future__ import annotations

import hashlib
import io

from resight.data import fashion_mnist, fashion_mnist_mini


def main() -> None:
    full = fashion_mnist.load()
    for part, split in (("train", full.train), ("test", full.test)):
        chosen = fashion_mnist_mini.drawn(split.labels, part)
        file = io.BytesIO()
        fashion_mnist_mini.sheet(split.images[chosen]).save(file, "PNG", optimize=True)
        content = file.getvalue()
        (fashion_mnist_mini.FOLDER / f"{part}.png").write_bytes(content)
        print(f"{part}.png: {len(chosen)} images, {len(content)} bytes, md5 {hashlib.md5(content).hexdigest()}")


if __name__ == "__main__":
    main()
