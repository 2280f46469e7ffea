"""`resight data list` and `resight data preview NAME`: what there is to train on, and how it looks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .complaints import say

app = typer.Typer(name="data", no_args_is_help=True, help="List data sets and look at their images.")

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", show_default=False, help="fashion-mnist-mini, fashion-mnist, cifar10 or folder:PATH."
    ),
]
Root = Annotated[
    Path | None,
    typer.Option(
        "--data-root",
        metavar="FOLDER",
        show_default=False,
        help="Where the files of fashion-mnist or cifar10 are, as torchvision lays them out. Without it they are "
        "found on this machine or downloaded.",
    ),
]


@app.command("list")
def list_sets() -> int:
    """List the data sets, and where each comes from on this machine."""
    from rich.console import Console
    from rich.table import Table

    from ..data import NAMED

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("name", "train + test", "image", "where"):
        table.add_column(heading, overflow="fold")
    for named in NAMED:
        table.add_row(named.name, named.holds, named.shape, named.where())
    Console(highlight=False, markup=False, emoji=False).print(table)
    return 0


@app.command("preview")
def preview(
    name: Name,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", show_default=False, help="Write .png or .svg.")],
    root: Root = None,
) -> int:
    """Draw labelled images of a data set, a row for each class.

    Examples:

    \b
      resight data preview fashion-mnist-mini -o clothes.png
      resight data preview folder:photos -o photos.svg
    """
    from ..data import load
    from ..data.preview import save

    dataset = load(name, root)
    save(dataset, out)
    say(f"{dataset.name}: {dataset.how}")
    say(f"  wrote {out}")
    return 0
