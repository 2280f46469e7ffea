"""`package.module:factory` and `path/file.py:factory`: the user's own code."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from ...errors import UserError
from ...text import article, did_you_mean
from .building import blamed_on, build_on
from .example import Example
from .guess import guess_example
from .preprocessing import Size
from .spec import FAMILY_NAMES, MISTYPED, Spec, named


def default_device(spec: Spec) -> str:
    """`cpu`: the user's code may look at values."""
    return "cpu"


def build(spec: Spec, device: str) -> nn.Module:
    """What the factory (a class, a function or a ready module) gives; it must be a torch module.

    Raises UserError with the file and line where the user's code raised.
    """
    with _alone(spec.place), _importable_from(Path(os.path.abspath(spec.place)).parent if spec.is_file else Path.cwd()):
        module = _from_file(spec) if spec.is_file else _from_name(spec)
        found = _attribute(module, spec)
        if isinstance(found, nn.Module):
            return found.to(device)
        if not callable(found):
            raise UserError(
                f"{spec.name} in {spec.place} is {article(type(found).__name__)}",
                hint="name a class or a function",
            )
        _check_arguments(found, spec)
        file = Path(module.__file__) if module.__file__ else None
        with blamed_on(f"{spec.title} raised while it was built", file):
            made = build_on(device, lambda: found(*spec.args, **spec.kwargs))
    if not isinstance(made, nn.Module):
        raise UserError(
            f"{spec.title} gave {article(type(made).__name__)}", hint="the factory must return a torch.nn.Module"
        )
    return made


@contextmanager
def _alone(script: str) -> Iterator[None]:
    """Inside, `sys.argv` holds no words of ours, which a file that reads its arguments would take for its own.

    What it says before it exits is left out; of an error of argparse, the last line is the error's.
    """
    before, said = sys.argv, io.StringIO()
    sys.argv = [script]
    try:
        with redirect_stderr(said):
            yield
    except UserError as error:
        if isinstance(error.__cause__, SystemExit):
            last = said.getvalue().strip().split("\n")[-1]
            hint = f"put what runs below if __name__ == '__main__'{last and ' (it said ' + last + ')'}"
            raise UserError(error.what, hint=hint) from error
        raise
    finally:
        sys.argv = before


@contextmanager
def _importable_from(folder: Path) -> Iterator[None]:
    """Inside, modules in `folder` can be imported, as if Python had been started there."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        if str(folder) in sys.path:
            sys.path.remove(str(folder))


def _from_file(spec: Spec) -> ModuleType:
    path = Path(spec.place)
    try:
        is_folder, is_file, path = path.is_dir(), path.is_file(), path.resolve()
    except (OSError, ValueError):  # too long for a file's name, or a NUL in it
        is_folder = is_file = False
    if is_folder:
        raise UserError(f"{spec.place} is a directory", hint="give a Python file inside it")
    if not is_file:
        raise UserError(f"there is no file {named(spec.place)[1:-1]}", hint="check the path before the colon")
    found = importlib.util.spec_from_file_location(path.stem, path)
    if found is None or found.loader is None:
        raise UserError(f"{spec.place} cannot be imported as Python", hint="give a .py file")
    module = importlib.util.module_from_spec(found)
    before = sys.modules.get(path.stem)
    sys.modules[path.stem] = module  # dataclasses look their own module up while they are made
    try:
        with blamed_on(f"{path.name} raised while it was imported", path):
            try:
                found.loader.exec_module(module)
            except ImportError as error:
                if "no known parent package" not in str(error):
                    raise
                return _in_package(path)
    finally:
        if before is not None:
            sys.modules[path.stem] = before
    return module


def _in_package(path: Path) -> ModuleType:
    """A file with relative imports as the part of its package that it is: of the folders with an `__init__.py`."""
    names, folder = [path.stem], path.parent
    while folder.name and (len(names) == 1 or (folder / "__init__.py").is_file()):
        names, folder = [folder.name, *names], folder.parent
    with _importable_from(folder):
        return importlib.import_module(".".join(names))


def _from_name(spec: Spec) -> ModuleType:
    if spec.place.partition(".")[0] in sys.stdlib_module_names:
        what = f"{spec.place} is of Python itself, where no network is"
        raise UserError(what, hint=f"for a file of yours: {spec.place}.py:{spec.name}")
    try:
        with blamed_on(f"{spec.place} raised while it was imported"):
            return importlib.import_module(spec.place)
    except UserError as error:
        cause = error.__cause__
        if isinstance(cause, ModuleNotFoundError) and cause.name and f"{spec.place}.".startswith(f"{cause.name}."):
            behind = spec.text.removeprefix(spec.place)
            families = {name: name + behind for name in FAMILY_NAMES}
            hint = did_you_mean(spec.place, families, alike=MISTYPED) or (
                "install it, run from its folder, or give the file: path/file.py:factory"
            )
            raise UserError(f"there is no module {cause.name!r}", hint=hint) from cause
        raise


def _attribute(module: ModuleType, spec: Spec) -> Any:
    value: Any = module
    for name in spec.name.split("."):
        if not hasattr(value, name):
            offered = list(_factories(module))
            hint = did_you_mean(spec.name, offered) or (
                f"it has {', '.join(offered[:5])}" if offered else "it has none"
            )
            raise UserError(f"{spec.place} has no {spec.name!r}", hint=hint)
        value = getattr(value, name)
    return value


def _factories(module: ModuleType) -> Iterator[str]:
    """Networks and functions the module itself defines, for a hint."""
    for name, value in vars(module).items():
        own = getattr(value, "__module__", None) == module.__name__
        if isinstance(value, nn.Module) or (own and not name.startswith("_") and callable(value)):
            yield name


def _check_arguments(factory: Callable[..., Any], spec: Spec) -> None:
    try:
        signature = inspect.signature(factory)
        signature.bind(*spec.args, **spec.kwargs)
    except TypeError as error:
        required = [name for name, parameter in signature.parameters.items() if _is_required(parameter)]
        unknown = [name for name in spec.kwargs if name not in signature.parameters]
        what = f"{spec.name} does not take these arguments ({error})"
        if required and not unknown:
            hint = f"write {spec.place}:{spec.name}({', '.join(f'{name}=...' for name in required)})"
        else:
            hint = f"it takes {spec.name}{signature}"
        raise UserError(what, hint=hint) from error
    except ValueError:
        return  # a builtin without a readable signature: calling it tells


def _is_required(parameter: inspect.Parameter) -> bool:
    named = parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    return named and parameter.default is parameter.empty


def example(model: nn.Module, spec: Spec, device: str) -> Example:
    """Inputs guessed from the network's first layer."""
    return guess_example(model, device)


def preprocessing(model: nn.Module, spec: Spec, size: Size) -> None:
    """None: a network of the user's own does not say how its inputs were made."""
