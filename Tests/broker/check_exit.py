#!/usr/bin/env python3
"""Ends the daemon in the ways that its exit codes tell apart, and reads what it says about each.

    check_exit.py --nadi PATH

77 is provoked by check_security.py. The checks of a full and of a read-only file system need the right to mount one,
and say so where it is missing.
"""

import argparse
import json
import os
import resource
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from check_http import Client, call, find_url
from daemon import DEAD, INPUT, LATE, OUTPUT, Daemon, write_configuration
from report import Report, require, wait_until
from tansu import Broker

TOPICS = {INPUT: 2, OUTPUT: 2, DEAD: 1, LATE: 1}
SECONDS_MAX = 60
# Kubernetes kills what takes longer, and systemd after two minutes.
STOP_SECONDS_MAX = 60
NOWHERE = "127.0.0.1:9"


def produce(broker, numbers, values=(), **settings):
    """Produces calls, and other values as they are; settings of the client have underscores in their names."""
    from confluent_kafka import Producer

    more = {name if name == "oauth_cb" else name.replace("_", "."): value for name, value in settings.items()}
    client = Producer({"bootstrap.servers": broker.proxied, "log_level": 0, **more})
    for number in numbers:
        rep = f"rep-{number % 3}"
        client.produce(INPUT, json.dumps(call(number, rep)), key=rep, partition=number % 2)
    for value in values:
        client.produce(INPUT, value, partition=0)
    require(client.flush(20) == 0, "the input was not delivered")


def wait_for(daemon, count, has_updates=True):
    """Waits until so many events are read, and what they changed is committed if it has to be."""
    client = Client(find_url(daemon))

    def is_done():
        daemon.check_alive()
        state = client.json("/api/v1/state")
        is_published = state["updates"] > 0 or not has_updates
        return state["books"]["read"] == count and is_published and state["isReady"]

    wait_until(is_done, SECONDS_MAX, f"{count} events were not read")


def code_of(daemon, seconds=SECONDS_MAX):
    try:
        return daemon.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def expect(daemon, code, words, seconds=SECONDS_MAX):
    """The daemon must end by itself with the code, these words and a remedy."""
    found = code_of(daemon, seconds)
    said = daemon.said()
    require(found == code, f"it ended with {found}, not {code}:\n{said[-1500:]}")
    require(words in said and "what to do" in said, f"it does not say {words!r}:\n{said[-1500:]}")


def expect_command(command, code, words, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX, **options)
    require(done.returncode == code, f"{command[1:]} ended with {done.returncode}, not {code}: {done.stderr}")
    require(words in done.stderr, f"it does not say {words!r}: {done.stderr}")


# Checks


def check_commands(report, nadi):
    with report.check("64: wrong options"):
        expect_command([nadi, "run"], 64, "--config")
        expect_command([nadi, "run", "--config", "x", "--log-format", "xml"], 64, "log-format")
        expect_command([nadi, "replay", "-", "--partitions", "1025"], 64, "1 to 1024")
        expect_command([nadi, "replay", "-", "--now", "1969-12-31T23:59:59Z"], 64, "1970 to 2200")
    with report.check("78: a configuration that is wrong or not there"):
        with tempfile.TemporaryDirectory() as place:
            config = write_configuration(place)
            config.write_text(config.read_text() + "nonsense: 1\n")
            expect_command([nadi, "run", "--config", config], 78, "nonsense")
            expect_command([nadi, "run", "--config", f"{place}/nothing"], 78, "nothing")
            good = write_configuration(place)
            against = [nadi, "plan", "--config", good, "--against", f"{place}/nothing"]
            expect_command(against, 78, "name a readable file with --against")
            expect_command([nadi, "validate", "--config", "/dev/null"], 78, "/dev/null is empty")
    with report.check("a configuration is read from a pipe"), tempfile.TemporaryDirectory() as place:
        text = write_configuration(place).read_text()
        expect_command([nadi, "validate", "--config", "/dev/stdin"], 0, "", input=text)
    with report.check("78: validate says what librdkafka would refuse, and asks no broker"):
        with tempfile.TemporaryDirectory() as place:
            config = Path(place, "nadi.yaml")
            for properties in ("foo.bar: 1", "session.timeout.ms: abc", "acks: 1"):
                kafka = f'kafka: {{ brokers: "{NOWHERE}", properties: {{ {properties} }} }}'
                config.write_text(kafka + "\ninput: { topics: [a] }\n")
                expect_command([nadi, "validate", "--config", config], 78, properties.split(":")[0])
    with report.check("74: input that cannot be read"):
        expect_command([nadi, "replay", "/nowhere/events.ndjson"], 74, "cannot read the events")
    # Reading at its beginning, where nothing is mapped, fails with EIO.
    with report.check("74: a file that fails with an input/output error"):
        expect_command([nadi, "replay", "/proc/self/mem"], 74, "Input/output error")
    with report.check("70: what nobody foresaw, here no memory for the longest record that is allowed"):
        with tempfile.TemporaryDirectory() as place:
            more = "limits: { record_bytes: 1000000000 }\n"
            config = write_configuration(place, more=more)
            events = Path(place, "events.ndjson")
            events.write_text("{}\n")
            bound = 1 << 30
            expect_command(
                [nadi, "replay", events, "--config", config],
                70,
                "beyond what fits",
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (bound, bound)),
            )


def check_input(report, nadi):
    with report.check("65: the topic was made anew and the group knows nothing of it"):
        with tempfile.TemporaryDirectory() as place, Broker(TOPICS) as broker:
            config = write_configuration(place, brokers=broker.proxied)
            produce(broker, range(100))
            with Daemon(nadi, config) as daemon:
                wait_for(daemon, 100)
                daemon.stop()
            delete_topic(broker)
            broker.topic(INPUT, 2)
            produce(broker, range(10))
            with Daemon(nadi, config) as daemon:
                expect(daemon, 65, "the topic was created anew")
    with report.check("65: the topic ends before what the group committed"):
        with tempfile.TemporaryDirectory() as place, Broker(TOPICS) as broker:
            config = write_configuration(place, brokers=broker.proxied)
            produce(broker, range(10))
            commit(broker, 500)
            with Daemon(nadi, config) as daemon:
                expect(daemon, 65, "ends at offset 5, but group nadi-test committed 500")


def delete_topic(broker):
    from confluent_kafka.admin import AdminClient

    client = AdminClient({"bootstrap.servers": broker.proxied})
    for outcome in client.delete_topics([INPUT]).values():
        outcome.result(20)


def commit(broker, offset):
    """Commits an offset for the daemon's group, as a member of it that leaves again."""
    from confluent_kafka import Consumer, TopicPartition

    settings = {"group.id": "nadi-test", "session.timeout.ms": 6000, "log_level": 0}
    client = Consumer({"bootstrap.servers": broker.proxied, **settings})
    try:
        client.subscribe([INPUT])

        def is_assigned():
            client.poll(0.2)
            return len(client.assignment()) == 2

        wait_until(is_assigned, SECONDS_MAX, "the group assigned nothing")
        offsets = [TopicPartition(INPUT, partition, offset) for partition in range(2)]
        client.commit(offsets=offsets, asynchronous=False)
    finally:
        client.close()


def check_streams(report, nadi):
    """Standard output and standard error that are full, closed, or a pipe whose reader has gone."""
    with tempfile.TemporaryDirectory() as place:
        config = write_configuration(place)
        events = Path(place, "events.ndjson")
        events.write_text("".join(json.dumps(call(number, "rep-1")) + "\n" for number in range(50)))
        for words in (
            ["replay", events],
            ["config"],
            ["config", "show", "--config", config],
            ["config", "schema"],
            ["validate", "--config", config],
            ["graph", "--config", config],
            ["windows"],
            ["plan", "--config", config, "--against", config],
            ["snapshot", "verify", "/nowhere"],
            ["version"],
            ["--version"],
            ["help"],
            ["--generate-completion-script", "bash"],
            ["demo", "--seconds", "60"],
        ):
            name = " ".join(str(word) for word in words[:2])
            with report.check(f"74 or 141: {name} cannot print"):
                for target in (full, closed):
                    done = run_onto(target, 1, [nadi, *words])
                    said = done.stderr
                    require(done.returncode == 74, f"it ended with {done.returncode}, not 74: {said}")
                    require(said.count("cannot write to standard output: ") == 1, f"it says {said!r}")
                done = run_onto(deserted, 1, [nadi, *words])
                require(done.returncode == 141, f"it ended with {done.returncode}, not 141: {done.stderr}")
                require("standard output" not in done.stderr, f"it says {done.stderr!r}")
    for target in (full, closed, deserted):
        with report.check(f"a log that is {target.__name__} ends nothing"), Broker(TOPICS) as broker:
            check_lost_log(nadi, broker, target)
    with report.check("78: told by the code alone where nothing can be said"):
        for target in (full, closed, deserted):
            done = run_onto(target, 2, [nadi, "run", "--config", "/nowhere"])
            require(done.returncode == 78, f"it ended with {done.returncode}, not 78")


def full():
    return os.open("/dev/full", os.O_WRONLY)


def closed():
    return None


def deserted():
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def started(target, stream, command):
    """A process whose standard output (1) or standard error (2) is what `target` opens, the other one a pipe."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    opened = target()
    if opened is None:
        command = ["sh", "-c", f'exec "$@" {stream}>&-', "sh", *command]
    else:
        pipes["stdout" if stream == 1 else "stderr"] = opened
    try:
        return subprocess.Popen(command, text=True, **pipes)
    finally:
        if opened is not None:
            os.close(opened)


def run_onto(target, stream, command):
    process = started(target, stream, command)
    try:
        output, said = process.communicate(timeout=SECONDS_MAX)
        return subprocess.CompletedProcess(command, process.returncode, output, said)
    finally:
        process.kill()


def check_lost_log(nadi, broker, target):
    """The daemon must read, publish and end with 0 while its log goes nowhere, and count the lines."""
    with tempfile.TemporaryDirectory() as place, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        free.close()
        produce(broker, range(100))
        config = write_configuration(place, brokers=broker.proxied, http=address)
        client = Client(f"http://{address}")
        process = started(target, 2, [nadi, "run", "--config", config, "--log-level", "debug"])
        try:

            def is_done():
                require(process.poll() is None, f"it ended with {process.returncode}")
                try:
                    state = client.json("/api/v1/state")
                except OSError:
                    return False
                return state["books"]["read"] == 100 and state["updates"] > 0 and state["isReady"]

            wait_until(is_done, SECONDS_MAX, "100 events were not read")
            require(client.metrics()["nadi_log_lines_lost_total"] > 0, "no line is counted as lost")
            process.send_signal(signal.SIGTERM)
            code = process.wait(STOP_SECONDS_MAX)
            require(code == 0, f"it ended with {code} after SIGTERM")
        finally:
            process.kill()
            process.wait()


def check_directory(report, nadi):
    with report.check("73: the state directory cannot be created"), tempfile.TemporaryDirectory() as place:
        config = write_configuration(place, brokers=NOWHERE)
        Path(place, "state").write_text("a file\n")
        expect_command([nadi, "run", "--config", config], 73, "cannot create the state directory")
    with report.check("74: what an earlier process left behind cannot be removed"):
        with tempfile.TemporaryDirectory() as place:
            config = write_configuration(place, brokers=NOWHERE)
            Path(place, "state", "snapshot-00000000000000000007.nadi.tmp").mkdir(parents=True)
            expect_command([nadi, "run", "--config", config], 74, "snapshot-00000000000000000007.nadi.tmp")
    with report.check("75: another process uses the state directory"), tempfile.TemporaryDirectory() as place:
        config = write_configuration(place, brokers=NOWHERE)
        with Daemon(nadi, config) as daemon:
            wait_until(lambda: Path(place, "state", "lock").exists(), SECONDS_MAX, "it took no lock")
            expect_command([nadi, "run", "--config", config], 75, "another process uses the state directory")
            daemon.stop()
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        print("  not checked here, for it needs the right to mount: a read-only and a full file system")
        return
    with report.check("73: the state directory is on a read-only file system"):
        with tempfile.TemporaryDirectory() as place:
            config = write_configuration(place, brokers=NOWHERE)
            Path(place, "state").mkdir()
            expect_command([*mounted(place, "ro,size=64k"), nadi, "run", "--config", config], 73, "Read-only")
    with report.check("a full disk ends nothing: the snapshot is missed, told and counted"):
        check_full_disk(nadi)


def mounted(place, options):
    """A command that runs another one with a file system of its own as the state directory."""
    script = f'mount -t tmpfs -o {options} none "$0" && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, f"{place}/state"]


def check_full_disk(nadi):
    with tempfile.TemporaryDirectory() as place, Broker(TOPICS) as broker:
        config = write_configuration(place, brokers=broker.proxied)
        Path(place, "state").mkdir()
        produce(broker, range(200))
        daemon = Daemon(nadi, config)
        daemon.command = [*mounted(place, "size=8k"), *daemon.command]
        with daemon:
            wait_for(daemon, 200)
            client = Client(find_url(daemon))
            name = 'nadi_snapshot_failures_total{errno="ENOSPC"}'
            wait_until(lambda: client.metrics().get(name, 0) > 0, SECONDS_MAX, f"no {name}")
            produce(broker, range(200, 220))
            wait_for(daemon, 220)
            require(client.ask("/readyz")[0] == 200, "it is not ready")
            daemon.stop()
        require("a snapshot could not be written" in daemon.said(), "the log does not tell of it")
        # Without any snapshot it all is read again.
        with Daemon(nadi, write_configuration(place, brokers=broker.proxied)) as again:
            wait_for(again, 220, has_updates=False)
            again.stop()


def check_brokers(report, nadi):
    with report.check("69: brokers that are away, where they are required"):
        with tempfile.TemporaryDirectory() as place:
            config = write_configuration(place, brokers=NOWHERE)
            command = [nadi, "run", "--config", config, "--require-healthy"]
            expect_command(command, 69, "what to do")
    with report.check("69: somebody else listens where it is to answer"):
        with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as other:
            with Daemon(nadi, write_configuration(place, brokers=NOWHERE)) as daemon:
                address = find_url(daemon).removeprefix("http://")
                second = write_configuration(other, brokers=NOWHERE, http=address)
                expect_command([nadi, "run", "--config", second], 69, f"cannot listen on {address}")
                daemon.stop()
    with report.check("75: another process with its group and instance takes over"):
        with (
            tempfile.TemporaryDirectory() as place,
            tempfile.TemporaryDirectory() as other,
            Broker(TOPICS) as broker,
        ):
            produce(broker, range(100))
            with Daemon(nadi, write_configuration(place, brokers=broker.proxied)) as first:
                wait_for(first, 100)
                with Daemon(nadi, write_configuration(other, brokers=broker.proxied)) as second:
                    number = 100
                    limit = time.monotonic() + SECONDS_MAX
                    while first.process.poll() is None and time.monotonic() < limit:
                        produce(broker, range(number, number + 10))
                        number += 10
                        time.sleep(0.5)
                    expect(first, 75, "start again", 1)
                    wait_for(second, number)
                    second.stop()
    for delivery in ("exactly_once", "at_least_once"):
        with report.check(f"75: the brokers are gone when the last commit is due, {delivery}"):
            check_lost_brokers(nadi, delivery)


def check_lost_brokers(nadi, delivery):
    with tempfile.TemporaryDirectory() as place, Broker(TOPICS) as broker:
        config = write_configuration(place, brokers=broker.proxied, delivery=delivery)
        often = config.read_text()
        # Nothing is committed before it is told to stop.
        config.write_text(often.replace("interval: 200ms", "interval: 1h"))
        produce(broker, range(100))
        with Daemon(nadi, config) as daemon:
            client = Client(find_url(daemon))
            wait_until(
                lambda: client.json("/api/v1/state")["books"]["read"] == 100, SECONDS_MAX, "not all is read"
            )
            broker.proxy.command({"fault": "refuse"})
            broker.proxy.command({"fault": "reset"})
            begun = time.monotonic()
            daemon.process.send_signal(signal.SIGTERM)
            expect(daemon, 75, "nothing is lost", STOP_SECONDS_MAX)
            print(f"  {time.monotonic() - begun:.0f} s after it was told to stop")
        broker.proxy.command({"fault": "none"})
        config.write_text(often)
        with Daemon(nadi, config) as daemon:
            wait_for(daemon, 100)
            daemon.stop()


def main():
    parser = argparse.ArgumentParser(description="The exit codes of the built daemon.")
    parser.add_argument("--nadi", required=True, metavar="PATH")
    options = parser.parse_args()
    nadi = str(Path(options.nadi).absolute())
    report = Report()
    check_commands(report, nadi)
    check_streams(report, nadi)
    check_directory(report, nadi)
    check_input(report, nadi)
    check_brokers(report, nadi)
    report.exit()


if __name__ == "__main__":
    main()
