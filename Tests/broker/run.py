#!/usr/bin/env python3
"""Runs all checks on the built daemon; the last line is `N passed, N failed`.

run.py --nadi PATH [--data DIR] [--only WORD]
"""

import argparse
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPT_SECONDS_MAX = 600


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
        ("check_replay.py", nadi),
        ("check_cost.py", nadi),
        ("check_bench.py", nadi),
        ("maven.py", [*maven, *nadi, "--replay"]),
        ("maven.py", [*maven, *nadi, "--broker"]),
        ("maven.py", [*maven, *nadi, "--broker", "--kill", "sigterm"]),
        ("maven.py", [*maven, *nadi, "--broker", "--kill", "sigkill"]),
        ("check_kill.py", nadi),
    ]


def run(script, arguments):
    """Runs one script, passes its lines on, and returns (passed, failed)."""
    print(
        f"-- {script} {' '.join(argument for argument in arguments if argument.startswith('--'))}",
        flush=True,
    )
    child = subprocess.Popen([sys.executable, HERE / script, *arguments], stdout=subprocess.PIPE, text=True)
    guard = threading.Timer(SCRIPT_SECONDS_MAX, child.kill)
    guard.start()
    passed = failed = 0
    try:
        for line in child.stdout:
            print(line, end="", flush=True)
            passed += line.startswith("PASS ")
            failed += line.startswith("FAIL ")
        code = child.wait()
    finally:
        guard.cancel()
        child.kill()
        child.wait()
    if code and not failed:
        print(f"FAIL {script} ended with {code} without saying why")
        failed = 1
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description="All checks on the built daemon.")
    parser.add_argument("--nadi", required=True, metavar="PATH")
    parser.add_argument("--data", default="", metavar="DIR", help="the Maven data")
    parser.add_argument(
        "--only", default="", metavar="WORD", help="only the scripts whose command has this word"
    )
    options = parser.parse_args()
    counts = [
        run(script, arguments)
        for script, arguments in scripts(options)
        if options.only in " ".join([script, *map(str, arguments)])
    ]
    passed, failed = (sum(column) for column in zip(*counts)) if counts else (0, 0)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
