#!/usr/bin/env python3
"""TLS and logins, through a gate in front of the broker; and that no secret is ever said.

    check_security.py --nadi PATH

What the daemon logs at its most talkative (librdkafka's debug included), answers over HTTP, prints and keeps on disk
is searched for the secrets that it was given.
"""

import argparse
import json
import os
import signal
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

from check_exit import produce
from check_http import OPENAPI, Client, find_url
from check_notify import ManagedDaemon
from daemon import DEAD, INPUT, LATE, OUTPUT, configuration
from gate import Gate
from report import Report, require, wait_until
from tansu import Broker

SECONDS_MAX = 60
CANARIES = {
    "password": "canary-password-1f6d",
    "key_password": "canary-keypassword-77aa",
    "token": "canary.token.9e1b",
    "http_token": "canary-httptoken-5b2e",
}
QUERIES = {"/readyz": "?verbose", "/api/v1/leaderboard": "?metric=calls&scope=rep&window=day"}


class GuardedBroker(Broker):
    """A broker that tells clients to come through a gate."""

    def __init__(self, topics, tls=None, login=None, lenient=True):
        super().__init__(topics)
        self.gate = Gate(lambda: self.proxy.port, tls, login, lenient)

    @property
    def proxied(self):
        return self.gate.address

    def stop(self):
        super().stop()
        if self.proxy is not None and self.process is None:
            self.gate.close()


def openssl(*arguments, directory):
    done = subprocess.run(["openssl", *arguments], cwd=directory, capture_output=True, text=True)
    require(done.returncode == 0, f"openssl {arguments[0]}: {done.stderr}")


def make_certificates(directory):
    """ca.pem, server.pem/.key, client.pem/.key (with a password), other.pem (an authority of nobody's)."""
    for name in ("ca", "other"):
        subject = f"/CN=nadi test {name}"
        openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", subject),
            *("-keyout", f"{name}.key", "-out", f"{name}.pem"),
            directory=directory,
        )
    Path(directory, "san").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    for name in ("server", "client"):
        key = ["-nodes"] if name == "server" else ["-passout", f"pass:{CANARIES['key_password']}"]
        openssl(
            *("req", "-newkey", "rsa:2048", *key, "-subj", f"/CN={name}"),
            *("-keyout", f"{name}.key", "-out", f"{name}.csr"),
            directory=directory,
        )
        openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-days", "2", "-extfile", "san", "-out", f"{name}.pem"),
            directory=directory,
        )


def server_context(certificates, asks_for_certificate=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    if asks_for_certificate:
        context.load_verify_locations(certificates / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def write(directory, broker, kafka):
    """A configuration whose section kafka has these lines too."""
    text = configuration(directory, brokers=broker.proxied, token_file="TOKEN")
    text = text.replace("{ file: TOKEN }", "{ credential: http_token }")
    text = text.replace("  properties: {", f"{kafka}  properties: {{ debug: all, ")
    path = Path(directory) / "nadi.yaml"
    path.write_text(text)
    return path


class LoudDaemon(ManagedDaemon):
    """A daemon that logs all there is, with credentials as systemd gives them."""

    def __init__(self, nadi, config, credentials):
        super().__init__(nadi, config, {"CREDENTIALS_DIRECTORY": str(credentials)})
        self.command += ["--log-level", "trace", "--log-format", "json"]


def search(text, where):
    for name, canary in CANARIES.items():
        require(canary not in text, f"the secret {name} is in {where}")


def search_files(directory):
    for path in Path(directory, "state").rglob("*"):
        if path.is_file():
            search(path.read_bytes().decode("latin-1"), path.name)


def search_commands(nadi, config, directory, credentials):
    """What the commands print that look at a configuration, at a state or at topics."""
    state = Path(directory, "state")
    wait_until(lambda: list(state.glob("snapshot-*.nadi")), SECONDS_MAX, "there is no snapshot")
    [snapshot, *_] = state.glob("snapshot-*.nadi")
    commands = [["snapshot", "ls", state], ["snapshot", "inspect", snapshot]]
    for words in (["config", "show"], ["validate"], ["graph"], ["plan"], ["dlq", "ls", "--log-level", "trace"]):
        commands.append([*words, "--config", config])
    environment = os.environ | {"CREDENTIALS_DIRECTORY": str(credentials)}
    for command in commands:
        done = subprocess.run([nadi, *command], capture_output=True, text=True, env=environment)
        words = f"nadi {' '.join(map(str, command))}"
        require(done.returncode == 0, f"{words} ended with {done.returncode}: {done.stderr[-1000:]}")
        search(done.stdout + done.stderr, f"what {words} prints")


def search_pages(client):
    """Every documented address that answers and ends, asked by somebody who may."""
    headers = {"Authorization": f"Bearer {CANARIES['http_token']}"}
    wait_until(lambda: client.ask("/readyz")[0] == 200, SECONDS_MAX, "it is not ready")
    for path, methods in json.loads(OPENAPI.read_text())["paths"].items():
        if "get" not in methods or path.endswith("/stream"):
            continue
        status, fields, text = client.ask(path + QUERIES.get(path, ""), headers=headers)
        require(status == 200, f"{path} answers {status}: {text[:300]}")
        search(text + str(fields), path)
    status, _, text = client.ask("/api/v1/configuration", headers=headers)
    require("hasToken" in text and status == 200, "the configuration is not shown, so the search means little")
    status, _, text = client.ask("/api/v1/reload", "POST", headers)
    require(status == 200, f"a reload answers {status}: {text}")
    search(text, "the answer to a reload")


def search_everything(daemon, nadi, config, directory, credentials):
    log = daemon.whole_log()
    require('"facility":"' in log, "librdkafka's debug lines are not in the log, so the search means little")
    search_commands(nadi, config, directory, credentials)
    search_pages(Client(find_url(daemon)))
    search(daemon.whole_log(), "the log")
    search_files(directory)
    search(Path(f"/proc/{daemon.process.pid}/cmdline").read_bytes().decode(), "the command line")
    search(Path(f"/proc/{daemon.process.pid}/environ").read_bytes().decode(), "the environment")


def check_login(nadi, certificates, credentials, tls, mechanism, mutual=False, crashes=False):
    secret = CANARIES["token" if mechanism == "OAUTHBEARER" else "password"]
    context = server_context(certificates, mutual) if tls else None
    client = {"security_protocol": f"{'SASL_' if mechanism else ''}{'SSL' if tls else 'PLAINTEXT'}"}
    login = (mechanism, "nadi", secret) if mechanism else None
    kafka = ""
    if tls:
        kafka += f"  tls: {{ ca: {certificates}/ca.pem"
        client["ssl_ca_location"] = f"{certificates}/ca.pem"
        if mutual:
            kafka += f", certificate: {certificates}/client.pem, key: {{ file: {certificates}/client.key }}"
            kafka += ", key_password: { credential: key_password }"
            client |= {"ssl_certificate_location": f"{certificates}/client.pem"}
            client |= {"ssl_key_location": f"{certificates}/client.key"}
            client |= {"ssl_key_password": CANARIES["key_password"]}
        kafka += " }\n"
    if mechanism == "OAUTHBEARER":
        kafka += "  sasl: { mechanism: OAUTHBEARER, token: { credential: token } }\n"
        client["oauth_cb"] = lambda _: (secret, time.time() + 3600)
    elif mechanism:
        kafka += f"  sasl: {{ mechanism: {mechanism}, username: nadi, password: {{ credential: password }} }}\n"
        client |= {"sasl_username": "nadi", "sasl_password": secret}
    if mechanism:
        client["sasl_mechanism"] = mechanism
    with (
        tempfile.TemporaryDirectory() as directory,
        GuardedBroker({INPUT: 2, OUTPUT: 2, DEAD: 1, LATE: 1}, context, login) as broker,
    ):
        config = write(directory, broker, kafka)
        with LoudDaemon(nadi, config, credentials) as daemon:
            wait_until(
                lambda: "leading: all partitions are read" in daemon.whole_log(),
                SECONDS_MAX,
                "it does not get in",
            )
            produce(broker, range(20), **client)
            require(login is None or broker.gate.logins >= 2, f"only {broker.gate.logins} logins were seen")
            search_everything(daemon, nadi, config, directory, credentials)
            if crashes:
                daemon.process.send_signal(signal.SIGSEGV)
                require(daemon.process.wait(SECONDS_MAX) == -signal.SIGSEGV, "it does not crash")
            else:
                daemon.stop()
            search(daemon.whole_log(), "the log")
            search_files(directory)


def check_wrong_password(nadi, certificates, credentials):
    login = ("SCRAM-SHA-512", "nadi", "another password")
    with (
        tempfile.TemporaryDirectory() as directory,
        GuardedBroker({INPUT: 2}, server_context(certificates), login) as broker,
    ):
        sasl = "{ mechanism: SCRAM-SHA-512, username: nadi, password: { credential: password } }"
        config = write(directory, broker, f"  tls: {{ ca: {certificates}/ca.pem }}\n  sasl: {sasl}\n")
        with LoudDaemon(nadi, config, credentials) as daemon:
            code = daemon.process.wait(SECONDS_MAX)
            require(code == 77, f"it ended with {code}, not 77:\n{daemon.said()}")
            require("what to do" in daemon.whole_log(), "it does not say what to do")
            search(daemon.whole_log(), "the log")


def check_strict_scram(nadi, certificates, credentials):
    """With a library that does SCRAM wrongly the daemon says so before a broker of today refuses it."""
    login = ("SCRAM-SHA-512", "nadi", CANARIES["password"])
    with (
        tempfile.TemporaryDirectory() as directory,
        GuardedBroker(
            {INPUT: 2, OUTPUT: 2, DEAD: 1, LATE: 1}, server_context(certificates), login, lenient=False
        ) as broker,
    ):
        sasl = "{ mechanism: SCRAM-SHA-512, username: nadi, password: { credential: password } }"
        config = write(directory, broker, f"  tls: {{ ca: {certificates}/ca.pem }}\n  sasl: {sasl}\n")
        with LoudDaemon(nadi, config, credentials) as daemon:
            wait_until(
                lambda: daemon.process.poll() is not None
                or "leading: all partitions are read" in daemon.whole_log(),
                SECONDS_MAX,
                "it neither gets in nor ends",
            )
            is_old = "librdkafka before 2.6.1" in daemon.whole_log()
            code = daemon.process.poll()
            print(f"  the library is {'older than' if is_old else 'at least'} 2.6.1")
            require(code == 77 if is_old else code is None, f"it ended with {code}:\n{daemon.said()}")


def check_unknown_authority(nadi, certificates, credentials):
    with (
        tempfile.TemporaryDirectory() as directory,
        GuardedBroker({INPUT: 2}, server_context(certificates)) as broker,
    ):
        config = write(directory, broker, f"  tls: {{ ca: {certificates}/other.pem }}\n")
        with LoudDaemon(nadi, config, credentials) as daemon:
            wait_until(
                lambda: "certificate verify failed" in daemon.whole_log(),
                SECONDS_MAX,
                f"nothing is said of the certificate:\n{daemon.said()}",
            )
            require("joining the group" not in daemon.whole_log(), "it went on with a stranger")
            daemon.kill()


def check_refusals(nadi):
    """What the configuration does not allow, each with a message that has a place."""
    head = 'kafka: { brokers: "127.0.0.1:9092", %s }\ninput: { topics: [a] }\n'
    user = "username: u, password: { file: p }"
    wrong = {
        f"sasl: {{ mechanism: PLAIN, {user} }}": "without TLS",
        "sasl: { mechanism: OAUTHBEARER, token: { file: t } }": "without TLS",
        "tls: true, sasl: { mechanism: SCRAM-SHA-512, username: u, password: secret-here }": "not written",
        'properties: { sasl.password: "secret-here" }': "kafka.sasl.password",
        'properties: { ssl.key.pem: "secret-here" }': "kafka.tls.key",
        "tls: { certificate: c }": "go together",
        "sasl: { mechanism: SCRAM-SHA-256, username: u }": "needs kafka.sasl.password",
        "tls: true, properties: { security.protocol: SSL }": "twice",
    }
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "nadi.yaml")
        for kafka, words in wrong.items():
            path.write_text(head % kafka)
            done = subprocess.run([nadi, "validate", "--config", path], capture_output=True, text=True)
            require(done.returncode == 78, f"{kafka} ends with {done.returncode}")
            require(words in done.stderr and ":1:" in done.stderr, f"{kafka}: {done.stderr}")
            require("secret-here" not in done.stderr, f"the message repeats the secret: {done.stderr}")
        path.write_text(head % "tls: true, sasl: { mechanism: SCRAM-SHA-512, username: u, password: { file: /nowhere } }")
        done = subprocess.run([nadi, "run", "--config", path], capture_output=True, text=True, cwd=directory)
        require(done.returncode == 78, f"a password file that is missing ends with {done.returncode}")
        require("/nowhere" in done.stderr, done.stderr)


def main():
    parser = argparse.ArgumentParser(description="TLS, logins, and secrets that stay so.")
    parser.add_argument("--nadi", type=Path, required=True, metavar="PATH")
    options = parser.parse_args()
    nadi = options.nadi.resolve()
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        certificates = Path(name, "certificates")
        credentials = Path(name, "credentials")
        certificates.mkdir()
        credentials.mkdir(mode=0o700)
        for credential, text in CANARIES.items():
            Path(credentials, credential).write_text(text + "\n")
            os.chmod(credentials / credential, 0o400)
        make_certificates(certificates)
        with report.check("what would show a secret is refused by the configuration"):
            check_refusals(nadi)
        for tls, mechanism, mutual, crashes, words in (
            (True, None, True, False, "TLS on both sides"),
            (True, "SCRAM-SHA-512", False, False, "SCRAM-SHA-512 over TLS"),
            (False, "SCRAM-SHA-256", False, False, "SCRAM-SHA-256"),
            (True, "PLAIN", False, True, "PLAIN over TLS"),
            (True, "OAUTHBEARER", False, False, "OAUTHBEARER over TLS"),
        ):
            end = "when it crashes" if crashes else "to its end"
            with report.check(f"{words}: the daemon gets in and says no secret {end}"):
                check_login(nadi, certificates, credentials, tls, mechanism, mutual, crashes)
        with report.check("a wrong password ends with 77"):
            check_wrong_password(nadi, certificates, credentials)
        with report.check("a broker that compares SCRAM's nonces"):
            check_strict_scram(nadi, certificates, credentials)
        with report.check("a broker of an unknown authority is not believed"):
            check_unknown_authority(nadi, certificates, credentials)
    report.exit()


if __name__ == "__main__":
    main()
