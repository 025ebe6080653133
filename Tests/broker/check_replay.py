#!/usr/bin/env python3
"""Compares `nadi replay` with the batch recomputation on seeded logs full of corrections, in several zones.

    check_replay.py --nadi PATH [--seeds N] [--schema FILE] [--keep DIR]

Every metric that oracle.py defines is compared, in all its scopes and windows. With `--schema` each
update is also validated against that JSON Schema. `--keep` leaves the logs and configurations of failed
seeds there.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import jsonschema_rs
import oracle
from daemon import replay, write_configuration
from organisation import Organisation
from report import Report, require
from updates import last_updates

ZONES = (
    ("UTC", "january"),
    ("Asia/Kuala_Lumpur", "february"),
    ("America/New_York", "april"),
    ("Australia/Lord_Howe", "july"),
)
WINDOWS = ("hour", *oracle.GRAINS)
FEWEST_CELLS = 5_000


def schema_of(project):
    """The one JSON Schema of an update that the sources carry, if they do."""
    found = [path for path in (project / "Sources").rglob("*.schema.json") if "update" in path.name.lower()]
    return found[0] if len(found) == 1 else None


def check_schema(lines, path):
    schema = json.loads(path.read_text())
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.validator_for(schema)
    for line in lines:
        error = next(validator.iter_errors(json.loads(line)), None)
        require(error is None, f"{line} breaks {path.name}: {error.message if error else ''}")
    print(f"  {len(lines)} updates follow {path.name}")


def check_seed(options, seed, directory):
    zone, fiscal = ZONES[seed % len(ZONES)]
    events = directory / "events.ndjson"
    events.write_text("\n".join(Organisation(seed).lines()) + "\n")
    config = write_configuration(directory, zone=zone, fiscal_year_starts=fiscal, windows=", ".join(WINDOWS))
    lines = replay(options.nadi, events, config)
    updates = {
        cell: update
        for cell, update in last_updates(lines).items()
        if cell[1] in oracle.SCOPES and cell[3] in WINDOWS
    }
    expected = oracle.compute(oracle.read_events(events), zone, WINDOWS, fiscal_year_starts=fiscal)
    differences, compared = oracle.compare(expected, updates, oracle.METRICS)
    print(f"  seed {seed}, {zone}: {compared} cells compared, {len(differences)} differ")
    for line in differences[:10]:
        print("  " + line)
    require(compared >= FEWEST_CELLS, f"only {compared} cells, fewer than {FEWEST_CELLS}")
    require(not differences, f"{len(differences)} of {compared} cells differ")
    if options.schema is not None:
        check_schema(lines, options.schema)


def main():
    parser = argparse.ArgumentParser(description="Replay against the batch recomputation.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    parser.add_argument("--seeds", type=int, default=len(ZONES), metavar="N")
    parser.add_argument(
        "--schema", type=Path, metavar="FILE", default=schema_of(Path(__file__).resolve().parents[2])
    )
    parser.add_argument("--keep", type=Path, metavar="DIR")
    options = parser.parse_args()
    report = Report()
    for seed in range(options.seeds):
        with tempfile.TemporaryDirectory() as name:
            failed = report.failed
            with report.check(f"replay equals the batch recomputation, seed {seed}"):
                check_seed(options, seed, Path(name))
            if options.keep is not None and report.failed > failed:
                shutil.copytree(name, options.keep / f"seed-{seed}", dirs_exist_ok=True)
    report.exit()


if __name__ == "__main__":
    main()
