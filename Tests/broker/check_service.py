#!/usr/bin/env python3
"""Installs the Debian package in a copy of this machine where systemd runs, and has systemd run the daemon.

    check_service.py --nadi PATH

It is started, reloaded, stopped by its watchdog, killed, upgraded and removed, on input through a real broker; every
event must count once whatever happens. Without root there is no such copy, and it is said.
"""

import argparse
import json
import os
import shutil
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path

from check_exit import TOPICS, produce
from check_http import Client
from check_package import build
from check_reload import ADDED, TOKEN
from daemon import configuration
from machine import Machine, why_not
from report import Report, require, wait_until
from tansu import Broker, free_port

SECONDS_MAX = 60
WATCHDOG = "[Service]\nWatchdogSec=3s\n"
# systemd takes the user of a dynamic one from these.
DYNAMIC_USERS = range(61184, 65520)
EVENTS = 120


class Service:
    """One unit in the machine, and the address where its daemon answers."""

    def __init__(self, machine, unit, broker, group="nadi-test"):
        self.machine, self.unit = machine, unit
        self.address = f"127.0.0.1:{free_port()}"
        text = configuration(".", brokers=broker.proxied, http=self.address, token_file="TOKEN")
        text = text.replace("{ file: TOKEN }", "{ credential: kafka_token }")
        self.good = text.replace("group: nadi-test", f"group: {group}")
        self.configure()
        self.client = Client(f"http://{self.address}")

    def configure(self, more=""):
        self.machine.path(f"/etc/nadi/{self.unit}.yaml").write_text(self.good + more)

    def ask(self, path):
        status, _, text = self.client.ask(path, headers={"Authorization": f"Bearer {TOKEN}"})
        return status, text

    def start(self):
        """Returns when systemd takes it for started, which the daemon must have said."""
        done = self.control("start", code=None)
        require(done.returncode == 0, f"it is not started: {self.journal()[-5:]}")
        status, text = self.ask("/readyz?verbose")
        require(status == 200, f"it is started but not ready: {text}")

    def control(self, verb, code=0):
        return self.machine.run("systemctl", verb, self.unit, code=code)

    def show(self, *properties):
        return self.machine.show(self.unit, *properties)

    def process(self):
        number = int(self.show("MainPID")["MainPID"])
        require(number > 0, f"there is no process: {self.journal()[-5:]}")
        return number

    def is_ready(self):
        try:
            return self.ask("/readyz")[0] == 200
        except OSError:
            return False  # it does not listen, or not any more

    def wait_ready(self, restarts):
        """Waits until systemd has started it so many times again, and it is ready."""

        def is_back():
            found = self.show("NRestarts", "ActiveState")
            return int(found["NRestarts"]) == restarts and found["ActiveState"] == "active" and self.is_ready()

        wait_until(is_back, SECONDS_MAX, f"it is not started again: {self.journal()[-5:]}")

    def wait_read(self, count):
        def is_read():
            books = json.loads(self.ask("/api/v1/state")[1])["books"]
            require(books["read"] <= count, f"{books['read']} of {count} events are read")
            return books["read"] == books["counted"] == count

        wait_until(is_read, SECONDS_MAX, f"{count} events are not counted")

    def entries(self):
        """What the journal has of the unit, and of systemd about it."""
        text = self.machine.run("journalctl", f"--unit={self.unit}", "--output=json", "--no-pager").stdout
        return [json.loads(line) for line in text.splitlines()]

    def journal(self):
        return [entry["MESSAGE"] for entry in self.entries()]

    def says(self, words):
        return any(words in line for line in self.journal())


def install(machine, package):
    shutil.copy(package, machine.path("/package.deb"))
    machine.run("dpkg", "-i", "/package.deb")


def status_of(machine, process):
    lines = machine.run("cat", f"/proc/{process}/status").stdout.splitlines()
    return {name: value.split() for name, value in (line.split(":", 1) for line in lines)}


# Checks


def check_start(service, broker):
    produce(broker, range(EVENTS))
    service.start()
    service.wait_read(EVENTS)
    found = service.show("ActiveState", "SubState", "NRestarts", "StatusText")
    require((found["ActiveState"], found["SubState"]) == ("active", "running"), f"{found}")
    require(found["NRestarts"] == "0" and found["StatusText"], f"{found}")


def check_rights(service):
    status = status_of(service.machine, service.process())
    require(all(int(user) in DYNAMIC_USERS for user in status["Uid"]), f"it runs as {status['Uid']}")
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        require(int(status[name][0], 16) == 0, f"{name} is {status[name]}")
    require(status["NoNewPrivs"] == ["1"] and status["Seccomp"] == ["2"], "it may do more than it has to")
    limits = service.machine.run("cat", f"/proc/{service.process()}/limits").stdout
    cores = [line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core file size")]
    require(cores == [["0", "0"]], f"cores of {cores}")
    state = service.machine.path("/var/lib/private/nadi")
    require(state.stat().st_mode & 0o777 == 0o700, "others can look at its state")
    wait_until(lambda: list(state.glob("state/snapshot-*.nadi")), SECONDS_MAX, "there is no snapshot")


def check_journal(service):
    said = {entry["MESSAGE"]: entry for entry in service.entries() if entry.get("_COMM") == "nadi"}
    said = {message: entry for message, entry in said.items() if not message.endswith(": good")}
    require(all(message.startswith("{") for message in said), f"a line is no JSON: {list(said)[:5]}")
    for words, priority in (("leading: all partitions are read", "5"), ("joining the group", "5"),
        ("CONFWARN", "4"), ("wrote a snapshot", "6"),):
        found = [entry["PRIORITY"] for message, entry in said.items() if words in message]
        require(set(found) == {priority}, f"{words!r} has the priorities {found}")
    for message in service.journal():
        require(TOKEN not in message, f"the journal has the token: {message}")


def check_reload(service):
    process = service.process()
    service.configure(more=ADDED)
    service.control("reload")
    wait_until(lambda: service.says("the new configuration is in use"), SECONDS_MAX, "it is not taken")
    require("long_calls" in service.ask("/api/v1/catalogue")[1], "the new metric is not there")
    service.configure(more="  nonsense: 1\n")
    service.control("reload")
    wait_until(lambda: service.says("the old one stays in use"), SECONDS_MAX, "it is not refused")
    require("long_calls" in service.ask("/api/v1/catalogue")[1], "the refused one is in use")
    service.configure(more=ADDED)
    found = service.show("ActiveState", "NRestarts")
    require(found == {"ActiveState": "active", "NRestarts": "0"}, f"{found}")
    require(service.process() == process, "it was started again")


def check_faults(service, broker):
    """The watchdog ends a loop that stands still; that and a kill are followed by a start."""
    service.machine.run("kill", "-STOP", service.process())
    service.wait_ready(restarts=1)
    require(service.says("Watchdog timeout"), "it was not the watchdog")
    produce(broker, range(EVENTS, EVENTS + 20))
    service.wait_read(EVENTS + 20)
    service.machine.run("kill", "-KILL", service.process())
    service.wait_ready(restarts=2)
    service.wait_read(EVENTS + 20)


@contextmanager
def stopped(service):
    service.control("stop")
    yield
    service.configure(more=ADDED)
    service.control("reset-failed", code=None)
    service.start()


def check_stop(service):
    with stopped(service):
        found = service.show("ActiveState", "Result", "ExecMainStatus")
        expected = {"ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0"}
        require(found == expected, f"{found}")
    service.wait_read(EVENTS + 20)


def check_hopeless(service):
    """What another start would not help gets none."""
    token = service.machine.path("/etc/nadi/credentials/token")
    with stopped(service):
        token.write_text("short\n")
        service.control("start", code=1)
        found = service.show("ActiveState", "SubState", "ExecMainStatus", "NRestarts")
        require(found["ExecMainStatus"] == "78" and found["SubState"] == "failed", f"{found}")
        require(found["NRestarts"] == "0", f"{found}")
        token.write_text(TOKEN + "\n")
        service.configure(more="  nonsense: 1\n")
        service.control("start", code=1)
        require(service.says("nonsense"), "it does not say what is wrong")
        require(service.show("MainPID")["MainPID"] == "0", "the daemon was started with it")


def check_upgrade(services, package):
    before = [service.process() for service in services]
    install(services[0].machine, package)
    for service, process in zip(services, before):
        require(service.show("ActiveState")["ActiveState"] == "active", f"{service.unit} does not run")
        require(service.process() != process, f"the old program of {service.unit} goes on")
        wait_until(service.is_ready, SECONDS_MAX, f"{service.unit} is not ready")
        service.wait_read(EVENTS + 20)


def check_instance(service):
    """A second one beside the first, with the example's drop-in, and a state and secrets of its own."""
    machine = service.machine
    place = machine.path(f"/etc/systemd/system/{service.unit}.service.d")
    place.mkdir()
    shutil.copy(machine.path("/usr/share/doc/nadi/examples/limits.conf"), place / "limits.conf")
    write_token(machine, "/etc/nadi/credentials-east")
    machine.run("systemctl", "daemon-reload")
    service.start()
    service.wait_read(EVENTS + 20)
    require(service.show("MemoryMax")["MemoryMax"] == str(4 << 30), "the drop-in is not in force")
    require(machine.path(f"/var/lib/private/{service.unit}/state/lock").exists(), "it has no state of its own")


def check_removal(services):
    machine = services[0].machine
    machine.run("dpkg", "-r", "nadi")
    for service in services:
        require(service.show("ActiveState")["ActiveState"] == "inactive", f"{service.unit} goes on")
        require(machine.path(f"/var/lib/private/{service.unit}").exists(), "its state is gone")
    require(machine.show("nadi", "LoadState")["LoadState"] == "not-found", "the unit is still there")
    machine.run("dpkg", "-P", "nadi")
    for service in services:
        require(not machine.path(f"/var/lib/private/{service.unit}").exists(), "its state stays behind")
    for name in ("credentials", "credentials-east"):
        require(not machine.path(f"/etc/nadi/{name}").exists(), "secrets stay behind")


def write_token(machine, directory):
    place = machine.path(directory)
    place.mkdir(mode=0o700, exist_ok=True)
    (place / "token").write_text(TOKEN + "\n")


def run(report, packages):
    with Broker(TOPICS) as broker, Machine() as machine:
        with report.check("systemd starts the installed service, and it is ready then"):
            install(machine, packages[0])
            write_token(machine, "/etc/nadi/credentials")
            place = machine.path("/etc/systemd/system/nadi.service.d")
            place.mkdir()
            (place / "watchdog.conf").write_text(WATCHDOG)
            machine.run("systemctl", "daemon-reload")
            service = Service(machine, "nadi", broker)
            check_start(service, broker)
        with report.check("it runs as a user of its own without any right"):
            check_rights(service)
        with report.check("the journal has its lines with their priorities, and no secret"):
            check_journal(service)
        with report.check("systemctl reload takes a good configuration and keeps the old one for a bad one"):
            check_reload(service)
        with report.check("the watchdog ends a loop that stands still; what died is started again"):
            check_faults(service, broker)
        with report.check("systemctl stop is an orderly end"):
            check_stop(service)
        with report.check("a wrong configuration is told and not tried again and again"):
            check_hopeless(service)
        with report.check("an instance beside it, with the example's drop-in"):
            east = Service(machine, "nadi@east", broker, group="nadi-east")
            check_instance(east)
        with report.check("an upgrade goes on with the new program where the old one was"):
            check_upgrade([service, east], packages[1])
        with report.check("removal stops it, and purging leaves nothing behind"):
            check_removal([service, east])


def main():
    parser = argparse.ArgumentParser(description="The service under systemd.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    options = parser.parse_args()
    report = Report()
    if reason := why_not():
        print(f"  not checked under systemd: {reason}")
        report.exit()
    nadi = options.nadi.resolve()
    with tempfile.TemporaryDirectory() as directory:
        run(report, [build(nadi, directory), build(nadi, directory, "+next")])
    report.exit()


if __name__ == "__main__":
    main()
