#!/usr/bin/env python3
"""Checks what a running daemon answers over HTTP, on input through a real broker process.

    check_http.py --nadi PATH

Every documented address is asked and its document compared with the OpenAPI file; a scrape is read by the
Prometheus client, and by `promtool check metrics` where it is installed; the figures are those that the daemon
prints when it stops; `nadi tap` and `nadi top` are run against it.
"""

import argparse
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

import jsonschema_rs
from confluent_kafka import Producer

from daemon import DEAD, INPUT, LATE, OUTPUT, Daemon, write_configuration
from report import Failure, Report, require, wait_until
from tansu import Broker

OPENAPI = Path(__file__).resolve().parents[2] / "Sources/Web/Resources/openapi.json"
START = "2026-03-03T0{}:00:00Z"
GOOD, DUPLICATE = 300, 7
# Records that cannot count, with the reason; each tells of somebody.
BAD = [
    (b"\xff\xfe{} canary", "invalid_utf8"),
    (b"call ms canary back", "not_json"),
    (b'{"name":"canary"', "not_json"),
    (b'{"entity":"canary","occurredAt":"2026-03-03T01:00:00Z","data":{}}', "unknown_entity"),
    (b'{"entity":"activity","occurredAt":"canary","data":{}}', "wrong_type"),
]
# What the daemon promises to tell of itself, without its prefix.
FIGURES = """
    build_info records_consumed_total records_late_total records_dlq_total records_duplicate_total
    consumer_lag_records watermark_lag_seconds event_to_emit_seconds output_records_total txn_commit_seconds
    txn_aborts_total rebalances_total assigned_partitions state_keys state_bytes state_windows snapshot_age_seconds
    snapshot_duration_seconds snapshot_bytes snapshot_failures_total restore_duration_seconds restore_records_total
    config_last_reload_successful kafka_broker_rtt_seconds loop_stall_seconds events_read_total events_total
    retractions_total
""".split()


def call(number, rep):
    return {
        "id": f"call-{number}", "entity": "activity", "op": "upsert",
        "occurredAt": f"2026-03-03T01:{number % 60:02}:00Z",
        "data": {
            "kind": "call", "status": "completed", "ownerId": rep, "teamId": "team-1", "regionId": "my-1",
        },
    }  # fmt: skip


def feed(broker, numbers, bad=()):
    """Produces calls, and records that cannot count."""
    client = Producer({"bootstrap.servers": broker.proxied, "log_level": 0})
    numbers = list(numbers)
    for number in numbers:
        rep = f"rep-canary-{number % 10}"
        client.produce(INPUT, json.dumps(call(number, rep)), key=rep, partition=number % 2)
    for value, _ in bad:
        client.produce(INPUT, value, partition=0)
    require(client.flush(20) == 0, "the input was not delivered")


class Client:
    def __init__(self, url):
        self.url = url

    def ask(self, path, method="GET", headers=None):
        """(status, headers, text) of one request."""
        request = urllib.request.Request(self.url + path, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def json(self, path):
        status, _, text = self.ask(path)
        require(status == 200, f"{path} answers {status}: {text[:300]}")
        return json.loads(text)

    def metrics(self):
        """Samples by name and labels."""
        _, _, text = self.ask("/metrics")
        lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines}


def find_url(daemon):
    """Where the daemon says that it answers."""
    found = []

    def look():
        daemon.check_alive()
        found[:] = re.findall(r"http://127\.0\.0\.1:[1-9]\d*", daemon.whole_log())
        return found

    wait_until(look, 30, "the daemon did not say where it answers")
    return found[0]


def figures_at_stop(daemon):
    """The numbers of the last line that the daemon logs, by name."""
    lines = [json.loads(line) for line in daemon.said().splitlines() if line.startswith("{")]
    last = [line for line in lines if line.get("msg") == "stopped"]
    require(last, f"no line says that it stopped: {daemon.said()[-800:]}")
    return {name: int(value) for name, value in last[-1].items() if re.fullmatch(r"\d+", str(value))}


# Checks


def check_figures(report, client, broker):
    with report.check("http: the figures are those of the input"):
        found = client.metrics()
        expected = {
            "nadi_records_consumed_total": GOOD + DUPLICATE + len(BAD),
            "nadi_records_duplicate_total": DUPLICATE,
            "nadi_records_late_total": 0,
            "nadi_assigned_partitions": 2,
            'nadi_rebalances_total{kind="assigned"}': 1,
            "nadi_ready": 1,
        }
        for reason, count in Counter(reason for _, reason in BAD).items():
            expected[f'nadi_records_dlq_total{{reason="{reason}"}}'] = count
        for name, value in expected.items():
            require(found.get(name) == value, f"{name} is {found.get(name)}, not {value}")
        for partition in range(2):
            place = f'topic="{INPUT}",partition="{partition}"'
            read = found[f"nadi_events_read_total{{{place}}}"]
            parts = [value for name, value in found.items() if name.startswith(f"nadi_events_total{{{place}")]
            require(len(parts) == 5 and sum(parts) == read, f"{parts} of {read}")
            require(found[f"nadi_consumer_lag_records{{{place}}}"] == 0, "a partition lags")
            require(found[f"nadi_position_offset{{{place}}}"] == read, "an event is a record here")
        require(found["nadi_txn_commit_seconds_count"] == found["nadi_commits_total"], "commits are timed")
        require(found["nadi_event_to_emit_seconds_count"] > 0, "events are timed")
        require(found["nadi_config_last_reload_successful"] == 1, "the configuration is not in use")
        age = time.time() - found["nadi_config_last_reload_success_timestamp_seconds"]
        require(0 <= age < 600, f"the configuration was taken {age} s ago")
        require(found["nadi_state_windows"] > 0, "no windows")
        # A cell has at least a word of its own.
        require(found["nadi_state_bytes"] > 8 * found["nadi_state_cells"], f"{found['nadi_state_bytes']} bytes")
    with report.check("http: every figure that was promised is served"):
        families = set(re.findall(r"^# TYPE nadi_(\S+)", client.ask("/metrics")[2], re.M))
        require(families >= set(FIGURES), f"not served: {sorted(set(FIGURES) - families)}")
    with report.check("http: both clients tell how long the broker takes"):
        for kind in ("consumer", "producer"):
            name = f'nadi_kafka_broker_rtt_seconds{{client="{kind}",broker="{broker.proxied}"}}'
            wait_until(lambda: name in client.metrics(), 30, f"no {name}")
            require(0 < client.metrics()[name] < 5, f"{name} is {client.metrics()[name]}")
    with report.check("http: no label and no name of a metric tells of a person"):
        require("canary" not in client.ask("/metrics")[2], "a rep is in /metrics")


def check_with_promtool(report, name, body):
    """A check that gets the path of promtool; without it CI fails, and others are told."""
    tool = os.environ.get("NADI_PROMTOOL") or shutil.which("promtool")
    if tool is None and os.environ.get("CI") != "true":
        print(f"  not checked, for there is no promtool: {name}")
        return
    with report.check(name):
        require(tool is not None, "promtool is not there; set NADI_PROMTOOL")
        body(tool)


def check_scrape(report, client):
    text = client.ask("/metrics")[2]

    def check(tool):
        done = subprocess.run([tool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=30)
        said = done.stdout + done.stderr
        require(done.returncode == 0 and not said.strip(), f"it ended with {done.returncode}: {said}")

    check_with_promtool(report, "http: promtool finds nothing wrong with a scrape", check)
    with report.check("http: the Prometheus client reads both formats"):
        from prometheus_client import parser
        from prometheus_client.openmetrics import parser as modern_parser

        plain = {family.name for family in parser.text_string_to_metric_families(text)}
        wanted = {"Accept": "application/openmetrics-text"}
        _, headers, modern = client.ask("/metrics", headers=wanted)
        require(headers["content-type"].startswith("application/openmetrics-text"), "another type")
        names = {family.name for family in modern_parser.text_string_to_metric_families(modern)}
        require(plain == names and len(names) > 30, f"{plain ^ names}")


def check_documents(report, client):
    """Every documented address answers with the documented shape."""
    openapi = json.loads(OPENAPI.read_text())
    queries = {
        "/api/v1/metrics": "?scope=company,rep&window=day&limit=50",
        "/api/v1/leaderboard": "?metric=calls&scope=rep&window=day",
        "/readyz": "?verbose",
    }
    update = json.loads((OPENAPI.parents[2] / "Formats/Schemas/update.schema.json").read_text())
    for path, entry in openapi["paths"].items():
        if "get" not in entry:
            continue
        content = entry["get"]["responses"]["200"]["content"]
        if "text/event-stream" in content:
            continue
        with report.check(f"http: {path} answers as documented"):
            status, headers, text = client.ask(path + queries.get(path, ""))
            require(status == 200, f"{status}: {text[:300]}")
            kind = headers["content-type"].split(";")[0]
            require(kind in content, f"{kind} is not among {list(content)}")
            require(client.ask(path + queries.get(path, ""), "HEAD")[0] == 200, "HEAD does not work")
            if kind != "application/json":
                continue
            schema = {**content[kind]["schema"], "components": openapi["components"]}
            document = json.loads(text)
            for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(document):
                raise Failure(f"{error.instance_path}: {error.message[:300]}")
            if path == "/api/v1/metrics":
                require(document["count"] == len(document["updates"]) > 0, "no update")
                for one in document["updates"]:
                    jsonschema_rs.Draft202012Validator(update).validate(one)
    with report.check("http: a failure is a document too"):
        fault = {**openapi["components"]["schemas"]["Fault"]}
        for path, status in (("/api/v1/metrics?metric=x", 400), ("/nowhere", 404), ("/livez?x=1", 400)):
            got, _, text = client.ask(path)
            require(got == status, f"{path} answers {got}")
            jsonschema_rs.Draft202012Validator(fault).validate(json.loads(text))
        got, _, text = client.ask("/api/v1/reload", "POST")
        require(got == 403 and "http.token" in text, f"a reload without any token answers {got}: {text}")
        jsonschema_rs.Draft202012Validator(fault).validate(json.loads(text))


def check_numbers(report, client):
    with report.check("http: the numbers are those of the events"):
        [company] = client.json("/api/v1/metrics?metric=calls&scope=company&window=day")["updates"]
        require(company["value"] == GOOD, f"{company['value']} calls")
        board = client.json("/api/v1/leaderboard?metric=calls&scope=rep&window=day&limit=3")
        require(board["total"] == 10, f"{board['total']} reps")
        require([place["rank"] for place in board["places"]] == [1, 1, 1], "equal values share a rank")
        team = client.json("/api/v1/leaderboard?metric=calls&scope=rep&window=day&parent=team-2")
        require(team["total"] == 0, "reps of another team")


def check_commands(report, nadi, client, broker):
    with report.check("nadi tap prints the updates that match, as they are committed"):
        command = [nadi, "tap", "--url", client.url, "--metric", "calls", "--scope", "company"]
        command += ["--window", "day,all", "--count", "2"]
        tap = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        guard = threading.Timer(30, tap.kill)
        guard.start()
        try:
            wait_until(lambda: client.metrics()["nadi_http_streams"] == 1, 10, "no stream was opened")
            feed(broker, range(GOOD, GOOD + 20))
            lines = [json.loads(line) for line in tap.stdout]
            require(tap.wait() == 0, f"it ended with {tap.returncode}")
        finally:
            guard.cancel()
            tap.kill()
            tap.wait()
        require(len(lines) == 2, f"{len(lines)} lines")
        for line in lines:
            cell = (line["metric"], line["scope"], line["window"]["grain"])
            require(cell[:2] == ("calls", "company") and cell[2] in ("day", "all"), f"{cell}")
        total = GOOD + DUPLICATE + len(BAD) + 20
        wait_until(lambda: client.json("/api/v1/state")["books"]["read"] == total, 20, "not all was read")
    with report.check("nadi top shows the daemon and the company's numbers"):
        command = [nadi, "top", "--url", client.url, "--window", "day", "--once"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        require(done.returncode == 0, f"it ended with {done.returncode}: {done.stderr}")
        for text in ("ready", "(balanced)", f"{INPUT}[1]", "calls", "not_json"):
            require(text in done.stdout, f"no {text} in:\n{done.stdout}")
    with report.check("nadi top draws a terminal again and again, and leaves it as it was"):
        check_terminal([nadi, "top", "--url", client.url, "--window", "day", "--interval", "0.2"])
    with report.check("nadi top says when nobody answers"):
        command = [nadi, "top", "--url", "http://127.0.0.1:9", "--once"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        require(done.returncode == 69 and "what to do" in done.stderr, f"{done.returncode}: {done.stderr}")


def check_terminal(command):
    """Runs `nadi top` on a terminal until it has drawn twice, and ends it as Ctrl-C does."""
    process, terminal = pty.fork()
    if process == 0:
        os.execve(command[0], command, os.environ | {"TERM": "xterm", "COLUMNS": "120", "LINES": "50"})
    guard = threading.Timer(30, os.kill, (process, signal.SIGKILL))
    guard.start()
    text, is_told = "", False
    try:
        while chunk := read_terminal(terminal):
            text += chunk
            if not is_told and text.count("nadi top") >= 2:
                is_told = True
                os.write(terminal, b"\x03")
    finally:
        guard.cancel()
        os.close(terminal)
        _, status = os.waitpid(process, 0)
    require(is_told and "calls" in text and "(balanced)" in text, f"it shows {text[-500:]!r}")
    require(os.waitstatus_to_exitcode(status) == 0, f"it ended with {os.waitstatus_to_exitcode(status)}")
    require(text.endswith("\x1b[?25h"), f"the cursor stays hidden: {text[-80:]!r}")


def read_terminal(terminal):
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:
        return ""  # the program has ended


def check_stop(report, daemon, client):
    with report.check("http: the figures are those that it prints at its stop"):
        before = client.metrics()
        daemon.stop()
        last = figures_at_stop(daemon)
        names = {
            "read": "nadi_records_consumed_total", "duplicate": "nadi_records_duplicate_total",
            "late": "nadi_records_late_total", "updates": "nadi_output_records_total",
            "cells": "nadi_state_cells", "rows": "nadi_state_keys",
        }  # fmt: skip
        for name, metric in names.items():
            require(before[metric] == last[name], f"{metric} was {before[metric]}, {name} is {last[name]}")
        outcomes = {}
        for name, value in before.items():
            if found := re.search(r'^nadi_events_total.*outcome="(\w+)"', name):
                outcomes[found[1]] = outcomes.get(found[1], 0) + value
        for name in ("counted", "duplicate", "late", "filtered", "rejected"):
            require(outcomes[name] == last[name], f"{name}: {outcomes[name]} and {last[name]}")
    with report.check("http: the log tells of no person"):
        require("canary" not in daemon.whole_log(), "somebody is in the log")
    with report.check("http: nobody answers after the stop"):
        try:
            client.ask("/livez")
        except (urllib.error.URLError, ConnectionError):
            return
        require(False, "somebody does")


def check_refusal(report, nadi):
    with report.check("nadi run refuses an address that others can reach"):
        with tempfile.TemporaryDirectory() as directory:
            config = write_configuration(directory, brokers="127.0.0.1:9", http="0.0.0.0:0")
            command = [nadi, "run", "--config", config]
            done = subprocess.run(command, capture_output=True, text=True, timeout=30)
            require(done.returncode == 78, f"it ended with {done.returncode}: {done.stderr}")
            require("other machines" in done.stderr, done.stderr)


def main():
    parser = argparse.ArgumentParser(description="What a running daemon answers over HTTP.")
    parser.add_argument("--nadi", required=True, metavar="PATH")
    options = parser.parse_args()
    report = Report()
    check_refusal(report, options.nadi)
    topics = {INPUT: 2, OUTPUT: 4, DEAD: 1, LATE: 1}
    with tempfile.TemporaryDirectory() as directory, Broker(topics) as broker:
        config = write_configuration(directory, brokers=broker.proxied)
        feed(broker, [*range(GOOD), *range(DUPLICATE)], bad=BAD)
        with Daemon(options.nadi, config) as daemon:
            client = Client(find_url(daemon))
            total = GOOD + DUPLICATE + len(BAD)
            wait_until(lambda: client.json("/api/v1/state")["books"]["read"] == total, 40, "not all was read")
            wait_until(lambda: client.json("/api/v1/state")["deadLetters"] == len(BAD), 10, "no commit")
            wait_until(lambda: client.ask("/readyz")[0] == 200, 10, "it is not ready")
            check_figures(report, client, broker)
            check_scrape(report, client)
            check_documents(report, client)
            check_numbers(report, client)
            check_commands(report, options.nadi, client, broker)
            check_stop(report, daemon, client)
    report.exit()


if __name__ == "__main__":
    main()
