#!/usr/bin/env python3
"""Runs all checks on the built daemon; the last line is `N passed, N failed`.

run.py --nadi PATH --debug-nadi PATH [--data DIR] [--only WORD] [--jobs N]
"""

import argparse
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPT_SECONDS_MAX = 900


def scripts(options):
    """(script, arguments) in the order of what is cheapest to learn."""
    nadi = ["--nadi", options.nadi]
    maven = ["--data", options.data]
    return [
        ("check_oracle.py", []),
        ("check_proxy.py", []),
        ("maven.py", [*maven, "--oracle"]),
        ("check_unit.py", nadi),
        ("check_notify.py", nadi),
        ("check_http.py", nadi),
        ("check_page.py", nadi),
        ("check_reload.py", nadi),
        ("check_exit.py", nadi),
        ("check_contracts.py", nadi),
        ("check_security.py", nadi),
        ("check_package.py", nadi),
        ("check_service.py", nadi),
        ("check_replay.py", nadi),
        ("check_cost.py", nadi),
        ("check_bench.py", nadi),
        ("maven.py", [*maven, *nadi, "--replay"]),
        ("maven.py", [*maven, *nadi, "--broker"]),
        ("maven.py", [*maven, *nadi, "--broker", "--kill", "sigterm"]),
        ("maven.py", [*maven, *nadi, "--broker", "--kill", "sigkill"]),
        ("check_kill.py", nadi),
        ("check_points.py", [*nadi, "--debug-nadi", options.debug_nadi]),
        ("check_standby.py", nadi),
    ]


def run(script, arguments):
    """Runs one script; returns (its lines, passed, failed)."""
    flags = " ".join(argument for argument in arguments if argument.startswith("--"))
    begun = time.monotonic()
    child = subprocess.Popen([sys.executable, HERE / script, *arguments], stdout=subprocess.PIPE, text=True)
    guard = threading.Timer(SCRIPT_SECONDS_MAX, child.kill)
    guard.start()
    try:
        lines = child.stdout.readlines()
        code = child.wait()
    finally:
        guard.cancel()
        child.kill()
        child.wait()
    passed = sum(line.startswith("PASS ") for line in lines)
    failed = sum(line.startswith("FAIL ") for line in lines)
    if code and not failed:
        lines.append(f"FAIL {script} ended with {code} without saying why\n")
        failed = 1
    lines.insert(0, f"-- {script} {flags}: {time.monotonic() - begun:.0f} s\n")
    return lines, passed, failed


def main():
    parser = argparse.ArgumentParser(description="All checks on the built daemon.")
    parser.add_argument("--nadi", required=True, metavar="PATH")
    parser.add_argument("--debug-nadi", required=True, metavar="PATH", help="a debug build of the same")
    parser.add_argument("--data", default="", metavar="DIR", help="the Maven data")
    parser.add_argument(
        "--only", default="", metavar="WORD", help="only the scripts whose command has this word"
    )
    parser.add_argument(
        "--jobs", type=int, default=2, metavar="N", help="scripts at a time; most of them wait most of the time"
    )
    options = parser.parse_args()
    wanted = [
        (script, arguments)
        for script, arguments in scripts(options)
        if options.only in " ".join([script, *map(str, arguments)])
    ]
    passed = failed = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for lines, good, bad in pool.map(lambda one: run(*one), wanted):
            print("".join(lines), end="", flush=True)
            passed += good
            failed += bad
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
