#!/usr/bin/env python3
"""Checks the fault proxy itself, with raw requests and with an independent Kafka client."""

import json
import os
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition

from report import Report, require, wait_until
from tansu import Broker, exchange

PRODUCE, FETCH, METADATA, API_VERSIONS = 0, 1, 3, 18
TOPIC = "proxy"


def producer(broker, **more):
    return Producer(
        {
            "bootstrap.servers": broker.proxied,
            "linger.ms": 0,
            "socket.timeout.ms": 2000,
            "message.timeout.ms": 20000,
            "reconnect.backoff.max.ms": 200,
            "log_level": 0,
            **more,
        }
    )


def send(client, value, partition=0):
    """Produces one message and returns the seconds until it was acknowledged; raises if it was not."""
    failures = []
    begun = time.monotonic()
    client.produce(
        TOPIC, value, partition=partition, on_delivery=lambda error, _: error and failures.append(error)
    )
    left = client.flush(25)
    require(not left and not failures, f"not delivered: {left} left, {failures[:1]}")
    return time.monotonic() - begun


def values(broker, partition, until):
    """Reads one partition from the start until the value `until` comes."""
    reader = Consumer({"bootstrap.servers": broker.proxied, "group.id": "values", "log_level": 0})
    reader.assign([TopicPartition(TOPIC, partition, 0)])
    found = []
    try:
        limit = time.monotonic() + 15
        while time.monotonic() < limit:
            message = reader.poll(0.2)
            if message is not None and not message.error():
                found.append(message.value())
                if found[-1] == until:
                    return found
    finally:
        reader.close()
    require(False, f"{until} did not come; {len(found)} others did")


def check_protocol(report, broker):
    port = broker.proxy.port
    with report.check("proxy answers ApiVersions 3 with error 35 and [18: 0..2]"):
        got = exchange(port, API_VERSIONS, 3, b"\0")
        require(got == struct.pack(">hihhh", 35, 1, 18, 0, 2), f"it answered {got.hex()}")
    with report.check("proxy passes ApiVersions 2 on"):
        got = exchange(port, API_VERSIONS, 2, b"")
        require(got == exchange(broker.port, API_VERSIONS, 2, b""), "the answer is not the broker's")
    with report.check("proxy ends a connection that is not Kafka's"):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
            require(ended(stranger), "the connection stayed open")


def ended(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def check_transparency(report, broker):
    with report.check("proxy passes large and small batches unchanged"):
        client = producer(broker, **{"linger.ms": 20, "batch.size": 900000})
        sent = [os.urandom(size) for size in (1, 10, 200, 70_000, 400_000, 899_000) * 6] + [b"last"]
        for value in sent:
            client.produce(TOPIC, value, partition=1)
        require(client.flush(20) == 0, "messages were left")
        require(values(broker, 1, b"last") == sent, "what came out is not what went in")


def check_faults(report, broker):
    proxy, client = broker.proxy, producer(broker)
    inject = proxy.command
    send(client, b"warm")
    with report.check("delay holds every frame back, heal ends it"):
        inject({"fault": "delay", "milliseconds": 150})
        require(send(client, b"delayed") >= 0.3, "there and back took less than twice the delay")
        inject({"fault": "none"})
        require(send(client, b"prompt") < 0.3, "the delay went on")
    with report.check("delay of one API leaves the others alone"):
        inject({"fault": "delay", "milliseconds": 400, "api": METADATA})
        require(send(client, b"other") < 0.3, "a produce request was delayed")
        begun = time.monotonic()
        client.list_topics(TOPIC, timeout=5)
        require(time.monotonic() - begun >= 0.4, "a metadata request was not delayed")
        inject({"fault": "none"})
    with report.check("throttle limits bytes per second"):
        inject({"fault": "throttle", "bytesPerSecond": 200_000})
        require(send(client, os.urandom(100_000)) >= 0.4, "100 kB took less than 0.4 s at 200 kB/s")
        inject({"fault": "none"})
    with report.check("reset closes with RST and the client recovers"):
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as victim:
            wait_until(lambda: proxy.status()["open"] >= 2, 5, "the connection did not arrive")
            inject({"fault": "reset"})
            try:
                require(victim.recv(1) == b"x", "it was closed with FIN")
            except ConnectionResetError:
                pass  # as it should be
        send(client, b"after reset")
    with report.check("refuse closes the port and heal opens it again"):
        inject({"fault": "refuse"})
        wait_until(lambda: refused(proxy.port), 5, "the port still accepts")
        inject({"fault": "none"})
        send(client, b"after refuse")
    for fault in ("blackhole", "half_open"):
        with report.check(f"{fault} swallows, and the client recovers after it"):
            inject({"fault": fault})
            begun = time.monotonic()
            client.produce(TOPIC, fault.encode(), partition=0)
            require(client.flush(0.5) == 1, "the message was acknowledged")
            inject({"fault": "none"})
            require(client.flush(20) == 0, "the message was never delivered")
            require(time.monotonic() - begun < 15, "recovery took over 15 s")
    with report.check("stall holds bytes back and heals without a loss"):
        before = proxy.status()["accepted"]
        inject({"fault": "stall"})
        client.produce(TOPIC, b"stalled", partition=0)
        require(client.flush(0.5) == 1, "the message was acknowledged")
        inject({"fault": "none"})
        require(client.flush(5) == 0, "the message was never delivered")
        require(proxy.status()["accepted"] == before, "a new connection was needed")
    client.flush(5)


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return False
    except ConnectionRefusedError:
        return True


def check_drops(report, broker):
    proxy = broker.proxy
    for partition, (fault, then, copies) in enumerate(
        [("drop_response", "reset", 2), ("drop_response", "silence", 2), ("drop_request", "reset", 1)]
    ):
        partition += 2
        with report.check(f"{fault} then {then}: the broker has {copies} after one retry"):
            # Not idempotent, so that a retry of an applied request shows as a second copy.
            client = producer(
                broker, **{"retries": 5, "enable.idempotence": False, "request.timeout.ms": 2000}
            )
            send(client, b"first", partition)
            before = proxy.status()["dropped"]
            proxy.command({"fault": fault, "api": PRODUCE, "count": 1, "then": then})
            send(client, b"twice", partition)
            state = proxy.status()
            require(state["dropped"] == before + 1 and state["armed"] == 0, f"drops: {state}")
            send(client, b"end", partition)
            found = values(broker, partition, b"end")
            require(found.count(b"twice") == copies, f"there are {found.count(b'twice')}")
    with report.check("an unknown command is refused with a reason"):
        require("unknown fault" in proxy.command({"fault": "gremlin"})["error"], "it was taken")


def check_serve(report):
    with report.check("tansu.py serve prints addresses, takes orders and ends with standard input"):
        script = Path(__file__).with_name("tansu.py")
        child = subprocess.Popen(
            [sys.executable, script, "serve", "--topic", "a:2"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            ports = json.loads(child.stdout.readline())
            child.stdin.write('{"topic": "b", "partitions": 3}\n{"command": "status"}\nnonsense\n')
            child.stdin.flush()
            replies = [json.loads(child.stdout.readline()) for _ in range(3)]
            require([reply["ok"] for reply in replies] == [True, True, False], f"it replied {replies}")
            child.stdin.close()
            require(child.wait(10) == 0, "it did not end well")
            require(not Path(f"/proc/{ports['pid']}").exists(), "the broker outlived it")
        finally:
            child.kill()
            child.wait()


def main():
    report = Report()
    with Broker({TOPIC: 6}) as broker:
        check_protocol(report, broker)
        check_transparency(report, broker)
        check_faults(report, broker)
        check_drops(report, broker)
    check_serve(report)
    report.exit()


if __name__ == "__main__":
    main()
