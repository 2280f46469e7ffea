"""What can go wrong, and whose fault it is.

ResightError
├── UserError          exit 2   the user can mend it: what, where, what to try
│   ├── MissingExtra   exit 2   an optional package is not installed
│   └── CannotWrite    exit 2   a file could not be written; nothing was left behind
└── Bug                exit 3   ours: a broken invariant
"""

from __future__ import annotations

__all__ = ["Bug", "CannotWrite", "ForwardWarning", "MissingExtra", "ResightError", "UserError"]


class ResightError(Exception):
    """Root of everything resight raises on purpose."""

    exit_code = 1


class UserError(ResightError):
    """Something the user can mend; `hint` says what to try.

    The message is one line: `str(error)` joins what happened and the hint.
    """

    exit_code = 2

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}; {self.hint}" if self.hint else self.what


class MissingExtra(UserError):
    """A package that only some commands need is not installed."""

    def __init__(self, package: str, purpose: str, install: str) -> None:
        super().__init__(f"{purpose} needs the package {package}", hint=f"install it with: pip install {install}")


class CannotWrite(UserError):
    """A file could not be written; whatever stood there before is untouched."""


class Bug(ResightError):
    """A broken invariant of resight's own; worth a report."""

    exit_code = 3


class ForwardWarning(UserWarning):
    """The model's forward raised; the trace holds the graph up to the failing op."""
