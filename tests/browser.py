"""A headless Chromium that tests talk to over its DevTools pipe: keys, widths, print, and what went wrong meanwhile."""

from __future__ import annotations

import base64
import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.conftest import PROGRAMS

_SWITCHES = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --hide-scrollbars --remote-debugging-pipe"
)
_KEYS = {"Enter": ("\r", 13), "Escape": ("", 27), "Tab": ("", 9), "ArrowDown": ("", 40), "/": ("/", 191)}
_PATIENCE = 15


_AWAY = ("navigated or closed", "context was destroyed", "Cannot find context")


class Away(Exception):
    """The page that was asked is being left for another one."""


class Browser:
    """One tab: `requests` are the addresses that it asked for, `complaints` what it wrote on the console."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._numbers, self._rest = itertools.count(1), b""
        self._session = ""
        self._loaded = False
        self.requests: list[str] = []
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Carry out a DevTools command and return its result."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            said = self._receive()
            if said.get("id") == number:
                if any(words in said.get("error", {}).get("message", "") for words in _AWAY):
                    raise Away(said["error"]["message"])
                assert "error" not in said, said
                return dict(said["result"])

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self._loaded = False
        self.call("Page.navigate", url=address)
        self.settle(lambda: self.js("document.readyState") == "complete" and self._loaded)

    def settle(self, is_so: Any) -> None:
        """Wait until something is so; while one page gives way to the next, nothing is."""
        until = time.monotonic() + _PATIENCE
        while True:
            with suppress(Away):
                if is_so():
                    return
            assert time.monotonic() < until, "the page did not get there"
            time.sleep(0.02)

    def js(self, expression: str) -> Any:
        """What an expression comes to on the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release a key as a person would."""
        text, code = _KEYS[key]
        stroke = {"key": key, "code": key, "windowsVirtualKeyCode": code, "text": text}
        self.call("Input.dispatchKeyEvent", type="keyDown", **stroke)
        self.call("Input.dispatchKeyEvent", type="keyUp", **stroke)

    def type(self, text: str) -> None:
        """Put a text where the cursor is."""
        self.call("Input.insertText", text=text)

    def size(self, width: int, height: int) -> None:
        """Let the page be so wide and high."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def printed(self) -> bytes:
        """The page as a PDF."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._answers], [], [], _PATIENCE)
            assert ready, "Chromium does not answer"
            self._rest += os.read(self._answers, 1 << 20)
        line, self._rest = self._rest.split(b"\0", 1)
        said: dict[str, Any] = json.loads(line)
        match said.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(said["params"]["request"]["url"])
            case "Page.loadEventFired":
                self._loaded = True
            case "Log.entryAdded":
                self.complaints.append(said["params"]["entry"]["text"])
            case "Runtime.exceptionThrown" | "Runtime.consoleAPICalled":
                self.complaints.append(json.dumps(said["params"]))
        return said


@contextmanager
def browser() -> Iterator[Browser]:
    """A Chromium with a profile of its own, ended with all its processes."""
    program = next(filter(None, map(shutil.which, PROGRAMS["browser"])))
    (its_in, our_out), (our_in, its_out) = os.pipe(), os.pipe()

    def take_pipes() -> None:
        """Chromium listens on descriptor 3 and speaks on 4."""
        listen, speak = os.dup(its_in), os.dup(its_out)
        high = [os.dup2(listen, 60), os.dup2(speak, 61)]
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [program, *_SWITCHES.split(), f"--user-data-dir={profile}"],
            preexec_fn=take_pipes, close_fds=False, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(its_in)
        os.close(its_out)
        try:
            yield Browser(our_out, our_in)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(our_out)
            os.close(our_in)


def shot(page: Browser, path: Path, whole: bool = False) -> None:
    """A picture of the page, of what is seen of it or of all."""
    data = page.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
    path.write_bytes(base64.b64decode(data))
