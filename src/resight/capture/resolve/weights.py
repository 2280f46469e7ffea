"""Trained weights from a file into a network, without ever running what the file holds."""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import nn

from ...errors import UserError
from ...nets import ResNet, own_names
from ...text import binary_size, one_line, plural, shorten

SUFFIXES = (".safetensors", ".pt", ".pth", ".th", ".bin", ".ckpt")
WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "module")
"""Names under which training scripts keep the weights beside the epoch and the optimiser."""

FORBIDDEN = re.compile(r"global|trying to|allow", re.IGNORECASE)
"""In torch's refusal of a pickle that is sound but asks for more than tensors and plain values."""

LARGEST_GROWTH = 4
LISTED = 3
"""Keys named in an error before it says `and N more`."""


def load_weights(model: nn.Module, path: Path) -> None:
    """Fill `model` from a `.safetensors` file or a checkpoint of tensors (`weights_only=True`).

    A `state_dict` inside a training checkpoint is found, and a prefix that only the file has
    (`module.` of DataParallel, `_orig_mod.` of torch.compile) is taken off; for nets of resight's own, names
    that other code gives the same layers are understood. Raises UserError for a file that is missing, corrupt
    or made for another network; the model is then left as it was.
    """
    state = _without_foreign_prefix(read_state(path), model.state_dict().keys())
    if isinstance(model, ResNet):
        state = own_names(state)
    _check_fits(model, state, path.name)
    model.load_state_dict(state, strict=False)


def read_state(path: Path) -> dict[str, torch.Tensor]:
    """The named tensors of a weights file, on the CPU."""
    if path.is_dir():
        raise UserError(f"{path} is a directory", hint="give the weights file inside it")
    if not path.is_file():
        raise UserError(f"there is no weights file {path}", hint="check the path given to --weights")
    if path.suffix not in SUFFIXES:
        raise UserError(f"cannot tell what kind of weights {path.name} holds", hint=f"use one of {' '.join(SUFFIXES)}")
    state = _read_safetensors(path) if path.suffix == ".safetensors" else _unwrapped(_read_checkpoint(path))
    if not state:
        raise UserError(f"{path.name} holds no named tensors", hint="save model.state_dict() and give that file")
    return state


def _read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        loaded: dict[str, torch.Tensor] = load_file(path)
    except (SafetensorError, OSError) as error:
        raise _corrupt(path, error) from error
    return loaded


def _check_packing(path: Path) -> None:
    """torch packs without compressing: a zip file that becomes many times its size was made to fill the memory."""
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return  # none, or a damaged one, of which torch says what is wrong
    if unpacked > LARGEST_GROWTH * path.stat().st_size + 2**20:
        what = f"{path.name} would unpack to {binary_size(unpacked)}, many times its size"
        raise UserError(what, hint="torch.save writes no such files: get it elsewhere")


def _read_checkpoint(path: Path) -> object:
    _check_packing(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if not FORBIDDEN.search(_reason(error)):
            raise _corrupt(path, error) from error
        what = f"{path.name} holds more than tensors and is not opened, as that could run code"
        raise UserError(what, hint="load it yourself and save model.state_dict()") from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise _corrupt(path, error) from error


def _corrupt(path: Path, error: Exception) -> UserError:
    reason = shorten(_reason(error), 80)
    why = f" ({reason})" if " " in reason else ""  # one word is a key of the pickle's memo or a class name
    return UserError(f"{path.name} is no weights file, or a damaged one{why}", hint="fetch or save it again")


def _reason(error: Exception) -> str:
    """The line of an error that says what was wrong; torch puts advice around it."""
    words = str(error).rpartition("WeightsUnpickler error:")[2].strip()
    return one_line(words.split("\n")[0]) or type(error).__name__


def _unwrapped(loaded: object, levels: int = 5) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint, looked for in the places where training scripts put them."""
    if not levels:
        return {}
    if isinstance(loaded, nn.Module):
        return {}
    if not isinstance(loaded, Mapping):
        return {}
    for name in WRAPPERS:
        if isinstance(loaded.get(name), Mapping):
            return _unwrapped(loaded[name], levels - 1)
    return {str(key): value for key, value in loaded.items() if isinstance(value, torch.Tensor)}


def _without_foreign_prefix(state: dict[str, torch.Tensor], own: Iterable[str]) -> dict[str, torch.Tensor]:
    """Take a first name off all keys while the file's keys share it and none of the model's has it."""
    own = set(own)
    while own.isdisjoint(state):
        firsts = {key.partition(".")[0] for key in state}
        first = firsts.pop() if len(firsts) == 1 else ""
        if not first or any(key.startswith(first + ".") for key in own) or first in state:
            return state
        state = {key.removeprefix(first + "."): value for key, value in state.items()}
    return state


def _check_fits(model: nn.Module, state: Mapping[str, torch.Tensor], file: str) -> None:
    own = model.state_dict(keep_vars=True)
    tied: dict[int, set[str]] = defaultdict(set)
    for name, value in own.items():
        tied[id(value)].add(name)
    missing = [name for name, value in own.items() if tied[id(value)].isdisjoint(state) and not _is_counter(name)]
    unexpected = [name for name in state if name not in own and not _is_counter(name)]
    problems = [f"{plural(len(names), 'key')} {said} ({_listed(names)})"
                for names, said in ((missing, "missing"), (unexpected, "not in the model")) if names]  # fmt: skip
    wrong = [name for name, value in state.items() if name in own and value.shape != own[name].shape]
    if wrong:
        there, here = _sizes(state[wrong[0]]), _sizes(own[wrong[0]])
        problems.append(f"{plural(len(wrong), 'shape')} unlike ({wrong[0]} is {there} in the file and {here} here)")
    odd = {name: kind for name, value in state.items() if name in own and (kind := _odd(value, own[name]))}
    if odd:
        problems.append(f"{plural(len(odd), 'tensor')} {next(iter(odd.values()))} ({_listed(list(odd))})")
    if problems:
        what = f"{file} does not fit {type(model).__name__}: {', '.join(problems)}"
        raise UserError(what, hint="give the factory the arguments these weights were trained with")


def _odd(value: torch.Tensor, own: torch.Tensor) -> str:
    """Why a tensor of the file can't be copied into the network's as it is; empty where it can."""
    if value.is_meta:
        return "without values"
    if value.layout is not torch.strided or value.is_quantized:
        return f"stored {'quantized' if value.is_quantized else str(value.layout)[6:]}"
    return "of complex numbers" if value.is_complex() and not own.is_complex() else ""


def _is_counter(name: str) -> bool:
    """BatchNorm's step counter, which files older than PyTorch 0.4.1 do not have."""
    return name.endswith("num_batches_tracked")


def _listed(names: list[str]) -> str:
    rest = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {rest} more" if rest > 0 else "")


def _sizes(value: torch.Tensor) -> str:
    return "x".join(map(str, value.shape)) or "a scalar"
