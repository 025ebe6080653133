#!/usr/bin/env python3
"""Checks that every subject of `nadi bench` runs, on its embedded broker and on a broker process, and clears up.

    check_bench.py --nadi PATH

The figures themselves are not judged: other processes may be at work. The published numbers are: `nadi bench` fails
when they do not add up to the events.
"""

import argparse
import json
import os
import stat
import subprocess
import tempfile
from pathlib import Path

from confluent_kafka.admin import AdminClient

from report import Report, require, wait_until
from tansu import Broker

SECONDS_MAX = 120
POSITIVE = ("wallSeconds", "cpuSeconds", "eventsPerCpuSecond", "peakMebibytes")
PROGRAM = """#!/bin/sh
test "$1" = combine && test "$4" = {events} && test "$5" = 4 && echo '{{"wall_s":0.5}}'
"""


def bench(nadi, *arguments):
    """The JSON lines of one run, by job."""
    command = [str(nadi), "bench", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX)
    require(done.returncode == 0, f"it ended with {done.returncode}: {done.stderr[-2000:]}")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    rows = [line for line in done.stdout.splitlines() if not line.startswith("{")]
    require(len(rows) == len(lines) + 1, f"a head and a row for each job were expected:\n{done.stdout}")
    return {line["job"]: line for line in lines}, done.stderr


def require_positive(line, *names):
    for name in names:
        require(line.get(name, 0) > 0, f"{name} is not positive: {line}")


def check_embedded(nadi):
    jobs, said = bench(nadi, "ingest", "--events", 5_000, "--rounds", 1)
    require(list(jobs) == ["limit", "J1", "J1, duplicates dropped", "J2"], f"jobs: {list(jobs)}")
    require("no" in said and "measure of any broker" in said, f"it does not say what the broker is: {said}")
    for line in jobs.values():
        require(line["events"] == 5_000 and line["broker"] == "embedded", f"{line}")
        require_positive(line, *POSITIVE, "ratioToLimit")
    jobs, _ = bench(nadi, "latency", "--seconds", 2, "--rate", 500, "--rounds", 1)
    (line,) = jobs.values()
    require(line["missing"] == 0 and line["timed"] >= 100, f"timed events are missing: {line}")
    require(0 < line["p50Millis"] <= line["p99Millis"] <= line["maxMillis"], f"{line}")
    jobs, _ = bench(nadi, "restart", "--cells", 20_000, "--rounds", 1)
    (line,) = jobs.values()
    require(line["cells"] == 20_000, f"{line}")
    require_positive(line, "secondsToFirstUpdate", "snapshotMebibytes")


def check_process(nadi, directory):
    program = Path(directory) / "program"
    program.write_text(PROGRAM.format(events=20_000))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    with Broker() as broker:
        brokers = ["--brokers", broker.proxied]
        arguments = ["--events", 20_000, "--rounds", 1, "--limit-program", program]
        for subject, count in (("ingest", 5), ("catalogue", 3)):
            jobs, _ = bench(nadi, subject, *brokers, *arguments)
            require(len(jobs) == count and "limit program" in jobs, f"jobs: {list(jobs)}")
            for line in jobs.values():
                require(line["events"] == 20_000 and line["broker"] == "real", f"{line}")
        jobs, said = bench(
            nadi, "ingest", *brokers, "--events", 1_000, "--rounds", 1, "--no-limit", "--keep-topics"
        )
        require("limit" not in jobs, f"jobs: {list(jobs)}")
        kept = said.rpartition("kept topics: ")[2].strip()
        admin = AdminClient({"bootstrap.servers": broker.proxied})

        def topics():
            return [name for name in admin.list_topics(timeout=10).topics if name.startswith("nadi-bench-")]

        wait_until(lambda: topics() == [kept], 10, f"only {kept} should be left, not {topics()}")


def check_without_kafka(nadi):
    jobs, _ = bench(nadi, "memory", "--cells", 50_000, "--rows", 20_000)
    require([line["count"] for line in jobs.values()] == [50_000, 20_000], f"{jobs}")
    for line in jobs.values():
        require_positive(line, "stateBytesEach", "residentMebibytes")
    jobs, _ = bench(nadi, "snapshot", "--cells", 20_000, "--rows", 2_000, "--rounds", 2)
    require([line["count"] for line in jobs.values()] == 5 * [20_000] + 5 * [2_000], f"{jobs}")
    for line in jobs.values():
        require_positive(line, "changed", "pauseMaxMillis", "mebibytes")
    jobs, _ = bench(nadi, "windows", "--events", 10_000, "--rounds", 1)
    require(jobs["10 windows"]["windows"] == 10, f"{jobs}")
    jobs, _ = bench(nadi, "steady", "--events", 1_000, "--passes", 1)
    require(list(jobs) == ["minutes", "duplicates", "hierarchy", "catalogue"], f"jobs: {list(jobs)}")


def check_clean(directory):
    left = [name for name in os.listdir(directory) if name.startswith("nadi-bench-")]
    require(not left, f"directories are left: {left}")


def main():
    parser = argparse.ArgumentParser(description="Every subject of nadi bench.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    options = parser.parse_args()
    nadi = options.nadi.resolve()
    report = Report()
    with tempfile.TemporaryDirectory() as directory:
        os.environ["TMPDIR"] = directory
        with report.check("nadi bench measures without Kafka"):
            check_without_kafka(nadi)
        with report.check("nadi bench measures on its embedded broker"):
            check_embedded(nadi)
        with report.check("nadi bench measures on a broker process, compares, and deletes its topics"):
            check_process(nadi, directory)
        with report.check("nadi bench leaves no files"):
            check_clean(directory)
    report.exit()


if __name__ == "__main__":
    main()
