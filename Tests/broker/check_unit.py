#!/usr/bin/env python3
"""Checks the systemd unit without systemd running: its exposure, its syntax, and what its parts name.

    check_unit.py --nadi PATH
"""

import argparse
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from report import Report, require

SYSTEMD = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
EXPOSURE_MAX = 1.2


def analyze(*arguments):
    done = subprocess.run(
        ["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def unit(nadi, directory, name):
    """A copy of the unit under that name, whose program is the one that was built."""
    path = Path(directory) / name
    path.write_text((SYSTEMD / "nadi.service").read_text().replace("/usr/bin/nadi", str(nadi)))
    return path


def check_exposure(path):
    code, said = analyze("security", "--offline=true", path)
    found = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    require(found is not None, f"systemd-analyze security ended with {code}: {said}")
    print(f"  {path.name}: exposure {found[1]}")
    require(float(found[1]) <= EXPOSURE_MAX, f"exposure {found[1]} is above {EXPOSURE_MAX}")


def check_syntax(path):
    # Some versions warn with exit code 0, so whatever is said about the unit counts.
    code, said = analyze("verify", "--man=no", "--recursive-errors=no", path)
    about = [line for line in said.splitlines() if "nadi" in line]
    require(code == 0 and not about, "\n".join(about) or f"ended with {code}: {said}")


def main():
    parser = argparse.ArgumentParser(description="The systemd unit.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    options = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as directory:
        for name in ("nadi.service", "nadi@east.service"):
            path = unit(options.nadi.resolve(), directory, name)
            for extra in SYSTEMD.glob(f"{name}.d"):
                shutil.copytree(extra, Path(directory) / extra.name)
            with report.check(f"the exposure of {name} is at most {EXPOSURE_MAX}"):
                check_exposure(path)
            with report.check(f"systemd-analyze verify has nothing to say about {name}"):
                check_syntax(path)
        with report.check("systemd-analyze verify finds a planted mistake"):
            path = unit(options.nadi.resolve(), directory, "nadi.service")
            path.write_text(path.read_text().replace("WatchdogSec=3min", "WatchdogSec=often"))
            try:
                check_syntax(path)
            except Exception as error:
                require("often" in str(error), f"it was about something else: {error}")
            else:
                require(False, "it has nothing to say")
    report.exit()


if __name__ == "__main__":
    main()
