#!/usr/bin/env python3
"""Changes the configuration of a running daemon again and again while events come, and compares the outcome.

    check_reload.py --nadi PATH [--reloads N]

The metrics that are in every configuration must in the end equal the batch recomputation (oracle.py): nothing is lost
and nothing counted twice. The books at the end are those of the whole input. Half of the reloads are asked for over HTTP,
half by SIGHUP; what HTTP then shows is the configuration in use.
"""

import argparse
import json
import re
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import jsonschema_rs

import oracle
from check_http import OPENAPI, Client, find_url
from daemon import DEAD, INPUT, LATE, OUTPUT, Daemon, write_configuration
from maven import Reader
from organisation import Organisation
from report import Report, require, wait_until
from tansu import Broker

SEED = 11
SECONDS_MAX = 90
FEED_SECONDS = 25
# The log holds back what one place says more than five times in ten seconds.
PAUSE_SECONDS = 2.2
WINDOWS = oracle.GRAINS
TOKEN = "a-token-of-these-checks"
ADDED = """
  measures: { long_calls: { entity: activity, count: true, where: { kind: call, durationSec: { min: 60 } } } }
  metrics: { long_calls: { text: Calls of a minute or more. }, calls_again: { formula: calls } }
"""


class SharedReader(Reader):
    """A reader that minds the revisions of metrics that are in every configuration.

    One that was dropped and comes back has lost its count of changes with its state.
    """

    def take(self, update):
        before = self.backwards
        super().take(update)
        if update["metric"] == "long_calls":
            self.backwards = before


def feed(brokers, lines, errors):
    from confluent_kafka import Producer

    def delivered(error, _):
        if error is not None:
            errors.append(str(error))

    client = Producer({"bootstrap.servers": brokers, "enable.idempotence": True, "log_level": 0})
    begun = time.monotonic()
    for index, line in enumerate(lines):
        event = json.loads(line)
        key = f"{event['entity']}:{event.get('entityId') or event['id']}".encode()
        client.produce(INPUT, line.encode(), key, partition=hash_of(key), on_delivery=delivered)
        if index % 20 == 0:
            client.poll(0)
            time.sleep(max(0.0, begun + FEED_SECONDS * index / len(lines) - time.monotonic()))
    if client.flush(60):
        errors.append("not everything was delivered")


def hash_of(key):
    """A partition that is the same in every run."""
    return sum(key) % 2


def words(daemon):
    """The messages of the log so far, with their fields."""
    found = []
    daemon.log.seek(0)
    for line in daemon.log.read().decode(errors="replace").splitlines():
        if line.startswith("{"):
            found.append(json.loads(line))
    return found


def count(daemon, message):
    return sum(line["msg"] == message for line in words(daemon))


def write_token(directory):
    path = Path(directory) / "token"
    path.write_text(TOKEN + "\n")
    return path


class Console:
    """Asks the daemon for reloads, and sees what it shows."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.client = Client(find_url(daemon))
        self.headers = {"Authorization": f"Bearer {TOKEN}"}

    def post(self):
        """(status, document) of a reload over HTTP."""
        status, _, text = self.client.ask("/api/v1/reload", "POST", self.headers)
        openapi = json.loads(OPENAPI.read_text())
        content = openapi["paths"]["/api/v1/reload"]["post"]["responses"][str(status)]["content"]
        schema = {**content["application/json"]["schema"], "components": openapi["components"]}
        jsonschema_rs.Draft202012Validator(schema).validate(json.loads(text))
        return status, json.loads(text)

    def metrics(self):
        """The names of the metrics that the daemon shows."""
        _, _, text = self.client.ask("/api/v1/catalogue", headers=self.headers)
        return {metric["name"] for metric in json.loads(text)["metrics"]}

    def reload(self, turn, is_added):
        """Asks by HTTP or SIGHUP, so that both add and remove; returns when the configuration is in use."""
        before = count(self.daemon, "the new configuration is in use")
        if turn % 4 in (1, 2):
            status, document = self.post()
            require(status == 200 and document["outcome"] == "taken", f"{status}: {document}")
            changed = {metric["metric"]: metric["kind"] for metric in document["plan"]["metrics"]}
            kind = "added" if is_added else "removed"
            require(changed == {"long_calls": kind, "calls_again": kind}, f"the plan is {changed}")
        else:
            self.daemon.process.send_signal(signal.SIGHUP)
        wait_until(
            lambda: count(self.daemon, "the new configuration is in use") == before + 1,
            SECONDS_MAX,
            f"reload {turn + 1} did not come:\n{self.daemon.said()}",
        )
        shown = self.metrics()
        require(("long_calls" in shown) == is_added, f"after reload {turn + 1} the catalogue is {shown}")


def check_under_load(options):
    lines = list(Organisation(SEED).lines())
    expected = oracle.compute(
        events_of(lines),
        "UTC",
        WINDOWS,
        fiscal_year_starts="february",
    )
    with (
        tempfile.TemporaryDirectory() as directory,
        Broker({INPUT: 2, OUTPUT: 2, DEAD: 1, LATE: 1}) as broker,
    ):
        settings = {
            "brokers": broker.proxied,
            "windows": ", ".join(WINDOWS),
            "token_file": write_token(directory),
        }
        config = write_configuration(directory, **settings)
        reader = SharedReader(broker.proxied)
        errors = []
        feeder = threading.Thread(target=feed, args=(broker.proxied, lines, errors), daemon=True)
        try:
            with Daemon(options.nadi, config) as daemon:
                wait_until(
                    lambda: count(daemon, "leading: all partitions are read"), SECONDS_MAX, "no assignment came"
                )
                console = Console(daemon)
                feeder.start()
                begun = time.monotonic()
                for turn in range(options.reloads):
                    is_added = turn % 2 == 0
                    write_configuration(directory, **settings, more=ADDED if is_added else "")
                    console.reload(turn, is_added)
                    limit = time.monotonic() + PAUSE_SECONDS
                    while time.monotonic() < limit:
                        reader.poll(0.05)
                print(f"  the last of {options.reloads} reloads after {time.monotonic() - begun:.1f} s")
                require(feeder.is_alive(), "the events ended before the reloads did")
                feeder.join(SECONDS_MAX)
                require(not feeder.is_alive() and not errors, f"producing failed: {errors[:1]}")
                settle(reader, daemon, expected)
                daemon.stop()
                reader.poll(2.0)
                stopped = [line for line in words(daemon) if line["msg"] == "stopped"][0]
        finally:
            reader.close()
    differences, compared = oracle.compare(expected, kept(reader.updates), oracle.METRICS)
    print(f"  {options.reloads} reloads, {len(lines)} events, {compared} cells compared")
    require(not differences, f"{len(differences)} of {compared} cells differ: {differences[:3]}")
    require(compared >= 1_000, f"only {compared} cells were compared")
    require(int(stopped["read"]) == len(lines), f"{stopped['read']} of {len(lines)} events are in the books")
    require(not reader.backwards, f"{reader.backwards} revisions did not rise")
    added = [update for cell, update in reader.updates.items() if cell[0] == "long_calls"]
    require(added, "the added metric was never published")
    require(
        all("completeSince" in update for update in added), "a number that began late does not say since when"
    )


def events_of(lines):
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        return list(oracle.read_events(Path(file.name)))


def kept(updates):
    return {
        cell: update
        for cell, update in updates.items()
        if cell[1] in oracle.SCOPES and cell[3] in WINDOWS
    }


def settle(reader, daemon, expected):
    """Reads until everything is right, or nothing has come for so long that it never will."""
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < 15:
        daemon.check_alive()
        if reader.poll(0.5):
            quiet_since = time.monotonic()
        elif not oracle.compare(expected, kept(reader.updates), oracle.METRICS)[0]:
            return


def check_refusals(options):
    """A configuration that is wrong, or needs a new start, leaves the old one in use."""
    with (
        tempfile.TemporaryDirectory() as directory,
        Broker({INPUT: 2, OUTPUT: 2, DEAD: 1, LATE: 1}) as broker,
    ):
        config = write_configuration(
            directory, brokers=broker.proxied, token_file=write_token(directory)
        )
        good = config.read_text()
        with Daemon(options.nadi, config) as daemon:
            wait_until(
                lambda: count(daemon, "leading: all partitions are read"), SECONDS_MAX, "no assignment came"
            )
            console = Console(daemon)
            wrong = (
                good + "  metric: {}\n",
                good.replace("group: nadi-test", "group: other"),
                good.replace(f"topics: [{INPUT}]", "topics: [other]"),
                "not yaml: [",
            )
            for number, text in enumerate(wrong, start=1):
                config.write_text(text)
                if number % 2:
                    daemon.process.send_signal(signal.SIGHUP)
                else:
                    status, document = console.post()
                    require(status == 422 and document["outcome"] == "refused", f"{status}: {document}")
                message = "the new configuration is not taken; the old one stays in use"
                wait_until(
                    lambda wanted=number, said=message: count(daemon, said) == wanted,
                    SECONDS_MAX,
                    f"refusal {number} did not come:\n{daemon.said()}",
                )
            reasons = [line["reason"] for line in words(daemon) if "not taken" in line["msg"]]
            require("metric" in reasons[0] and re.search(r":\d+:\d+", reasons[0]), f"no place: {reasons[0]}")
            require("kafka" in reasons[1] and "start again" in reasons[1], f"no remedy: {reasons[1]}")
            require("output" in reasons[2] or "input.topics" in reasons[2], f"no setting: {reasons[2]}")
            stranger, _, _ = console.client.ask("/api/v1/reload", "POST")
            require(stranger == 401, f"without a token it answers {stranger}")
            config.write_text(good)
            daemon.process.send_signal(signal.SIGHUP)
            wait_until(
                lambda: count(daemon, "the new configuration is in use") == 1,
                SECONDS_MAX,
                f"the good one was not taken:\n{daemon.said()}",
            )
            check_plan(options.nadi, daemon, config)
            daemon.stop()


def check_plan(nadi, daemon, config):
    """`nadi plan` says before what the daemon says when it reloads."""
    before = config.with_name("before.yaml")
    before.write_text(config.read_text())
    config.write_text(config.read_text() + ADDED)
    command = [nadi, "plan", "--config", config, "--against", before]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    require(done.returncode == 0, f"nadi plan ended with {done.returncode}: {done.stderr}")
    taken = count(daemon, "the new configuration is in use")
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(
        lambda: count(daemon, "the new configuration is in use") == taken + 1,
        SECONDS_MAX,
        f"it was not taken:\n{daemon.said()}",
    )
    logged = [line["changes"] for line in words(daemon) if line["msg"] == "plan"][-1]
    *printed, verdict = done.stdout.splitlines()
    require(printed == logged.splitlines() and "takes it" in verdict, f"{done.stdout!r} is not {logged!r}")
    require(any("long_calls" in line for line in printed), f"the new metric is not in {printed}")


def main():
    parser = argparse.ArgumentParser(description="Reload under load.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    parser.add_argument("--reloads", type=int, default=6, metavar="N")
    options = parser.parse_args()
    report = Report()
    with report.check(f"{options.reloads} reloads while events come lose and double nothing"):
        check_under_load(options)
    with report.check("a configuration that cannot be taken leaves the old one in use"):
        check_refusals(options)
    report.exit()


if __name__ == "__main__":
    main()
