#!/usr/bin/env python3
"""A TCP proxy for Kafka on loopback that lets old clients in and injects faults.

It knows of Kafka's protocol only the frame length, the request header's API key, version and correlation id,
and answers one request itself: ApiVersions of version 3 or more gets UNSUPPORTED_VERSION with `[18: 0..2]`,
so that librdkafka before 2.2.0 falls back to a version whose tagged fields it can skip. Every other byte is
passed on as it is. The broker must advertise the proxy's address.

    proxy.py --upstream HOST:PORT [--listen PORT] [--control PORT]

Commands are JSON objects, one a line, on standard input and on the control port; each gets one JSON
line back.

    {"fault": "delay", "milliseconds": 50, "api": 26?}     every frame (or only responses to this API) waits
    {"fault": "throttle", "bytesPerSecond": 100000}        per connection and direction
    {"fault": "reset"}                                     RST on all connections, once
    {"fault": "refuse"}                                    the port is closed; open connections stay
    {"fault": "blackhole"}                                 connections are accepted and all bytes swallowed
    {"fault": "stall"}                                     bytes are held back, in order, until healed
    {"fault": "half_open"}                                 present connections: the broker goes unnoticed
    {"fault": "drop_response", "api": 26, "count": 1, "then": "reset" | "silence"}  the broker has applied it
    {"fault": "drop_request", "api": 26, "count": 1, "then": "reset" | "silence"}   the broker never sees it
    {"fault": "none"}                                      heal: all of the above end
    {"command": "status"}                                  counters

Healing a black hole also resets the connections that lost bytes to it: they could never recover.
"""

import argparse
import collections
import json
import socket
import sys
import threading

from links import Faults, Link

OPEN_CONNECTIONS_MAX = 1024


class Proxy:
    """Listens on 127.0.0.1 and carries out commands; `with Proxy(...) as proxy` starts and stops it."""

    def __init__(self, upstream, port=0):
        self.upstream = upstream
        self.faults = Faults()
        self.requests = collections.Counter()
        self.dropped = 0
        self.accepted = 0
        self.links = set()
        self.lock = threading.Lock()
        self.listener = None
        self.stopped = False
        self.listen(port)
        self.port = self.listener.getsockname()[1]

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def listen(self, port):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        self.listener = listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                listener.close()
                return  # the port was closed on purpose
            with self.lock:
                full = len(self.links) >= OPEN_CONNECTIONS_MAX
                if self.stopped or full:
                    client.close()
                    continue
                self.accepted += 1
                link = Link(self, client)
                self.links.add(link)
            link.start()

    def unlisten(self):
        if self.listener is not None:
            try:
                self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept(), which then closes it
            except OSError:
                pass  # already closed
            self.listener = None

    def forget(self, link):
        with self.lock:
            self.links.discard(link)

    def open_links(self):
        with self.lock:
            return list(self.links)

    def close(self):
        self.stopped = True
        self.unlisten()
        self.heal()
        for link in self.open_links():
            link.half_open = False
            link.end()

    def heal(self):
        faults = self.faults
        faults.delay_seconds, faults.delay_api, faults.bytes_per_second = 0.0, None, 0
        faults.blackhole = faults.stall = False
        with faults.lock:
            faults.drops = []
        faults.healed.set()
        for link in self.open_links():
            if link.lost_bytes or link.half_open:
                link.end(reset=True)
        if self.listener is None and not self.stopped:
            self.listen(self.port)

    def status(self):
        return {
            "open": len(self.open_links()),
            "accepted": self.accepted,
            "dropped": self.dropped,
            "armed": sum(drop["left"] for drop in self.faults.drops),
            "requests": {str(api): count for api, count in sorted(self.requests.items())},
        }

    def command(self, order):
        """Carries out one command; returns the answer, in which "ok" says whether it was understood."""
        try:
            self.inject(order)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}
        return {"ok": True, **self.status()}

    def inject(self, order):
        faults = self.faults
        if order.get("command") == "status":
            return
        fault = order["fault"]
        if fault == "none":
            self.heal()
        elif fault == "delay":
            api = order.get("api")
            faults.delay_api = None if api is None else int(api)
            faults.delay_seconds = float(order["milliseconds"]) / 1000
        elif fault == "throttle":
            faults.bytes_per_second = int(order["bytesPerSecond"])
        elif fault == "reset":
            for link in self.open_links():
                link.end(reset=True)
        elif fault == "refuse":
            self.unlisten()
        elif fault == "blackhole":
            faults.blackhole = True
        elif fault == "stall":
            faults.healed.clear()
            faults.stall = True
        elif fault == "half_open":
            for link in self.open_links():
                link.cut_broker()
        elif fault in ("drop_response", "drop_request"):
            then = order.get("then", "reset")
            if then not in ("reset", "silence"):
                raise ValueError("then must be reset or silence")
            drop = {
                "kind": fault,
                "api": int(order["api"]),
                "left": int(order.get("count", 1)),
                "then": then,
            }
            with faults.lock:
                faults.drops = faults.drops + [drop]
        else:
            raise ValueError(f"unknown fault {fault!r}")


def answer(proxy, line):
    """One command line in, one answer line out."""
    try:
        order = json.loads(line)
    except ValueError as error:
        return json.dumps({"ok": False, "error": f"not JSON: {error}"})
    return json.dumps(proxy.command(order))


def serve_control(proxy, port):
    """Answers commands on a port of loopback; returns the port."""
    listener = socket.create_server(("127.0.0.1", port))

    def talk(connection):
        with connection, connection.makefile("rw") as lines:
            for line in lines:
                lines.write(answer(proxy, line) + "\n")
                lines.flush()

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(description="A Kafka proxy with faults; see the head of this file.")
    parser.add_argument("--upstream", required=True, metavar="HOST:PORT")
    parser.add_argument("--listen", type=int, default=0, metavar="PORT")
    parser.add_argument("--control", type=int, default=0, metavar="PORT")
    options = parser.parse_args()
    host, port = options.upstream.rsplit(":", 1)
    with Proxy((host, int(port)), options.listen) as proxy:
        control = serve_control(proxy, options.control)
        print(json.dumps({"proxied": proxy.address, "control": f"127.0.0.1:{control}"}), flush=True)
        for line in sys.stdin:
            print(answer(proxy, line), flush=True)


if __name__ == "__main__":
    main()
