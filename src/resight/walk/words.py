"""What stands above and below a listing, in every format."""

from __future__ import annotations

from .. import text
from .listing import Listing

HISTOGRAM_HEAD = "min … max"

HISTOGRAM_LINE = (
    "histograms: each of the elements sampled from its line's value, from the least to the greatest of them, "
    "heights by the square root of the count, a tick at 0"
)
GAIN_LINE = "gain: rms(branch) / rms(shortcut) where they meet; cosine: of the angle between the two"


def heading(listing: Listing) -> tuple[str, tuple[str, ...]]:
    """The network's name, and lines under it: its skips, what it was run on."""
    trace = listing.trace
    ran = ", ".join(filter(None, (trace.about.inputs, f"{trace.about.mode} mode")))
    skips = trace.summary().removeprefix(f"{trace.about.title}: ")
    return text.one_line(trace.about.title), tuple(map(text.one_line, (skips, ran)))


def footer(listing: Listing) -> tuple[str, ...]:
    """How the numbers were obtained and what they mean."""
    trace = listing.trace
    names = {column.name for column in listing.columns}
    has_histograms = any(line.walked and line.walked.summary for line in listing.lines)
    lines = [
        trace.recording.how if trace.recording else "",
        HISTOGRAM_LINE if has_histograms else "",
        GAIN_LINE if names & {"gain", "cosine"} else "",
        *trace.about.notes,
    ]
    return tuple(text.one_line(line) for line in lines if line)
