"""A seeded log of canonical events in which everything is corrected: for comparison with a batch
recomputation.
"""

import json
import random
from datetime import datetime, timedelta, timezone

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
REGIONS = (("north", "MYR"), ("south", "SGD"))
TEAMS, REPS, ACCOUNTS = 4, 12, 40
STAGES = ("qualification", "discovery", "proposal", "negotiation")
SOURCES = ("web", "referral", "event")
SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR


class Organisation:
    """Makes a log; the same seed gives the same log. Arrival is up to 3 s, for 2 % up to 20 h, behind
    event time.
    """

    def __init__(self, seed, days=60, deals=300, activities=1500):
        self.random = random.Random(seed)
        self.days = days
        self.arrivals = []  # (arrival, sequence, line)
        self.sequence = 0
        for index in range(deals):
            self.deal(f"D-{index}")
        for index in range(activities):
            self.activity(f"A-{index}")
        self.spend_and_surveys()
        self.arrivals.sort()

    def lines(self):
        return [line for _, _, line in self.arrivals]

    def some_time(self, first=0.0):
        return int((first + self.random.random() * (self.days - first)) * DAY)

    def chance(self, share):
        return self.random.random() < share

    def owner(self):
        rep = self.random.randrange(REPS)
        team = rep % TEAMS
        return {"ownerId": f"rep-{rep}", "teamId": f"team-{team}", "regionId": REGIONS[team % 2][0]}

    @staticmethod
    def text(millis):
        return (
            (START + timedelta(milliseconds=millis))
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z")
        )

    def emit(self, entity, entity_id, at, op="upsert", merged_into=None, **data):
        self.sequence += 1
        event = {"id": f"evt-{self.sequence}", "entity": entity, "op": op, "occurredAt": self.text(at)}
        if entity_id is not None:
            event["entityId"] = entity_id
        if merged_into is not None:
            event["mergedInto"] = merged_into
        if op == "upsert":
            event["data"] = data
        line = json.dumps(event, separators=(",", ":"))
        late = self.random.randrange(20 * HOUR) if self.chance(0.02) else self.random.randrange(3 * SECOND)
        self.arrivals.append((at + late, self.sequence, line))
        if self.chance(0.02):
            self.sequence += 1
            self.arrivals.append((at + late + self.random.randrange(10 * SECOND), self.sequence, line))

    def later(self, at, most=5 * DAY):
        return at + 1 + self.random.randrange(most)

    def amount(self):
        return f"{self.random.randrange(10_000_000) / 100:.2f}"

    def deal(self, entity_id):
        owner = self.owner()
        currency = dict(REGIONS)[owner["regionId"]]
        at = self.some_time()
        self.emit(
            "opportunity",
            entity_id,
            at,
            **owner,
            status="open",
            stage=STAGES[0],
            currency=currency,
            createdAt=self.text(at),
            source=self.random.choice(SOURCES),
            amount=self.amount(),
            accountId=f"acc-{self.random.randrange(ACCOUNTS)}",
        )
        for stage in STAGES[1 : self.random.randrange(1, 5)]:
            at = self.later(at)
            self.emit("opportunity", entity_id, at, stage=stage)
            if self.chance(0.1):
                at = self.later(at)
                self.emit("opportunity", entity_id, at, **self.owner())
        for _ in range(1 + self.chance(0.15)):
            if self.chance(0.2):
                return
            at = self.later(at)
            status = "won" if self.chance(0.4) else "lost"
            self.emit(
                "opportunity",
                entity_id,
                at,
                status=status,
                stage=status,
                closedAt=self.text(at),
                amount=self.amount(),
            )
            at = self.correction(entity_id, at)
            if self.chance(0.2):
                at = self.later(at)
                self.emit("opportunity", entity_id, at, status="open", stage=STAGES[2], closedAt=None)

    def correction(self, entity_id, at):
        at = self.later(at)
        choice = self.random.random()
        if choice < 0.1:
            self.emit("opportunity", entity_id, at, amount=self.amount())
        elif choice < 0.2:
            self.emit("opportunity", entity_id, at, **self.owner())
        elif choice < 0.25:
            self.emit("opportunity", entity_id, at, amount=None)
        elif choice < 0.3:
            self.emit("opportunity", entity_id, at, op="merge", merged_into="D-0")
        elif choice < 0.4:
            self.emit("opportunity", entity_id, at, op="delete")
            if self.chance(0.5):
                at = self.later(at)
                self.emit("opportunity", entity_id, at, op="restore")
        return at

    def activity(self, entity_id):
        at, owner = self.some_time(), self.owner()
        kind = self.random.choice(("call", "call", "email", "meeting", "demo", "task"))
        if kind in ("meeting", "demo"):
            start = at + self.random.randrange(3 * DAY)
            self.emit(
                "activity",
                entity_id,
                at,
                **owner,
                kind=kind,
                status="scheduled",
                external=self.chance(0.8),
                bookedAt=self.text(at),
                startAt=self.text(start),
                endAt=self.text(start + HOUR),
            )
            at = start + HOUR + self.random.randrange(HOUR)
            self.emit(
                "activity", entity_id, at, status=self.random.choice(("completed", "cancelled", "no_show"))
            )
        else:
            self.emit(
                "activity",
                entity_id,
                at,
                **owner,
                kind=kind,
                status="completed",
                startAt=self.text(at),
                direction=self.random.choice(("outbound", "outbound", "inbound")),
                durationSec=str(self.random.randrange(1800)),
            )
        if self.chance(0.05):
            at = self.later(at)
            self.emit("activity", entity_id, at, op="delete")
            if self.chance(0.5):
                self.emit("activity", entity_id, self.later(at), op="restore")

    def spend_and_surveys(self):
        for _ in range(self.days):
            at, (region, currency) = self.some_time(), self.random.choice(REGIONS)
            self.emit(
                "cost",
                None,
                at,
                amount=self.amount(),
                currency=currency,
                category="marketing",
                regionId=region,
            )
        for _ in range(self.days * 6):
            at, owner = self.some_time(), self.owner()
            place = {"teamId": owner["teamId"], "regionId": owner["regionId"], "surveyId": "s"}
            if self.chance(0.5):
                self.emit("survey_response", None, at, kind="enps", score=self.random.randrange(11), **place)
            else:
                self.emit(
                    "survey_response",
                    None,
                    at,
                    kind="pulse",
                    question="q",
                    **place,
                    score=1 + self.random.randrange(5),
                )
