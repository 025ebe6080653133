"""Prints the boundaries of calendar windows as Python's zoneinfo and datetime see them.

    calendar_oracle.py SHARD SHARDS [full]

does every SHARDS-th zone, with hours of sampled days unless all are asked for. For each zone and grain there is one
line `# zone grain parameter`. Of windows that follow one another a line `label seconds` for each (its first instant, in
seconds since the epoch) and a line `- seconds` for the end of the last. Of windows that overlap a line `@ seconds`,
then `label start end` for every window that holds that instant, in the order of their ends.
"""

import sys
import zoneinfo
from bisect import bisect_right
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


# MARK: weeks, working days, hours

# The weeks of the twelve periods of a year.
PATTERNS = {"4-4-5": [4, 4, 5] * 4, "4-5-4": [4, 5, 4] * 4, "5-4-4": [5, 4, 4] * 4}
# Pattern, alignment, first month, ISO weekday.
RETAIL = [
    ("4-4-5", "nearest", 2, 7), ("4-5-4", "nearest", 1, 1), ("5-4-4", "nearest", 10, 6),
    ("4-4-5", "last", 9, 7), ("4-5-4", "last", 2, 1), ("5-4-4", "last", 1, 4),
]


def retail_start(year, alignment, month, weekday):
    first = date(year, month, 1)
    distances = range(-3, 4) if alignment == "nearest" else range(-6, 1)
    (found,) = [d for n in distances if (d := first + timedelta(days=n)).isoweekday() == weekday]
    return found


def retail_windows(years, pattern, alignment, month, weekday):
    """For each part of the years: its label and first day."""
    parts = {"period": [], "quarter": [], "year": []}
    for year in years:
        name = f"FY{year + (month > 1)}"
        day = retail_start(year, alignment, month, weekday)
        parts["year"].append((name, day))
        for number, weeks in enumerate(PATTERNS[pattern]):
            if number % 3 == 0:
                parts["quarter"].append((f"{name}-Q{number // 3 + 1}", day))
            parts["period"].append((f"{name}-P{number + 1:02}", day))
            day += timedelta(weeks=weeks)
        assert retail_start(year + 1, alignment, month, weekday) - day in (timedelta(0), timedelta(weeks=1))
    return parts


def is_free(day, weekend):
    """Weekends, four holidays, and the eight days from the second of October."""
    return (
        day.isoweekday() in weekend or (day.month, day.day) in ((1, 1), (5, 1), (12, 25), (12, 26))
        or (day.month == 10 and 2 <= day.day <= 9))


def local_text(seconds, zone):
    text = datetime.fromtimestamp(seconds, zone).isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def hours(start, end, zone):
    """The first instants of the local hours from `start` to `end`, cut where the offset changes inside one."""
    def offset(at):
        return int(datetime.fromtimestamp(at, zone).utcoffset().total_seconds())

    found = []
    while start < end:
        found.append(start)
        here = offset(start)
        following = start + 3600 - (start + here) % 3600
        if offset(following - 1) != here:
            low, high = start, following - 1
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == here else (low, middle)
            following = high
        start = following
    return found


# MARK: output


class Zone:
    """One zone's days and their first instants."""

    def __init__(self, name, first_year, write):
        self.name, self.first_year, self.write = name, first_year, write
        self.zone = zoneinfo.ZoneInfo(name)
        self.first = date(first_year, 1, 1)
        count = (date(first_year + YEARS, 1, 2) - self.first).days
        self.days = [self.first + timedelta(days=n) for n in range(count)]
        self.starts = [local_start(day, self.zone) for day in self.days]

    def start(self, day):
        return self.starts[(day - self.first).days]

    def tiles(self, grain, parameter, found):
        """`found`: label and first instant of each window; the last one is only an end."""
        lines = [f"# {self.name} {grain} {parameter}"]
        for (text, start), (_, end) in zip(found, found[1:]):
            # A day that was skipped has no instants and so no window.
            if start < end:
                lines.append(f"{text} {start}")
        lines.append(f"- {found[-1][1]}\n")
        self.write("\n".join(lines))

    def overlaps(self, grain, parameter, moments):
        """`moments`: an instant with the label, start and end of every window over it."""
        lines = [f"# {self.name} {grain} {parameter}"]
        for instant, windows in moments:
            lines.append(f"@ {instant}")
            lines += [f"{text} {start} {end}" for text, start, end in windows]
        self.write("\n".join(lines) + "\n")

    def firsts(self, grain, parameter):
        """Label and first instant of each window of a grain of `GRAINS`."""
        _, _, begins, label = next(g for g in GRAINS if g[:2] == (grain, parameter))
        return [(label(day), start) for day, start in zip(self.days, self.starts) if begins(day)]

    def print_calendar(self):
        for grain, parameter, _, _ in GRAINS:
            self.tiles(grain, parameter, self.firsts(grain, parameter))
        for pattern, alignment, month, weekday in RETAIL:
            years = range(self.first_year, self.first_year + YEARS)
            parts = retail_windows(years, pattern, alignment, month, weekday)
            for part, windows in parts.items():
                found = [(text, self.start(day)) for text, day in windows if self.first <= day <= self.days[-1]]
                self.tiles(f"{part}:{pattern}:{alignment}", month * 10 + weekday, found)
        for weekend in ((6, 7), (5, 6)):
            worked = [day for day in self.days if not is_free(day, weekend)]
            found = [
                (day.isoformat(), self.start(before + timedelta(days=1))) for before, day in zip(worked, worked[1:])]
            self.tiles("workingDay", "".join(map(str, weekend)), found)

    def print_rolling(self, grain, unit, count):
        """Every window of the last `count` units, each moment showing as many of them as hold it."""
        units = self.firsts(*unit)
        moments = []
        place = count
        while place + count < len(units):
            start, end = units[place][1], units[place + 1][1]
            if start == end:
                place += 1
                continue
            windows = [
                (units[n][0], units[n - count + 1][1], units[n + 1][1]) for n in range(place, place + count)
                if units[n][1] < units[n + 1][1]]
            moments.append((end - 1 if place % 2 else start, windows))
            place += count
        self.overlaps(grain, count, moments)

    def print_cumulative(self, grain, periods, steps):
        """Every window from the start of a period to the end of a step, at the period's start and at one moment in it."""
        first_instants = [start for _, start in steps]
        moments = []
        for number, ((name, start), (_, end)) in enumerate(zip(periods, periods[1:])):
            low, high = bisect_right(first_instants, start) - 1, bisect_right(first_instants, end - 1)
            if low < 0 or high >= len(steps) or start == end:
                continue
            windows = [
                (f"{name} to {text}", start, after) for (text, at), (_, after) in
                zip(steps[low:high], steps[low + 1:high + 1]) if at < after]
            moments.append((start, windows))
            inside = start + (end - start) * (5 + number % 5) // 10
            moments.append((inside, [w for w in windows if w[2] > inside]))
        self.overlaps(grain, 0, moments)

    def print_hours(self, is_full):
        moments = {n + d for n in range(1, len(self.days) - 2) for d in (-1, 0, 1)
                   if self.starts[n + 1] - self.starts[n] != 86400}
        sampled = range(len(self.days) - 1) if is_full else sorted(moments | set(range(0, len(self.days) - 1, 31)))
        by_hour = []
        for n in sampled:
            start, end = self.starts[n], self.starts[n + 1]
            found = [(local_text(at, self.zone), at) for at in hours(start, end, self.zone)]
            if not found:
                continue
            self.tiles("hour", 0, found + [("-", end)])
            if n in moments or n % 93 == 0:
                name = self.days[n].isoformat()
                ends = [at for _, at in found[1:]] + [end]
                by_hour.append((start, [(f"{name} to {text}", start, at) for (text, _), at in zip(found, ends)]))
        self.overlaps("dayByHour", 0, by_hour)

    def print_all(self, is_full):
        self.print_calendar()
        self.print_rolling("rollingDay", ("day", 0), 7)
        self.print_rolling("rollingWeek", ("week", 1), 4)
        self.print_rolling("rollingMonth", ("month", 0), 3)
        day, month, year = (self.firsts(grain, 0) for grain in ("day", "month", "year"))
        self.print_cumulative("monthByDay", month, day)
        self.print_cumulative("yearByMonth", year, month)
        self.print_hours(is_full)


def main():
    shard, shards = int(sys.argv[1]), int(sys.argv[2])
    for name, first_year in list(ZONES.items())[shard::shards]:
        Zone(name, first_year, sys.stdout.write).print_all("full" in sys.argv[3:])


main()
