#!/usr/bin/env python3
"""Checks what others rely on: schemas, the AsyncAPI document, the commands that print them, dashboards and alerts.

check_contracts.py --nadi PATH
"""

import argparse
import json
import re
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import jsonschema_rs
import yaml

from check_http import check_with_promtool
from check_reload import count
from daemon import DEAD, INPUT, LATE, OUTPUT, Daemon, write_configuration
from report import Report, require, wait_until
from tansu import Broker

PROJECT = Path(__file__).resolve().parents[2]
SCHEMAS = PROJECT / "Sources" / "Formats" / "Schemas"
CONFIGURATIONS = PROJECT / "Tests" / "CatalogueTests"
SECONDS_MAX = 60
SENT_MILLIS = int(time.time() * 1_000) - 3_600_000
BAD = [b"call me back", b'{"id":"1"', b"[1,2]"]


class Loader(yaml.SafeLoader):
    """YAML as editors read it for a schema: dates stay texts, and keys such as null and on are words."""

    def construct_mapping(self, node, deep=False):
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def say(nadi, *arguments, code=0):
    done = subprocess.run([nadi, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    require(done.returncode == code, f"nadi {arguments} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def check_configuration_schema(nadi):
    schema = json.loads(say(nadi, "config", "schema"))
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.Draft202012Validator(schema)

    def faults(text):
        return [f"{error.instance_path}: {error.message[:200]}" for error in validator.iter_errors(yaml.load(text, Loader))]

    good = sorted((CONFIGURATIONS / "good").glob("*.yml"))
    require(len(good) >= 4, "the good configurations are gone")
    for path in good:
        require(not faults(path.read_text()), f"{path.name}: {faults(path.read_text())[:2]}")
    sample = say(nadi, "config")
    require(not faults(sample), f"the sample: {faults(sample)}")
    # What a schema can see of the configurations that the program refuses: keys, types, words.
    for name in ("settings", "measures", "metrics", "windows", "entities", "mappings", "policies", "missing"):
        require(faults((CONFIGURATIONS / "bad" / f"{name}.yml").read_text()), f"bad/{name}.yml passes")
    commented = re.sub(r"(?m)^(\s*)# ((?:tls|sasl|retail|zones|roster|retention): )", r"\1\2", sample)
    require(commented != sample, "the sample has no commented settings")
    require(not faults(commented), f"the sample with its comments: {faults(commented)}")


def check_first_line(nadi):
    """The schema that the sample's first line names is the one that the command beside it writes."""
    lines = say(nadi, "config", "sample").splitlines()
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", lines[0])
    require(found is not None, f"the first line is {lines[0]}")
    require(found[1] == "configuration.schema.json" and "nadi config schema" in lines[1], lines[1])


def check_asyncapi():
    document = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text())
    require(document["asyncapi"].startswith("3."), "it is no AsyncAPI 3 document")
    references = []

    def visit(node):
        if isinstance(node, dict):
            if "$ref" in node:
                references.append(node["$ref"])
            for value in node.values():
                visit(value)
        elif isinstance(node, list):
            for value in node:
                visit(value)

    visit(document)
    require(len(references) > 10, "the document refers to next to nothing")
    for reference in references:
        if not reference.startswith("#/"):
            require((SCHEMAS / reference).is_file(), f"{reference} is no file")
            continue
        node = document
        for part in reference[2:].split("/"):
            require(part in node, f"{reference} leads nowhere")
            node = node[part]
    for channel in document["channels"].values():
        require(channel["messages"], "a channel without messages")
    jsonschema_rs.meta.validate(document["components"]["schemas"]["deadLetterHeaders"])


def check_graph(nadi):
    config = CONFIGURATIONS / "good" / "everything.yml"
    dot = say(nadi, "graph", "--config", config)
    nodes = set(re.findall(r"^  (\w+) \[", dot, re.M)) - {"node"}
    edges = re.findall(r"^  (\w+) -> (\w+);", dot, re.M)
    require(len(nodes) > 60 and len(edges) > len(nodes), f"{len(nodes)} nodes, {len(edges)} edges")
    require({end for edge in edges for end in edge} == nodes, "an edge without a node, or a node without edges")
    mermaid = say(nadi, "graph", "--config", config, "--format", "mermaid")
    require(len(re.findall(r"^  \w+ --> \w+$", mermaid, re.M)) == len(edges), "the two drawings differ")
    require('"escalations_per_call\\nratio"' in dot and '"win_rate\\n' in dot, "metrics are missing")


def check_exit_codes():
    """The manual page and the documentation tell of every code that the program ends with, and of no other."""
    source = (PROJECT / "Sources/Service/Run/ServiceFault.swift").read_text()
    known = {0} | {int(code) for code in re.findall(r"case \w+ = (\d+)", source)}
    manual = (PROJECT / "deploy/packaging/nadi.1.in").read_text()
    section = manual[manual.index(".SH EXIT STATUS") : manual.index(".SH ENVIRONMENT")]
    told = {int(code) for line in re.findall(r"^\.B ([\d, ]+)$", section, re.M) for code in line.split(",")}
    require(told == known, f"the manual page has {sorted(told)}, not {sorted(known)}")
    document = (PROJECT / "Sources/Service/Documentation.docc/Operations.md").read_text()
    rows = re.findall(r"^\| ([\d, ]+) \|", document[document.index("## Exit codes") :], re.M)
    told = {int(code) for row in rows for code in row.split(",")}
    require(told == known, f"Operations.md has {sorted(told)}, not {sorted(known)}")


def scraped_names(url):
    with urllib.request.urlopen(url + "/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return set(re.findall(r"^# TYPE (\S+)", text, re.M))


def named_in(expression):
    """The names of series in an expression, without those of recording rules and of Prometheus itself."""
    found = set(re.findall(r"\b(?:nadi|process)_[a-z_]+\b", re.sub(r"nadi:\w+", "", expression)))
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in found}


def check_observability(names):
    dashboard = json.loads((PROJECT / "deploy/grafana/nadi.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = yaml.safe_load((PROJECT / "deploy/prometheus/alerts.yaml").read_text())
    alerts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    used = set().union(*map(named_in, expressions + alerts))
    require(len(used) > 20, f"only {len(used)} metrics are used")
    # A counter's family may be announced without its ending.
    known = names | {name + "_total" for name in names}
    require(used <= known, f"not served: {sorted(used - known)}")
    identifiers = [panel["id"] for panel in dashboard["panels"]]
    require(len(set(identifiers)) == len(identifiers), "two panels have one id")


def check_alerts(tool):
    rules = yaml.safe_load((PROJECT / "deploy/prometheus/alerts.yaml").read_text())
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule}
    tested = set(re.findall(r'alertname="(\w+)"', (PROJECT / "Tests/prometheus/alerts.test.yaml").read_text()))
    require(alerts == tested, f"tested are {sorted(tested)} of {sorted(alerts)}")
    for arguments in (
        ["check", "rules", "deploy/prometheus/alerts.yaml"],
        ["test", "rules", "Tests/prometheus/alerts.test.yaml"],
    ):
        done = subprocess.run([tool, *arguments], cwd=PROJECT, capture_output=True, text=True)
        require(done.returncode == 0, done.stdout + done.stderr)


def check_manifests():
    documents = list(yaml.safe_load_all((PROJECT / "deploy/kubernetes/nadi.yaml").read_text()))
    kinds = [document["kind"] for document in documents]
    require(kinds == ["ConfigMap", "Service", "StatefulSet"], f"{kinds}")
    pod = documents[2]["spec"]["template"]["spec"]
    mounts = {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    volumes = {volume["name"] for volume in pod["volumes"]}
    volumes |= {claim["metadata"]["name"] for claim in documents[2]["spec"]["volumeClaimTemplates"]}
    require(mounts == volumes, f"{mounts} are mounted of {volumes}")
    compose = yaml.safe_load((PROJECT / "deploy/compose.yaml").read_text())
    require(set(compose["services"]) == {"kafka", "topics", "nadi"}, "the services are others")
    return [
        documents[0]["data"]["nadi.yaml"],
        compose["configs"]["nadi"]["content"],
    ]


def check_letters(nadi, broker, daemon, config):
    from confluent_kafka import Consumer, Producer, TopicPartition

    producer = Producer({"bootstrap.servers": broker.proxied, "log_level": 0})
    for number, value in enumerate(BAD):
        # Partitions that the key would not choose, and another time than now.
        producer.produce(
            INPUT, value, f"key-{number}", number % 2, timestamp=SENT_MILLIS + number,
            headers=[("trace", b"t%d" % number)],
        )
    require(producer.flush(30) == 0, "producing failed")

    def letters(*options):
        return [json.loads(line) for line in say(nadi, "dlq", "ls", "--config", config, *options).splitlines()]

    wait_until(lambda: len(letters()) == len(BAD), SECONDS_MAX, f"no dead letters:\n{daemon.said()}")
    found = letters("--payload")
    require({letter["value"].encode() for letter in found} == set(BAD), f"{found}")
    require(all(letter["sourceTopic"] == INPUT and letter["message"] for letter in found), f"{found}")
    require("value" not in letters()[0], "the payload is shown unasked")
    reason = found[0]["reason"]
    chosen = [letter for letter in found if letter["reason"] == reason]
    require(len(letters("--reason", reason)) == len(chosen) < len(BAD), "the filter by reason does not work")
    require(len(letters("--limit", 1)) == 1, "the limit does not work")
    said = say(nadi, "dlq", "replay", "--config", config, "--reason", reason)
    require(said.startswith(f"{len(chosen)} dead letters would be"), said)
    require(len(letters()) == len(BAD), "a rehearsal produced something")
    said = say(nadi, "dlq", "replay", "--config", config, "--reason", reason, "--execute")
    require(said.startswith(f"{len(chosen)} dead letters were"), said)
    total = len(BAD) + len(chosen)
    wait_until(lambda: len(letters()) == total, SECONDS_MAX, "the replayed ones did not come back")
    reader = Consumer({"bootstrap.servers": broker.proxied, "group.id": "x", "log_level": 0})
    reader.assign([TopicPartition(INPUT, partition, 0) for partition in range(2)])
    records = []
    wait_until(
        lambda: records.extend(reader.consume(100, 0.2)) or len(records) >= total, SECONDS_MAX, "input is gone"
    )
    reader.close()
    for letter in chosen:
        same = [record for record in records if record.value() == letter["value"].encode()]
        require(len(same) == 2, f"{letter} is there {len(same)} times")
        require(same[0].key() == same[1].key(), "the key changed")
        require(same[0].headers() == same[1].headers(), f"{same[1].headers()} were {same[0].headers()}")
        require(same[0].partition() == same[1].partition(), "it went to another partition")
        require(same[0].timestamp() == same[1].timestamp(), "the timestamp changed")


def check_cut_letter(nadi, broker, config):
    """A letter that has no room for its whole record is not sent again."""
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": broker.proxied, "log_level": 0, "message.max.bytes": 2_000_000})
    producer.produce(INPUT, b'{"x":"' + b"a" * 950_000 + b'"}', "long")
    require(producer.flush(30) == 0, "producing failed")
    listed = ("dlq", "ls", "--config", config, "--reason", "no_mapping")
    wait_until(lambda: '"cutBytes":5' in say(nadi, *listed), SECONDS_MAX, "there is no letter that was cut")
    said = say(nadi, "dlq", "replay", "--config", config, "--reason", "no_mapping", "--execute")
    require(said.startswith("0 dead letters were produced again; 1 are left out"), said)


def check_plan_of_state(nadi, directory, config):
    state = Path(directory, "state")
    wait_until(lambda: list(state.glob("snapshot-*.nadi")), SECONDS_MAX, "no snapshot came")
    text = say(nadi, "plan", "--config", config, "--state", state)
    require("0 added, 0 changed, 0 removed" in text and "0 counters are for nothing" in text, text[-500:])
    group = next(line.split()[-1] for line in config.read_text().splitlines() if "group:" in line)
    other = Path(directory, "other.yaml")
    other.write_text(config.read_text().replace(f"group: {group}", "group: another", 1))
    text = say(nadi, "plan", "--config", other, "--state", state, code=65)
    require(f"would be passed over: it is of group {group}" in text, text)
    fewer = Path(directory, "fewer.yaml")
    fewer.write_text(config.read_text() + "  built_in: [calls]\n  metrics: { calls_again: { formula: calls } }\n")
    text = say(nadi, "plan", "--config", fewer, "--state", state)
    require("metrics: 0 added" in text and not text.endswith("\n0 counters"), text[-500:])
    text = say(nadi, "plan", "--config", fewer, "--against", config)
    require("+ calls_again: goes on from the state there is" in text, text[:500])
    require("- win_rate: is published no longer" in text and "takes it at SIGHUP" in text, text[-500:])
    same = say(nadi, "plan", "--config", config, "--state", state)
    require(say(nadi, "plan", "--config", config) == same, "without options it is another plan")
    say(nadi, "plan", "--config", fewer, "--against", config, "--state", state, code=64)


def check_running(nadi, report):
    with (
        tempfile.TemporaryDirectory() as directory,
        Broker({INPUT: 2, OUTPUT: 2, DEAD: 1, LATE: 1}) as broker,
    ):
        config = write_configuration(directory, brokers=broker.proxied)
        with Daemon(nadi, config) as daemon:
            wait_until(
                lambda: count(daemon, "leading: all partitions are read"), SECONDS_MAX, "no assignment came"
            )
            url = re.search(r"http://127\.0\.0\.1:[1-9][0-9]*", daemon.said())[0]
            with report.check("dashboard and alerts name only metrics that are served"):
                check_observability(scraped_names(url))
            with report.check("nadi probe says live and ready"):
                say(nadi, "probe", "live", "--url", url)
                wait_until(
                    lambda: subprocess.run([nadi, "probe", "ready", "--url", url], capture_output=True).returncode
                    == 0,
                    SECONDS_MAX,
                    "it is never ready",
                )
            with report.check("dead letters are listed, and produced again as they were"):
                check_letters(nadi, broker, daemon, config)
                check_cut_letter(nadi, broker, config)
            with report.check("nadi plan compares a configuration with a state and with another one"):
                check_plan_of_state(nadi, directory, config)
            daemon.stop()
            with report.check("nadi probe says when nobody is there"):
                say(nadi, "probe", "live", "--url", url, code=69)


def main():
    parser = argparse.ArgumentParser(description="Schemas, documents, dashboards, alerts.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    options = parser.parse_args()
    nadi = options.nadi.resolve()
    report = Report()
    with report.check("the schema of the configuration takes what the program takes"):
        check_configuration_schema(nadi)
    with report.check("the first line of the sample names its schema"):
        check_first_line(nadi)
    with report.check("the AsyncAPI document is whole"):
        check_asyncapi()
    with report.check("every exit code is documented"):
        check_exit_codes()
    with report.check("nadi graph draws everything, the same in both languages"):
        check_graph(nadi)
    with report.check("manifests are whole, and the configurations in them good"):
        with tempfile.TemporaryDirectory() as directory:
            for text in check_manifests():
                path = Path(directory, "nadi.yaml")
                path.write_text(text)
                say(nadi, "validate", "--config", path)
    check_with_promtool(report, "promtool: alerts fire when they should, and not before", check_alerts)
    check_running(nadi, report)
    report.exit()


if __name__ == "__main__":
    main()
