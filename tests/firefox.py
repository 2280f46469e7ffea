"""A real Firefox, driven through Marionette, the door that Firefox has built in for tests: no driver, no package.

Playwright's own Firefox is a patched build that has to be downloaded, Selenium needs geckodriver; this needs neither.
Messages are `<length>:<JSON>`; JSON is `[0, id, command, parameters]` going and `[1, id, error, result]` coming.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAMES = ("firefox", "firefox-esr")
PATIENCE = 30.0
"""Seconds that Firefox may take to start or to answer."""

COMPLAINTS = """
  const errors = Services.console.getMessageArray().filter((each) => each instanceof Ci.nsIScriptError);
  const logged = Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage).getEvents();
  const said = errors.map((each) => [each.sourceName, each.errorMessage]);
  said.push(...logged.map((each) => [each.filename, each.arguments.join(" ")]));
  return said.filter(([from]) => from.startsWith("file:")).map(([, words]) => words);
"""
"""What pages from disk wrote to the console: errors of scripts, of styles, of the policy, and what they logged."""


def found() -> str | None:
    """Where Firefox is on this machine."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """One window of it, with a profile of its own in an empty folder. Raises OSError where it does not start."""

    def __init__(self, binary: str, profile: Path, width: int = 1440, height: int = 1000) -> None:
        (profile / "user.js").write_text('user_pref("marionette.port", 0);\n', encoding="utf-8")
        options = [
            "--headless",
            "--no-remote",
            "--marionette",
            "--remote-allow-system-access",
            "--profile",
            str(profile),
        ]
        self.process = subprocess.Popen([binary, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.asked = 0
        try:
            self.wire = socket.create_connection(("127.0.0.1", self._port(profile / "MarionetteActivePort")), PATIENCE)
            self.coming = self.wire.makefile("rb")
            self._read()  # its greeting
            self.ask("WebDriver:NewSession", capabilities={})
            self.ask("WebDriver:SetWindowRect", width=width, height=height)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def ask(self, command: str, **parameters: Any) -> Any:
        """What a command gives. Raises RuntimeError with Firefox's words."""
        self.asked += 1
        message = json.dumps([0, self.asked, command, parameters]).encode()
        self.wire.sendall(b"%d:%b" % (len(message), message))
        _, _, error, result = self._read()
        if error is not None:
            raise RuntimeError(f"{command}: {error['error']}: {error['message']}")
        return result

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function with this body returns; it sees the page's elements, not its script's own names."""
        return self.ask("WebDriver:ExecuteScript", script=script, args=list(arguments))["value"]

    def until(self, script: str, *arguments: Any) -> Any:
        """The same, once it is true."""
        return _until(lambda: self.run(script, *arguments), script)

    def click(self, x: float, y: float, times: int = 1) -> None:
        """Press and let go at a point of the window, as often as told."""
        press = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}] * times
        move = {"type": "pointerMove", "x": round(x), "y": round(y)}
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [move, *press]}
        self.ask("WebDriver:PerformActions", actions=[mouse])

    def complaints(self) -> list[str]:
        """What pages wrote to the console so far."""
        self.ask("Marionette:SetContext", value="chrome")
        said: list[str] = self.run(COMPLAINTS)
        self.ask("Marionette:SetContext", value="content")
        return said

    def close(self) -> None:
        """End it."""
        self.wire.close()
        self.process.terminate()
        self.process.wait(PATIENCE)

    def _read(self) -> Any:
        length = b""
        while (digit := self.coming.read(1)) != b":":
            if digit == b"":
                raise OSError("Firefox hung up")
            length += digit
        return json.loads(self.coming.read(int(length)))

    def _port(self, file: Path) -> int:
        def told() -> str:
            if self.process.poll() is not None:
                raise OSError(f"Firefox ended with {self.process.returncode}")
            return file.read_text(encoding="utf-8") if file.exists() else ""

        return int(_until(told, "Firefox to start"))


def _until(ask: Callable[[], Any], what: str) -> Any:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if got := ask():
            return got
        time.sleep(0.05)
    raise TimeoutError(f"waited {PATIENCE:g} seconds for {what}")
