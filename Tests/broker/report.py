"""Counts checks: every check prints one line, `PASS name` or `FAIL name: why`, and a script ends with
`exit()`.
"""

import sys
import time
import traceback
from contextlib import contextmanager


class Failure(Exception):
    """What a check raises to fail with a sentence instead of a stack."""


class Report:
    def __init__(self):
        self.failed = 0

    @contextmanager
    def check(self, name):
        """Runs its body as one check; an exception in it is a failure, and the next check goes on."""
        begun = time.monotonic()
        try:
            yield
        except Exception as error:  # any error fails this check only, and is told
            self.failed += 1
            if not isinstance(error, Failure):
                traceback.print_exc()
            print(f"FAIL {name}: {error or type(error).__name__}", flush=True)
        else:
            print(f"PASS {name} ({time.monotonic() - begun:.1f} s)", flush=True)

    def exit(self):
        sys.exit(1 if self.failed else 0)


def require(condition, sentence):
    if not condition:
        raise Failure(sentence)


def wait_until(condition, seconds, sentence):
    """Asks until `condition()` is true; fails with the sentence when the time is up."""
    limit = time.monotonic() + seconds
    while not condition():
        require(time.monotonic() < limit, f"{sentence} (after {seconds} s)")
        time.sleep(0.02)
