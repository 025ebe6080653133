"""Prints the boundaries of calendar windows as Python's zoneinfo and datetime see them.

For each zone and grain one line `# zone grain parameter`, then a line `label seconds` for each window (its first
instant, in seconds since the epoch), then a line `- seconds` for the end of the last.
"""

import sys
import zoneinfo
from datetime import date, datetime, timedelta, timezone

zoneinfo.reset_tzpath(("/usr/share/zoneinfo",))

ZONES = {
    "Africa/Monrovia": 1955, "America/Toronto": 1905, "Asia/Kuala_Lumpur": 1960, "Pacific/Kwajalein": 1975,
    "Asia/Kathmandu": 1965, "Asia/Singapore": 1960, "Asia/Kolkata": 1930, "America/New_York": 1955,
    "Europe/Amsterdam": 1915, "Europe/Paris": 1935, "Asia/Shanghai": 1970, "Europe/London": 1960,
    "America/Sao_Paulo": 1995, "Africa/Casablanca": 2005, "Australia/Lord_Howe": 1980, "Pacific/Apia": 1995,
    "Asia/Tehran": 1995, "America/St_Johns": 1985, "Pacific/Chatham": 2000, "UTC": 2000, "Europe/Berlin": 2020,
    "Africa/Cairo": 2000, "Asia/Beirut": 2000, "Asia/Amman": 1995, "Asia/Gaza": 2000, "America/Santiago": 2000,
    "America/Asuncion": 2000, "America/Havana": 1995, "Atlantic/Azores": 1990, "America/Nuuk": 2010,
    "Africa/Juba": 2000, "Asia/Pyongyang": 2000, "America/Caracas": 2000, "Europe/Moscow": 1990,
    "Europe/Dublin": 2030, "America/Los_Angeles": 2040, "Australia/Sydney": 2020, "Antarctica/Troll": 2005,
    "Pacific/Auckland": 2170, "Asia/Jerusalem": 2060, "Asia/Manila": 1970, "America/Sitka": 1970,
}
YEARS = 30


def local_start(day, zone):
    """The first second whose local date is `day` or later."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    seconds = int(midnight.timestamp())
    if datetime.fromtimestamp(seconds, zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        assert datetime.fromtimestamp(seconds - 1, zone).date() < day
        return seconds
    # Midnight is jumped over: bisect on the local date alone.
    as_utc = int(datetime(day.year, day.month, day.day, tzinfo=timezone.utc).timestamp())
    low, high = as_utc - 27 * 3600, as_utc + 51 * 3600
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).date() < day:
            low = middle
        else:
            high = middle
    return high


def quarter(day, first_month):
    return (day.month - first_month) % 12 // 3 + 1


def fiscal_year(day, first_month):
    return day.year + (1 if first_month > 1 and day.month >= first_month else 0)


def iso_week(day):
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


GRAINS = [
    ("day", 0, lambda d: True, lambda d: d.isoformat()),
    ("week", 1, lambda d: d.weekday() == 0, iso_week),
    ("week", 5, lambda d: d.weekday() == 4, lambda d: d.isoformat()),
    ("week", 7, lambda d: d.weekday() == 6, lambda d: d.isoformat()),
    ("month", 0, lambda d: d.day == 1, lambda d: f"{d.year}-{d.month:02}"),
    ("quarter", 0, lambda d: d.day == 1 and d.month in (1, 4, 7, 10), lambda d: f"{d.year}-Q{quarter(d, 1)}"),
    ("year", 0, lambda d: d.day == 1 and d.month == 1, lambda d: f"{d.year}"),
]
for month in (1, 2, 4, 9):
    GRAINS.append((
        "fiscalQuarter", month, lambda d, m=month: d.day == 1 and (d.month - m) % 3 == 0,
        lambda d, m=month: f"FY{fiscal_year(d, m)}-Q{quarter(d, m)}"))
for month in (1, 4, 10):
    GRAINS.append((
        "fiscalYear", month, lambda d, m=month: d.day == 1 and d.month == m,
        lambda d, m=month: f"FY{fiscal_year(d, m)}"))


def main():
    for name, first_year in ZONES.items():
        zone = zoneinfo.ZoneInfo(name)
        first = date(first_year, 1, 1)
        days = [first + timedelta(days=n) for n in range((date(first_year + YEARS, 1, 2) - first).days)]
        starts = [local_start(day, zone) for day in days]
        for grain, parameter, begins, label in GRAINS:
            found = [(label(day), start) for day, start in zip(days, starts) if begins(day)]
            lines = [f"# {name} {grain} {parameter}"]
            for (text, start), (_, end) in zip(found, found[1:]):
                # A day that was skipped has no instants and so no window.
                if start < end:
                    lines.append(f"{text} {start}")
            lines.append(f"- {found[-1][1]}\n")
            sys.stdout.write("\n".join(lines))


main()
