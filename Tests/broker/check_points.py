#!/usr/bin/env python3
"""A debug build of the daemon ends itself, as SIGKILL would, at every step of its commits and snapshots.

    check_points.py --nadi PATH --debug-nadi PATH [--times N] [--only WORD] [--seed N] [--brokers HOST:PORT]

While input flows: before each call of the commit cycle and each system call of a snapshot, N times each. With `--times 3`
or more after each of them, too, and steps that only failures lead to are reached by faults of the proxy between the daemon
and a Tansu broker. In the end every cell is compared with the batch recomputation. With `--brokers` the script runs
against that cluster, without the steps that need the proxy.
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from check_kill import (
    Flow,
    LastFew,
    check_books,
    check_cells,
    check_letters,
    expected_cells,
    keyed_lines,
)
from daemon import Daemon, write_configuration
from feed import cluster
from report import Report, require
from tansu import free_port

# Longer than it takes to join, commit and take a few snapshots.
LIFE_SECONDS_MAX = 90
# Few, because a debug build takes its time.
WINDOWS = ("day", "all")
SHARES_PER_LIFE = 3
FULL_TIMES = 3
HOOK = b"NADI_KILL_AT"

EFFECTS = ("produce", "sendOffsets", "commitTransaction", "confirm")
# Without transactions.
OTHER_EFFECTS = ("flush", "commitOffsets")
CALLS = (
    "open",
    "write",
    "sync",
    "close",
    "rename",
    "openDirectory",
    "syncDirectory",
    "closeDirectory",
    "remove",
)
# What makes the cycle take these steps: the response to EndTxn (26) is lost after it was carried out, and so are those to
# the client's further attempts within the time limit of a commit. That takes a while, so only runs of full size have
# them.
LOST = {"fault": "drop_response", "api": 26, "count": 3, "then": "silence"}
AFTER_FAULTS = {"replaceProducer": LOST, "readOffsets": LOST}


def points(options):
    """(point, configuration, fault) of every life, in an order that depends on the seed."""
    sides = ("before", "after") if options.times >= FULL_TIMES else ("before",)
    found = [(f"{when}:{name}", "exactly_once", None) for name in (*EFFECTS, *CALLS) for when in sides]
    found += [(f"{when}:{name}", "at_least_once", None) for name in OTHER_EFFECTS for when in sides]
    if options.brokers is None and options.times >= FULL_TIMES:
        found += [
            (f"{when}:{name}", "exactly_once", fault) for name, fault in AFTER_FAULTS.items() for when in sides
        ]
    found = [point for point in found if options.only in point[0]] * options.times
    random.Random(options.seed).shuffle(found)
    return found


def live(daemon, reader, proxy, point, number, fault):
    """From a start to the point, which must be reached; the process may end by itself with 75 before."""
    daemon.environment = {"NADI_KILL_AT": f"{point}#{number}"}
    daemon.start()
    begun = time.monotonic()
    seen = reader.count
    is_armed = fault is None
    while True:
        code = daemon.process.poll()
        if code == -signal.SIGKILL:
            break
        if code is not None:
            require(code == 75, f"{point}: nadi run ended with {code}:\n{daemon.said()}")
            daemon.start()
        require(time.monotonic() - begun < LIFE_SECONDS_MAX, f"{point}#{number} was not reached:\n{daemon.said()}")
        if not is_armed and reader.count > seen:
            proxy.command(fault)
            is_armed = True
        reader.poll(0.05)
    if proxy is not None:
        proxy.command({"fault": "none"})


def run(options, report):
    chance = random.Random(options.seed)
    lives = points(options)
    events, lines, poison = keyed_lines(options.seed, len(lives) * SHARES_PER_LIFE)
    expected = expected_cells(events, WINDOWS)
    with tempfile.TemporaryDirectory() as directory, cluster(options.brokers) as (address, proxy):
        http = f"127.0.0.1:{free_port()}"
        configs = {}
        for delivery in ("exactly_once", "at_least_once"):
            place = Path(directory) / delivery
            place.mkdir()
            written = write_configuration(
                directory,
                brokers=address,
                windows=", ".join(WINDOWS),
                delivery=delivery,
                snapshot_interval="1s",
                http=http,
            )
            configs[delivery] = written.rename(place / written.name)
        daemons = {delivery: Daemon(options.debug_nadi, config, http) for delivery, config in configs.items()}
        reader = LastFew(address)
        flow = Flow(address, lines, len(lives) * SHARES_PER_LIFE)
        flow.allow(len(lives) * SHARES_PER_LIFE)
        flow.start()
        try:
            names = {point for point, _, _ in lives}
            with report.check(f"points: {len(lives)} kills at {len(names)} points, each reached"):
                begun = time.monotonic()
                for point, delivery, fault in lives:
                    number = 1 if fault else chance.randrange(1, 4)
                    live(daemons[delivery], reader, proxy, point, number, fault)
                require(not flow.errors, f"producing failed: {flow.errors[:1]}")
                print(f"  {flow.sent} records sent in {time.monotonic() - begun:.0f} s")
            flow.is_hurried = True
            flow.finish()
            daemon = daemons["exactly_once"]
            daemon.environment = {}
            daemon.start()
            with report.check("points: every cell equals the batch recomputation"):
                check_cells(reader, daemon.check_alive, expected, options.brokers is None)
            with report.check("points: the books hold every record once"):
                check_books(daemon, reader, len(lines), poison)
            with report.check("points: dead letters"):
                # Lives without transactions may repeat some.
                check_letters(reader, poison, False)
        finally:
            for daemon in daemons.values():
                daemon.__exit__()
            reader.close()


def main():
    parser = argparse.ArgumentParser(description="Kills at named points; see the head of this file.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH", help="a release build")
    parser.add_argument("--debug-nadi", type=Path, required=True, metavar="PATH")
    parser.add_argument("--times", type=int, default=1, metavar="N")
    parser.add_argument("--only", default="", metavar="WORD", help="only the points with this in their names")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--brokers", metavar="HOST:PORT")
    options = parser.parse_args()
    report = Report()
    with report.check("points: a release build has none"):
        require(HOOK in options.debug_nadi.read_bytes(), "the debug build has no hook")
        require(HOOK not in options.nadi.read_bytes(), "the release build has the hook")
    with report.check("points: the run comes to its end"):
        run(options, report)
    report.exit()


if __name__ == "__main__":
    sys.exit(main())
