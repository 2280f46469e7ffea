"""`run.html`: a run on one page that needs nothing else and grows while the run goes on."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from ..colours import palette
from ..fonts import FAMILIES
from ..picture import document
from ..runs import Config, History
from ..runs.evaluation import Evaluation
from ..text import one_line, xml

RELOADED = 10
"""Seconds after which the page of a run under way loads itself again."""

STYLE = """
:root {{ color-scheme: light; background: {background}; color: {ink}; font: 15px/1.5 {families}; }}
body {{ margin: 0 auto; padding: 24px; max-width: 960px; overflow-wrap: anywhere; }}
h1 {{ font-size: 22px; line-height: 1.3; margin: 0 0 4px; }}
h2 {{ font-size: 16px; margin: 32px 0 8px; }}
p {{ margin: 0 0 8px; color: {muted}; }}
p.result {{ color: {ink}; font-size: 18px; }}
img {{ display: block; width: 100%; height: auto; margin: 24px 0 0; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th {{ text-align: left; font-weight: 600; }}
th, td {{ padding: 3px 16px 3px 0; border-bottom: 1px solid {frameLine}; }}
td.number, th.number {{ text-align: right; }}
"""

CLASS_HEADINGS = ("class", "test images", "recognised", "95% interval", "right when named")
EPOCH_HEADINGS = ("after", "step", "training loss", "test loss", "accuracy", "95% interval")


def page(
    config: Config, known: History, pictures: Sequence[tuple[str, bytes]], found: Evaluation | None, how: str
) -> bytes:
    """The page in UTF-8: `pictures` are SVG files, named, `found` the final test, `how` names the images."""
    colours = palette("light")
    reload = "" if found else f'<meta http-equiv="refresh" content="{RELOADED}">\n'
    body = "\n".join(_body(config, known, pictures, found, how))
    style = STYLE.format(families=FAMILIES, **colours)
    return document.page(title=config.spec, style=style, body=body, head=reload).encode()


def _body(
    config: Config, known: History, pictures: Sequence[tuple[str, bytes]], found: Evaluation | None, how: str
) -> Iterable[str]:
    yield f"<h1>{xml(one_line(config.title))}</h1>"
    yield f"<p>{xml(how)}</p>"
    if found:
        yield f'<p class="result">After step {found.step:,}: {xml(found.words)}</p>'
    elif known.steps:
        yield f'<p class="result">Training: step {known.steps[-1].step:,}</p>'
    for name, picture in pictures:
        yield f'<img alt="{xml(name)}" src="data:image/svg+xml;base64,{base64.b64encode(picture).decode()}">'
    if found:
        yield "<h2>Classes</h2>"
        yield _table(CLASS_HEADINGS, class_rows(found, config.classes))
    if known.epochs:
        yield "<h2>Epochs</h2>"
        yield _table(EPOCH_HEADINGS, _epoch_rows(known))


def class_rows(found: Evaluation, classes: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Class, test images, recall, its interval and precision, as words."""
    return [
        (
            score.name,
            f"{score.images:,}",
            "–" if score.recall is None else f"{score.recall:.1%}",
            "–" if score.interval is None else interval_words(score.interval),
            "–" if score.precision is None else f"{score.precision:.1%}",
        )
        for score in found.by_class(classes)
    ]


def interval_words(interval: tuple[float, float]) -> str:
    """`93.0 to 94.0%`."""
    return f"{100 * interval[0]:.1f} to {interval[1]:.1%}"


def _epoch_rows(known: History) -> list[tuple[str, ...]]:
    return [
        (
            epoch.when, f"{epoch.step:,}", f"{epoch.train_loss:.4f}", f"{epoch.test_loss:.4f}",
            f"{epoch.accuracy:.2%}", interval_words(epoch.interval),
        )
        for epoch in known.epochs
    ]  # fmt: skip


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(tag: str, words: Sequence[str]) -> str:
        first, *rest = words
        cells = "".join(f'<{tag} class="number">{xml(word)}</{tag}>' for word in rest)
        return f"<tr><{tag}>{xml(one_line(first))}</{tag}>{cells}</tr>"

    body = "\n".join(line("td", row) for row in rows)
    return f'<div class="wide"><table>\n{line("th", headings)}\n{body}\n</table></div>'
