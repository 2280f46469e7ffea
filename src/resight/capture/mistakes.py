"""What to try after an error of plain Python or of an argument: no shapes of ops are needed to say it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import UserError
from ..text import article, did_you_mean
from .sources import is_users
from .structure import named_arguments

Arguments = tuple[nn.Module, tuple[Any, ...], Mapping[str, Any]]
"""A model and what it was called with."""

HINTS = (
    (r"DataDependent|DynamicOutputShape|GuardOnDataDependent",
     "the forward asks for a value, and on meta there are only shapes; build the model on the CPU"),
    (r"same device|FakeTensor Device|cuda\.\w+Tensor.*should be the same",
     "put the model and all its inputs on one device"),
    (r"leaf Variable that requires grad", "write y = x + 1 for x += 1, or give an input without requires_grad"),
    (r"view size is not compatible", "write reshape for view, or contiguous() before it"),
    (r"Boolean value of Tensor with more than one", "an `if` takes one value: write .any(), .all() or torch.where"),
    (r"more than 1 value per channel when training",
     "batch norm in training needs several values a channel: call model.eval(), or give a larger batch"),
    (r"expected 2D or 3D input \(got 4D", "take BatchNorm2d for images"),
    (r"expected 4D input \(got 2D", "take BatchNorm1d for features, or put it before what flattens"),
    (r"Kernel size can't be greater|Output size is too small|output size.*too small",
     "the image is too small by then: give a larger one, or a network with fewer strides"),
    (r"out of memory|can't allocate memory", "take a smaller batch, or run under torch.no_grad()"),
    (r"Module\.__init__\(\) call", "begin its __init__ with super().__init__()"),
    (r"^RecursionError", "something calls itself without end: self(x) for self.layer(x)?"),
    (r"'tuple' object has no attribute|unsupported operand.*'tuple'|must be Tensor, not tuple",
     "what ran before returned several values: take one, as in out, _ = layer(x)"),
    (r"'NoneType' object has no attribute|unsupported operand.*'NoneType'|must be Tensor, not NoneType",
     "something before returned None: does its forward end with return?"),
    (r"Tensor for argument #1 'indices'|indices.*Long", "an embedding takes whole numbers: x.long()"),
    (r"same dtype|should be the same|expected scalar type|Found dtype", "make them one dtype, as in y.to(x.dtype)"),
)  # fmt: skip
"""By what an error says (its type before it), what to try."""

DTYPES = r"dtype|[Ss]calar type|should be the same|not implemented for"
"""In what torch says of operands that are not of one dtype, or of one no kernel takes."""


def not_a_model(given: Any) -> UserError:
    """The error for what was given in the place of a model."""
    owner = getattr(given, "__self__", None)
    kind = given.__name__ if isinstance(given, type) else type(given).__name__
    hint = "wrap it in a module's forward"
    if isinstance(given, type):
        hint = f"call it first: {kind}(...)"
    elif isinstance(given, Tensor):
        hint = "give the model first, then its input: model, x; not model(x)"
    elif isinstance(owner, nn.Module):
        hint = f"give the {type(owner).__name__} itself, without .{getattr(given, '__name__', 'forward')}"
    elif isinstance(given, str):
        hint = "build it first, as torchvision.models.resnet18(); the command line takes names: resight show SPEC"
    elif isinstance(given, (list, tuple)):
        hint = "chain its layers: nn.Sequential(*layers)"
    elif isinstance(given, Mapping):
        hint = "these may be its weights: build the model, then model.load_state_dict(...)"
    return UserError(f"can't trace {kind}: it is no nn.Module", hint=hint)


def hint(error: BaseException, given: Arguments | None = None) -> str:
    """What to try after an error, given what the model was called with; empty where nothing is known to help."""
    said = f"{type(error).__name__}: {error}"
    wrong = _argument(*given, said) if given is not None else ""
    return wrong or _name(error) or next((words for pattern, words in HINTS if re.search(pattern, said)), "")


def _argument(model: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any], said: str) -> str:
    """What is wrong with the arguments themselves."""
    if takes := _unbound(model, args, kwargs):
        return takes
    named = named_arguments(model.forward, tuple(args), kwargs)
    for name, value in named.items():
        if words := _no_tensor(model, name, value):
            return words
    wanted = next((weight.dtype for weight in model.parameters() if weight.is_floating_point()), None)
    is_of_dtype = bool(re.search(DTYPES, said)) and "'indices'" not in said
    for name, value in named.items():
        if not isinstance(value, Tensor):
            continue
        if is_of_dtype and wanted is not None and value.dtype != wanted:
            scaled = " / 255 for pictures" if value.dtype is torch.uint8 else ""
            method = "float()" if wanted is torch.float32 else f"to({wanted})"
            return f"{name} is {_short(value.dtype)}, the weights {_short(wanted)}: give {name}.{method}{scaled}"
        dims = re.search(r"expected (\d)D(?: or \dD)? input \(got (\d)D", said)
        if dims and value.dim() == int(dims[2]) == int(dims[1]) - 1 and value.is_floating_point():
            return f"{name} has no batch dimension: give {name}[None], {'x'.join(map(str, (1, *value.shape)))}"
    return ""


def _no_tensor(model: nn.Module, name: str, value: Any) -> str:
    """What to give in the place of an argument that is no tensor and was most likely meant to be one."""
    room = type(value).__module__.partition(".")[0]
    if room == "numpy" and hasattr(value, "dtype"):
        return f"{name} is a numpy array: give torch.from_numpy({name}).float()"
    if room == "PIL":
        return f"{name} is a picture: give torchvision.transforms.functional.to_tensor({name})[None]"
    if isinstance(value, str):
        return f"{name} is text: load what it names, and give its tensor"
    if room == "torch" and hasattr(value, "batch_size"):
        return f"{name} is a loader: give one batch, next(iter({name}))[0]"
    if isinstance(value, (tuple, list)) and value:
        if _is_size(value):
            return f"{name} is a size, not a tensor: give torch.randn{tuple(value)}"
        if all(isinstance(one, Tensor) for one in value):
            if len(value) == 2 and value[1].dim() <= 1 and not value[1].is_floating_point():
                return f"{name} is images and labels: give the images alone, {name}[0]"
            return f"{name} is {article(type(value).__name__)} of tensors: give them one by one, *{name}"
    if isinstance(value, Mapping) and set(value) <= set(inspect.signature(model.forward).parameters):
        return f"{name} is a dict of what the forward takes by name: give **{name}"
    return ""


def _is_size(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and len(value) > 1 and all(type(size) is int for size in value)


def _unbound(model: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Why the forward can't be called with so many arguments or such names; empty where it can."""
    try:
        signature = inspect.signature(model.forward)
        signature.bind(*args, **kwargs)
    except TypeError as error:
        if type(model).forward is nn.Module.forward:
            return _no_forward(model)
        takes = str(signature).rpartition(" ->")[0] or str(signature)
        given = [tuple(args), *kwargs.values()]
        sizes = next((one for one in given if _is_size(one)), ())
        tensor = f", a tensor such as torch.randn{tuple(sizes)}" if sizes else ""
        return f"its forward takes {takes}{tensor}: {error}"
    except ValueError:
        pass
    return ""


def _no_forward(model: nn.Module) -> str:
    if isinstance(model, (nn.ModuleList, nn.ModuleDict)):
        return "it only holds modules: take nn.Sequential, or a module whose forward calls them"
    own = [name for name in vars(type(model)) if not name.startswith("_")]
    meant = did_you_mean("forward", own).removesuffix("?").removeprefix("did you mean ")
    kind = type(model).__name__
    return f"{kind} has no method forward" + (f": rename its {meant}" if meant else ", or it is indented wrongly")


def _name(error: BaseException) -> str:
    """For a name or attribute that is missing: where it is looked for, and what may have been meant."""
    if isinstance(error, NotImplementedError) and 'missing the required "forward"' in str(error):
        owner = _frame(error, "self")
        return _no_forward(owner) if isinstance(owner, nn.Module) else ""
    if isinstance(error, NameError):
        owner, name = _frame(error, "self"), getattr(error, "name", None) or ""
        return f"write self.{name}" if owner is not None and name and hasattr(owner, name) else ""
    if not isinstance(error, AttributeError):
        return ""
    found = re.match(r"(type object )?'(\w+)' (?:object )?has no attribute '(\w+)'", str(error))
    owner, name = getattr(error, "obj", None), found[3] if found else ""
    if found is None or owner is None or not is_users(_file_of(owner)):
        return ""
    meant = did_you_mean(name, [one for one in dir(owner) if not one.startswith("_")], alike=0.7)
    where = "in the class" if found[1] else "in its __init__"
    return f"{found[2]} has no {name}: set it {where}" + (f", or {meant}" if meant else "")


def _file_of(owner: Any) -> str:
    try:
        return inspect.getfile(owner if isinstance(owner, type) else type(owner))
    except (TypeError, OSError):
        return "<string>"


def _frame(error: BaseException, name: str) -> Any:
    """A local variable of the innermost frame of the user's, or of any that an error passed through."""
    found, trace = None, error.__traceback__
    while trace is not None:
        frame: FrameType = trace.tb_frame
        if name in frame.f_locals:
            found = frame.f_locals[name]
        trace = trace.tb_next
    return found


def _short(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
