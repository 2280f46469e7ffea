"""Why a forward stopped, in the words of people who build residual networks, and what to try."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isqrt, prod

from .. import text
from ..graph import Input, Op, TensorSpec
from . import mistakes

MERGES = frozenset({"add", "sub", "mul", "div", "lerp", "maximum", "minimum", "where", "addcmul"})
KEEPS_SHAPE = frozenset({"to", "float", "half", "contiguous", "mul", "div", "sub", "dropout", "relu"})
"""Ops whose output is their first input, cast, scaled or with some of it away."""
FEATURES_LAST = frozenset({"embedding", "linear", "layer_norm", "lstm", "gru"})
OVERLOADS = ", but expected one of:"
"""How torch ends the first line where the next ones list signatures."""


def explain(
    ops: Sequence[Op], op: Op | None, error: BaseException, given: mistakes.Arguments | None = None
) -> tuple[str, str]:
    """What went wrong in one line, and what to try (empty where nothing helps).

    `op` is the op that raised, the last of `ops`, or None where plain Python code did; `given` is the model and its
    arguments.
    """
    said, tried = _torch_words(error), ""
    for diagnose in (_merge, _concat, _convolution, _linear, _view, _norm, _embedding):
        found = diagnose(ops, op) if op is not None else None
        if found is not None:
            said, tried = found[0] or said, found[1]
            break
    return said, tried or mistakes.hint(error, given)


def _torch_words(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return text.shorten(text.one_line(lines[0].removesuffix(OVERLOADS)), 300) if lines else type(error).__name__


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
    shapes = " and ".join(_by(spec.shape) for spec in specs)
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
    found = _read_and_weight(ops, op) if op.name.startswith("conv") else None
    if found is None:
        return None
    given, weight, layer = found
    dims, sizes = len(weight) - 2, given.shape
    groups = op.attributes.get("groups", 1)
    expected = weight[0] if "transpose" in op.name else weight[1] * (groups if isinstance(groups, int) else 1)
    if len(sizes) not in (dims + 1, dims + 2):
        said = f"{op.name} expects {dims + 2} dimensions (batch, channels, ...), got {len(sizes)}: {_by(sizes)}"
        return said, _unflattened(sizes, expected) if dims == 2 else ""
    channels = sizes[-dims - 1]
    if channels == expected:
        return None
    hint = f"{layer} should take in {channels} channels"
    if dims == 1 and sizes[-1] == expected and _origin(ops, op.inputs[0]).name in FEATURES_LAST:
        hint = f"channels come second here: transpose(1, 2) before {layer}"
    elif _is_input(ops, op):
        hint = _as_channels_first(sizes, dims, expected) or f"give it {expected} channels"
        if (channels, expected, len(sizes)) == (1, 3, 4):
            hint = "give it 3 channels: x.repeat(1, 3, 1, 1) for grey images"
    return f"{op.name} expects {expected} channels, got {channels} in {_by(sizes)}", hint


def _unflattened(sizes: tuple[int, ...], channels: int) -> str:
    """The image that a row of pixels was, or the channel that grey images lack."""
    side = isqrt(sizes[-1] // channels)
    if len(sizes) == 2 and sizes[-1] == channels * side * side and side > 1:
        return f"give it images: reshape {_by(sizes)} to {_by((sizes[0], channels, side, side))}"
    return "give it a channel dimension and a batch dimension" if len(sizes) == 2 and channels == 1 else ""


def _as_channels_first(sizes: tuple[int, ...], dims: int, expected: int) -> str:
    """How to turn channels last round; empty where they are not last, and for grey images without a channel."""
    pixels = sizes[-dims - 1 : -1]
    if len(sizes) == dims + 1 and expected == 1 < dims and sizes[-1] != 1:
        return f"give it a channel dimension: x[:, None], {_by((sizes[0], 1, *sizes[1:]))}"
    is_last = sizes[-1] == expected and min(pixels) > expected // (1 if dims > 1 else expected)
    if not is_last or (dims > 1 and pixels[-1] == expected):
        return ""
    order = (*range(len(sizes) - dims - 1), len(sizes) - 1, *range(len(sizes) - dims - 1, len(sizes) - 1))
    turned = _by(sizes[axis] for axis in order)
    return f"channels come right after the batch: permute the input, x.permute{order} is {turned}"


def _linear(ops: Sequence[Op], op: Op) -> tuple[str, str] | None:
    found = _read_and_weight(ops, op) if op.name == "linear" else None
    if found is None or not found[0].shape or found[0].shape[-1] == found[1][-1]:
        return None
    sizes, expected, layer = found[0].shape, found[1][-1], found[2]
    features, inner = sizes[-1], sizes[1:]
    hint = f"{layer} should take in {features} features"
    before = _flattened(ops, op)
    if prod(sizes) == expected and len(sizes) > 1 and _has_no_batch(ops):
        hint = "the input has no batch dimension: give x[None]"
    elif before and before[0] != sizes[0] and prod(before[1:]) == expected:
        hint = f"keep the batch of {before[0]} where it is flattened: flatten(1) gives {_by((before[0], expected))}"
    elif len(sizes) > 2 and prod(inner) == expected:
        hint = f"flatten first: {_by(inner)} = {expected}"
    elif len(sizes) == 4 and sizes[1] == expected:
        hint = f"pool and flatten first: nn.AdaptiveAvgPool2d(1) leaves {expected} features"
    elif len(sizes) == 4 and not _is_input(ops, op):
        hint = f"flatten first: {_by(inner)} = {prod(inner)}, which {layer} should take in"
    elif _is_input(ops, op):
        hint = f"give it {expected} features"
    elif before and prod(before[1:]) == features:
        where = f" = {_by(before[1:])}{_made_for(before[1], expected)}"
        hint = f"{layer} should take in {features} features{where}"
    return f"linear expects {expected} features, got {features} in {_by(sizes)}", hint


OTHER_SIZE = " is of another image size"


def _made_for(channels: int, features: int) -> str:
    """`; 1024 = 64x4x4 is another image size`, where so many features are square images of these channels."""
    side = isqrt(features // channels) if channels else 0
    is_square = side and channels * side * side == features
    return f"; {features} = {_by((channels, side, side))}{OTHER_SIZE}" if is_square else ""


def _flattened(ops: Sequence[Op], op: Op) -> tuple[int, ...]:
    """The sizes of what was flattened into what `op` reads; empty where nothing was."""
    made = _origin(ops, op.inputs[0])
    if made.name not in ("flatten", "view", "reshape") or not made.inputs:
        return ()
    before = _spec(ops, made.inputs[0]).shape
    return before if len(before) > 2 else ()


def _view(ops: Sequence[Op], op: Op) -> tuple[str, str] | None:
    """A view whose sizes do not hold what it was given, said for each image."""
    asked = op.attributes.get("shape", op.attributes.get("size"))
    if op.name not in ("view", "reshape") or not op.inputs or not isinstance(asked, (list, tuple)):
        return None
    sizes = _spec(ops, op.inputs[0]).shape
    wanted = [size for size in asked if isinstance(size, int)]
    if len(sizes) < 2 or len(wanted) != len(asked) or not prod(sizes) or 0 in wanted:
        return None
    known, batch, inner = abs(prod(wanted)), sizes[0], prod(sizes[1:])
    if (prod(sizes) == known) if -1 not in wanted else (prod(sizes) % known == 0):
        return None
    said = f"can't view {_by(sizes)} as {_by(wanted)}"
    rest = abs(prod(wanted[1:]))
    if rest == inner or (-1 in wanted[1:] and inner % rest == 0 and wanted[0] != batch):
        return said, f"the batch is {batch} here, not {wanted[0]}: write x.size(0) for {wanted[0]}"
    if len(sizes) != 4:
        return (
            said,
            f"{_by(sizes)} holds {prod(sizes)} values, the view asks for {'a multiple of ' * (-1 in wanted)}{known}",
        )
    other = _made_for(sizes[1], rest).removeprefix("; ").removesuffix(OTHER_SIZE) or str(rest)
    here = f"{_by(sizes[1:])} = {inner} per image, {other}"
    return said, f"{here}: give images of the size it was made for, or flatten(1) and a linear of {inner}"


def _norm(ops: Sequence[Op], op: Op) -> tuple[str, str] | None:
    """A norm over another number of channels."""
    if op.name not in ("batch_norm", "layer_norm", "instance_norm"):
        return None
    given = next((_spec(ops, read) for read in op.inputs if read.arg == "input"), None)
    weight = next(iter(op.weights), None)
    if given is None or weight is None or len(given.shape) < 2:
        return None
    layer, expected, sizes = weight.name.rpartition(".")[0], weight.spec.shape[-1], given.shape
    if op.name == "layer_norm":
        if sizes[-1] == expected:
            return None
        turn = "it normalises the last dimension: permute channels there, or take nn.GroupNorm(1, channels)"
        resized = f"{layer} should normalise {sizes[-1]} features"
        return f"layer_norm expects {expected} features, got {_by(sizes)}", turn if sizes[1] == expected else resized
    if sizes[1] == expected:
        return None
    hint = (
        "the input has no batch dimension: give x[None]" if _has_no_batch(ops) else f"{layer} should take in {sizes[1]}"
    )
    return f"{op.name} expects {expected} channels, got {sizes[1]} in {_by(sizes)}", hint


def _embedding(ops: Sequence[Op], op: Op) -> tuple[str, str] | None:
    """Ids beyond the rows of an embedding, or none."""
    table = next((weight.spec.shape for weight in op.weights if len(weight.spec.shape) == 2), None)
    if op.name != "embedding" or table is None or not op.inputs:
        return None
    ids = next((_spec(ops, read) for read in op.inputs if read.arg == "input"), None)
    if ids is None or ids.dtype.startswith(("float", "bfloat", "f", "bf")):
        return None
    return "", f"its ids go from 0 to {table[0] - 1}"


def _has_no_batch(ops: Sequence[Op]) -> bool:
    """Whether a convolution read the input as one image without a batch."""
    convolutions = [op for op in ops if op.name.startswith("conv") and op.weights and _is_input(ops, op)]
    return any(len(_spec(ops, op.inputs[0]).shape) == len(op.weights[0].spec.shape) - 1 for op in convolutions)


def _read_and_weight(ops: Sequence[Op], op: Op) -> tuple[TensorSpec, tuple[int, ...], str] | None:
    """What a layer reads, the shape of its weight, and its name."""
    given = next((_spec(ops, read) for read in op.inputs if read.arg == "input"), None)
    weight = next((weight for weight in op.weights if weight.arg == "weight"), None)
    return None if given is None or weight is None else (given, weight.spec.shape, weight.name.rpartition(".")[0])


def _is_input(ops: Sequence[Op], op: Op) -> bool:
    """Whether an op reads an input, or one that was cast or scaled."""
    return any(_origin(ops, read).name == "input" for read in op.inputs)


def _origin(ops: Sequence[Op], read: Input) -> Op:
    """The op that made what is read, before casts and the like."""
    while (made := ops[read.op]).name in KEEPS_SHAPE and made.inputs:
        read = made.inputs[0]
    return made


def _by(sizes: Iterable[int]) -> str:
    return "x".join(map(str, sizes))


def _spec(ops: Sequence[Op], read: Input) -> TensorSpec:
    return ops[read.op].outputs[read.slot]


def _broadcast(a: TensorSpec, b: TensorSpec) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(a.shape[::-1], b.shape[::-1]))


def _shapes(a: TensorSpec, b: TensorSpec) -> tuple[str, str]:
    """Both shapes in words, without the batch size where they have the same."""
    has_batch = len(a.shape) == len(b.shape) > 1 and a.shape[0] == b.shape[0]
    first, second = (_by(spec.shape[has_batch:]) or "a scalar" for spec in (a, b))
    return first, second
