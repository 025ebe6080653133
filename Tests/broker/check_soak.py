#!/usr/bin/env python3
"""The daemon under a steady load: how its memory, file descriptors and threads change. Not one of CI's checks.

    check_soak.py --nadi PATH [--minutes N] [--rate N] [--brokers HOST:PORT]

Events of a thousand reps, as they happen, at an even rate; windows of a minute that are kept for two. Prints a line every
minute and in the end the slope of the resident memory behind the first third, by least squares. In the end nothing may
wait, every record must be counted once, and descriptors and threads must be as many as after the first third.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

from daemon import INPUT, Daemon, write_configuration
from feed import Producing, cluster
from report import Report, require, wait_until
from tansu import free_port

REPS = 1_000
SAMPLE_SECONDS = 10
DRAIN_SECONDS_MAX = 60
# Tansu looks through all batches of a partition for each one that is read, so there must not be too many.
LINGER_MILLIS = 500
CATALOGUE = """  grace: 10s
  disorder: 2s
  duplicate_horizon: 30s
  tombstones: true
"""


class Load(Producing):
    """Produces events at an even rate until it is told to stop."""

    def __init__(self, brokers, rate):
        super().__init__()
        self.brokers, self.rate = brokers, rate
        self.stopping = threading.Event()
        self.sent = 0

    def run(self):
        from confluent_kafka import Producer

        client = Producer(
            {
                "bootstrap.servers": self.brokers,
                "linger.ms": LINGER_MILLIS,
                "queue.buffering.max.messages": 1_000_000,
                "log_level": 0,
            }
        )
        chance = random.Random(1)
        begun = time.monotonic()
        while not self.stopping.is_set():
            due = int((time.monotonic() - begun) * self.rate)
            now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            while self.sent < due:
                rep = chance.randrange(REPS)
                event = {
                    "id": f"event-{self.sent}",
                    "entity": "activity",
                    "occurredAt": now,
                    "data": {"kind": "call", "ownerId": f"rep-{rep}", "teamId": f"team-{rep % 20}"},
                }
                self.sent += 1
                client.produce(INPUT, json.dumps(event), f"rep-{rep}", on_delivery=self.delivered)
            client.poll(0.01)
        self.flush(client, 60)

    def finish(self, seconds_max=90):
        self.stopping.set()
        super().finish(seconds_max)


def sample(pid):
    """(resident bytes, file descriptors, threads) of a process."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return int(fields["VmRSS"].split()[0]) * 1024, descriptors, int(fields["Threads"])


def slope(points):
    """By least squares, of (x, y) pairs."""
    middle = sum(x for x, _ in points) / len(points)
    spread = sum((x - middle) ** 2 for x, _ in points)
    return sum((x - middle) * y for x, y in points) / spread


def run(options, report):
    with tempfile.TemporaryDirectory() as directory, cluster(options.brokers) as (address, _):
        http = f"127.0.0.1:{free_port()}"
        config = write_configuration(
            directory,
            brokers=address,
            windows="{ name: minute, size: 1m }",
            retention="2m",
            interval="2s",
            http=http,
            more=CATALOGUE,
        )
        with Daemon(options.nadi, config, http) as daemon:
            load = Load(address, options.rate)
            load.start()
            seconds = options.minutes * 60
            begun = time.monotonic()
            samples = []
            while (passed := time.monotonic() - begun) < seconds:
                time.sleep(min(SAMPLE_SECONDS, seconds - passed))
                daemon.check_alive()
                samples.append((time.monotonic() - begun, *sample(daemon.process.pid)))
                if len(samples) % (60 // SAMPLE_SECONDS) == 0:
                    at, resident, descriptors, threads = samples[-1]
                    lag = daemon.state().get("lag")
                    print(
                        f"  {at / 60:.0f} min: {resident / 2**20:.1f} MiB, {descriptors} descriptors, "
                        f"{threads} threads, {load.sent} sent, lag {lag}",
                        flush=True,
                    )
            load.finish()
            steady = samples[len(samples) // 3 :]
            per_hour = slope([(at / 3600, resident / 2**20) for at, resident, _, _ in steady])
            print(f"  resident memory: {per_hour:+.1f} MiB an hour, {load.sent / seconds:.0f} events a second")
            with report.check("soak: descriptors and threads stay"):
                for name, place in (("descriptors", 2), ("threads", 3)):
                    values = [values[place] for values in steady]
                    require(max(values) - min(values) <= 2, f"{min(values)} to {max(values)} {name}")
            with report.check("soak: every record is counted once"):
                wait_until(lambda: daemon.has_read(load.sent), DRAIN_SECONDS_MAX, f"{load.sent} must be read")
                books = daemon.state()["books"]
                print(f"  {books}")
                require(books["read"] == load.sent, f"{books['read']} of {load.sent} are read")
                require(books["counted"] == load.sent, f"{books['counted']} of {load.sent} are counted")
            daemon.stop()


def main():
    parser = argparse.ArgumentParser(description="A steady load; see the head of this file.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    parser.add_argument("--minutes", type=float, default=30, metavar="N")
    parser.add_argument("--rate", type=int, default=5_000, metavar="N", help="events a second")
    parser.add_argument("--brokers", metavar="HOST:PORT")
    options = parser.parse_args()
    report = Report()
    with report.check("soak: the run comes to its end"):
        run(options, report)
    report.exit()


if __name__ == "__main__":
    sys.exit(main())
