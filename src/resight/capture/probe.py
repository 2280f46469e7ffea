"""Look at what flows between layers: `Probe`, and `probe`, which attaches probes to a model from outside."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from .. import text
from ..errors import UserError
from ..files import check_writable
from ..notebook import in_notebook, show_inline
from .eager import eager, uncompiled
from .plain import readable
from .remarks import complaint, remark
from .structure import named_tensors
from .turns import TURN
from .unregistered import named_modules

SHOWN = ("print", "plot", "none")
CHECKED = (None, "finite")

Nest = TypeVar("Nest")


class Probe(nn.Module):  # type: ignore[misc]
    """Passes its input on unchanged, the very same object, and looks at the tensors in it on the way.

    ```python
    nn.Sequential(conv, Probe("after conv"), nn.ReLU())
    # after conv  f32[8,16,32,32]  mean 0.0123 ± 0.918  min −4.12  max 5.23  zeros 0%  all finite
    ```

    The input may be a tensor or any nest of tensors. A probe has no parameters or buffers, touches neither gradients
    nor random numbers, and is not drawn in a picture. It looks at every element on every call: take it out of what has
    to be fast. Compiled code is left and entered again around it; it can't be scripted.

    `title`: its name in what it says; without one, the path of the module it looks at.
    `show`: `print` a line for each tensor (numbers of all its elements, on its own device), `plot` its feature maps,
    in a notebook below the cell and elsewhere to the file `save` (`.png`, `.svg`, `.pdf`; the last call's stay; the
    second tensor of a nest goes to `maps-2.png`), or `none`.
    `check`: `finite` raises a `UserError` where an element is nan or infinite.
    `keep`: `kept` holds a copy of the last value as it was at that moment: a tensor, or for a nest a dict of tensors
    by their place in it.
    `write`: takes each printed line.
    """

    def __init__(
        self,
        title: str = "",
        *,
        show: str = "print",
        check: str | None = None,
        keep: bool = False,
        save: str | Path | None = None,
        write: Callable[[str], object] = print,
    ) -> None:
        super().__init__()
        _check_choice("show", show, SHOWN)
        _check_choice("check", check, CHECKED)
        if show == "plot" and save is None and not in_notebook():
            raise UserError("a probe can show plots only in a notebook", hint="give it a file: save='maps.png'")
        if save is not None:
            if show != "plot":
                raise UserError("a probe saves plots, and this one draws none", hint="give it show='plot'")
            check_writable(Path(save))
        self.title, self.show, self.check, self.keep = text.one_line(title), show, check, keep
        self.save, self.write = save, write
        self.kept: Tensor | dict[str, Tensor] | None = None

    def forward(self, value: Nest) -> Nest:
        """Look at `value` and return it."""
        if torch.compiler.is_compiling():  # compiled code is left for a moment
            torch.compiler.disable(Probe.look)(self, value, None)
        else:
            self.look(value, None)
        return value

    def look(self, value: Any, path: str | None) -> None:
        """Do all that was asked for. `path` is the module that made `value`; None: find the probe's own."""
        with torch._C.DisableTorchFunction(), torch.no_grad():  # out of sight of op recorders
            tensors = {key: tensor.detach() for key, tensor in named_tensors(value)}
            if self.keep:
                copies = {key: tensor.clone() for key, tensor in tensors.items()}
                self.kept = copies[""] if isinstance(value, Tensor) else copies
            for number, (key, tensor) in enumerate(tensors.items(), 1):
                name = self._name(path, key)
                if self.show == "print":
                    self.write(f"{name}  {remark(tensor)}")
                elif self.show == "plot" and (plain := readable(tensor)) is not None:
                    self._plot(name, plain.tensor, number)
                if self.check == "finite":
                    self._check_finite(path, key, tensor)

    def extra_repr(self) -> str:
        """The title, as `print(model)` shows it."""
        return repr(self.title) if self.title else ""

    def _name(self, path: str | None, key: str) -> str:
        """The title, or what is known of the place; and for a nest, which of its tensors."""
        name = self.title or (_path_of(self) if path is None else path) or "probe"
        if self.title and path:
            name = f"{name} ({path})"
        return text.one_line(f"{name}.{key}" if key else name)

    def _plot(self, name: str, tensor: Tensor, number: int) -> None:
        from .. import plot

        try:
            figure = plot.feature_maps(tensor, title=name)
        except UserError as error:  # what has no feature maps is no reason to stop the network
            self.write(f"{name}  {remark(tensor)}  not drawn: {error}")
            return
        if self.save is None:
            show_inline(figure)
        else:
            file = Path(self.save)
            plot.save(figure, file if number == 1 else file.with_stem(f"{file.stem}-{number}"))

    def _check_finite(self, path: str | None, key: str, tensor: Tensor) -> None:
        wrong = complaint(tensor)
        if wrong:
            place = _path_of(self) if path is None else path
            name = self._name(place, key)
            raise UserError(f"{name}: {wrong}", hint="probe earlier layers to see where it begins")


@contextmanager
def probe(model: nn.Module, probes: Mapping[str, Probe], /) -> Iterator[nn.Module]:
    """While the context lasts, probes look at what modules of a model return; yields the model.

    ```python
    stem = resight.Probe(show="none", keep=True)
    with resight.probe(model, {"conv1": stem, "layer*.0": resight.Probe()}):
        model(x)
    stem.kept.shape
    ```

    Names are dotted paths (`""` is the model itself) or patterns with `*` and `?`, whose probe looks at every match.
    Nothing of the model is changed but its forward hooks, which are removed, also when something raises. Compiled code
    runs uncompiled meanwhile.

    Raises:
        UserError: a name that no module has (lists the closest), or what is no `Probe`.
    """
    network = uncompiled(model)
    if not isinstance(network, nn.Module):
        raise UserError(f"can't probe {type(model).__name__}: it is no nn.Module")
    if not isinstance(probes, Mapping):
        raise UserError(f"probes are a dict, not {text.article(type(probes).__name__)}", hint='{"layer1": Probe()}')
    modules = dict(named_modules(network))
    wanted = [(path, _checked(probes[name])) for name in probes for path in _matching(name, modules)]
    with ExitStack() as attached:
        attached.enter_context(eager(list(modules.values())))
        with TURN:  # or a run of another thread would put the hooks back that it found
            for path, one in wanted:
                attached.callback(_removed, modules[path].register_forward_hook(_hook(one, path)))
        yield model


def _removed(hook: RemovableHandle) -> None:
    with TURN:
        hook.remove()


def _hook(probe: Probe, path: str) -> Callable[[nn.Module, Any, Any], None]:
    def hook(module: nn.Module, args: Any, result: Any) -> None:
        probe.look(result, path or type(module).__name__)

    return hook


def _matching(name: str, modules: Mapping[str, nn.Module]) -> list[str]:
    found = [name] if name in modules else [path for path in modules if fnmatchcase(path, name)]
    if not found:
        hint = text.did_you_mean(name, list(modules)) or "see model.named_modules() for its names"
        raise UserError(f"the model has no module {name!r}", hint=hint)
    return found


def _checked(one: Any) -> Probe:
    if not isinstance(one, Probe):
        raise UserError(f"{type(one).__name__} is no probe", hint='give each name one: {"layer1": Probe()}')
    return one


def _check_choice(name: str, given: str | None, choices: tuple[str | None, ...]) -> None:
    if given not in choices:
        raise UserError(f"a probe can't {name} {given!r}", hint=f"choose {' or '.join(map(repr, choices))}")


def _path_of(module: nn.Module) -> str:
    """Where a running module stands in the outermost module that runs around it; empty if it runs alone."""
    path = ""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        around = frame.f_locals.get("self") if frame.f_code.co_name == "forward" else None
        if isinstance(around, nn.Module):
            path = next((name for name, part in named_modules(around) if part is module), path)
        frame = frame.f_back
    return path
