"""Whether a forward takes the inputs that were typed for it, and which flag to write where it does not."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from inspect import Parameter

from torch import nn

from ...errors import UserError
from ...text import did_you_mean, plural

NAMED = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def unfit_arguments(model: nn.Module, args: Sequence[object], kwargs: Mapping[str, object]) -> UserError | None:
    """Why `model.forward` cannot be called with these arguments, in words of `--input`; None where it can."""
    signature = inspect.signature(model.forward)
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        pass
    else:
        return None
    forward = f"{type(model).__name__}.forward"
    accepted = [name for name, parameter in signature.parameters.items() if parameter.kind in NAMED]
    unknown = [name for name in kwargs if name not in accepted]
    if unknown:
        hint = did_you_mean(unknown[0], accepted) or f"it takes {', '.join(accepted) or 'none by name'}"
        return UserError(f"{forward} has no input {unknown[0]!r}", hint=hint)
    missing = _missing(signature, args, kwargs)
    if missing:
        flags = " ".join(f"--input {name}=..." for name in missing)
        return UserError(f"{forward} also needs {' and '.join(missing)}", hint=f"add {flags} with its shape")
    what = f"{forward} takes {plural(len(accepted), 'input')} ({', '.join(accepted)}), got {len(args) + len(kwargs)}"
    return UserError(what, hint="write one --input for each")


def _missing(signature: inspect.Signature, args: Sequence[object], kwargs: Mapping[str, object]) -> list[str]:
    """Required arguments nobody gave; none where more were given than there are."""
    try:
        given = signature.bind_partial(*args, **kwargs).arguments
    except TypeError:
        return []
    parameters = signature.parameters.values()
    required = [p.name for p in parameters if p.default is p.empty and p.kind in (Parameter.POSITIONAL_ONLY, *NAMED)]
    return [name for name in required if name not in given]
