"""A headless Chromium, driven by its own protocol over two pipes: no driver and no package is needed."""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

from report import Failure

ANSWER_SECONDS_MAX = 90


def find():
    """The path of Debian's Chromium, or None."""
    return shutil.which("chromium")


class Browser:
    """A context manager; the browser ends with it, by its process group."""

    def __init__(self):
        self.errors = []
        self._number = 0
        self._rest = b""
        self._session = None

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_child, self._out = os.pipe()
        self._in, from_child = os.pipe()
        command = [
            find(), "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--hide-scrollbars",
            f"--user-data-dir={self._directory.name}", "about:blank",
        ]  # fmt: skip

        def pipes():
            # The browser reads from 3 and writes to 4; first out of the way of both, then into place.
            read, write = os.dup2(to_child, 60), os.dup2(from_child, 61)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command, preexec_fn=pipes, close_fds=False, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        os.close(to_child)
        os.close(from_child)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        os.close(self._in)
        os.close(self._out)
        self._directory.cleanup()

    # The protocol

    def call(self, method, **parameters):
        """Calls a method and returns its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        limit = time.monotonic() + ANSWER_SECONDS_MAX
        while time.monotonic() < limit:
            answer = self._read(limit - time.monotonic())
            if answer is not None and answer.get("id") == self._number:
                if "error" in answer:
                    raise Failure(f"{method}: {answer['error']}")
                return answer["result"]
        raise Failure(f"the browser did not answer {method} within {ANSWER_SECONDS_MAX} s")

    def _read(self, seconds):
        """One message, noted if it tells of an error; None when there is none in time."""
        while b"\0" not in self._rest:
            if not select.select([self._in], [], [], max(0, seconds))[0]:
                return None
            chunk = os.read(self._in, 1 << 20)
            if not chunk:
                self._log.seek(0)
                raise Failure(f"the browser ended: {self._log.read()[-2000:].decode(errors='replace')}")
            self._rest += chunk
        text, self._rest = self._rest.split(b"\0", 1)
        message = json.loads(text)
        self._note(message)
        return message

    def _note(self, message):
        parameters = message.get("params", {})
        match message.get("method"):
            case "Runtime.exceptionThrown":
                thrown = parameters["exceptionDetails"].get("exception", {})
                self.errors.append(thrown.get("description", "?"))
            case "Runtime.consoleAPICalled" if parameters["type"] in ("error", "warning", "assert"):
                self.errors.append(str([one.get("value") for one in parameters["args"]]))
            case "Log.entryAdded" if parameters["entry"]["level"] in ("error", "warning"):
                self.errors.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")

    # Pages

    def evaluate(self, expression):
        """The value of a JavaScript expression, awaited."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise Failure(f"{expression[:200]}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def show(self, url, width=1280, height=900, is_dark=False):
        """Opens a page as a screen of this size would show it."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
            mobile=width < 600,
        )  # fmt: skip
        scheme = "dark" if is_dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=url)

    def wait(self, expression, seconds, what):
        """Waits until an expression is true and returns its value."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            value = self.evaluate(expression)
            if value:
                return value
            time.sleep(0.1)
        raise Failure(f"not within {seconds} s: {what}")

    def press(self, key):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=9)

    def screenshot(self, path):
        """The whole page as PNG."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
