#!/usr/bin/env python3
"""Two daemons of one group: one leads, the other follows, and goes on when the first is gone.

    check_standby.py --nadi PATH [--deaths N] [--seed N] [--brokers HOST:PORT]

While input flows: the leader is killed and comes back, then the leader is suspended until the other one
leads, and wakes up. Then one of the two dies or is suspended at random, again and again. In the end every
cell is compared with the batch recomputation. Without `--brokers` a Tansu broker is started; with it the
script runs against that cluster, as check_kill.py does.
"""

import argparse
import json
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from check_kill import (
    BOOKS,
    WINDOWS,
    Flow,
    LastFew,
    check_cells,
    check_letters,
    expected_cells,
    keyed_lines,
    require_books,
)
from daemon import Daemon, write_configuration
from feed import cluster
from report import Report, require
from tansu import free_port

SESSION_SECONDS = 6.0
# The group notices after a session time-out; assigning anew comes on top, on Tansu half a time-out.
TAKEOVER_SECONDS_MAX = SESSION_SECONDS + 24
WAIT_SECONDS_MAX = 60
SHARES = 5
DEATHS = 4
# Longer than it takes to restore and to join, so that some of them are followers or lead by then.
LIFE_SECONDS_MAX = 14.0
SUSPENDED_SECONDS_MAX = 10.0


class Member(Daemon):
    """A daemon of the group, with its state and its phase."""

    def __init__(self, options, brokers):
        self.place = tempfile.TemporaryDirectory()
        address = f"127.0.0.1:{free_port()}"
        super().__init__(
            options.nadi,
            write_configuration(
                self.place.name,
                brokers=brokers,
                windows=", ".join(WINDOWS),
                http=address,
                # The directory of its state tells it apart, so that both have the same configuration.
                instance=None,
                # Tansu goes on counting static members that are gone.
                membership="static" if options.brokers else "dynamic",
            ),
            address,
        )

    def __enter__(self):
        return self  # it is started when its time comes

    def __exit__(self, *details):
        super().__exit__(*details)
        self.place.cleanup()

    def says_last(self, message):
        """The last line of the log with this in its message."""
        lines = [json.loads(line) for line in self.said().splitlines() if line.startswith("{")]
        found = [line for line in lines if message in line["msg"]]
        require(found, f"no line says {message}: {self.said()}")
        return found[-1]


def wait_for(condition, seconds_max, reader, what, meanwhile=lambda: None):
    """Seconds until the condition holds, while updates are read."""
    begun = time.monotonic()
    while not condition():
        meanwhile()
        require(time.monotonic() - begun < seconds_max, f"not within {seconds_max} s: {what()}")
        reader.poll(0.05)
    return time.monotonic() - begun


def roles(one, other, reader, what, meanwhile=lambda: None):
    """(leader, follower) as soon as there is one of each."""
    found = []

    def look():
        phases = one.state()["phase"], other.state()["phase"]
        found[:] = (one, other) if phases[0] == "running" else (other, one)
        return sorted(phases) == ["following", "running"]

    wait_for(look, WAIT_SECONDS_MAX, reader, what, meanwhile)
    return found


def is_in(member, phase):
    return lambda: member.state()["phase"] == phase


def is_level(one, other):
    """Whether both hold the same records."""
    return lambda: one.state()["books"] == other.state()["books"]


def run(options, report):
    shares = SHARES + options.deaths
    chance = random.Random(options.seed)
    events, lines, poison = keyed_lines(options.seed, shares)
    expected = expected_cells(events)
    is_strict = options.brokers is not None
    with cluster(options.brokers) as (address, _):
        reader = LastFew(address)
        flow = Flow(address, lines, shares)
        flow.start()
        try:
            with Member(options, address) as one, Member(options, address) as other:
                said = lambda: f"\none: {one.said()[-3000:]}\nother: {other.said()[-3000:]}"
                with report.check("standby: one process leads, the other follows in silence"):
                    one.start()
                    flow.allow(1)
                    wait_for(is_in(one, "running"), WAIT_SECONDS_MAX, reader, said)
                    other.start()
                    leader, follower = roles(one, other, reader, said)
                    flow.allow(2)
                    wait_for(is_level(one, other), WAIT_SECONDS_MAX, reader, said)
                    before = follower.state()["updates"]
                    require(follower.state()["phase"] == "following", "the roles changed by themselves")
                with report.check("standby: it goes on from memory when the leader is killed"):
                    leader.kill()
                    flow.allow(3)
                    seconds = wait_for(is_in(follower, "running"), TAKEOVER_SECONDS_MAX, reader, said)
                    print(f"  it leads {seconds:.1f} s after the kill, with a session time-out of {SESSION_SECONDS} s")
                    require(follower.says_last("leading")["from_memory"] == "true", "not from memory")
                    wait_for(lambda: follower.state()["updates"] > before, WAIT_SECONDS_MAX, reader, said)
                with report.check("standby: the killed one comes back, and one of the two leads"):
                    leader.start()
                    leader, follower = roles(one, other, reader, said)
                    flow.allow(4)
                    wait_for(is_level(one, other), WAIT_SECONDS_MAX, reader, said)
                with report.check("standby: a leader that was suspended is fenced when it wakes up, and ends with 75"):
                    leader.process.send_signal(signal.SIGSTOP)
                    flow.allow(SHARES)
                    seconds = wait_for(is_in(follower, "running"), TAKEOVER_SECONDS_MAX, reader, said)
                    print(f"  the other leads {seconds:.1f} s after the leader was suspended")
                    leader.process.send_signal(signal.SIGCONT)
                    wait_for(lambda: leader.process.poll() is not None, WAIT_SECONDS_MAX, reader, said)
                    code = leader.process.returncode
                    require(code == 75, f"it ended with {code}: {leader.said()}")
                    wait_for(is_in(follower, "running"), WAIT_SECONDS_MAX, reader, said)
                with report.check(f"standby: {options.deaths} deaths at random times"):
                    for number in range(options.deaths):
                        flow.allow(SHARES + number + 1)
                        start_missing(one, other)
                        read_for(chance.uniform(0, LIFE_SECONDS_MAX), reader)
                        die(chance.choice((one, other)), chance, reader)
                    flow.finish()
                    # One that was suspended may find only now that it was fenced, and ends.
                    keep_up = lambda: start_missing(one, other)
                    roles(one, other, reader, said, keep_up)
                with report.check("standby: every cell equals the batch recomputation"):
                    check_cells(reader, keep_up, expected, not is_strict)
                with report.check("standby: the books hold every record once, and so do the dead letters"):
                    check_books(one, other, reader, len(lines), poison, said, keep_up)
                    check_letters(reader, poison, is_strict)
                if is_strict:
                    with report.check("standby: revisions rise strictly"):
                        require(not reader.backwards, f"{reader.backwards} revisions did not rise")
        finally:
            reader.close()


def check_books(one, other, reader, read, rejected, what, meanwhile):
    """Whichever leads by then, and the one that follows it: the lead may still move when a dead member is forgotten."""
    for phase in ("running", "following"):

        def has_all():
            states = [member.state() for member in (one, other)]
            found[:] = [state["books"] for state in states if state["phase"] == phase]
            found[:] = [books for books in found if books and books["read"] >= read]
            return found

        found = []
        wait_for(has_all, WAIT_SECONDS_MAX, reader, what, meanwhile)
        print(f"  {phase}: {found[0]}")
        require_books({name: found[0][name] for name in BOOKS}, read, rejected)


def read_for(seconds, reader):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        reader.poll(0.05)


def start_missing(*members):
    """Starts whoever is not there; the reason must be a kill, or that it was fenced."""
    for member in members:
        code = member.process.poll()
        if code is not None:
            require(code in (75, -signal.SIGKILL), f"it ended with {code}: {member.said()}")
            member.start()


def die(member, chance, reader):
    """It is killed, or stands still for a while; a fenced one may be gone already."""
    if member.process.poll() is not None:
        return
    if chance.random() < 0.7:
        member.kill()
        return
    member.process.send_signal(signal.SIGSTOP)
    read_for(chance.uniform(0, SUSPENDED_SECONDS_MAX), reader)
    member.process.send_signal(signal.SIGCONT)


def main():
    parser = argparse.ArgumentParser(description="A leader and a standby; see the head of this file.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    parser.add_argument("--deaths", type=int, default=DEATHS, metavar="N")
    parser.add_argument("--seed", type=int, default=2, metavar="N")
    parser.add_argument("--brokers", metavar="HOST:PORT")
    options = parser.parse_args()
    report = Report()
    with report.check("standby: the run comes to its end"):
        run(options, report)
    report.exit()


if __name__ == "__main__":
    sys.exit(main())
