"""Where the command line starts and where every error of it ends, caught once."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from .. import __version__
from ..errors import Bug, ResightError, UserError
from ..text import one_line, shorten
from . import compare, data, features, show, summary, sweep, train, walk
from .complaints import complain

COMMANDS: list[Callable[..., int]] = [
    show.show, summary.summary, features.features, walk.walk, train.train, sweep.sweep, compare.compare,
]  # fmt: skip
GROUPS: list[typer.Typer] = [data.app]
"""Commands that have commands of their own."""

UNREAD = 1
"""The reader of our output left before the end (`| head`): nothing to say, as nobody listens."""

INTERRUPTED = 130
"""What a shell reports for a process stopped by Ctrl-C: 128 + SIGINT."""

USAGE_ERROR: type[Exception] = typer.BadParameter.__bases__[0]
"""A wrong command line. Reached through its subclass, as typer comes with or without its own copy of click."""

app = typer.Typer(name="resight", add_completion=False, no_args_is_help=True, rich_markup_mode="rich")


def _print_version(asked: bool) -> None:
    if asked:
        print(f"resight {__version__}")
        raise typer.Exit


@app.callback(help="See the residual (skip) connections of any PyTorch network.")
def _resight(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and leave.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the Python traceback of an error.")] = False,
) -> None:
    """Options before the command; `main` reads `--debug` itself, as it must hold for what fails in here too."""


for command in COMMANDS:
    app.command()(command)
for group in GROUPS:
    app.add_typer(group)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code.

    0: done. 1: nobody read the output to its end. 2: the user can mend it (one line on stderr says how).
    3: a bug of ours. 130: Ctrl-C. `--debug`, anywhere on the line, also shows the traceback.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    _never_fail_to_print()
    try:
        code = app(args=[word for word in words if word != "--debug"], standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        _close_quietly()
        return UNREAD
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    except Exception as error:
        return _report(error, debug)
    return code if isinstance(code, int) else 0


def _report(error: Exception, debug: bool) -> int:
    """Say in one line what went wrong and whose fault it is; return the exit code."""
    if debug:
        traceback.print_exception(error)
    if isinstance(error, USAGE_ERROR):
        words = error.format_message() if hasattr(error, "format_message") else str(error)
        if words:  # a bare `resight` has shown the help already
            complain(f"{words.rstrip('.')}; try resight --help")
        return 2
    if isinstance(error, ResightError) and not isinstance(error, Bug):
        complain(str(error))
        return error.exit_code
    if words := _of_the_machine(error):
        complain(words)
        return UserError.exit_code
    complain(f"{type(error).__name__}: {error}; this is a bug in resight: please report it with the output of --debug")
    return Bug.exit_code


def _of_the_machine(error: Exception) -> str:
    """What the system or its memory refused, which is no bug of ours; empty for any other error."""
    if isinstance(error, OSError) and error.strerror:
        if error.filename is None:
            _close_quietly()
        where = "the output" if error.filename is None else shorten(one_line(error.filename), 80)
        return f"{error.strerror}: {where}; try another file or folder"
    if isinstance(error, ValueError) and "embedded null" in str(error):
        return "a path cannot hold a NUL character; check the paths"
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error) or "out of memory" in str(error):
        return "there is not enough memory for this; try a smaller --input or network, or --device meta"
    return ""


def _never_fail_to_print() -> None:
    """A terminal or pipe that cannot show ⊕ gets a question mark, not an exception."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def _close_quietly() -> None:
    """The reader of our output left (`| head`): let Python's own flush at exit go nowhere."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
