#!/usr/bin/env python3
"""Listens to `nadi run` as a service manager does: readiness, status, watchdog, stop and exit codes.

    check_notify.py --nadi PATH
"""

import argparse
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from daemon import INPUT, OUTPUT, DEAD, LATE, Daemon, write_configuration
from report import Report, require, wait_until
from tansu import Broker

SECONDS_MAX = 60


class Manager:
    """A datagram socket that `NOTIFY_SOCKET` names, at an abstract name or a path."""

    def __init__(self, address):
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.setblocking(False)
        self.messages = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def read(self):
        """Everything said so far, each message a dictionary of its assignments and the time it was read."""
        while True:
            try:
                text = self.socket.recv(4096).decode()
            except BlockingIOError:
                return self.messages
            message = dict(line.split("=", 1) for line in text.splitlines())
            self.messages.append(message | {"at": time.monotonic()})

    def has(self, name, value="1"):
        return any(message.get(name) == value for message in self.read())

    def place(self, name):
        return next((number for number, message in enumerate(self.read()) if name in message), None)


class ManagedDaemon(Daemon):
    """The daemon as a service manager starts it; keeps only standard error's text."""

    def __init__(self, nadi, config, environment):
        super().__init__(nadi, config)
        self.environment = environment

    def start(self):
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            env=os.environ | self.environment,
        )


def check_reload(manager, daemon):
    """SIGHUP: reloading, at a time of the monotonic clock, and then ready again."""
    before = time.monotonic_ns() // 1000
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: manager.place("RELOADING") is not None, SECONDS_MAX, "it does not say that it reloads")
    begun = manager.place("RELOADING")
    at = int(manager.read()[begun]["MONOTONIC_USEC"])
    require(before <= at <= time.monotonic_ns() // 1000, f"it began to reload at {at}, not behind {before}")
    wait_until(
        lambda: any("READY" in message for message in manager.read()[begun:]), SECONDS_MAX, "it reloads for ever"
    )
    done = next(message for message in manager.read()[begun:] if "READY" in message)
    require("configuration taken" in done["STATUS"], f"{done}")


def check_life(nadi, broker, directory, address):
    config = write_configuration(directory, brokers=broker.proxied)
    config.write_text(config.read_text().replace("http:\n", "http:\n  enabled: false\n"))
    with Manager(address) as manager:
        environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "4000000", "JOURNAL_STREAM": "8:1"}
        with ManagedDaemon(nadi, config, environment) as daemon:
            wait_until(lambda: manager.has("READY"), SECONDS_MAX, f"READY=1 was not said: {daemon.said()}")
            ready = manager.place("READY")
            first = manager.read()[0]
            require("waiting" in first.get("STATUS", ""), f"the first message is {first}")
            require(
                any("EXTEND_TIMEOUT_USEC" in message for message in manager.read()[:ready]),
                "no time was asked for while restoring",
            )
            wait_until(
                lambda: sum("WATCHDOG" in message for message in manager.read()[ready:]) >= 3,
                SECONDS_MAX,
                "the watchdog is not fed",
            )
            # A loop that stands still feeds no watchdog.
            daemon.process.send_signal(signal.SIGSTOP)
            time.sleep(0.2)
            said = len(manager.read())
            time.sleep(2.5)
            require(len(manager.read()) == said, "a stopped process feeds the watchdog")
            daemon.process.send_signal(signal.SIGCONT)
            wait_until(lambda: len(manager.read()) > said, SECONDS_MAX, "the watchdog is not fed again")
            check_reload(manager, daemon)
            daemon.stop()
            require("STOPPING" in manager.read()[-1], f"the last message is {manager.read()[-1]}")
            unmarked = [line for line in daemon.said().splitlines() if line[:1] != "<"]
            require(not unmarked, f"lines without the journal's priority: {unmarked[:3]}")


def check_not_ready(nadi, directory):
    """Without a broker it is never ready, asks for no time, and still stops when told to."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    config = write_configuration(directory, brokers=f"127.0.0.1:{port}")
    with Manager(f"{directory}/notify") as manager:
        with ManagedDaemon(nadi, config, {"NOTIFY_SOCKET": manager.address}) as daemon:
            wait_until(lambda: manager.read(), SECONDS_MAX, "nothing is said")
            time.sleep(3)
            require(not manager.has("READY"), "it says that it is ready without a broker")
            extended = [message for message in manager.read() if "EXTEND_TIMEOUT_USEC" in message]
            require(not extended, "waiting is not progress, but time was asked for")
            daemon.stop()


def main():
    parser = argparse.ArgumentParser(description="The service manager's protocol.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    options = parser.parse_args()
    report = Report()
    topics = {INPUT: 2, OUTPUT: 2, DEAD: 1, LATE: 1}
    with Broker(topics) as broker, tempfile.TemporaryDirectory() as directory:
        with report.check("a service manager at an abstract name hears ready, watchdog and stopping"):
            check_life(options.nadi, broker, directory, f"@nadi-{os.getpid()}")
    with tempfile.TemporaryDirectory() as directory:
        with report.check("without a broker the service is not ready"):
            check_not_ready(options.nadi, directory)
    report.exit()


if __name__ == "__main__":
    main()
