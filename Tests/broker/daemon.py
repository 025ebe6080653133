"""Starts, stops and kills the daemon under test, and writes its configuration."""

import fcntl
import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from report import Failure, require

INPUT, OUTPUT = "sales.activity.v1", "sales.metrics.v1"
DEAD, LATE = "sales.activity.v1.dlq", "sales.activity.v1.late"
STOP_SECONDS_MAX = 30


def configuration(
    directory,
    brokers="127.0.0.1:9092",
    delivery="exactly_once",
    zone="UTC",
    fiscal_year_starts="february",
    windows="day, week, month, quarter, fiscal_quarter, all",
    scopes=None,
    http="127.0.0.1:0",
    token_file=None,
    instance="0",
    membership="static",
    snapshot_interval="5s",
    retention="1100d",
    interval="200ms",
    more="",
):
    """The text of a configuration whose state lies under `directory`; `more` is added at the end."""
    name = f'\n  instance: "{instance}"' if instance else ""
    chosen = f"\n  scopes: [{scopes}]" if scopes else ""
    token = f"\n  token: {{ file: {token_file} }}" if token_file else ""
    return f"""kafka:
  brokers: "{brokers}"
  group: nadi-test{name}
  membership: {membership}
  delivery: {delivery}
  properties: {{ session.timeout.ms: "6000" }}
input:
  topics: [{INPUT}]
output:
  topic: {OUTPUT}
  dead_letter: {DEAD}
  late: {LATE}
state:
  directory: {directory}/state
  snapshot_interval: {snapshot_interval}
emit:
  interval: {interval}
http:
  address: {http}{token}
catalogue:
  zone: {zone}
  week_starts: monday
  fiscal_year_starts: {fiscal_year_starts}
  windows: [{windows}]
  retention: {retention}{chosen}
{more}"""


def write_configuration(directory, **settings):
    path = Path(directory) / "nadi.yaml"
    path.write_text(configuration(directory, **settings))
    return path


def replay(nadi, events, config, seconds_max=300):
    """The lines of `nadi replay EVENTS --final`."""
    command = [str(nadi), "replay", str(events), "--config", str(config), "--final"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds_max)
    require(done.returncode == 0, f"nadi replay ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout.splitlines()


class Daemon:
    """`nadi run`; a context manager that ends the process by its id, also on exceptions."""

    def __init__(self, nadi, config, address=None):
        self.address = address
        self.command = [str(nadi), "run", "--config", str(config)]
        self.process = None
        self.environment = {}
        self.log = tempfile.TemporaryFile()
        # Reading moves the place that the process writes at, unless it always writes at the end.
        flags = fcntl.fcntl(self.log, fcntl.F_GETFL)
        fcntl.fcntl(self.log, fcntl.F_SETFL, flags | os.O_APPEND)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def start(self):
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            env={**os.environ, **self.environment},
        )

    def state(self):
        """What `/api/v1/state` says, of a daemon whose HTTP address is known."""
        try:
            with urllib.request.urlopen(f"http://{self.address}/api/v1/state", timeout=10) as answer:
                return json.load(answer)
        except (ConnectionError, urllib.error.URLError):
            return {"phase": "silent", "books": None}  # it does not answer yet, or not any more

    def has_read(self, count):
        """Whether its books hold so many records."""
        books = self.state()["books"]
        return books is not None and books["read"] >= count

    def check_alive(self):
        code = self.process.poll()
        if code is not None:
            raise Failure(f"nadi run ended with {code}:\n{self.said()}")

    def stop(self):
        """SIGTERM; the daemon must end with 0 in time."""
        self.check_alive()
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            raise Failure(
                f"nadi run did not stop within {STOP_SECONDS_MAX} s of SIGTERM:\n{self.said()}"
            ) from None
        require(code == 0, f"nadi run ended with {code} after SIGTERM:\n{self.said()}")
        return time.monotonic() - begun

    def kill(self):
        self.check_alive()
        self.process.kill()
        self.process.wait()

    def whole_log(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def said(self):
        self.log.seek(0)
        return self.log.read()[-8000:].decode(errors="replace")
