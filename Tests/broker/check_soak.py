#!/usr/bin/env python3
"""The daemon under a steady load: how its memory, file descriptors and threads change. Not one of CI's checks.

    check_soak.py --nadi PATH [--minutes N] [--rate N] [--brokers HOST:PORT | --embedded]

Events of a thousand reps, as they happen, at an even rate; windows of a minute that are kept for two. Prints a line every
minute and in the end the slope of the resident memory behind the first third, by least squares. In the end nothing may
wait, every record must be counted once, and descriptors and threads must be as many as after the first third.

Tansu keeps all records in memory and looks through all batches of a partition for each that is read, so it is for low
rates; the embedded broker forgets, and takes some hundred thousand events a second. It keeps a few seconds of that, so
leave the machine to it: a daemon that gets no processor for so long ends with 65, because its input is gone.
"""

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from daemon import INPUT, Daemon, write_configuration
from feed import Producing, cluster, embedded
from report import Report, require, wait_until
from tansu import free_port

REPS = 1_000
SAMPLE_SECONDS = 10
DRAIN_SECONDS_MAX = 60
# For Tansu's sake there must not be too many batches.
LINGER_MILLIS = 500
EMBEDDED_LINGER_MILLIS = 20
CATALOGUE = """  grace: 10s
  disorder: 2s
  duplicate_horizon: 30s
  tombstones: true
"""


class Load(Producing):
    """Produces events at an even rate until it is told to stop."""

    def __init__(self, brokers, rate, linger_millis):
        super().__init__()
        self.brokers, self.rate, self.linger_millis = brokers, rate, linger_millis
        self.stopping = threading.Event()
        self.sent = 0

    def work(self):
        from confluent_kafka import Producer

        client = Producer(
            {
                "bootstrap.servers": self.brokers,
                "linger.ms": self.linger_millis,
                "compression.type": "lz4",
                "queue.buffering.max.messages": 1_000_000,
                "delivery.report.only.error": True,
                "on_delivery": self.delivered,
                "log_level": 0,
            }
        )
        chance = random.Random(1).random
        begun = time.monotonic()
        while not self.stopping.is_set():
            due = int((time.monotonic() - begun) * self.rate)
            now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            while self.sent < due:
                rep = int(chance() * REPS)
                event = (
                    f'{{"id":"event-{self.sent}","entity":"activity","occurredAt":"{now}",'
                    f'"data":{{"kind":"call","ownerId":"rep-{rep}","teamId":"team-{rep % 20}"}}}}'
                )
                self.sent += 1
                client.produce(INPUT, event, f"rep-{rep}")
            client.poll(0.01)
        self.flush(client, 60)

    def finish(self, seconds_max=90):
        self.stopping.set()
        super().finish(seconds_max)


@contextmanager
def broker(options):
    """The address of the cluster that the options ask for, and for how long a batch may wait."""
    if options.embedded:
        with embedded() as address:
            yield address, EMBEDDED_LINGER_MILLIS
    else:
        with cluster(options.brokers) as (address, _):
            yield address, LINGER_MILLIS


def cpu_seconds(pid):
    """User and system time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
    with tempfile.TemporaryDirectory() as directory, broker(options) as (address, linger_millis):
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
            wait_until(lambda: daemon.state()["phase"] == "running", 60, "the daemon must run")
            load = Load(address, options.rate, linger_millis)
            load.start()
            seconds = options.minutes * 60
            begun, cpu_begun = time.monotonic(), cpu_seconds(daemon.process.pid)
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
            cpu = cpu_seconds(daemon.process.pid) - cpu_begun
            load.finish()
            steady = samples[len(samples) // 3 :]
            per_hour = slope([(at / 3600, resident / 2**20) for at, resident, _, _ in steady])
            print(
                f"  resident memory: {per_hour:+.1f} MiB an hour, {load.sent / seconds:.0f} events a second, "
                f"{cpu / seconds:.2f} of a core"
            )
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
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--brokers", metavar="HOST:PORT")
    where.add_argument("--embedded", action="store_true", help="the broker that librdkafka embeds")
    options = parser.parse_args()
    report = Report()
    with report.check("soak: the run comes to its end"):
        run(options, report)
    report.exit()


if __name__ == "__main__":
    sys.exit(main())
