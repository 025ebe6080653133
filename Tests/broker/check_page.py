#!/usr/bin/env python3
"""Looks at the page of `nadi demo` and of `nadi run` with a real browser, Debian's Chromium without a screen.

    check_page.py --nadi PATH [--shots DIR]

It must load without a word in the console, show numbers that change, keep text readable in light and dark, fit
a phone, and be usable with the keyboard. `--shots` leaves pictures there.
"""

import argparse
import json
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import browser
from browser import Browser
from check_exit import produce
from check_reload import ADDED, TOKEN, write_token
from daemon import DEAD, INPUT, LATE, OUTPUT, Daemon, write_configuration
from report import Failure, Report, require, wait_until
from tansu import Broker, free_port

# The ratios of WCAG 2.1, level AA: for texts, and for what draws a value.
TEXT_CONTRAST, SHAPE_CONTRAST = 4.5, 3.0
STOP_SECONDS_MAX = 30

# The least contrast of any text with what is behind it, and where.
CONTRAST = """(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, place) => sum + c * [0.2126, 0.7152, 0.0722][place], 0);
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)];
    return (Math.max(x, y) + .05) / (Math.min(x, y) + .05);
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  let [least, where, count] = [99, "", 0];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.getClientRects().length) continue;
    if (["SCRIPT", "NOSCRIPT", "OPTION"].includes(element.tagName)) continue;
    const found = ratio(parse(getComputedStyle(element).color), behind(element));
    count += 1;
    const name = `${element.tagName}.${element.className}: ${element.textContent.slice(0, 40)}`;
    if (found < least) [least, where] = [found, name];
  }
  const bar = document.querySelector(".track > span");
  const shape = ratio(parse(getComputedStyle(bar).backgroundColor), behind(bar.parentElement));
  return { least, where, count, shape };
})()"""

# Chooses something, as a person does.
CHOOSE = """(() => {
  const select = document.getElementById('%s');
  select.value = '%s';
  select.dispatchEvent(new Event('change'));
})()"""


class Demo:
    """`nadi demo` on a free port; a context manager that ends it by its id."""

    def __init__(self, nadi):
        self.command = [nadi, "demo", "--plain", "--seconds", "300"]

    def __enter__(self):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self.command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL
        )
        found = []

        def look():
            require(self.process.poll() is None, f"nadi demo ended: {self.said()}")
            found[:] = re.findall(r"http://127\.0\.0\.1:\d+", self.said())
            return found

        try:
            wait_until(look, 60, "nadi demo did not print its address")
        except BaseException:
            self.__exit__()
            raise
        self.url = found[0]
        return self

    def __exit__(self, *_):
        # Asked first, so that it removes its state directory.
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")


def text(page, selector):
    return page.evaluate(f"[...document.querySelectorAll('{selector}')].map((one) => one.textContent)")


def check_load(report, page, url):
    with report.check("page: it loads and shows every part"):
        page.show(url)
        page.wait("document.querySelectorAll('.tile').length >= 8", 60, "tiles")
        page.wait("document.querySelectorAll('#board tr').length === 10", 30, "a leaderboard of ten")
        page.wait("document.querySelectorAll('#funnel li').length === 5", 30, "a funnel of five steps")
        require(len(text(page, "#parts tr")) == 4, "four partitions")
        page.wait("document.getElementById('health').textContent === 'ready'", 30, "a ready daemon")
        require("balanced" in " ".join(text(page, "#books-key li")), "the books are not balanced")
        page.wait("document.querySelectorAll('.tile .spark .line').length >= 8", 60, "eight sparklines")
        cells = "[2, 6].map((n) => row.children[n].textContent)"
        rows = f"[...document.querySelectorAll('#parts tr')].map((row) => {cells})"
        shown = f"{rows}.every(([lag, watermark]) => /^\\d/.test(lag) && /:/.test(watermark))"
        page.wait(shown, 30, "lag and watermark of every partition")


def check_change(report, page):
    with report.check("page: its numbers change by themselves"):
        for selector in (".gauge .value", ".tile[data-metric=calls] .value", "#parts td"):
            before = text(page, selector)
            page.wait(
                f"JSON.stringify([...document.querySelectorAll('{selector}')].map((one) => one.textContent))"
                f" !== {json.dumps(json.dumps(before, separators=(',', ':'), ensure_ascii=False))}",
                30,
                f"{selector} to change from {before[:3]}",
            )  # fmt: skip


def check_choices(report, page):
    with report.check("page: window, scope and metric can be chosen"):
        page.evaluate(CHOOSE % ("board-scope", "team"))
        page.wait("document.getElementById('board').textContent.includes('team-')", 15, "teams")
        page.evaluate(CHOOSE % ("board-metric", "win_rate"))
        page.wait("document.getElementById('board').textContent.includes('%')", 15, "rates")
        page.evaluate(CHOOSE % ("grain", "day"))
        label = "document.getElementById('window-label').textContent"
        page.wait(rf"/^\d\d\d\d-\d\d-\d\d/.test({label})", 15, "a day")
        page.evaluate(CHOOSE % ("grain", "month"))
        page.wait(rf"/^\d\d\d\d-\d\d, /.test({label})", 15, "a month")


def check_look(report, page, shots):
    for is_dark in (False, True):
        name = "dark" if is_dark else "light"
        with report.check(f"page: its texts can be read in {name}"):
            scheme = [{"name": "prefers-color-scheme", "value": name}]
            page.call("Emulation.setEmulatedMedia", features=scheme)
            found = page.evaluate(CONTRAST)
            require(found["count"] > 100, f"{found['count']} texts")
            require(found["least"] >= TEXT_CONTRAST, f"{found['least']:.2f} for {found['where']}")
            require(found["shape"] >= SHAPE_CONTRAST, f"{found['shape']:.2f} for bars")
            print(f"  the least contrast is {found['least']:.2f}, of bars {found['shape']:.2f}")
            if shots:
                page.screenshot(shots / f"page-{name}.png")


def check_phone(report, page, url, shots):
    with report.check("page: it fits a phone"):
        page.show(url, 390, 844)
        page.wait("document.querySelectorAll('#board tr').length === 10", 30, "a leaderboard")
        page.wait("document.querySelectorAll('.tile').length >= 8", 30, "tiles")
        width = page.evaluate("document.documentElement.scrollWidth")
        require(width <= 390, f"it is {width} wide")
        small = page.evaluate("[...document.querySelectorAll('select')].map((one) => one.offsetHeight)")
        require(min(small) >= 32, f"controls of {small} are hard to hit")
        if shots:
            page.screenshot(shots / "page-phone.png")


def check_keys(report, page, url):
    with report.check("page: everything is reached with the keyboard, and seen"):
        page.show(url)
        page.wait("document.querySelectorAll('#board tr').length === 10", 30, "a leaderboard")
        reached, active = [], "document.activeElement"
        for _ in range(12):
            page.press("Tab")
            reached.append(page.evaluate(f"{active}.id || {active}.className || {active}.tagName"))
            outline = page.evaluate(f"getComputedStyle({active}).outlineStyle")
            if reached[-1] != "BODY":
                require(outline != "none", f"{reached[-1]} is not seen to be reached")
        for wanted in ("skip", "grain", "board-metric", "board-scope", "scroll"):
            require(wanted in reached, f"{wanted} is not among {reached}")


def check_changes(report, nadi, page):
    """A page that stays open while the daemon takes another configuration, and is started again with the first."""
    topics = {INPUT: 2, OUTPUT: 2, DEAD: 1, LATE: 1}
    options = "[...document.querySelectorAll('#board-metric option')].map((one) => one.value)"
    with tempfile.TemporaryDirectory() as directory, Broker(topics) as broker:
        address = f"127.0.0.1:{free_port()}"
        settings = {"brokers": broker.proxied, "http": address, "token_file": write_token(directory)}
        config = write_configuration(directory, **settings)
        produce(broker, range(60))
        with Daemon(nadi, config) as daemon, report.check("page: it asks for the token, and takes it"):
            wait_until(lambda: "leading: all partitions" in daemon.said(), 60, "no assignment came")
            page.show(f"http://{address}/")
            page.wait("document.getElementById('token')?.hidden === false", 30, "the field for the token")
            page.evaluate(f"document.getElementById('token-text').value = '{TOKEN}'")
            page.evaluate("document.getElementById('token-use').click()")
            page.wait(f"{options}.includes('calls')", 30, "the metrics to choose from")
            page.evaluate(CHOOSE % ("board-metric", "calls"))
            page.wait("document.querySelectorAll('#board tr').length === 3", 30, "a leaderboard of three")
            require(page.evaluate("document.getElementById('token').hidden"), "it goes on asking")
            with report.check("page: it shows what a reload brings"):
                require("long_calls" not in page.evaluate(options), "it is there already")
                write_configuration(directory, **settings, more=ADDED)
                daemon.process.send_signal(signal.SIGHUP)
                page.wait(f"{options}.includes('long_calls')", 30, "the new metric")
            with report.check("page: it shows dead letters by reason"):
                produce(broker, [], values=[b"no event", b"\xff", b"[1]"])
                reasons = "[...document.querySelectorAll('#letters code')].map((one) => one.textContent).sort()"
                wanted = json.dumps(["invalid_utf8", "not_an_object", "not_json"], separators=(",", ":"))
                page.wait(f"JSON.stringify({reasons}) === '{wanted}'", 30, f"the reasons {wanted}")
            page.evaluate(CHOOSE % ("board-metric", "long_calls"))
            daemon.stop()
        with report.check("page: it goes on when another process answers"):
            # The second of them has as many reloads behind it as the first, none, and another catalogue.
            for more, start, is_there in (("", 60, "!"), (ADDED, 90, "")):
                write_configuration(directory, **settings, more=more)
                with Daemon(nadi, config) as daemon:
                    page.wait(f"{is_there}{options}.includes('long_calls')", 60, "the catalogue of the new process")
                    page.wait("document.getElementById('health').textContent === 'ready'", 30, "a ready daemon")
                    # Its view is empty at its start, so that there are numbers once more comes.
                    produce(broker, range(start, start + 30))
                    page.evaluate(CHOOSE % ("board-metric", "calls"))
                    page.wait("document.querySelectorAll('#board tr').length === 3", 30, "a leaderboard of three")
                    daemon.stop()


def check_quiet(report, page):
    with report.check("page: not a word in the console"):
        require(not page.errors, "; ".join(page.errors))
    with report.check("page: it is all of this server, and no script stands in it"):
        foreign = page.evaluate(
            "performance.getEntriesByType('resource').map((one) => one.name)"
            ".filter((one) => !one.startsWith(location.origin))"
        )
        require(not foreign, f"{foreign}")
        inline = page.evaluate(
            "document.querySelectorAll('script:not([src]), style, [style][onclick], [onclick]').length"
        )
        require(inline == 0, f"{inline} scripts or styles in the page")
        blocked = page.evaluate(
            "(() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1';"
            " document.head.append(s); return window.broken === undefined; })()"
        )
        require(blocked, "a script in the page is run")


def main():
    parser = argparse.ArgumentParser(description="The page, in a real browser.")
    parser.add_argument("--nadi", required=True, metavar="PATH")
    parser.add_argument("--shots", type=Path, metavar="DIR")
    options = parser.parse_args()
    report = Report()
    if browser.find() is None:
        with report.check("page: a browser"):
            raise Failure("no chromium on PATH; apt-get install chromium")
        report.exit()
    begun = time.monotonic()
    with Demo(options.nadi) as demo, Browser() as page:
        check_load(report, page, demo.url + "/")
        check_change(report, page)
        check_look(report, page, options.shots)
        check_choices(report, page)
        check_phone(report, page, demo.url + "/", options.shots)
        check_keys(report, page, demo.url + "/")
        check_quiet(report, page)
        check_changes(report, options.nadi, page)
    print(f"  the page took {time.monotonic() - begun:.0f} s")
    report.exit()


if __name__ == "__main__":
    main()
