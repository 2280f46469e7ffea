"""How sure a share of successes is."""

from __future__ import annotations

from statistics import NormalDist

CONFIDENCE = 0.95
"""Of all intervals made this way, so many hold the true share."""


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927, JASA 22, p. 209): it never leaves [0, 1] and holds at the ends.

    Needs at least one trial.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share, weight = successes / trials, z * z / trials
    middle = (share + weight / 2) / (1 + weight)
    reach = z * (share * (1 - share) / trials + weight / (4 * trials)) ** 0.5 / (1 + weight)
    # In exact numbers the interval holds the share; rounding must not push it out.
    return max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))
