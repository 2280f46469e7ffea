"""Recordings as JSON values and back; kept tensors as a safetensors file of numpy arrays."""

from __future__ import annotations

import math
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..codec import decode
from ..errors import UserError
from ..graph import Ref
from ..text import binary_size, shape
from .binning import FINEST
from .statistics import ROW, Statistics, empty_rows
from .types import BINS, LAYOUTS, PIXELS, Recording, Thumbnail

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
        refs = decode(tuple[tuple[int, int, int], ...], plain["refs"])
        rows = {Ref(op, slot): row for op, slot, row in refs}
        if any(not 0 <= row < len(plain["count"]) for row in rows.values()):
            raise ValueError("a value names a row that is not there")
        table = empty_rows(len(plain["count"]))
        for name in ROW.names or ():
            if name != "bins":
                table[name] = [float(x) if isinstance(x, str) else x for x in plain[name]]
        for row, (start, *counts) in zip(table["bins"], plain["bins"], strict=True):
            row[slice(start, start + len(counts)) if start >= 0 else BINS] = counts
        if fault := _fault(table):
            raise ValueError(fault)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise UserError(f"the recording's statistics are damaged: {error}", hint=DAMAGED) from None
    return Statistics(rows, table)


def _fault(table: np.ndarray) -> str:
    """What can't be of some rows; empty where nothing is wrong."""
    counts = [table[name] for name in ("nonfinite", "zeros", "sampled", "bins")]
    if any((column < 0).any() for column in counts) or (table["deviations"] < 0).any():
        return "a count below 0"
    if ((table["nonfinite"] > table["count"]) | (table["zeros"] > table["sampled"])).any():
        return "more of some elements than of all"
    with np.errstate(over="ignore"):
        farthest = np.ldexp(np.abs(table["first"].astype(np.float64)) + BINS, table["exponent"])
    if (table["exponent"] < FINEST).any() or not np.isfinite(farthest).all():
        return "a histogram beyond all numbers"
    return ""


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


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A thumbnail in JSON."""

    ref: tuple[int, int]
    shape: tuple[int, int, int]
    pixels: str
    low: tuple[float | str, ...]
    high: tuple[float | str, ...]
    channels: int
    layout: str


@dataclass(frozen=True, slots=True)
class _Written:
    """A recording in JSON."""

    values: Statistics
    gradients: Statistics | None
    seconds: tuple[float | str, ...] | None
    kept: tuple[tuple[int, int], ...]
    thumbnails: tuple[_Drawn, ...]
    batches: int
    how: str


def recording_from_plain(plain: Any) -> Recording:
    """The inverse of `recording_to_plain`; kept tensors are absent, as None."""
    try:
        written: _Written = decode(_Written, plain)
        if sum(math.prod(one.shape) for one in written.thumbnails) > PIXELS:
            raise ValueError(f"more than {binary_size(PIXELS)} of thumbnails")
        thumbnails = [_thumbnail_from_plain(one) for one in written.thumbnails]
        return Recording(
            values=written.values,
            gradients=written.gradients,
            seconds=None if written.seconds is None else np.array(written.seconds, np.float64),
            kept={Ref(*ref): None for ref in written.kept},
            thumbnails={thumbnail.ref: thumbnail for thumbnail in thumbnails},
            batches=written.batches,
            how=written.how,
        )
    except UserError as error:
        raise UserError(error.what.replace("_Written", "the recording", 1), hint=DAMAGED) from None
    except ValueError as error:
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
        size, most = path.stat().st_size, physical_memory()
        if most is not None and size > most:  # a file with holes can be larger than its disk
            hint = "take it to a larger machine, or keep less"
            raise UserError(f"{path.name} holds {binary_size(size)}, this machine has {binary_size(most)}", hint=hint)
        found = load_file(path)
        return {ref: _opened(found, ref) for ref in kept}
    except OSError as error:
        reason = error.strerror or "there is no such file"
        raise UserError(
            f"cannot read {path.name}: {reason}", hint="it holds the kept tensors and belongs beside the .json file"
        ) from None
    except (SafetensorError, KeyError, ValueError, MemoryError) as error:
        raise UserError(f"{path.name} does not hold the kept tensors ({error})", hint=DAMAGED) from None


def physical_memory() -> int | None:
    """Bytes of memory the machine has; None where the system does not say."""
    with suppress(AttributeError, OSError, ValueError):  # Windows has no sysconf
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


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


def _thumbnail_from_plain(drawn: _Drawn) -> Thumbnail:
    """Its pixels unpacked, no more of them than its sizes say: a few bytes can be packed that unpack to gigabytes."""
    size, channels = math.prod(drawn.shape), drawn.shape[0]
    low, high = (tuple(map(float, bounds)) for bounds in (drawn.low, drawn.high))
    if min(drawn.shape) < 1 or not len(low) == len(high) == channels <= drawn.channels:
        raise ValueError(f"a thumbnail of {shape(drawn.shape)} pixels has {len(low)} and {len(high)} bounds")
    if drawn.layout not in LAYOUTS.values():
        raise ValueError(f"there is no thumbnail of {drawn.layout}")
    try:
        packed = zlib.decompressobj().decompress(b64decode(drawn.pixels, validate=True), size + 1)
        pixels = np.frombuffer(packed, np.uint8).reshape(drawn.shape)
    except zlib.error as error:
        raise ValueError(f"pixels: {error}") from None
    return Thumbnail(Ref(*drawn.ref), pixels, low, high, drawn.channels, drawn.layout)
