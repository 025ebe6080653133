#!/usr/bin/env python3
"""Kills the daemon at random moments while input flows and the network misbehaves, then compares every cell.

    check_kill.py --nadi PATH [--kills N] [--seed N] [--brokers HOST:PORT]

Without `--brokers` a Tansu broker is started behind the fault proxy: besides SIGKILL there are delays,
resets, black holes, stalls, and responses that are dropped after the broker applied the request. Tansu
goes on showing records of aborted transactions, so a cell whose last records they may be is also right if
one of the three before is. It also becomes slow to read from when a topic has many batches: every 250
kills a new broker and a new daemon, with the next seed, take over.

With `--brokers` the script runs against that cluster, kills only, and readers must see revisions that
rise strictly, every dead letter once, and the right value in the last record of each cell. The topics of
daemon.py are created if they are missing and must be empty; the group must be new.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import deque
from decimal import Decimal
from pathlib import Path

import oracle
from daemon import DEAD, INPUT, Daemon, write_configuration
from feed import PARTITIONS, Producing, cluster
from maven import Reader
from organisation import Organisation
from report import Failure, Report, require
from tansu import free_port
from updates import cell_of

KILLS = 30
WINDOWS = ("day", "month", "all")
ZONE = "UTC"
LIFE_SECONDS_MAX = 2.0
# How long the input of one life flows.
SHARE_SECONDS = 4.0
# More than half of the lives end before this, most of them while joining, restoring or replaying.
SHORT_LIFE_SECONDS_MAX = 5.0
RECOVERY_SECONDS_MAX = 120
KILLS_OF_A_BROKER = 250
# So many records of a cell may be those of aborted transactions, one after the other.
ABORTED_MAX = 3
# How long a producer may take to deliver what is queued, but for the faults of a moment.
SETTLE_SECONDS_MAX = 20
QUIET_SECONDS_MAX = 40
# One in so many lines is no event; its dead letter must come exactly once.
POISON_EVERY = 97
# InitProducerId, AddOffsetsToTxn, EndTxn, TxnOffsetCommit, Produce
APIS = (22, 25, 26, 28, 0)


class LastFew(Reader):
    """A reader that also keeps the records before the last of each cell: several lives may end in aborted ones."""

    def __init__(self, brokers):
        super().__init__(brokers)
        self.before = {}

    def take(self, update):
        cell = cell_of(update)
        if cell in self.updates:
            self.before.setdefault(cell, deque(maxlen=ABORTED_MAX)).appendleft(self.updates[cell])
        super().take(update)


class Flow(Producing):
    """Produces the lines in order: a share of them for each life of the daemon, at an even pace.

    A producer that does not come back from what the proxy did to it is replaced; what the topic has not got is sent
    again.
    """

    def __init__(self, brokers, lines, lives):
        super().__init__()
        self.brokers, self.lines = brokers, lines
        self.share = -(-len(lines) // lives)
        self.allowed = 0
        self.is_hurried = False
        self.turn = threading.Condition()
        self.sent = 0
        self.replacements = 0
        self.taken = [0] * PARTITIONS
        self.lost = [[] for _ in range(PARTITIONS)]

    def allow(self, lives):
        with self.turn:
            self.allowed = lives * self.share
            self.turn.notify()

    def delivered(self, error, message):
        if error is None:
            self.acknowledged += 1
            self.taken[message.partition()] += 1
        else:
            self.lost[message.partition()].append((message.key(), message.value()))

    def work(self):
        client = self.connect()
        for index, (key, line) in enumerate(self.lines):
            if index == self.allowed:
                client = self.settled(client)
            with self.turn:
                self.turn.wait_for(lambda: index < self.allowed, timeout=600)
            client.produce(INPUT, line, key, on_delivery=self.delivered)
            client.poll(0)
            self.sent = index + 1
            if not self.is_hurried:
                time.sleep(SHARE_SECONDS / self.share)
        self.settled(client)

    def connect(self):
        from confluent_kafka import Producer

        return Producer(
            {
                "bootstrap.servers": self.brokers,
                "linger.ms": 200,
                "enable.idempotence": True,
                # Does not wait long on a connection that was silenced: without input there is nothing to publish.
                "socket.timeout.ms": 5000,
                "request.timeout.ms": 5000,
                "log_level": 0,
            }
        )

    def settled(self, client):
        """The producer, or another one, when the topic has everything that was sent."""
        while client.flush(SETTLE_SECONDS_MAX) or any(self.lost):
            client.purge()
            client.flush(SETTLE_SECONDS_MAX)
            client = self.connect()
            self.replacements += 1
            lost, self.lost = self.lost, [[] for _ in range(PARTITIONS)]
            for partition, records in enumerate(lost):
                # Some of them may have arrived, the first ones.
                there = self.end(partition)
                for key, value in records[there - self.taken[partition] :]:
                    client.produce(INPUT, value, key, partition=partition, on_delivery=self.delivered)
                self.acknowledged += there - self.taken[partition]
                self.taken[partition] = there
        return client

    def end(self, partition):
        """How many records a partition of the input has. Tansu does not say it rightly, so they are read."""
        from confluent_kafka import Consumer, KafkaError, TopicPartition

        client = Consumer(
            {
                "bootstrap.servers": self.brokers,
                "group.id": "ends",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "socket.timeout.ms": 5000,
                "log_level": 0,
            }
        )
        try:
            client.assign([TopicPartition(INPUT, partition, self.taken[partition])])
            while True:
                message = client.poll(1)
                # Anything else that is wrong, such as a broken connection, passes.
                if message is not None and message.error() and message.error().code() == KafkaError._PARTITION_EOF:
                    return message.offset()
        finally:
            client.close()

    def finish(self, seconds_max=180):
        super().finish(seconds_max)


def keyed_lines(seed, kills):
    """(key, line) pairs with some rubbish among them, and the number of rubbish lines."""
    lines = Organisation(seed, deals=40 + 6 * kills, activities=200 + 60 * kills).lines()
    pairs, poison = [], 0
    for index, line in enumerate(lines):
        event = json.loads(line)
        pairs.append((f"{event['entity']}:{event.get('entityId') or event['id']}".encode(), line.encode()))
        if index % POISON_EVERY == 0:
            poison += 1
            pairs.append((f"poison-{poison}".encode(), b'{"id":' + str(poison).encode()))
    return lines, pairs, poison


def expected_cells(events, windows=WINDOWS):
    """What the batch recomputation makes of the lines, by cell."""
    return oracle.by_cell(
        oracle.compute([json.loads(line, parse_float=Decimal) for line in events], ZONE, windows)
    )


def misbehave(proxy, chance):
    """Breaks something in the network for a moment; the kill comes during it or after."""
    kind = chance.randrange(7)
    api = chance.choice(APIS)
    then = chance.choice(("reset", "silence"))
    if kind < 2:
        proxy.command({"fault": "drop_response", "api": api, "count": 1, "then": then})
    elif kind == 2:
        proxy.command({"fault": "drop_request", "api": api, "count": 1, "then": then})
    elif kind == 3:
        proxy.command({"fault": "delay", "milliseconds": chance.randrange(20, 300), "api": api})
    elif kind == 4:
        proxy.command({"fault": "reset"})
    else:
        proxy.command({"fault": ("blackhole", "stall")[kind - 5]})


class Lives:
    """Starts the daemon again and again, and keeps how long each took to publish."""

    def __init__(self, daemon, flow, reader, proxy, chance):
        self.daemon, self.flow, self.reader, self.proxy, self.chance = daemon, flow, reader, proxy, chance
        self.recoveries = []
        self.ended_by_itself = 0

    def live(self):
        """From a start to a kill."""
        begun = time.monotonic()
        if self.chance.random() < 0.6:
            self.read_until(begun + self.chance.uniform(0, SHORT_LIFE_SECONDS_MAX))
            self.kill()
            return
        self.published(begun)
        self.recoveries.append(time.monotonic() - begun)
        end = time.monotonic() + self.chance.uniform(0, LIFE_SECONDS_MAX)
        if self.proxy is not None and self.chance.random() < 0.6:
            self.read_until(time.monotonic() + self.chance.uniform(0, end - time.monotonic()))
            misbehave(self.proxy, self.chance)
        self.read_until(end)
        self.kill()

    def published(self, begun):
        """Waits for the first update of this process; one that stops with 75 is started again."""
        target = self.reader.count + 1
        while self.reader.count < target:
            self.restart_if_it_ended()
            if time.monotonic() - begun > RECOVERY_SECONDS_MAX:
                raise Failure(f"nothing was published for {RECOVERY_SECONDS_MAX} s; {self.standing()}")
            self.reader.poll(0.02)

    def standing(self):
        """Where everybody is: what was sent, what the daemon says of itself, what there is to read."""
        return (
            f"{self.flow.sent} of {self.flow.allowed} records were sent, {self.flow.acknowledged} of them"
            f" acknowledged; the daemon: {self.daemon.state()}; the reader: {self.reader.standing()}"
            f"\n{self.daemon.said()}"
        )

    def restart_if_it_ended(self):
        code = self.daemon.process.poll()
        if code is None:
            return
        self.note_end(code)
        self.daemon.start()

    def note_end(self, code):
        """By itself the daemon may end only to be started again."""
        require(code == 75, f"nadi run ended with {code}:\n{self.daemon.said()}")
        self.ended_by_itself += 1

    def read_until(self, moment):
        while time.monotonic() < moment:
            self.reader.poll(0.02)

    def kill(self):
        code = self.daemon.process.poll()
        if code is None:
            self.daemon.kill()
        else:
            self.note_end(code)
        if self.proxy is not None:
            self.proxy.command({"fault": "none"})
        while self.reader.poll(0.3):
            pass  # what is read from here on comes from the next process
        self.daemon.start()


def differences(expected, reader, may_be_aborted):
    """(lines that differ, cells that are right only in a record before the last)"""
    updates = {
        cell: update
        for cell, update in reader.updates.items()
        if cell[1] in oracle.SCOPES and cell[3] in WINDOWS
    }
    wrong = oracle.differing(expected, updates, oracle.METRICS)
    still = wrong
    for place in range(ABORTED_MAX if may_be_aborted else 0):
        before = {cell: reader.before[cell][place] for cell in still if len(reader.before.get(cell, ())) > place}
        if not before:
            break
        again = oracle.differing(expected, {**updates, **before}, oracle.METRICS)
        still = {cell: line for cell, line in still.items() if cell in again}
    lines = [
        f"{line}; before that {[(str(one['value']), one['revision']) for one in reader.before.get(cell, ())]}"
        for cell, line in still.items()
    ]
    return lines, len(wrong) - len(still)


def drain(reader, look, expected, may_be_aborted):
    """Reads until every cell is right, or nothing has come for long enough; `look` is called meanwhile."""
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < QUIET_SECONDS_MAX:
        look()
        if reader.poll(0.5):
            quiet_since = time.monotonic()
        elif not differences(expected, reader, may_be_aborted)[0]:
            break
    reader.poll(1.0)  # whatever still comes must not make it wrong again


def check_cells(reader, look, expected, may_be_aborted):
    """Reads to the end; every cell must be right."""
    drain(reader, look, expected, may_be_aborted)
    wrong, hidden = differences(expected, reader, may_be_aborted)
    print(f"  {len(expected)} cells, {len(wrong)} differ, {hidden} behind an aborted record")
    for line in wrong[:10]:
        print("  " + line)
    require(not wrong and len(expected) > 1_000, f"{len(wrong)} cells differ")


BOOKS = ("read", "counted", "duplicate", "late", "filtered", "rejected")


def books(daemon):
    """The figures of the line that the daemon ends with."""
    for line in reversed(daemon.said().splitlines()):
        if line.startswith("{") and json.loads(line).get("msg") == "stopped":
            figures = json.loads(line)
            return {name: int(figures[name]) for name in BOOKS}
    require(False, f"no last line with figures:\n{daemon.said()}")


def check_books(daemon, reader, read, rejected):
    """Stops the daemon when it has read all; its books must hold so many records, each once."""
    begun = time.monotonic()
    while not daemon.has_read(read) and time.monotonic() - begun < QUIET_SECONDS_MAX:
        daemon.check_alive()
        reader.poll(0.1)
    daemon.stop()
    reader.poll(2.0)
    found = books(daemon)
    print(f"  {found}")
    require_books(found, read, rejected)


def require_books(found, read, rejected):
    """They must hold so many records, each once."""
    require(found["read"] == read, f"{found['read']} of {read} records are read")
    require(found["read"] == sum(found.values()) - found["read"], "the books do not balance")
    require(found["rejected"] == rejected, f"{found['rejected']} of {rejected} are rejected")


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def print_recoveries(times):
    if times:
        p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
        print(f"  recovery of {len(times)} starts: p50 {p50:.2f} s, p99 {p99:.2f} s, longest {max(times):.2f} s")


def print_figures(lives, reader):
    print(f"  {lives.flow.replacements} times the producer of the input was replaced")
    print(f"  {lives.ended_by_itself} times it ended by itself with 75")
    print(f"  {reader.count} updates, {reader.backwards} with a revision that did not rise")


def check_letters(reader, poison, is_strict):
    """Dead letters, by the bytes they hold, which are all different."""
    values = [value for topic, value in reader.aside if topic == DEAD]
    require(len(set(values)) == poison, f"{len(set(values))} of {poison} dead letters came")
    require(not is_strict or len(values) == poison, f"{len(values)} dead letters came for {poison} records")


def run(options, report, kill_count, seed):
    """Kills one daemon so many times; returns how long it took to recover each time that it was given the time."""
    events, lines, poison = keyed_lines(seed, kill_count)
    expected = expected_cells(events)
    chance = random.Random(seed)
    is_strict = options.brokers is not None
    with tempfile.TemporaryDirectory() as directory, cluster(options.brokers) as (address, proxy):
        http = f"127.0.0.1:{free_port()}"
        config = write_configuration(directory, brokers=address, windows=", ".join(WINDOWS), http=http)
        reader = LastFew(address)
        try:
            with Daemon(options.nadi, config, http) as daemon:
                flow = Flow(address, lines, kill_count + 1)
                lives = Lives(daemon, flow, reader, proxy, chance)
                flow.start()
                for number in range(kill_count):
                    flow.allow(number + 1)
                    lives.live()
                    if (number + 1) % 50 == 0:
                        print(f"  {number + 1} kills, {flow.sent} records sent, {reader.count} updates read")
                flow.allow(kill_count + 1)
                flow.finish()
                kills = f"{kill_count} kills, seed {seed}"
                with report.check(f"kill: {kills}, and every cell equals the batch recomputation"):
                    check_cells(reader, lives.restart_if_it_ended, expected, not is_strict)
                with report.check("kill: the books hold every record once"):
                    check_books(daemon, reader, len(lines), poison)
                with report.check("kill: dead letters"):
                    check_letters(reader, poison, is_strict)
                if is_strict:
                    with report.check("kill: revisions rise strictly"):
                        require(not reader.backwards, f"{reader.backwards} revisions did not rise")
                print_figures(lives, reader)
                return lives.recoveries
        finally:
            reader.close()


def main():
    parser = argparse.ArgumentParser(description="SIGKILL at random moments; see the head of this file.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    parser.add_argument("--kills", type=int, default=KILLS, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--brokers", metavar="HOST:PORT")
    options = parser.parse_args()
    report = Report()
    begun = time.monotonic()
    done, seed, recoveries = 0, options.seed, []
    while done < options.kills:
        share = options.kills if options.brokers else min(options.kills - done, KILLS_OF_A_BROKER)
        with report.check(f"kill: the run with seed {seed} comes to its end"):
            recoveries += run(options, report, share, seed)
        done, seed = done + share, seed + 1
    print_recoveries(recoveries)
    print(f"  {done} kills in {time.monotonic() - begun:.0f} s")
    report.exit()


if __name__ == "__main__":
    sys.exit(main())
