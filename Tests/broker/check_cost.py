#!/usr/bin/env python3
"""Checks what an event costs, in instructions and allocations, against bounds: neither depends on time or load.

    check_cost.py --nadi PATH [--keep DIR]

Fixed work runs in `nadi bench within steady` under callgrind. Instructions are counted in what is measured
alone, as are the allocator's requests. A count above its bound is a failure; the bounds have a few percent of
room for another compiler or C library. When the program has become cheaper the bounds should be lowered,
and the lines of this check say to what. Instructions are only compared on x86-64.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from report import Report, require

SECONDS_MAX = 120
SEED = 20261124
# A bound this far above what was counted should be lowered.
SLACK_MAX = 0.10


@dataclass(frozen=True)
class Work:
    """Fixed work: events in a pass, and the bounds of each figure."""

    name: str
    events: int
    bounds: dict


WORKS = (
    Work(
        "minutes",
        8_000,
        {
            "instructions per event": 5_600,
            "instructions per update": 5_750,
            "instructions per cell of a snapshot": 105,
            "allocations per event": 0,
            "allocations per update": 0.017,
        },
    ),
    Work("duplicates", 5_000, {"instructions per event": 5_900, "allocations per event": 0.00085}),
    Work("hierarchy", 5_000, {"instructions per event": 6_200, "allocations per event": 0}),
    Work(
        "catalogue",
        3_000,
        {
            "instructions per event": 13_400,
            "instructions per update": 6_900,
            "allocations per event": 0.011,
            "allocations per update": 0.38,
        },
    ),
)

FUNCTIONS = {
    "events": re.compile(r"15measuredReading"),
    "updates": re.compile(r"19measuredPublication"),
    "cells": re.compile(r"16measuredSnapshot"),
}


def inclusive(profile):
    """Instructions within each function of `FUNCTIONS`, callees included, from a callgrind file."""
    totals = dict.fromkeys(FUNCTIONS, 0)
    callee, is_cost = None, False
    for line in profile.open():
        if is_cost:
            is_cost = False
            for name, pattern in FUNCTIONS.items():
                if pattern.search(callee):
                    totals[name] += int(line.split()[-1])
        elif line.startswith("cfn="):
            callee = line[4:]
        elif line.startswith("calls="):
            is_cost = True
    return totals


def profile(nadi, work, directory):
    """The figures of one work."""
    out = Path(directory) / f"{work.name}.callgrind"
    command = [
        *("valgrind", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no"),
        f"--callgrind-out-file={out}",
        *(str(nadi), "bench", "within", "steady", "--work", work.name, "--passes", "1"),
        *("--events", str(work.events), "--seed", str(SEED)),
    ]
    # Hash seeds of Swift's collections must not change what is counted.
    environment = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX, env=environment)
    require(done.returncode == 0, f"callgrind ended with {done.returncode}: {done.stderr[-2000:]}")
    line = figures(json.loads(done.stdout.splitlines()[-1])[0])
    instructions = inclusive(out)
    for name, total in instructions.items():
        require(total > 0, f"the profile has no function of the {name} that are measured")
    require("allocationsPerEvent" in line, "the allocator does not count")
    return {
        "instructions per event": instructions["events"] / line["events"],
        "instructions per update": instructions["updates"] / line["updates"],
        "instructions per cell of a snapshot": instructions["cells"] / line["cells"],
        "allocations per event": line["allocationsPerEvent"],
        "allocations per update": line["allocationsPerUpdate"],
    }


def figures(line):
    """The numbers of a line that one process gives to another."""
    found = {}
    for figure in line["figures"]:
        (kind, value), *_ = figure["value"].items()
        if kind != "text":
            found[figure["name"]] = value["_0"]
    return found


def compare(found, bounds):
    """Fails with every figure that is above its bound."""
    wrong = []
    for name, bound in bounds.items():
        if "instructions" in name and platform.machine() != "x86_64":
            continue
        value = found[name]
        note = " (lower the bound)" if value < bound * (1 - SLACK_MAX) else ""
        print(f"  {name}: {value:,.4f} of {bound:,}{note}", flush=True)
        if value > bound:
            wrong.append(f"{name}: {value:,.4f} is above {bound:,}")
    require(not wrong, "; ".join(wrong))


def stripped(nadi, directory):
    """A copy without debugging information, which valgrind cannot always read."""
    copy = Path(directory) / "nadi"
    shutil.copy(nadi, copy)
    subprocess.run(["strip", "-g", copy], check=True)
    return copy


def main():
    parser = argparse.ArgumentParser(description="Instructions and allocations against bounds.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where to leave the profiles")
    options = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.keep or Path(temporary)
        directory.mkdir(parents=True, exist_ok=True)
        nadi = stripped(options.nadi, temporary)
        for work in WORKS:
            with report.check(f"the cost of {work.name} is within its bounds"):
                compare(profile(nadi, work, directory), work.bounds)
    report.exit()


if __name__ == "__main__":
    sys.exit(main())
