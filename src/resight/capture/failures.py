"""Why a forward stopped, in the words of people who build residual networks, and what to try."""

from __future__ import annotations

from collections.abc import Sequence

from .. import text
from ..graph import Input, Op, TensorSpec

MERGES = frozenset({"add", "sub", "mul", "div", "lerp", "maximum", "minimum", "where", "addcmul"})
LINEAR = frozenset({"linear", "matmul", "addmm", "baddbmm"})
OVERLOADS = ", but expected one of:"
"""How torch ends the first line where the next ones list signatures."""


def explain(ops: Sequence[Op], op: Op | None, error: BaseException) -> tuple[str, str]:
    """What went wrong in one line, and what to try (empty where nothing helps).

    `op` is the op that raised, the last of `ops`, or None where plain Python code did.
    """
    for diagnose in (_merge, _concat, _convolution, _linear):
        words = diagnose(ops, op) if op is not None else None
        if words is not None:
            return words
    return _torch_words(error), _general_hint(error)


def _torch_words(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return text.shorten(text.one_line(lines[0].removesuffix(OVERLOADS)), 300) if lines else type(error).__name__


def _general_hint(error: BaseException) -> str:
    kind = type(error).__name__
    if kind in ("DataDependentOutputException", "DynamicOutputShapeException", "GuardOnDataDependentSymNode"):
        return "the forward asks for a value, and on meta there are only shapes; build the model on the CPU"
    if "same device" in str(error) or "FakeTensor Device" in str(error):
        return "put the model and all its inputs on one device"
    if isinstance(error, TypeError) and "positional argument" in str(error):
        return "give it the arguments that the model takes: (model, x, ...)"
    return ""


def _merge(ops: Sequence[Op], op: Op) -> tuple[str, str] | None:
    """Two operands that can't be broadcast together."""
    if op.name not in MERGES or len(op.inputs) < 2:
        return None
    left, right = op.inputs[0], op.inputs[1]
    specs = _spec(ops, left), _spec(ops, right)
    if _broadcast(*specs):
        return None
    swapped = _identity(ops, left, right)
    names = ("left operand", "right operand") if swapped is None else ("identity", "branch")
    identity, branch = specs[::-1] if swapped else specs
    first, second = _shapes(identity, branch)
    what = f"{names[0]} is {first}, {names[1]} is {second}"
    return what, _advice(identity, branch) if swapped is not None else "make both operands the same shape"


def _concat(ops: Sequence[Op], op: Op) -> tuple[str, str] | None:
    if op.name != "cat" or len(op.inputs) < 2:
        return None
    specs = [_spec(ops, read) for read in op.inputs]
    dim = op.attributes.get("dim", 0)
    shapes = " and ".join("x".join(map(str, spec.shape)) for spec in specs)
    return f"can't concatenate {shapes} along dimension {dim}", "all other dimensions must be equal"


def _identity(ops: Sequence[Op], left: Input, right: Input) -> bool | None:
    """Whether the right operand is the shortcut: its way from where the two part is the shorter one.

    None where the operands have nothing in common.
    """
    above_left, above_right = _above(ops, left.op), _above(ops, right.op)
    common = above_left & above_right
    if not common:
        return None
    return len(above_right - common) < len(above_left - common)


def _above(ops: Sequence[Op], start: int) -> set[int]:
    found, waiting = {start}, [start]
    while waiting:
        for read in ops[waiting.pop()].inputs:
            if read.op not in found:
                found.add(read.op)
                waiting.append(read.op)
    return found


def _advice(identity: TensorSpec, branch: TensorSpec) -> str:
    """What would make the shortcut fit its branch."""
    kept, wanted = identity.shape, branch.shape
    if len(kept) != len(wanted) or len(kept) < 2 or kept[0] != wanted[0]:
        return "make both the same shape"
    if len(kept) < 4:
        return f"this block needs a projection shortcut: a linear layer from {kept[-1]} to {wanted[-1]} features"
    strides = {_ratio(a, b) for a, b in zip(kept[2:], wanted[2:])}
    if None in strides:
        lost = next(a - b for a, b in zip(kept[2:], wanted[2:]) if _ratio(a, b) is None)
        change = f"the branch {'loses' if lost > 0 else 'gains'} {text.plural(abs(lost), 'pixel')}"
        remedy = "check the padding of its convolutions"
        if kept[1] == wanted[1]:
            return f"{change}: {remedy}"
        widths = f"goes from {kept[1]} to {wanted[1]} channels"
        return f"{change} and {widths}: {remedy}, and give this block a projection shortcut"
    if len(strides) > 1:
        return "this block needs a projection shortcut: match the strides of its branch"
    stride = strides.pop()
    size = f"1x1 convolution from {kept[1]} to {wanted[1]} channels" if kept[1] != wanted[1] else "1x1 convolution"
    return f"this block needs a projection shortcut: a {size}" + (f" with stride {stride}" if stride != 1 else "")


def _ratio(whole: int, part: int) -> int | None:
    """The stride that leads from `whole` pixels to `part`; None if it is none."""
    if part <= 0 or whole < part:
        return None
    stride = round(whole / part)
    return stride if -(-whole // stride) == part else None


def _convolution(ops: Sequence[Op], op: Op) -> tuple[str, str] | None:
    if not op.name.startswith("conv"):
        return None
    given = next((_spec(ops, read) for read in op.inputs if read.arg == "input"), None)
    weight = next((weight.spec for weight in op.weights if weight.arg == "weight"), None)
    if given is None or weight is None:
        return None
    dims = len(weight.shape) - 2
    shape = "x".join(map(str, given.shape))
    if len(given.shape) not in (dims + 1, dims + 2):
        return f"{op.name} expects {dims + 2} dimensions (batch, channels, ...), got {len(given.shape)}: {shape}", ""
    groups = op.attributes.get("groups", 1)
    expected = (
        weight.shape[0] if "transpose" in op.name else weight.shape[1] * (groups if isinstance(groups, int) else 1)
    )
    channels = given.shape[-dims - 1]
    if channels == expected:
        return None
    layer = op.weights[0].name.rpartition(".")[0]
    hint = f"give it {expected} channels" if _is_input(ops, op) else f"{layer} should take in {channels} channels"
    if given.shape[-1] == expected:
        hint = "channels come second (batch, channels, height, width): permute the input"
    return f"{op.name} expects {expected} channels, got {channels} in {shape}", hint


def _linear(ops: Sequence[Op], op: Op) -> tuple[str, str] | None:
    if op.name != "linear":
        return None
    given = next((_spec(ops, read) for read in op.inputs if read.arg == "input"), None)
    weight = next((weight for weight in op.weights if weight.arg == "weight"), None)
    if given is None or weight is None or not given.shape or given.shape[-1] == weight.spec.shape[-1]:
        return None
    expected, features = weight.spec.shape[-1], given.shape[-1]
    shape = "x".join(map(str, given.shape))
    layer = weight.name.rpartition(".")[0]
    hint = f"give it {expected} features" if _is_input(ops, op) else f"{layer} should take in {features} features"
    return f"linear expects {expected} features, got {features} in {shape}", hint


def _is_input(ops: Sequence[Op], op: Op) -> bool:
    return any(ops[read.op].name == "input" for read in op.inputs)


def _spec(ops: Sequence[Op], read: Input) -> TensorSpec:
    return ops[read.op].outputs[read.slot]


def _broadcast(a: TensorSpec, b: TensorSpec) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(a.shape[::-1], b.shape[::-1]))


def _shapes(a: TensorSpec, b: TensorSpec) -> tuple[str, str]:
    """Both shapes in words, without the batch size where they have the same."""
    has_batch = len(a.shape) == len(b.shape) > 1 and a.shape[0] == b.shape[0]
    first, second = ("x".join(map(str, spec.shape[has_batch:])) or "a scalar" for spec in (a, b))
    return first, second
