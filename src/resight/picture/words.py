"""What an op is called in a picture, its few words of detail, and its colour group."""

from __future__ import annotations

import re
from collections.abc import Callable

from .. import text
from ..graph import UNSEEN, Graph, Op, Plain
from ..graph.walk import IMPORTS, SOURCES

Detail = Callable[[Op, Graph], str]

TITLES = {
    "scaled_dot_product_attention": "attention", "multi_head_attention_forward": "attention", "cat": "concat",
    "hstack": "concat", "vstack": "concat", "dstack": "concat", "getitem": "slice", "setitem": "write", "to": "cast",
    "interpolate": "resize", "hardtanh": "hard tanh", "logsumexp": "log sum exp", "log1p": "log 1+x",
    "bernoulli": "random mask", "masked_fill": "mask", "prelu": "PReLU", "relu6": "ReLU6",
}  # fmt: skip
"""The field's words where torch's name is not one; otherwise underscores become spaces."""

GROUPS = {
    "input": "input",
    "linear": "linear bilinear embedding embedding_bag lstm gru rnn lstm_cell gru_cell rnn_cell grouped_mm",
    "norm": "normalize",
    "activation": "relu relu6 gelu silu mish elu selu celu leaky_relu prelu rrelu sigmoid logsigmoid tanh softmax "
    "log_softmax softplus softsign softmin hardtanh hardswish hardsigmoid hardshrink softshrink tanhshrink threshold "
    "glu gumbel_softmax",
    "pool": "interpolate pixel_shuffle pixel_unshuffle grid_sample",
    "attention": "scaled_dot_product_attention multi_head_attention_forward",
    "shape": "reshape flatten unflatten permute transpose adjoint movedim squeeze unsqueeze expand repeat "
    "repeat_interleave tile getitem setitem split chunk unbind narrow select index_select gather take_along_dim "
    "contiguous to detach clone pad roll flip unfold fold stack positive",
}
GROUP_OF = {name: group for group, names in GROUPS.items() for name in names.split()}

MERGES = frozenset({"add", "sub", "cat", "stack", "hstack", "vstack", "dstack", "lerp", "addcmul", "addcdiv"})
PRODUCTS = frozenset({"matmul", "addmm", "baddbmm", "addbmm", "einsum", "dot", "inner", "outer", "tensordot"})
SIGNS = {"add": "+", "sub": "−", "mul": "×", "div": "÷", "floor_divide": "÷", "pow": "^", "remainder": "mod"}


def title(op: Op) -> str:
    """What the op is called: `conv2d`, `max pool`, `attention`; an input's or weight's own name."""
    if op.name == "input":
        return text.one_line(op.attributes.get("name", "input"))
    if op.name == "weight":
        return op.weights[0].name if op.weights else "weight"
    if op.name in ("addmm", "linear") and _weight(op, "mat2", "weight"):
        return "linear"
    if op.name == "hardtanh" and (op.attributes.get("min_val"), op.attributes.get("max_val")) == (0, 6):
        return "ReLU6"
    if "pool" in op.name:
        return _pool_title(op)
    return TITLES.get(op.name) or re.sub(r"^conv_transpose", "transposed conv", op.name).replace("_", " ")


def detail(op: Op, graph: Graph) -> str:
    """A few words about the op: `3×3, 64, /2`, `512 → 1000`, `× 0.5`, `dim=1`; an empty string where none help."""
    if op.attributes.get(UNSEEN):
        return "inside not seen" if op.inputs or op.weights else "origin not seen"
    return text.one_line(_writer(op.name)(op, graph))


def group(op: Op, merges: bool) -> str:
    """The colour group of an op (see `payload.GROUPS`); `merges`: it reads two or more values that carry data."""
    if op.name in MERGES and merges:
        return "merge"
    if not op.inputs and op.name in IMPORTS | SOURCES:
        return "input"
    if op.name in PRODUCTS:
        return "attention" if merges else "linear"
    if op.name in GROUP_OF:
        return GROUP_OF[op.name]
    for ending, found in (("_norm", "norm"), ("pool1d", "pool"), ("pool2d", "pool"), ("pool3d", "pool")):
        if op.name.endswith(ending):
            return found
    return "linear" if op.name.startswith("conv") else "other"


def _pool_title(op: Op) -> str:
    kind = "max" if "max" in op.name else "lp" if "lp_" in op.name else "avg"
    whole = op.name.startswith("adaptive") and set(_sizes(op.attributes.get("output_size"))) == {1}
    return f"{'global ' if whole else ''}{'unpool' if 'unpool' in op.name else kind + ' pool'}"


def _writer(name: str) -> Detail:
    if name in DETAILS:
        return DETAILS[name]
    if name.startswith("conv"):
        return _convolution
    if "pool" in name:
        return _pool
    if "dropout" in name:
        return _dropout
    return _dim


def _convolution(op: Op, graph: Graph) -> str:
    weight = _weight(op, "weight")
    groups = op.attributes.get("groups", 1)
    channels = op.outputs[0].shape[-len(weight) + 1] if op.outputs and len(weight) > 2 else 0
    depthwise = isinstance(groups, int) and groups > 1 and len(weight) > 1 and weight[1] == 1 and groups == weight[0]
    return _listed(
        _square(op.attributes.get("kernel_size"), op),
        str(channels) if channels else "",
        _stride(op),
        "dw" if depthwise else f"{groups} groups" if groups != 1 else "",
        _unlike(1, "dilated ", op.attributes.get("dilation", 1)),
    )


def _pool(op: Op, graph: Graph) -> str:
    if op.name.startswith("adaptive"):
        sizes = _sizes(op.attributes.get("output_size"))
        return "" if set(sizes) == {1} else f"→ {_square(op.attributes.get('output_size'), op)}"
    kernel = op.attributes.get("kernel_size")
    return _listed(_square(kernel, op), _unlike(1, "/", op.attributes.get("stride") or kernel))


def _linear(op: Op, graph: Graph) -> str:
    made = (graph.spec(read).shape for read in op.inputs if read.arg in ("weight", "mat2"))
    weight = _weight(op, "weight", "mat2") or next(made, ())
    return " → ".join(map(str, weight[::-1] if op.name == "linear" else weight)) if len(weight) == 2 else ""


def _embedding(op: Op, graph: Graph) -> str:
    return " → ".join(map(str, _weight(op, "weight")))


def _matmul(op: Op, graph: Graph) -> str:
    sides = [text.shape(shape[-2:]) for shape in _operands(op, graph)]
    return " · ".join(sides) if len(sides) == 2 else ""


def _attention(op: Op, graph: Graph) -> str:
    queries = next(iter(_operands(op, graph)), ())
    heads = text.plural(queries[-3], "head") if len(queries) > 3 else ""
    return _listed(heads, "causal" if op.attributes.get("is_causal") else "")


def _recurrent(op: Op, graph: Graph) -> str:
    hidden = next((w.spec.shape[-1] for w in op.weights if len(w.spec.shape) == 2 and "hh" in w.name), 0)
    layers = op.attributes.get("num_layers", 1)
    return _listed(
        f"hidden {hidden}" if hidden else "",
        f"{layers} layers" if layers not in (1, None) else "",
        "both ways" if op.attributes.get("bidirectional") else "",
    )


def _arithmetic(op: Op, graph: Graph) -> str:
    """`× 0.5`, `1 − x`, `+ pos_embedding`; nothing where two values meet."""
    sign = SIGNS[op.name]
    for side in ("other", "exponent", "input"):
        operand = op.attributes.get(side)
        if operand is None:
            operand = next((_last_name(weight.name) for weight in op.weights if weight.arg == side), None)
        if operand is not None:
            return (
                f"{_number(operand)} {sign} x" if side == "input" else f"{sign} {_number(operand)}".replace("^ ", "^")
            )
    return ""


def _dropout(op: Op, graph: Graph) -> str:
    return f"p={_number(op.attributes.get('p', 0.5))}"


def _concat(op: Op, graph: Graph) -> str:
    return f"dim={op.attributes.get('dim', 0)}"


def _parts(op: Op, graph: Graph) -> str:
    return _listed(f"into {len(op.outputs)}", f"dim={op.attributes.get('dim', 0)}")


def _slice(op: Op, graph: Graph) -> str:
    index = op.attributes.get("index")
    return f"[{index}]" if index is not None else ""


def _permute(op: Op, graph: Graph) -> str:
    return " ".join(map(str, _sizes(op.attributes.get("dims"))))


def _transpose(op: Op, graph: Graph) -> str:
    pair = (op.attributes.get("dim0"), op.attributes.get("dim1"))
    return "" if None in pair else f"{pair[0]} ↔ {pair[1]}"


def _resize(op: Op, graph: Graph) -> str:
    factor, mode = op.attributes.get("scale_factor"), op.attributes.get("mode", "nearest")
    grown = _unlike(0, "×", factor) if factor is not None else f"→ {_square(op.attributes.get('size'), op)}"
    return _listed(grown, str(mode))


def _group_norm(op: Op, graph: Graph) -> str:
    groups = op.attributes.get("num_groups")
    return f"{groups} groups" if groups is not None else ""


def _input(op: Op, graph: Graph) -> str:
    dtype = op.outputs[0].dtype
    return "" if dtype == "float32" else dtype


def _attribute(name: str, before: str = "") -> Detail:
    def write(op: Op, graph: Graph) -> str:
        value = op.attributes.get(name)
        return "" if value is None else f"{before}{_number(value)}"

    return write


def _dim(op: Op, graph: Graph) -> str:
    value = op.attributes.get("dim", op.attributes.get("dims"))
    return "" if value is None else f"dim={_number(value)}"


def _nothing(op: Op, graph: Graph) -> str:
    return ""


DETAILS: dict[str, Detail] = {
    **dict.fromkeys(("linear", "addmm"), _linear),
    **dict.fromkeys(("embedding", "embedding_bag"), _embedding),
    **dict.fromkeys(("matmul", "baddbmm", "addbmm"), _matmul),
    **dict.fromkeys(("lstm", "gru", "rnn", "lstm_cell", "gru_cell", "rnn_cell"), _recurrent),
    **dict.fromkeys(SIGNS, _arithmetic),
    **dict.fromkeys(("cat", "stack"), _concat),
    **dict.fromkeys(("split", "chunk", "unbind"), _parts),
    **dict.fromkeys(("getitem", "setitem"), _slice),
    **dict.fromkeys(("reshape", "flatten", "unflatten", "contiguous", "expand", "detach"), _nothing),
    "scaled_dot_product_attention": _attention, "permute": _permute, "transpose": _transpose, "interpolate": _resize,
    "group_norm": _group_norm, "input": _input, "constant": _input, "einsum": _attribute("equation"),
    "leaky_relu": _attribute("negative_slope", "slope "), "elu": _attribute("alpha", "α="),
    "roll": _attribute("shifts"), "pad": _attribute("pad"), "to": _attribute("dtype"),
    "pixel_shuffle": _attribute("upscale_factor", "×"), "masked_fill": _attribute("value"),
}  # fmt: skip


def _weight(op: Op, *args: str) -> tuple[int, ...]:
    """Shape of the weight passed as one of these arguments; empty if there is none."""
    return next((weight.spec.shape for weight in op.weights if weight.arg in args), ())


def _operands(op: Op, graph: Graph) -> list[tuple[int, ...]]:
    """Shapes of what is read, values first."""
    return [graph.spec(read).shape for read in op.inputs] + [weight.spec.shape for weight in op.weights]


def _sizes(value: Plain) -> tuple[Plain, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _square(value: Plain, op: Op) -> str:
    """A size in all directions, also where one number stands for all: `3×3`."""
    sizes = _sizes(value)
    directions = int(op.name[-2]) if op.name.endswith(("1d", "2d", "3d")) else len(sizes)
    return "×".join(_number(size) for size in (sizes * directions if len(sizes) == 1 else sizes))


def _stride(op: Op) -> str:
    """`/2` where a stride makes smaller, `↑2` where that of a transposed convolution makes larger."""
    return _unlike(1, "↑" if op.name.startswith("conv_transpose") else "/", op.attributes.get("stride", 1))


def _unlike(usual: int, before: str, value: Plain) -> str:
    """`/2` for 2 and (2, 2), `/2×1` for (2, 1), nothing where all are as usual."""
    sizes = _sizes(value)
    if set(sizes) <= {usual}:
        return ""
    return before + (_number(sizes[0]) if len(set(sizes)) == 1 else "×".join(map(_number, sizes)))


def _number(value: Plain) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_number, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _last_name(dotted: str) -> str:
    return dotted.rpartition(".")[2]


def _listed(*words: str) -> str:
    return ", ".join(filter(None, words))
