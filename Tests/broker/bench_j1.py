#!/usr/bin/env python3
"""Events per second of `nadi run` beside the least a process must do, on the same topic of a fresh broker.

    bench_j1.py --nadi PATH --limit PATH [--events 1000000] [--rounds 3] [--config TEMPLATE]

The work (J1): count of events and sum of the amounts of won deals by rep, kind and minute. LIMIT is the
program that consumes, parses and adds up in one thread without output or safety (`LIMIT combine BROKERS
TOPIC EVENTS PARTITIONS`). The two run in turn. The daemon is measured at the moment when its committed
offsets, read by another client, have reached the end; then it is stopped, and the counts that it
published must add up to all events.

In a TEMPLATE, {brokers}, {directory}, {group}, {output} stand for what the run chooses.
"""

import argparse
import bisect
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from daemon import Daemon
from report import Failure, require
from tansu import Broker

TOPIC, PARTITIONS = "bench", 4
REPS, TEAMS = 1000, 20
KINDS = (
    ("call.completed", 0.45, "dialer/aircall"),
    ("email.sent", 0.35, "mail/gmail"),
    ("meeting.scheduled", 0.10, "cal/google"),
    ("deal.created", 0.06, "crm/hubspot"),
    ("deal.closed", 0.04, "crm/hubspot"),
)
REGIONS = (("my-3", "MYR"), ("sg-1", "SGD"), ("id-2", "IDR"), ("th-4", "THB"), ("vn-5", "VND"))
NOTES = (
    "customer asked for a quote",
    "left a voice mail message",
    "sent the signed contract",
    "will call again next week",
    "pricing page was discussed",
    "needs approval by manager",
)
START_MILLIS = int(datetime(2026, 3, 2, 1, tzinfo=timezone.utc).timestamp()) * 1000
SPAN_MILLIS, DISORDER_MILLIS = 3_600_000, 5_000
SEED = 20261124
SECONDS_MAX = 300

CONFIGURATION = """kafka:
  brokers: "{brokers}"
  group: "{group}"
  properties: { session.timeout.ms: "6000" }
input:
  topics: [bench]
output:
  topic: "{output}"
  dead_letter: "{output}.dlq"
  late: "{output}.late"
state:
  directory: "{directory}/state"
  snapshot_interval: 5s
emit:
  interval: 1s
http:
  enabled: false
catalogue:
  zone: UTC
  grace: 1h
  duplicate_horizon: 0s
  built_in: none
  windows: [{ name: minute, size: 1m }]
  scopes: [{ name: rep_kind, dimensions: [rep, kind] }]
  measures:
    events: { entity: activity, count: true, time: occurredAt }
    won_amount:
      { entity: activity, sum: amount, where: { kind: deal.closed, outcome: won }, time: occurredAt }
  metrics:
    won_amount:
      {
        formula: "won_amount", sample: events, unit: number, text: "amount won; n is the number of events",
        scopes: [rep_kind], windows: [minute],
      }
mappings:
  - name: flat
    topics: [bench]
    event:
      id: /id
      entity: { const: activity }
      occurredAt: { from: /time, as: time }
    data:
      kind: /type
      ownerId: /rep
      amount: { from: /data/amount, as: decimal }
      outcome: /data/outcome
"""


def murmur2(data):
    """Kafka's default partitioner hash."""
    mask, factor = 0xFFFFFFFF, 0x5BD1E995
    value = (0x9747B28C ^ len(data)) & mask
    whole = len(data) // 4 * 4
    for index in range(0, whole, 4):
        word = int.from_bytes(data[index : index + 4], "little") * factor & mask
        word = (word ^ word >> 24) * factor & mask
        value = value * factor & mask ^ word
    rest = data[whole:]
    if rest:
        value = (value ^ int.from_bytes(rest, "little")) * factor & mask
    value = (value ^ value >> 13) * factor & mask
    return value ^ value >> 15


def events(count):
    """(time in milliseconds, partition, key, value) of each event, in produce order."""
    generator = random.Random(SEED)
    order = generator.sample(range(REPS), REPS)
    rep_weights = list(itertools.accumulate(1 / (index + 1) ** 0.8 for index in range(REPS)))
    kind_weights = list(itertools.accumulate(kind[1] for kind in KINDS))
    keys = [b"rep-%d" % rep for rep in range(REPS)]
    homes = [(murmur2(key) & 0x7FFFFFFF) % PARTITIONS for key in keys]
    minutes = [
        datetime.fromtimestamp(START_MILLIS / 1000 + 60 * minute, timezone.utc).strftime("%Y-%m-%dT%H:%M:")
        for minute in range(SPAN_MILLIS // 60_000)
    ]
    for index in range(count):
        at = max(0, index * SPAN_MILLIS // count - generator.randrange(DISORDER_MILLIS))
        rep = order[min(REPS - 1, bisect.bisect(rep_weights, generator.random() * rep_weights[-1]))]
        kind, _, source = KINDS[min(4, bisect.bisect(kind_weights, generator.random()))]
        cents = round(generator.lognormvariate(9.6, 0.9)) + 100
        region, currency = REGIONS[rep % len(REGIONS)]
        outcome = "none"
        if kind == "deal.created":
            outcome = "open"
        elif kind == "deal.closed":
            outcome = "won" if generator.random() < 0.3 else "lost"
        second, milli = divmod(at % 60_000, 1000)
        value = (
            f'{{"id":"evt-{index}","type":"{kind}",'
            f'"time":"{minutes[at // 60_000]}{second:02d}.{milli:03d}Z",'
            f'"source":"{source}","rep":"rep-{rep}","team":"team-{rep % TEAMS}","region":"{region}",'
            f'"data":{{"deal":"D-{index}","amount":{cents // 100}.{cents % 100:02d},"currency":"{currency}",'
            f'"outcome":"{outcome}","note":"{NOTES[generator.randrange(6)]}"}}}}'
        )
        yield START_MILLIS + at, homes[rep], keys[rep], value


def fill(broker, count):
    """Produces the events; returns the number in each partition."""
    client = Producer(
        {
            "bootstrap.servers": broker.proxied,
            "linger.ms": 50,
            "batch.size": 262_144,
            "batch.num.messages": 100_000,
            "queue.buffering.max.messages": 2_000_000,
            "queue.buffering.max.kbytes": 2_000_000,
        }
    )
    ends, size = [0] * PARTITIONS, 0
    for index, (at, partition, key, value) in enumerate(events(count)):
        client.produce(TOPIC, value, key, partition, timestamp=at)
        ends[partition] += 1
        size += len(value)
        if index % 10_000 == 0:
            client.poll(0)
    require(client.flush(120) == 0, "not all events could be produced")
    print(f"{count} events of {size / count:.0f} bytes, by partition {ends}", flush=True)
    return ends


@dataclass
class Run:
    """What one run cost."""

    name: str
    wall: float
    cpu: float
    peak_mebibytes: float


def run_limit(options, broker):
    command = [str(options.limit), "combine", broker.proxied, TOPIC, str(options.events), str(PARTITIONS)]
    begun = time.monotonic()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - begun
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    require(child.returncode == 0, f"the limit program ended with {child.returncode}: {said}")
    print(f"  limit: {said}", flush=True)
    return Run("limit", wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def cost_so_far(pid):
    """(CPU seconds, peak resident MiB) of a living process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), peak / 1024


def committed(admin, group):
    """The sum of the group's committed offsets."""
    wanted = ConsumerGroupTopicPartitions(
        group, [TopicPartition(TOPIC, index) for index in range(PARTITIONS)]
    )
    answer = admin.list_consumer_group_offsets([wanted])[group].result(10)
    return sum(max(0, partition.offset) for partition in answer.topic_partitions)


def run_nadi(options, broker, turn):
    group, output = f"bench-{turn}", f"bench.metrics.{turn}"
    for topic, partitions in ((output, PARTITIONS), (output + ".dlq", 1), (output + ".late", 1)):
        broker.topic(topic, partitions)
    template = options.config.read_text() if options.config else CONFIGURATION
    admin = AdminClient({"bootstrap.servers": broker.proxied})
    committed(admin, group)  # so that connecting is not measured
    with tempfile.TemporaryDirectory() as directory:
        for name, value in (
            ("brokers", broker.proxied),
            ("directory", directory),
            ("group", group),
            ("output", output),
        ):
            template = template.replace("{" + name + "}", value)
        config = Path(directory) / "nadi.yaml"
        config.write_text(template)
        begun = time.monotonic()
        with Daemon(options.nadi, config) as daemon:
            while (position := committed(admin, group)) < options.events:
                daemon.check_alive()
                if time.monotonic() - begun > SECONDS_MAX:
                    raise Failure(f"{position} of {options.events} after {SECONDS_MAX} s:\n{daemon.said()}")
                time.sleep(0.02)
            wall, ended = time.monotonic() - begun, time.time()
            cpu, peak = cost_so_far(daemon.process.pid)
            daemon.stop()
            said = [json.loads(line) for line in daemon.said().splitlines() if line.startswith("{")]
            assigned = next(line for line in said if line["msg"] == "all partitions are assigned")
            reading = ended - datetime.fromisoformat(assigned["time"].replace("Z", "+00:00")).timestamp()
            stopped = next((line for line in said if line["msg"] == "stopped"), {})
    print(
        f"  nadi: {stopped.get('updates')} updates in {stopped.get('commits')} transactions,"
        f" {stopped.get('snapshots')} snapshots",
        flush=True,
    )
    print(f"  nadi: {wall:.2f} s from start, {reading:.2f} s of them with partitions", flush=True)
    check_output(broker, output, options.events)
    return Run("nadi", reading, cpu, peak)


def check_output(broker, topic, count):
    """The published counts, last per key, must add up to all events."""
    reader = Consumer(
        {"bootstrap.servers": broker.proxied, "group.id": "check", "isolation.level": "read_committed"}
    )
    reader.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
    last, quiet = {}, 0
    while quiet < 3:
        batch = reader.consume(10_000, 1.0)
        quiet = 0 if batch else quiet + 1
        for message in batch:
            if not message.error() and message.value():
                last[message.key()] = message.value()
    reader.close()
    total = sum(
        int(update["n"]) for update in map(json.loads, last.values()) if update["metric"] == "won_amount"
    )
    require(total == count, f"the published counts add up to {total}, not {count}")
    print(f"  nadi: {len(last)} cells published, counts add up to {total}", flush=True)


def print_table(runs, count):
    print(f"\n{'':8}{'wall s':>8}{'events/s':>12}{'CPU s':>8}{'events/CPU s':>14}{'peak MiB':>10}")
    medians = {}
    for run in runs:
        medians.setdefault(run.name, []).append(run)
        print_row(run, count)
    for name, group in medians.items():
        medians[name] = Run(
            name,
            *(
                statistics.median(getattr(run, field) for run in group)
                for field in ("wall", "cpu", "peak_mebibytes")
            ),
        )
    print("medians")
    for run in medians.values():
        print_row(run, count)
    limit, nadi = medians["limit"], medians["nadi"]
    print(
        f"nadi to limit: {limit.cpu / nadi.cpu:.2f} of its events per CPU second, "
        f"{limit.wall / nadi.wall:.2f} of its events per second, "
        f"{nadi.peak_mebibytes / limit.peak_mebibytes:.2f} of its memory"
    )


def print_row(run, count):
    print(
        f"{run.name:8}{run.wall:8.2f}{count / run.wall:12,.0f}{run.cpu:8.2f}{count / run.cpu:14,.0f}"
        f"{run.peak_mebibytes:10.0f}"
    )


def main():
    parser = argparse.ArgumentParser(description="J1: nadi run beside the limit program.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    parser.add_argument("--limit", type=Path, required=True, metavar="PATH")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--config", type=Path, metavar="TEMPLATE")
    options = parser.parse_args()
    runs = []
    try:
        with Broker({TOPIC: PARTITIONS}) as broker:
            fill(broker, options.events)
            for turn in range(options.rounds):
                runs.append(run_limit(options, broker))
                runs.append(run_nadi(options, broker, turn))
    except Failure as failure:
        print(f"FAIL bench: {failure}")
        return 1
    print_table(runs, options.events)
    return 0


if __name__ == "__main__":
    sys.exit(main())
