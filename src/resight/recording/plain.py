"""Recordings as JSON values and back; kept tensors as a safetensors file of numpy arrays."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UserError
from ..graph import Ref
from .statistics import ROW, Statistics, empty_rows
from .types import Recording, Thumbnail

DAMAGED = "save it again from the model"

PAIRS = ".real-imag"
"""What the name of a complex128 tensor ends with."""


def statistics_to_plain(statistics: Statistics) -> dict[str, Any]:
    """Columns by name, histograms without empty ends, non-finite numbers as words."""
    table = statistics.table
    refs = [[ref.op, ref.slot, row] for ref, row in statistics.rows.items()]
    columns = {name: [_number(x) for x in table[name].tolist()] for name in ROW.names or () if name != "bins"}
    return {"refs": refs, **columns, "bins": [_packed(bins) for bins in table["bins"]]}


def statistics_from_plain(plain: Any) -> Statistics:
    """The inverse of `statistics_to_plain`."""
    try:
        table = empty_rows(len(plain["count"]))
        for name in ROW.names or ():
            if name != "bins":
                table[name] = [float(x) if isinstance(x, str) else x for x in plain[name]]
        for row, (start, *counts) in zip(table["bins"], plain["bins"], strict=True):
            row[start : start + len(counts)] = counts
        rows = {Ref(op, slot): row for op, slot, row in plain["refs"]}
        if any(not 0 <= row < len(table) for row in rows.values()):
            raise ValueError("a value names a row that is not there")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UserError(f"the recording's statistics are damaged: {error}", hint=DAMAGED) from None
    return Statistics(rows, table)


def recording_to_plain(recording: Recording) -> dict[str, Any]:
    """Everything but the kept tensors, of which only the refs are written."""
    return {
        "values": statistics_to_plain(recording.values),
        "gradients": None if recording.gradients is None else statistics_to_plain(recording.gradients),
        "seconds": None if recording.seconds is None else [_number(x) for x in recording.seconds.tolist()],
        "kept": [[ref.op, ref.slot] for ref in recording.kept],
        "thumbnails": [_thumbnail_to_plain(thumbnail) for thumbnail in recording.thumbnails.values()],
        "batches": recording.batches,
        "how": recording.how,
    }


def recording_from_plain(plain: Any) -> Recording:
    """The inverse of `recording_to_plain`; kept tensors are absent, as None."""
    try:
        gradients, seconds = plain["gradients"], plain["seconds"]
        thumbnails = [_thumbnail_from_plain(one) for one in plain["thumbnails"]]
        return Recording(
            values=statistics_from_plain(plain["values"]),
            gradients=None if gradients is None else statistics_from_plain(gradients),
            seconds=None if seconds is None else np.array(seconds, np.float64),
            kept={Ref(op, slot): None for op, slot in plain["kept"]},
            thumbnails={thumbnail.ref: thumbnail for thumbnail in thumbnails},
            batches=int(plain["batches"]),
            how=str(plain["how"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"the recording is damaged: {error}", hint=DAMAGED) from None


def kept_to_bytes(kept: Mapping[Ref, Any]) -> bytes:
    """Kept tensors as a safetensors file, each named by the op and slot that made it."""
    from safetensors.numpy import save

    arrays = {ref: np.ascontiguousarray(array(tensor)).reshape(tensor.shape) for ref, tensor in kept.items()}
    return bytes(save(dict(_stored(ref, values) for ref, values in arrays.items())))


def kept_from_file(path: Path, kept: Iterable[Ref]) -> dict[Ref, np.ndarray]:
    """The tensors of the values `kept`, from a safetensors file; see `Recording.with_kept_from`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = load_file(path)
        return {ref: _opened(found, ref) for ref in kept}
    except OSError as error:
        reason = error.strerror or "there is no such file"
        raise UserError(
            f"cannot read {path.name}: {reason}", hint="it holds the kept tensors and belongs beside the .json file"
        ) from None
    except (SafetensorError, KeyError) as error:
        raise UserError(f"{path.name} does not hold the kept tensors ({error})", hint=DAMAGED) from None


def array(tensor: Any) -> np.ndarray:
    """A tensor of any kind as a numpy array; what numpy has no type for (bfloat16, float8) as float32."""
    if isinstance(tensor, np.ndarray):
        return tensor
    tensor = tensor.detach().cpu()
    narrow = str(tensor.dtype).removeprefix("torch.")
    is_unknown = narrow.startswith(("bfloat", "float8", "float4"))
    return np.asarray((tensor.float() if is_unknown else tensor).resolve_conj().resolve_neg().numpy())


def _stored(ref: Ref, values: np.ndarray) -> tuple[str, np.ndarray]:
    """Name and array for a file; safetensors has no complex128, so pairs of float64 stand for it."""
    if values.dtype != np.complex128:
        return _key(ref), values
    return _key(ref) + PAIRS, np.stack([values.real, values.imag], -1)


def _opened(found: Mapping[str, np.ndarray], ref: Ref) -> np.ndarray:
    pairs = found.get(_key(ref) + PAIRS)
    return found[_key(ref)] if pairs is None else np.ascontiguousarray(pairs).view(np.complex128)[..., 0]


def _key(ref: Ref) -> str:
    return f"{ref.op}.{ref.slot}"


def _number(value: float) -> float | str:
    """JSON has no word for what is not finite."""
    return value if isinstance(value, int) or np.isfinite(value) else str(value)


def _packed(bins: np.ndarray) -> list[int]:
    """Where the filled bins start, then their counts."""
    (filled,) = np.nonzero(bins)
    return [int(filled[0]), *map(int, bins[filled[0] : filled[-1] + 1])] if len(filled) else [0]


def _thumbnail_to_plain(thumbnail: Thumbnail) -> dict[str, Any]:
    pixels = b64encode(zlib.compress(thumbnail.pixels.tobytes(), 9)).decode()
    return {
        "ref": [thumbnail.ref.op, thumbnail.ref.slot],
        "shape": list(thumbnail.pixels.shape),
        "pixels": pixels,
        "low": [_number(x) for x in thumbnail.low],
        "high": [_number(x) for x in thumbnail.high],
        "channels": thumbnail.channels,
        "layout": thumbnail.layout,
    }


def _thumbnail_from_plain(plain: Any) -> Thumbnail:
    try:
        pixels = np.frombuffer(zlib.decompress(b64decode(plain["pixels"])), np.uint8).reshape(plain["shape"])
    except zlib.error as error:
        raise ValueError(f"pixels: {error}") from None
    low, high = (tuple(float(x) for x in plain[name]) for name in ("low", "high"))
    return Thumbnail(Ref(*plain["ref"]), pixels, low, high, int(plain["channels"]), str(plain["layout"]))
