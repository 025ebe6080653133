"""What each metric of the built-in catalogue is, as the batch recomputation understands it: all in this
one place.

Times are integers in milliseconds, decimals are integers in millionths, values of metrics are exact
fractions.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

DAY_MILLIS = 86_400_000
MICRO = 1_000_000
SURVEY_RESPONSES_MIN = 5
PROMOTER_FROM, DETRACTOR_TO = 9, 6


def micros(text):
    """A decimal with at most six fractional digits, in millionths; None stays None."""
    if text is None:
        return None
    scaled = Decimal(text) * MICRO
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{text} has more than six decimal digits")
    return int(scaled)


def won(row):
    return row.get("status") == "won"


def lost(row):
    return row.get("status") == "lost"


def done(row):
    return row.get("status") in (None, "completed")


def is_call(row):
    return row.get("kind") == "call" and done(row)


def is_email(row):
    return row.get("kind") == "email" and done(row) and row.get("direction") in (None, "outbound")


def is_meeting(row):
    return row.get("kind") in ("meeting", "demo")


def is_booked(row):
    return is_meeting(row) and row.get("external") is not False


def is_held(row):
    return is_meeting(row) and row.get("status") == "completed"


def valued(row):
    return row.get("amount") is not None


def median(millis):
    """The middle value in days, or the mean of the two in the middle."""
    if not millis:
        return None
    ordered = sorted(millis)
    middle = len(ordered) // 2
    twice = ordered[middle] * 2 if len(ordered) % 2 else ordered[middle - 1] + ordered[middle]
    return Fraction(twice, 2 * DAY_MILLIS)


def one(_):
    return 1


def amount(row):
    return micros(row.get("amount"))


def score(row):
    return micros(row.get("score"))


def cycle(row):
    """Milliseconds from creation to close, or None if it would be negative."""
    elapsed = row.when(CLOSED)[0] - row.when(CREATED)[0]
    return elapsed if elapsed >= 0 else None


# A point in time is the first of its sources that is present: a field's value, `first` (the record's first
# event) or `since:F` (the event that gave field F its present value).
CREATED = ("createdAt", "first")
CLOSED = ("closedAt", "since:status")
DONE = ("startAt", "since:status", "first")
BOOKED = ("bookedAt", "first")
HELD = ("endAt", "startAt", "since:status")
SPENT = ("from", "first")
ANSWERED = ("first",)
NOW = ()  # a level: the present state, kept in the window `all` for the present owner


@dataclass(frozen=True)
class Measure:
    entity: str
    time: tuple
    where: object
    value: object = one
    money: bool = False


MEASURES = {
    "calls": Measure("activity", DONE, is_call),
    "call_seconds": Measure("activity", DONE, is_call, lambda row: micros(row.get("durationSec"))),
    "emails": Measure("activity", DONE, is_email),
    "meetings_booked": Measure("activity", BOOKED, is_booked),
    "meetings_held": Measure("activity", HELD, is_held),
    "created": Measure("opportunity", CREATED, lambda row: True),
    "created_value": Measure("opportunity", CREATED, valued, amount, money=True),
    "created_won": Measure("opportunity", CREATED, won),
    "won": Measure("opportunity", CLOSED, won),
    "lost": Measure("opportunity", CLOSED, lost),
    "won_value": Measure("opportunity", CLOSED, lambda row: won(row) and valued(row), amount, money=True),
    "won_valued": Measure("opportunity", CLOSED, lambda row: won(row) and valued(row), money=True),
    "lost_value": Measure("opportunity", CLOSED, lambda row: lost(row) and valued(row), amount, money=True),
    "cycle": Measure("opportunity", CLOSED, won, cycle),
    "first_wins": Measure("first_win", CLOSED, lambda row: True),
    "spend": Measure("cost", SPENT, valued, amount, money=True),
    "open": Measure("opportunity", NOW, lambda row: row.get("status") == "open"),
    "open_value": Measure(
        "opportunity", NOW, lambda row: row.get("status") == "open" and valued(row), amount, money=True
    ),
    "promoters": Measure(
        "survey_response",
        ANSWERED,
        lambda row: row.get("kind") == "enps" and score(row) >= PROMOTER_FROM * MICRO,
    ),
    "detractors": Measure(
        "survey_response",
        ANSWERED,
        lambda row: row.get("kind") == "enps" and score(row) <= DETRACTOR_TO * MICRO,
    ),
    "enps_answers": Measure("survey_response", ANSWERED, lambda row: row.get("kind") == "enps"),
    "pulse": Measure("survey_response", ANSWERED, lambda row: row.get("kind") == "pulse", score),
}


def ratio(numerator, denominator):
    """None is no value: a ratio whose divisor is zero has none."""
    return Fraction(numerator) / denominator if denominator else None


def cycle_days(m):
    return Fraction(m("cycle"), DAY_MILLIS)


def average_deal(m):
    return ratio(money(m, "won_value"), m("won_valued"))


def money(m, name):
    return Fraction(m(name), MICRO)


def velocity_closed(m):
    mean = ratio(cycle_days(m), m.n("cycle"))
    return ratio(money(m, "won_value"), mean) if mean else None


def velocity_created(m):
    factors = (average_deal(m), ratio(m("won"), m("won") + m("lost")), ratio(cycle_days(m), m.n("cycle")))
    if None in factors or not factors[2]:
        return None
    return m("created") * factors[0] * factors[1] / factors[2]


def enough(m, name, value):
    return value if m.n(name) >= SURVEY_RESPONSES_MIN else None


# metric: (the measures it is made of, its value). `m(name)` is a sum and `m.n(name)` how many were summed.
METRICS = {
    "calls": (("calls",), lambda m: m("calls")),
    "call_minutes": (("call_seconds",), lambda m: Fraction(m("call_seconds"), 60 * MICRO)),
    "emails": (("emails",), lambda m: m("emails")),
    "outreach": (("calls", "emails"), lambda m: m("calls") + m("emails")),
    "meetings_booked": (("meetings_booked",), lambda m: m("meetings_booked")),
    "meetings_held": (("meetings_held",), lambda m: m("meetings_held")),
    "opportunities_created": (("created",), lambda m: m("created")),
    "opportunities_created_value": (("created_value",), lambda m: money(m, "created_value")),
    "deals_won": (("won",), lambda m: m("won")),
    "deals_lost": (("lost",), lambda m: m("lost")),
    "revenue": (("won_value",), lambda m: money(m, "won_value")),
    "win_rate": (("won", "lost"), lambda m: ratio(m("won"), m("won") + m("lost"))),
    "win_rate_value": (
        ("won_value", "lost_value"),
        lambda m: ratio(m("won_value"), m("won_value") + m("lost_value")),
    ),
    "win_rate_cohort": (("created", "created_won"), lambda m: ratio(m("created_won"), m("created"))),
    "average_deal_size": (("won_value", "won_valued"), average_deal),
    "sales_cycle": (("cycle",), lambda m: ratio(cycle_days(m), m.n("cycle"))),
    "sales_cycle_median": (("cycle",), lambda m: median(m.values("cycle"))),
    "sales_velocity_closed": (("won_value", "cycle"), velocity_closed),
    "sales_velocity_created": (
        ("created", "won_value", "won_valued", "won", "lost", "cycle"),
        velocity_created,
    ),
    "new_customers": (("first_wins",), lambda m: m("first_wins")),
    "spend": (("spend",), lambda m: money(m, "spend")),
    "cac": (("spend", "first_wins"), lambda m: ratio(money(m, "spend"), m("first_wins"))),
    "open_pipeline": (("open",), lambda m: m("open")),
    "open_pipeline_value": (("open_value",), lambda m: money(m, "open_value")),
    "enps": (
        ("promoters", "detractors", "enps_answers"),
        lambda m: enough(
            m, "enps_answers", ratio(100 * (m("promoters") - m("detractors")), m("enps_answers"))
        ),
    ),
    "pulse_score": (("pulse",), lambda m: enough(m, "pulse", ratio(money(m, "pulse"), m.n("pulse")))),
}


# What `parts` says of the metrics that are a ratio: numerator and denominator, undivided.
PARTS = {
    "win_rate": lambda m: (m("won"), m("won") + m("lost")),
    "win_rate_value": lambda m: (money(m, "won_value"), money(m, "won_value") + money(m, "lost_value")),
    "win_rate_cohort": lambda m: (m("created_won"), m("created")),
    "average_deal_size": lambda m: (money(m, "won_value"), m("won_valued")),
    "sales_cycle": lambda m: (cycle_days(m), m.n("cycle")),
    "cac": lambda m: (money(m, "spend"), m("first_wins")),
}
