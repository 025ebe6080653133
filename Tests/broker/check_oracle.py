#!/usr/bin/env python3
"""Checks the batch recomputation itself: small logs whose numbers were worked out by hand."""

from fractions import Fraction

from oracle import compute
from report import Report, require


class Log:
    """Writes events; times are given as `day` or `day hour:minute` of March 2026, in UTC."""

    def __init__(self):
        self.events = []

    def add(
        self, entity, entity_id, day, op="upsert", event_id=None, version=None, merged_into=None, **data
    ):
        moment = self.time(day)
        event = {
            "id": event_id or f"e{len(self.events)}",
            "entity": entity,
            "op": op,
            "entityId": entity_id,
            "occurredAt": moment,
            "data": data,
        }
        if version is not None:
            event["version"] = version
        if merged_into is not None:
            event["mergedInto"] = merged_into
        self.events.append(event)

    @staticmethod
    def time(day):
        number, _, clock = str(day).partition(" ")
        return f"2026-03-{int(number):02d}T{clock or '00:00'}:00.000Z"

    def deal(self, entity_id, day, **data):
        self.add("opportunity", entity_id, day, **data)

    def values(self, grain="all", **more):
        return {
            (metric, scope, scope_id, start[:10], currency): value
            for (metric, scope, scope_id, _, start, currency), value in compute(
                self.events, windows=(grain,), **more
            ).items()
        }


def expect(values, wanted):
    """`wanted` maps "metric scope id [start [currency]]" to a value, or "none" for no cell."""
    for text, value in wanted.items():
        metric, scope, scope_id, *rest = text.split()
        start, currency = (rest + ["", ""])[:2]
        cell = (metric, scope, scope_id, "" if start == "-" else start, currency or None)
        got = values.get(cell, "none")
        require(got == value, f"{text} is {got}, should be {value}")


def reopened(log):
    log.deal("d", 1, ownerId="ann", status="open", amount="100.5", currency="MYR")
    log.deal("d", 5, status="won", closedAt=log.time(5))
    log.deal("d", 6, status="open", closedAt=None)
    log.deal("d", 9, status="won", closedAt=log.time(9), amount="90")
    expect(
        log.values("day"),
        {
            "deals_won rep ann 2026-03-05": "none",
            "deals_won rep ann 2026-03-09": 1,
            "revenue company company 2026-03-09 MYR": 90,
            "opportunities_created_value rep ann 2026-03-01 MYR": 90,
            "sales_cycle rep ann 2026-03-09": 8,
            "win_rate_cohort rep ann 2026-03-01": 1,
        },
    )


def owners(log):
    log.deal("d", 1, ownerId="ann", teamId="red", status="open", amount="10", currency="MYR")
    log.deal("d", 3, ownerId="bob", teamId="blue")
    log.deal("d", 5, status="won", closedAt=log.time(5))
    log.deal("d", 7, ownerId="cid", teamId="red")
    expect(
        log.values(),
        {
            "opportunities_created rep ann": 1,
            "opportunities_created rep bob": "none",
            "deals_won rep bob": 1,
            "deals_won rep cid": "none",
            "revenue team blue - MYR": 10,
            "revenue team red - MYR": "none",
            "win_rate_cohort rep ann": 1,
            "win_rate_cohort rep bob": "none",
        },
    )
    log.deal("o", 1, ownerId="ann", status="open", amount="7", currency="MYR")
    log.deal("o", 2, ownerId="bob")
    expect(
        log.values(),
        {
            "open_pipeline rep bob": 1,
            "open_pipeline rep ann": "none",
            "open_pipeline_value rep bob - MYR": 7,
        },
    )


def arrival(log):
    owners(log)
    log.events.reverse()
    expect(
        log.values(),
        {"deals_won rep bob": 1, "opportunities_created rep ann": 2, "open_pipeline rep bob": 1},
    )


def versions(log):
    log.deal(
        "d", 9, version="1", ownerId="ann", status="won", closedAt=log.time(2), amount="5", currency="MYR"
    )
    log.deal("d", 1, version="10", amount="6")
    log.deal("d", 8, version="9", amount="7")
    expect(log.values("day"), {"revenue rep ann 2026-03-02 MYR": 6})


def duplicates(log):
    for _ in range(3):
        log.add("activity", None, 1, event_id="same", kind="call", ownerId="ann", durationSec="90")
    log.add("activity", None, 1, kind="call", status="scheduled", ownerId="ann")
    expect(log.values(), {"calls rep ann": 1, "call_minutes rep ann": Fraction(3, 2), "outreach rep ann": 1})


def removal(log):
    for entity_id in ("kept", "gone", "back", "loser"):
        log.add("activity", entity_id, 1, kind="email", direction="outbound", ownerId="ann")
    log.add("activity", "gone", 2, op="delete")
    log.add("activity", "back", 2, op="delete")
    log.add("activity", "back", 3, op="restore")
    log.add("activity", "loser", 2, op="merge", merged_into="kept")
    log.add("activity", "in", 2, kind="email", direction="inbound", ownerId="ann")
    expect(log.values(), {"emails rep ann": 2, "outreach rep ann": 2, "calls rep ann": "none"})


def meetings(log):
    log.add(
        "activity",
        "m",
        2,
        kind="meeting",
        status="scheduled",
        external=True,
        ownerId="ann",
        bookedAt=log.time(2),
        startAt=log.time("20 09:00"),
        endAt=log.time("20 10:00"),
    )
    log.add("activity", "m", 20, status="completed")
    log.add("activity", "n", 2, kind="meeting", status="no_show", external=True, ownerId="ann")
    log.add("activity", "i", 2, kind="meeting", status="completed", external=False, ownerId="ann")
    expect(
        log.values("day"),
        {
            "meetings_booked rep ann 2026-03-02": 2,
            "meetings_held rep ann 2026-03-20": 1,
            "meetings_held rep ann 2026-03-02": 1,
        },
    )


def currencies(log):
    for index, (amount, currency) in enumerate([("10", "MYR"), ("30", "MYR"), ("5", "SGD"), (None, "SGD")]):
        log.deal(
            f"d{index}",
            4,
            ownerId="ann",
            status="won",
            closedAt=log.time(4),
            amount=amount,
            currency=currency,
            createdAt=log.time(2),
        )
    log.deal("l", 4, ownerId="ann", status="lost", closedAt=log.time(4), amount="120", currency="MYR")
    expect(
        log.values(),
        {
            "revenue rep ann - MYR": 40,
            "revenue rep ann - SGD": 5,
            "average_deal_size rep ann - MYR": 20,
            "average_deal_size rep ann - SGD": 5,
            "win_rate rep ann": Fraction(4, 5),
            "win_rate_value rep ann - MYR": Fraction(1, 4),
            "sales_velocity_closed rep ann - MYR": 20,
        },
    )


def acquisition(log):
    for day, account in ((3, "a"), (4, "a"), (5, "b")):
        log.deal(f"d{day}", day, ownerId="ann", status="won", closedAt=log.time(day), accountId=account)
    log.add("cost", None, 2, amount="10.10", currency="MYR")
    log.add("cost", None, 2, amount="20", currency="MYR")
    expect(
        log.values(),
        {
            "new_customers company company": 2,
            "spend company company - MYR": Fraction("30.1"),
            "cac company company - MYR": Fraction("15.05"),
        },
    )
    expect(log.values("day"), {"new_customers company company 2026-03-04": "none"})


def surveys(log):
    for score in (10, 9, 8, 6):
        log.add("survey_response", None, 3, kind="enps", score=score, teamId="red")
    expect(log.values(), {"enps team red": None})
    log.add("survey_response", None, 3, kind="enps", score=10, teamId="red")
    expect(log.values(), {"enps team red": 40, "enps company company": 40, "pulse_score team red": "none"})


def zones(log):
    log.add("activity", None, "8 06:30", kind="call", ownerId="ann")  # 01:30 New York, standard time
    log.add(
        "activity", None, "8 07:30", kind="call", ownerId="ann"
    )  # 03:30, daylight time: a day of 23 hours
    log.add("activity", None, "9 03:30", kind="call", ownerId="ann")  # 23:30 of the same day
    log.add("activity", None, "9 04:00", kind="call", ownerId="ann")  # midnight
    expect(
        log.values("day", zone="America/New_York"),
        {"calls rep ann 2026-03-08": 3, "calls rep ann 2026-03-09": 1},
    )
    expect(
        log.values("week", zone="Asia/Kuala_Lumpur", week_starts="sunday"), {"calls rep ann 2026-03-08": 4}
    )
    expect(log.values("fiscal_quarter", fiscal_year_starts="february"), {"calls rep ann 2026-02-01": 4})
    expect(log.values("fiscal_year", fiscal_year_starts="april"), {"calls rep ann 2025-04-01": 4})


def medians(log):
    for index, days in enumerate((1, 2, 4, 8)):
        log.deal(
            f"d{index}",
            20,
            ownerId="ann",
            status="won",
            closedAt=log.time(20),
            createdAt=log.time(20 - days),
        )
    log.deal("negative", 20, ownerId="ann", status="won", closedAt=log.time(19), createdAt=log.time(20))
    expect(log.values(), {"sales_cycle_median rep ann": 3, "sales_cycle rep ann": Fraction(15, 4)})


def main():
    report = Report()
    for scenario in (
        reopened,
        owners,
        arrival,
        versions,
        duplicates,
        removal,
        meetings,
        currencies,
        acquisition,
        surveys,
        zones,
        medians,
    ):
        with report.check(f"oracle: {scenario.__name__}"):
            scenario(Log())
    report.exit()


if __name__ == "__main__":
    main()
