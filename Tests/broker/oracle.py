#!/usr/bin/env python3
"""An independent batch recomputation of the built-in catalogue from a log of canonical events.

    oracle.py EVENTS.ndjson [--updates UPDATES.ndjson] [--zone UTC] [--week-starts monday]
              [--fiscal-year-starts january] [--windows day,week,…] [--scopes rep,team,…] [--metrics …]

With `--updates` the last published value of each cell is compared with the recomputed one and
differences are printed; without it the recomputed values are printed as NDJSON. It keeps all events in
memory, sorts them, and shares no code and no method with the daemon: nothing here is incremental.

What is taken from the log: events are dropped if their id was seen before; a record's history is
ordered by version, or by occurredAt if it has none, then by arrival; each field holds the last value
written; `delete` and `merge` (of the loser) remove the record until a later `restore`. Every number is
an integer (milliseconds, or millionths) or a Fraction; there is no floating point.
"""

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from definitions import CLOSED, MEASURES, METRICS, PARTS, won
from updates import EPOCH, agrees, last_updates, millis_of, number, rounded

GRAINS = ("day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year", "all")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OWNERSHIP = {"rep": "ownerId", "team": "teamId", "region": "regionId"}
PROPERTIES = {name: name for name in ("stage", "source", "product", "kind", "industry")}
SCOPES = ("company", *OWNERSHIP, *PROPERTIES)


# ---------------------------------------------------------------- records from events


class Row:
    """One record: the present value of each field, the event that gave it, and its history."""

    def __init__(self, events, zone):
        self.events = events
        self.zone = zone
        self.present = {}
        self.since = {}
        self.removed = False
        self.states = []
        for index, event in enumerate(events):
            self.apply(index, event)
        self.first = min(range(len(events)), key=lambda index: (events[index]["at"], index))

    def apply(self, index, event):
        op = event.get("op", "upsert")
        if op in ("delete", "merge"):
            self.removed = True
        elif op == "restore":
            self.removed = False
        for name, value in (event.get("data") or {}).items():
            if name not in self.present or self.present[name] != value:
                self.since[name] = index
            self.present[name] = value
        self.states.append({name: self.present.get(name) for name in OWNERSHIP.values()})

    def get(self, name):
        return self.present.get(name)

    def when(self, sources):
        """(milliseconds, index of the event that set it) of the first source that is present, or None."""
        for source in sources:
            if source == "first":
                return self.events[self.first]["at"], self.first
            if source.startswith("since:"):
                name = source.removeprefix("since:")
                if self.get(name) is not None:
                    return self.events[self.since[name]]["at"], self.since[name]
            elif self.get(source) is not None:
                return millis_of(self.get(source), self.zone), self.since[source]
        return None

    def scopes(self, wanted, index):
        """(scope, scope id) pairs; ownership as it was after the event at `index`, or now if that is
        None.
        """
        owner = self.present if index is None else self.states[index]
        for scope in wanted:
            if scope == "company":
                yield scope, "company"
            elif scope in OWNERSHIP:
                if owner.get(OWNERSHIP[scope]) is not None:
                    yield scope, owner[OWNERSHIP[scope]]
            elif self.get(PROPERTIES[scope]) is not None:
                yield scope, self.get(PROPERTIES[scope])


def rows_of(events, zone):
    """Rows by entity; a record without entityId (an append-only event) is a row of its own."""
    seen, records = set(), {}
    for arrival, event in enumerate(events):
        if event["id"] in seen:
            continue
        seen.add(event["id"])
        if event.get("op") == "refetch":
            continue
        event = {**event, "at": millis_of(event["occurredAt"], zone), "arrival": arrival}
        key = (event["entity"], event.get("entityId") or ("", event["id"]))
        records.setdefault(key, []).append(event)
    rows = defaultdict(list)
    for (entity, _), history in records.items():
        versioned = all(str(event.get("version", "")).isdigit() for event in history)
        history.sort(
            key=lambda event: (int(event["version"]) if versioned else event["at"], event["arrival"])
        )
        row = Row(history, zone)
        if not row.removed:
            rows[entity].append(row)
    rows["first_win"] = first_wins(rows["opportunity"])
    return rows


def first_wins(opportunities):
    """For each account the won opportunity that closed first."""
    first = {}
    for row in opportunities:
        account = row.get("accountId")
        if account is None or not won(row):
            continue
        order = (row.when(CLOSED)[0], row.events[0].get("entityId") or "")
        if account not in first or order < first[account][0]:
            first[account] = (order, row)
    return [row for _, row in first.values()]


# ---------------------------------------------------------------- windows


class Windows:
    """Finds the window of each grain that holds an instant; starts are ISO texts with the zone's offset."""

    def __init__(self, zone, grains, week_starts="monday", fiscal_year_starts="january"):
        self.zone = zone
        self.grains = grains
        self.week_first = WEEKDAYS.index(week_starts)
        self.fiscal_first = MONTHS.index(fiscal_year_starts) + 1
        self.starts = lru_cache(maxsize=None)(self.starts_of_minute)

    def starts_of_minute(self, minute):
        moment = (EPOCH + timedelta(minutes=minute)).astimezone(self.zone)
        return [(grain, self.start(grain, moment)) for grain in self.grains]

    def start(self, grain, moment):
        if grain == "all":
            return ""
        if grain == "hour":
            return moment.replace(minute=0, second=0, microsecond=0).isoformat()
        if grain[:-1].isdigit():
            size = int(grain[:-1]) * {"s": 1, "m": 60, "h": 3600}[grain[-1]]
            seconds = int(moment.timestamp()) // size * size
            return (EPOCH + timedelta(seconds=seconds)).astimezone(self.zone).isoformat()
        day = self.first_day(grain, moment.date())
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).isoformat()

    def first_day(self, grain, day):
        if grain == "day":
            return day
        if grain == "week":
            return day - timedelta(days=(day.weekday() - self.week_first) % 7)
        months, first = {
            "month": (1, 1),
            "quarter": (3, 1),
            "year": (12, 1),
            "fiscal_quarter": (3, self.fiscal_first),
            "fiscal_year": (12, self.fiscal_first),
        }[grain]
        index = day.year * 12 + day.month - 1
        index -= (index - (first - 1)) % months
        return date(index // 12, index % 12 + 1, 1)


# ---------------------------------------------------------------- cells and metrics


@dataclass
class Cell:
    n: int = 0
    total: int = 0
    values: list = field(default_factory=list)


class Reader:
    """Measures of one scope and window, as the formulas see them."""

    def __init__(self, cells, place, currency):
        self.cells, self.place, self.currency = cells, place, currency

    def cell(self, name):
        currency = self.currency if MEASURES[name].money else None
        return self.cells.get((name, currency), {}).get(self.place) or Cell()

    def __call__(self, name):
        return self.cell(name).total

    def n(self, name):
        return self.cell(name).n

    def values(self, name):
        return self.cell(name).values


def fill(rows, windows, scopes, names):
    """{(measure, currency): {(scope, scopeId, grain, start): Cell}}"""
    cells = defaultdict(dict)
    for name in names:
        measure = MEASURES[name]
        for row in rows[measure.entity]:
            if not measure.where(row):
                continue
            value = measure.value(row)
            moment = row.when(measure.time) if measure.time else (None, None)
            if value is None or moment is None:
                continue
            places = windows.starts(moment[0] // 60_000) if measure.time else [("all", "")]
            # A first win has no stage: that it was won is all there is to say.
            wanted = [scope for scope in scopes if (measure.entity, scope) != ("first_win", "stage")]
            target = cells[name, row.get("currency") if measure.money else None]
            for scope, scope_id in row.scopes(wanted, moment[1]):
                for grain, start in places:
                    cell = target.setdefault((scope, scope_id, grain, start), Cell())
                    cell.n += 1
                    cell.total += value
                    if name == "cycle":
                        cell.values.append(value)
    return cells


def compute(
    events,
    zone="UTC",
    windows=GRAINS,
    scopes=SCOPES,
    metrics=tuple(METRICS),
    week_starts="monday",
    fiscal_year_starts="january",
):
    """{(metric, scope, scopeId, grain, startISO, currency): Fraction or None}; start is "" for grain `all`.

    A cell in which nothing was counted for a metric has no entry; None is a metric that has no value there
    (a ratio of nothing, or a survey with too few answers).
    """
    found = compute_with_parts(events, zone, windows, scopes, metrics, week_starts, fiscal_year_starts)
    return {key: value for key, (value, _) in found.items()}


def compute_with_parts(
    events,
    zone="UTC",
    windows=GRAINS,
    scopes=SCOPES,
    metrics=tuple(METRICS),
    week_starts="monday",
    fiscal_year_starts="january",
):
    """As `compute`, with (value, (numerator, denominator) or None) for each cell."""
    zone = ZoneInfo(zone)
    rows = rows_of(events, zone)
    names = {name for metric in metrics for name in METRICS[metric][0]}
    cells = fill(rows, Windows(zone, windows, week_starts, fiscal_year_starts), scopes, sorted(names))
    found = {}
    for metric in metrics:
        measures, formula = METRICS[metric]
        parts = PARTS.get(metric, lambda m: None)
        has_money = any(MEASURES[name].money for name in measures)
        for (name, currency), places in cells.items():
            if name not in measures or MEASURES[name].money != has_money:
                continue
            for place in places:
                reader = Reader(cells, place, currency)
                found[metric, *place, currency] = (exact(formula(reader)), parts(reader))
    return found


def exact(value):
    return None if value is None else Fraction(value)


# ---------------------------------------------------------------- the command


def by_cell(values):
    """Recomputed values under the cells that updates speak of."""
    return {
        (metric, scope, scope_id, grain, None if grain == "all" else millis_of(start), currency): value
        for (metric, scope, scope_id, grain, start, currency), value in values.items()
    }


def differing(expected, updates, metrics):
    """What is wrong with the last updates, by cell."""
    wrong = {}
    for cell, value in expected.items():
        update = updates.get(cell)
        if update is None:
            if value is not None:
                wrong[cell] = f"{cell}: not published, should be {rounded(value)}"
        elif not agrees(value, number(update["value"])):
            should = None if value is None else rounded(value)
            wrong[cell] = f"{cell}: published {update['value']}, should be {should}"
    for cell, update in updates.items():
        # A cell that was emptied again by corrections goes on saying zero, or nothing.
        if cell not in expected and cell[0] in metrics and number(update["value"]) not in (None, 0):
            wrong[cell] = f"{cell}: published {update['value']}, should not be there"
    return wrong


def compare(values, updates, metrics):
    """Lines that say where the last updates differ from the recomputed values, and how many were
    compared.
    """
    expected = by_cell(values)
    return list(differing(expected, updates, metrics).values()), len(expected)


def read_events(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line, parse_float=Decimal) for line in lines if line.strip()]


def options_of(arguments):
    def listed(text):
        return tuple(text.split(","))

    parser = argparse.ArgumentParser(
        description="Recompute the built-in catalogue from a log of canonical events."
    )
    parser.add_argument("events")
    parser.add_argument("--updates", metavar="FILE")
    parser.add_argument("--zone", default="UTC")
    parser.add_argument("--week-starts", default="monday", choices=WEEKDAYS)
    parser.add_argument("--fiscal-year-starts", default="january", choices=MONTHS)
    parser.add_argument("--windows", type=listed, default=GRAINS)
    parser.add_argument("--scopes", type=listed, default=SCOPES)
    parser.add_argument("--metrics", type=listed, default=tuple(METRICS))
    parser.add_argument("--show", type=int, default=20, help="how many differences to print")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = options_of(arguments)
    values = compute(
        read_events(options.events),
        options.zone,
        options.windows,
        options.scopes,
        options.metrics,
        options.week_starts,
        options.fiscal_year_starts,
    )
    if options.updates is None:
        for (metric, scope, scope_id, grain, start, currency), value in values.items():
            text = None if value is None else str(rounded(value))
            print(
                json.dumps(
                    {
                        "metric": metric,
                        "scope": scope,
                        "scopeId": scope_id,
                        "currency": currency,
                        "window": {"grain": grain, "start": start},
                        "value": text,
                    }
                )
            )
        return 0
    with open(options.updates, encoding="utf-8") as lines:
        updates = {
            cell: update
            for cell, update in last_updates(lines).items()
            if cell[1] in options.scopes and cell[3] in options.windows
        }
    differences, compared = compare(values, updates, options.metrics)
    for line in differences[: options.show]:
        print(line)
    print(f"{compared} cells compared, {len(differences)} differ")
    return 1 if differences or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
