#!/usr/bin/env python3
"""The real-input check: all the daemon publishes for the Maven CRM data against an independent truth.

    maven.py --data DIR --oracle                        the batch recomputation (checks oracle.py)
    maven.py --data DIR --nadi PATH --replay            `nadi replay events.ndjson --final`
    maven.py --data DIR --nadi PATH --broker            through a broker, by an independent client
    maven.py --data DIR --nadi PATH --broker --kill sigterm|sigkill     stopped or killed in the middle

DIR holds events.ndjson (canonical events) and truth.csv (one row a scope and window, six decimals).
Without DIR nothing is compared: that is said, and is a failure where CI is "true".
"""

import argparse
import csv
import json
import os
import random
import sys
import tempfile
import threading
import time
from decimal import Decimal
from pathlib import Path

import oracle
from daemon import DEAD, INPUT, LATE, OUTPUT, Daemon, replay, write_configuration
from feed import Producing
from report import Failure, Report, require
from updates import cell_of, last_updates, millis_of, number, rounded, six_digits

ROWS_MIN = 5_000
PARTITIONS = 4
KILLS = {"sigterm": 2, "sigkill": 5}
SEED = 20170301
QUIET_SECONDS_MAX = 30
GO_SECONDS_MAX = 60
FEED_SECONDS = 2.0
GRAINS = {
    "day": "day",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "fquarter_feb": "fiscal_quarter",
    "all": "all",
}

# truth's column: the metric, and which of its numbers
COUNTERPARTS = {
    "opps_created": ("opportunities_created", "value"),
    "cohort_won": ("win_rate_cohort", "num"),
    "won": ("deals_won", "value"),
    "lost": ("deals_lost", "value"),
    "won_value": ("revenue", "value"),
    "sum_cycle_days_won": ("sales_cycle", "num"),
    "n_cycle_won": ("sales_cycle", "den"),
    "n_value_won": ("average_deal_size", "den"),
    "mean_cycle_days_won": ("sales_cycle", "value"),
    "median_cycle_days_won": ("sales_cycle_median", "value"),
    "closed": ("win_rate", "den"),
    "win_rate_count": ("win_rate", "value"),
    "cohort_win_rate": ("win_rate_cohort", "value"),
    "avg_deal_size": ("average_deal_size", "value"),
    "velocity_closed_per_day": ("sales_velocity_closed", "value"),
    "velocity_created_per_day": ("sales_velocity_created", "value"),
}
# In the window `all` only, where the end of the window is now.
COUNTERPARTS_ALL = {"open_at_end": ("open_pipeline", "value")}
WITHOUT_COUNTERPART = {
    "open_at_end": "open_pipeline is a level (now), not kept for past windows; compared in `all` only",
    "mean_cycle_days_closed": "the cycle of won and lost deals together is no metric of the catalogue",
    "velocity_open_per_day": "the variant with the deals open at the end of a window needs open_at_end",
    "avg_deal_size_known": "the same as avg_deal_size here: every won deal of this data has a value",
}
METRICS = sorted({metric for metric, _ in (*COUNTERPARTS.values(), *COUNTERPARTS_ALL.values())})


class Truth:
    """The rows of truth.csv, and their comparison with updates."""

    def __init__(self, path):
        with open(path, newline="", encoding="utf-8") as lines:
            self.rows = list(csv.DictReader(lines))
        columns = set(self.rows[0]) - {"scope", "grain", "scope_id", "period_start"}
        unknown = columns - COUNTERPARTS.keys() - WITHOUT_COUNTERPART.keys()
        require(not unknown, f"truth.csv has columns that nobody decided about: {sorted(unknown)}")
        require(COUNTERPARTS.keys() <= columns, f"truth.csv lacks {sorted(COUNTERPARTS.keys() - columns)}")

    def differences(self, updates):
        """(lines that say what differs, number of values compared)"""
        published = {}
        for cell, update in updates.items():
            if published.setdefault(cell[:5], update) is not update:
                return [f"{cell[:5]} is published in several currencies"], 0
        lines, values = [], 0
        for row in self.rows:
            whole = row["grain"] == "all"
            start = None if whole else millis_of(row["period_start"])
            place = (row["scope"], row["scope_id"], GRAINS[row["grain"]], start)
            for column, (metric, part) in {**COUNTERPARTS, **(COUNTERPARTS_ALL if whole else {})}.items():
                values += 1
                said = said_by(published.get((metric, *place)), part)
                if not same(row[column], said):
                    where = " ".join((row["scope"], row["scope_id"], row["grain"], row["period_start"]))
                    lines.append(
                        f"{where}: {column} is {row[column] or 'empty'}, {metric} {part} says {said}"
                    )
        return lines, values

    def check(self, updates):
        lines, values = self.differences(updates)
        print(
            f"  compared {len(self.rows)} rows, {values} values, with {len(updates)} updates: "
            f"{len(lines)} differ"
        )
        for line in lines[:10]:
            print("  " + line)
        require(len(self.rows) >= ROWS_MIN, f"only {len(self.rows)} rows, fewer than {ROWS_MIN}")
        require(not lines, f"{len(lines)} of {values} values differ from the truth")


def said_by(update, part):
    """The Decimal that an update gives for a part; None if there is no update or no value."""
    if update is None:
        return None
    if part == "value":
        return number(update["value"])
    return number((update.get("parts") or {}).get(part))


def same(text, said):
    """Equal to truth's last printed digit (six decimals); nothing is as good as 0."""
    if text == "":
        return said is None or said == 0
    if said is None:
        return Decimal(text) == 0
    return six_digits(said) == Decimal(text)


def oracle_updates(events):
    """What the batch recomputation would publish."""
    found = oracle.compute_with_parts(
        oracle.read_events(events),
        "UTC",
        tuple(GRAINS.values()),
        ("company", "region", "team", "rep"),
        METRICS,
        fiscal_year_starts="february",
    )
    updates = {}
    for (metric, scope, scope_id, grain, start, currency), (value, parts) in found.items():
        update = {
            "metric": metric,
            "scope": scope,
            "scopeId": scope_id,
            "currency": currency,
            "window": {"grain": grain, "start": start},
            "value": None if value is None else rounded(value),
            "parts": parts and {"num": rounded(parts[0]), "den": rounded(parts[1])},
        }
        updates[cell_of(update)] = update
    return updates


class Reader:
    """Reads the output topic as any consumer would: from the start, committed records only."""

    def __init__(self, brokers):
        from confluent_kafka import Consumer, TopicPartition

        self.client = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": "reader",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                # Does not wait long on a connection that a check has silenced.
                "socket.timeout.ms": 5000,
                "log_level": 0,
            }
        )
        self.updates = {}
        self.count = 0
        self.backwards = 0
        partitions = []
        for topic in (OUTPUT, DEAD, LATE):
            for partition in self.client.list_topics(topic, timeout=10).topics[topic].partitions:
                partitions.append(TopicPartition(topic, partition, 0))
        self.client.assign(partitions)
        self.aside = []

    def close(self):
        self.client.close()

    def poll(self, seconds):
        """Takes what comes within the time; returns how many updates came."""
        before = self.count
        for message in self.client.consume(5000, seconds):
            if message.error():
                continue  # a connection error heals by itself; a lasting one shows as silence
            if message.topic() != OUTPUT:
                self.aside.append((message.topic(), message.value()))
            elif message.value() is not None:
                self.take(json.loads(message.value(), parse_float=Decimal))
        return self.count - before

    def standing(self):
        """For each partition with records: how far it has been read, and its end for readers of committed records."""
        found = []
        for partition in self.client.position(self.client.assignment()):
            end = self.client.get_watermark_offsets(partition, timeout=10)[1]
            if end > 0:
                found.append(f"{partition.topic}[{partition.partition}] {partition.offset} of {end}")
        return ", ".join(found)

    def take(self, update):
        cell = cell_of(update)
        before = self.updates.get(cell)
        self.backwards += before is not None and update["revision"] <= before["revision"]
        # The last record of a key is what compaction keeps, whatever its revision.
        self.updates[cell] = update
        self.count += 1


class Feed(Producing):
    """Produces a part of the events in order: half at once, the rest evenly once `go` is set."""

    def __init__(self, brokers, lines):
        super().__init__()
        self.brokers, self.lines = brokers, lines
        self.go = threading.Event()

    def work(self):
        from confluent_kafka import Producer

        client = Producer(
            {"bootstrap.servers": self.brokers, "linger.ms": 5, "enable.idempotence": True, "log_level": 0}
        )
        half = len(self.lines) // 2
        begun = None
        for index, (key, line) in enumerate(self.lines):
            client.produce(INPUT, line, key, on_delivery=self.delivered)
            if index < half or index % 50:
                continue
            client.poll(0)
            if begun is None:
                self.go.wait(GO_SECONDS_MAX)
                begun = time.monotonic()
            due = begun + FEED_SECONDS * (index - half) / (len(self.lines) - half)
            time.sleep(max(0.0, due - time.monotonic()))
        self.flush(client, 60)

    def finish(self, seconds_max=120):
        self.go.set()
        super().finish(seconds_max)


def keyed(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            yield f"{event['entity']}:{event['entityId']}".encode(), line.rstrip("\n").encode()


def wait_for_updates(reader, daemon, more, seconds):
    """Reads until `more` further updates have come."""
    target, limit = reader.count + more, time.monotonic() + seconds
    while reader.count < target:
        daemon.check_alive()
        require(time.monotonic() < limit, f"no updates for {seconds} s:\n{daemon.said()}")
        reader.poll(0.05)


def interrupt(daemon, reader, feed, how, generator):
    """Ends the daemon at a random moment while events are coming, and starts it again."""
    wait_for_updates(reader, daemon, 1, GO_SECONDS_MAX)
    feed.go.set()
    limit = time.monotonic() + generator.uniform(0, FEED_SECONDS)
    while time.monotonic() < limit:
        reader.poll(0.02)
    coming = "while events were coming" if feed.is_alive() else "when all events were there"
    if how == "sigterm":
        print(f"  stopped by SIGTERM in {daemon.stop():.1f} s after {reader.count} updates, {coming}")
    else:
        daemon.kill()
        print(f"  killed after {reader.count} updates, {coming}")
    feed.finish()
    while reader.poll(1.0):
        pass  # what is read from here on comes from the next process
    daemon.start()


def read_until_complete(reader, daemon, truth):
    """Reads until every value is right, or nothing has come for so long that it never will."""
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < QUIET_SECONDS_MAX:
        daemon.check_alive()
        if reader.poll(0.5):
            quiet_since = time.monotonic()
        elif reader.count and not truth.differences(reader.updates)[0]:
            break
    reader.poll(1.0)  # whatever still comes must not make it wrong again


def through_broker(data, nadi, truth, kill):
    from tansu import Broker

    lines = list(keyed(data / "events.ndjson"))
    generator = random.Random(SEED)
    kills = KILLS.get(kill, 0)
    size = -(-len(lines) // (kills + 1))
    topics = {INPUT: PARTITIONS, OUTPUT: PARTITIONS, DEAD: 1, LATE: 1}
    with tempfile.TemporaryDirectory() as directory, Broker(topics) as broker:
        config = write_configuration(directory, brokers=broker.proxied)
        reader = Reader(broker.proxied)
        try:
            with Daemon(nadi, config) as daemon:
                for turn in range(kills + 1):
                    feed = Feed(broker.proxied, lines[turn * size : (turn + 1) * size])
                    feed.start()
                    if turn < kills:
                        interrupt(daemon, reader, feed, kill, generator)
                    feed.finish()
                read_until_complete(reader, daemon, truth)
                try:
                    truth.check(reader.updates)
                except Failure as failure:
                    raise Failure(f"{failure}; the daemon said:\n{daemon.said()}") from None
                daemon.stop()
                reader.poll(2.0)
            truth.check(reader.updates)
        finally:
            reader.close()
    require(not reader.aside, f"{len(reader.aside)} records were set aside, the first: {reader.aside[:1]}")
    print(f"  {reader.count} updates read, {reader.backwards} with a revision that did not rise")
    if kill != "sigkill":
        # This broker goes on showing the records of aborted transactions, which a kill leaves behind.
        require(not reader.backwards, f"{reader.backwards} revisions did not rise")


def main():
    parser = argparse.ArgumentParser(description="The Maven CRM data against its truth.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--nadi", type=Path, metavar="PATH")
    parser.add_argument("--oracle", action="store_true")
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--broker", action="store_true")
    parser.add_argument("--kill", choices=sorted(KILLS))
    options = parser.parse_args()
    if (options.replay or options.broker) and options.nadi is None:
        parser.error("--replay and --broker need --nadi PATH")
    report = Report()
    if not (options.data / "events.ndjson").is_file():
        print(f"compared 0 rows: no events.ndjson in {options.data}")
        if os.environ.get("CI") == "true":
            print("FAIL maven: in CI the real input must be there; set NADI_DATA")
            sys.exit(1)
        sys.exit(0)
    truth = Truth(options.data / "truth.csv")
    if options.oracle:
        with report.check("maven: the batch recomputation equals the truth"):
            truth.check(oracle_updates(options.data / "events.ndjson"))
    if options.replay:
        with report.check("maven: nadi replay equals the truth"):
            with tempfile.TemporaryDirectory() as directory:
                config = write_configuration(directory)
                truth.check(last_updates(replay(options.nadi, options.data / "events.ndjson", config)))
    if options.broker:
        manner = f", {options.kill} in the middle" if options.kill else ""
        with report.check(f"maven: nadi run through a broker{manner} equals the truth"):
            through_broker(options.data, options.nadi, truth, options.kill)
    report.exit()


if __name__ == "__main__":
    main()
