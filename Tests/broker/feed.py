"""What the checks that run against Tansu or a given cluster share: the cluster, and threads that produce."""

import threading
from contextlib import contextmanager

from daemon import DEAD, INPUT, LATE, OUTPUT
from report import require, wait_until
from tansu import Broker

PARTITIONS = 4
WANTED = {INPUT: PARTITIONS, OUTPUT: PARTITIONS, DEAD: 1, LATE: 1}


@contextmanager
def cluster(brokers):
    """(address, proxy) of the given cluster, which has none, or of a Tansu broker; both with all topics."""
    if brokers is not None:
        create_topics(brokers, WANTED)
        yield brokers, None
        return
    with Broker(WANTED) as broker:
        yield broker.proxied, broker.proxy


@contextmanager
def embedded():
    """The address of the broker that librdkafka embeds; it keeps only the last megabytes of each partition."""
    from confluent_kafka import Producer

    client = Producer({"bootstrap.servers": "embedded", "test.mock.num.brokers": 1, "log_level": 0})
    # It creates a topic, of four partitions, when it is asked about it.
    for name in WANTED:
        wait_until(lambda: client.list_topics(name, 5).topics[name].partitions, 10, f"{name} must be there")
    broker = next(iter(client.list_topics(timeout=5).brokers.values()))
    yield f"{broker.host}:{broker.port}"


def create_topics(brokers, wanted):
    from confluent_kafka.admin import AdminClient, NewTopic

    admin = AdminClient({"bootstrap.servers": brokers, "log_level": 0})
    present = admin.list_topics(timeout=10).topics
    missing = [NewTopic(name, count) for name, count in wanted.items() if name not in present]
    for outcome in admin.create_topics(missing).values() if missing else ():
        outcome.result(30)


class Producing(threading.Thread):
    """Does the `work` of a subclass, which produces; what went wrong is in `errors`."""

    def __init__(self):
        super().__init__(daemon=True)
        self.errors = []
        self.acknowledged = 0

    def run(self):
        try:
            self.work()
        except Exception as error:
            self.errors.append(f"{type(error).__name__}: {error}")

    def delivered(self, error, _):
        if error is not None:
            self.errors.append(str(error))
        else:
            self.acknowledged += 1

    def flush(self, client, seconds_max):
        left = client.flush(seconds_max)
        if left:
            self.errors.append(f"{left} messages were not delivered")

    def finish(self, seconds_max):
        """Waits for the end; everything must have been delivered."""
        self.join(seconds_max)
        require(not self.is_alive() and not self.errors, f"producing failed: {self.errors[:1]}")
