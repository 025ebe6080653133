"""The connections of the fault proxy: whole frames are passed on, held back, dropped or swallowed."""

import fcntl
import os
import socket
import struct
import threading
import time

API_VERSIONS = 18
UNSUPPORTED_VERSION = 35
FRAME_BYTES_MAX = 1 << 30
READ_BYTES = 1 << 18
SPLICE_BYTES_MIN = 1 << 15
PIPE_BYTES = 1 << 20
F_SETPIPE_SZ = 1031


class Faults:
    """What is broken at present; read by every pump, written by commands."""

    def __init__(self):
        self.delay_seconds = 0.0
        self.delay_api = None
        self.bytes_per_second = 0
        self.blackhole = False
        self.stall = False
        self.drops = []  # dictionaries: kind, api, left, then
        self.lock = threading.Lock()
        self.healed = threading.Event()
        self.healed.set()

    def plain(self):
        """True if bytes may pass without being looked at beyond the frame borders."""
        return not (self.delay_seconds or self.bytes_per_second or self.blackhole or self.stall)

    def take_drop(self, kind, api):
        """Uses up one armed drop for this API and returns what follows it, or None."""
        if not self.drops:
            return None
        with self.lock:
            for drop in self.drops:
                if drop["kind"] == kind and drop["api"] == api and drop["left"] > 0:
                    drop["left"] -= 1
                    self.drops = [other for other in self.drops if other["left"] > 0]
                    return drop["then"]
        return None


class Pipe:
    """Moves bytes between two sockets inside the kernel where the system can, else through a buffer."""

    def __init__(self):
        self.ends = None
        if hasattr(os, "splice"):
            self.ends = os.pipe()
            try:
                fcntl.fcntl(self.ends[1], F_SETPIPE_SZ, PIPE_BYTES)
            except OSError:
                pass  # the default size only costs more system calls

    def move(self, source, target, count):
        """Moves exactly `count` bytes; raises OSError if a side has gone."""
        if self.ends is None:
            buffer = memoryview(bytearray(min(count, PIPE_BYTES)))
            while count:
                got = source.recv_into(buffer, min(count, len(buffer)))
                if not got:
                    raise ConnectionResetError("closed inside a frame")
                target.sendall(buffer[:got])
                count -= got
            return
        while count:
            got = os.splice(source.fileno(), self.ends[1], min(count, PIPE_BYTES))
            if not got:
                raise ConnectionResetError("closed inside a frame")
            count -= got
            while got:
                got -= os.splice(self.ends[0], target.fileno(), got)

    def close(self):
        if self.ends:
            for end in self.ends:
                os.close(end)
            self.ends = None


class Link:
    """One client connection, its connection to the broker, and a thread for each direction."""

    def __init__(self, proxy, client):
        self.proxy = proxy
        self.client = client
        self.broker = None
        self.lock = threading.Lock()
        self.pending = {}  # correlation id -> API key, only for responses that a fault is about
        self.half_open = False
        self.lost_bytes = False
        self.finished = 0
        self.ended = False

    def start(self):
        threading.Thread(target=self.run, args=(self.pump_requests,), daemon=True).start()

    def run(self, pump):
        try:
            if pump == self.pump_requests and not self.connect():
                return
            pump()
        except (OSError, ValueError):
            pass  # a side has gone; the link ends below, as the client must see
        finally:
            if not (self.half_open and pump == self.pump_responses):
                self.end()
            self.finish()

    def connect(self):
        while self.proxy.faults.blackhole:
            # Accepted and swallowed: the broker is not even tried.
            self.lost_bytes = True
            if not self.client.recv(READ_BYTES):
                self.finish()
                return False
        self.broker = socket.create_connection(self.proxy.upstream, timeout=10)
        self.broker.settimeout(None)
        for side in (self.client, self.broker):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self.run, args=(self.pump_responses,), daemon=True).start()
        return True

    def finish(self):
        with self.lock:
            self.finished += 1
            last = self.finished == 2 or self.broker is None
        if last:
            self.close()

    def close(self):
        for side in (self.client, self.broker):
            if side is not None:
                side.close()
        self.proxy.forget(self)

    def end(self, reset=False):
        """Wakes both pumps; with `reset` the client sees RST instead of FIN."""
        with self.lock:
            if self.ended:
                return
            self.ended = True
        for side in (self.client, self.broker):
            if side is None:
                continue
            try:
                if reset:
                    side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    side.shutdown(socket.SHUT_RD)  # wakes the reader; the close that follows sends RST
                else:
                    side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # already gone, which is what was wanted

    def cut_broker(self):
        """The broker's side goes away; the client is told nothing."""
        self.half_open = True
        if self.broker is not None:
            try:
                self.broker.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # already gone

    def pump_requests(self):
        Pump(self, self.client, self.broker, self.see_request).run()

    def pump_responses(self):
        Pump(self, self.broker, self.client, self.see_response).run()

    def see_request(self, header):
        """Says what to do with a request: pass, drop, reset or answer."""
        api, version, correlation = struct.unpack(">hhi", header)
        self.proxy.requests[api] += 1
        if api == API_VERSIONS and version >= 3:
            body = struct.pack(">ihihhh", correlation, UNSUPPORTED_VERSION, 1, API_VERSIONS, 0, 2)
            self.client.sendall(struct.pack(">i", len(body)) + body)
            return "drop"
        faults = self.proxy.faults
        then = faults.take_drop("drop_request", api)
        if then:
            self.proxy.dropped += 1
            return "reset" if then == "reset" else "drop"
        then = faults.take_drop("drop_response", api)
        if then or faults.delay_api == api:
            self.pending[correlation] = then or "delay"
        return "pass"

    def see_response(self, header):
        """Says what to do with a response: pass, delay, drop or reset."""
        if not self.pending:
            return "pass"
        what = self.pending.pop(struct.unpack(">i", header[:4])[0], None)
        if what in ("reset", "silence"):
            self.proxy.dropped += 1
            return "reset" if what == "reset" else "drop"
        return what or "pass"


class Pump:
    """Passes whole frames from one socket to another and asks `see` about each."""

    def __init__(self, link, source, target, see):
        self.link = link
        self.faults = link.proxy.faults
        self.source = source
        self.target = target
        self.see = see
        self.pipe = Pipe()
        self.buffer = bytearray()
        self.read_at = 0.0

    def run(self):
        try:
            while not self.link.ended and self.frame():
                pass
        finally:
            self.pipe.close()

    def fill(self, count):
        """Reads until the buffer holds `count` bytes; False at the end of the stream."""
        while len(self.buffer) < count:
            got = self.source.recv(READ_BYTES)
            if not got:
                return False
            self.read_at = time.monotonic()
            self.buffer += got
        return True

    def frame(self):
        if not self.fill(12) and len(self.buffer) < 8:
            return False
        size = struct.unpack_from(">i", self.buffer)[0]
        if not 4 <= size <= FRAME_BYTES_MAX:
            raise ValueError(f"a frame of {size} bytes is not Kafka's")
        action = self.see(bytes(self.buffer[4:12]).ljust(8, b"\0"))
        if action == "reset":
            if self.source is self.link.broker:
                self.pass_body(4 + size, keep=False)
            self.link.end(reset=True)
            return False
        self.hold(action)
        swallow = self.faults.blackhole or self.link.half_open
        self.link.lost_bytes |= swallow
        self.pass_body(4 + size, keep=action in ("pass", "delay") and not swallow)
        return True

    def hold(self, action):
        """Waits out stalls and delays that apply to the frame at hand."""
        while self.faults.stall and not self.link.ended:
            self.faults.healed.wait(0.05)
        if self.faults.delay_seconds and (self.faults.delay_api is None or action == "delay"):
            wait = self.read_at + self.faults.delay_seconds - time.monotonic()
            if wait > 0:
                time.sleep(wait)

    def pass_body(self, count, keep):
        """Passes on, or swallows, the `count` bytes of one frame, buffered or not yet read."""
        while count:
            if not self.buffer:
                if keep and count >= SPLICE_BYTES_MIN and self.faults.plain():
                    self.pipe.move(self.source, self.target, count)
                    return
                if not self.fill(1):
                    raise ConnectionResetError("closed inside a frame")
            piece = bytes(self.buffer[:count])
            del self.buffer[: len(piece)]
            count -= len(piece)
            if keep:
                self.send(piece)

    def send(self, piece):
        view = memoryview(piece)
        while view:
            rate = self.faults.bytes_per_second
            part = view[: max(1, rate // 20)] if rate else view
            self.target.sendall(part)
            if rate:
                time.sleep(len(part) / rate)
            view = view[len(part) :]
