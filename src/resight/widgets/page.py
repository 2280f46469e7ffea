"""The page as an anywidget."""

from __future__ import annotations

import json
from typing import Any

import anywidget
from traitlets import Bunch, Unicode, observe, validate

from ..picture import Drawing, html, svg
from ..picture.engine import joined_modules
from .names import Names

MODULE = """{modules}
const FRAME = {frame};
export default {{ render: (given) => widget_js.render(given, FRAME) }};
"""


def module() -> str:
    """The front end: an ES module, the same for every network."""
    return MODULE.format(modules=joined_modules(("page/widget",)), frame=json.dumps(html.frame()))


class PageWidget(anywidget.AnyWidget):
    """A trace's page in a notebook.

    `selected` names what is selected, empty for nothing: a module (`layer1.0.conv1`), an op (`layer1.0:add`), a skip
    by its place in `trace.skips` (`skip 3`), something the model returned (`output 0`). `encoder (call 2)` and
    `layer1.0:relu (op 2)` tell repeated ones apart; without the number the last is meant. Set it, and the page opens
    the modules around it and shows it; `widget.observe(f, "selected")` calls `f` when the reader selects something.

    Raises:
        UserError: `selected` is set to what the network does not have.
    """

    _esm = module()
    wire = Unicode().tag(sync=True)
    """The network, as the page reads it."""
    at = Unicode().tag(sync=True)
    """The page's id of what is selected."""
    selected = Unicode()

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._names = Names(drawing.trace)
        super().__init__(wire=html.wire(drawing))

    @validate("selected")
    def _known(self, proposal: Bunch) -> str:
        return self._names.name_of(self._names.id_of(proposal.value))

    @observe("selected")
    def _select(self, change: Bunch) -> None:
        if change.new != self._names.name_of(self.at):
            self.at = self._names.id_of(change.new)

    @observe("at")
    def _tell(self, change: Bunch) -> None:
        self.selected = self._names.name_of(change.new)

    def __repr__(self) -> str:
        return f"<Page of {self._drawing.trace!r}>"

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """The page, and its picture for whoever shows no widgets: a viewer of saved notebooks, a printer."""
        bundle, about = super()._repr_mimebundle_() or ({}, {})
        return {**bundle, "image/svg+xml": svg.render(self._drawing).decode()}, about
