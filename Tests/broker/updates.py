"""Reads published updates: which cell each speaks of, and what it says, as exact numbers."""

import json
from datetime import datetime, timezone
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
SIX_DIGITS = Decimal("0.000001")


def millis_of(text, zone=timezone.utc):
    """Milliseconds since the epoch; a date, or a time without an offset, is taken in `zone`."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    elapsed = moment - EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * 1000 + elapsed.microseconds // 1000


def cell_of(update):
    """(metric, scope, scopeId, grain, start in milliseconds or None for `all`, currency or None)."""
    window = update["window"]
    start = None if window["grain"] == "all" else millis_of(window["start"])
    return (
        update["metric"],
        update["scope"],
        update["scopeId"],
        window["grain"],
        start,
        update.get("currency"),
    )


def number(value):
    """A published number (JSON number or decimal string) as a Decimal; None stays None."""
    return None if value is None else Decimal(value)


def rounded(exact):
    """An exact Fraction to six decimal digits, half to even."""
    scaled = round(Fraction(exact) * 1_000_000)  # Python rounds fractions half to even
    return Decimal(scaled).scaleb(-6, WIDE)


def six_digits(value):
    return value.quantize(SIX_DIGITS, context=WIDE)


def agrees(exact, published):
    """True if a published value is the exact one: equal if that ends within six digits, else equal at
    six.
    """
    if exact is None or published is None:
        return exact is None and published is None
    if Fraction(published) == exact:
        return True
    if (exact * 1_000_000).denominator == 1:
        return False
    # Rounded twice (once for publication) a value may end half a unit away, and no further.
    return abs(Fraction(published) - exact) <= Fraction(1, 2_000_000) or six_digits(published) == rounded(
        exact
    )


def last_updates(lines):
    """The last update of each cell from NDJSON lines, by revision if it comes with one."""
    last = {}
    for line in lines:
        if not line.strip():
            continue
        update = json.loads(line, parse_float=Decimal)
        cell = cell_of(update)
        before = last.get(cell)
        if before is None or update.get("revision", 0) >= before.get("revision", 0):
            last[cell] = update
    return last
