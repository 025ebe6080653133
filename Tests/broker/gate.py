"""A door in front of a broker that asks for TLS, for a login, or for both; behind it the connection is as it was.

It adds the two APIs of logins to the broker's list, answers them itself (PLAIN, SCRAM, OAUTHBEARER), and passes on
everything else once the client is known. It is no broker's implementation: it shows that the client speaks each of
these protocols, and what it does when it is refused.
"""

import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct
import threading

API_VERSIONS, HANDSHAKE, AUTHENTICATE = 18, 17, 36
ILLEGAL_STATE, UNSUPPORTED_MECHANISM, AUTHENTICATION_FAILED = 34, 33, 58
ITERATIONS = 4096
FRAME_BYTES_MAX = 100 << 20


class Refused(Exception):
    """What the client said is not accepted."""


class Scram:
    """The server's side of RFC 5802, for one login.

    librdkafka before 2.6.1 puts its nonce before the server's, which begins with it already. Brokers that compare the
    nonce as the RFC asks, such as Apache Kafka 4, refuse that; `lenient` ones do not look.
    """

    def __init__(self, digest, username, password, lenient):
        self.digest, self.username, self.lenient = digest, username, lenient
        self.salt = os.urandom(16)
        salted = hashlib.pbkdf2_hmac(digest, password.encode(), self.salt, ITERATIONS)
        self.client_key = self.mac(salted, b"Client Key")
        self.server_key = self.mac(salted, b"Server Key")
        self.first = None

    def mac(self, key, text):
        return hmac.new(key, text, self.digest).digest()

    def answer(self, message):
        """(answer, whether the login is complete)"""
        if self.first is None:
            self.bare = message.split(b",", 2)[2]
            fields = dict(part.split(b"=", 1) for part in self.bare.split(b","))
            if fields[b"n"].decode() != self.username:
                raise Refused("no such user")
            self.nonce = fields[b"r"] + base64.b64encode(os.urandom(12))
            salt = base64.b64encode(self.salt)
            self.first = b"r=" + self.nonce + b",s=" + salt + b",i=" + str(ITERATIONS).encode()
            return self.first, False
        without_proof, proof = message.rsplit(b",p=", 1)
        if not self.lenient and without_proof.split(b",r=", 1)[1] != self.nonce:
            raise Refused("another nonce")
        signed = b",".join([self.bare, self.first, without_proof])
        signature = self.mac(hashlib.new(self.digest, self.client_key).digest(), signed)
        expected = bytes(a ^ b for a, b in zip(self.client_key, signature))
        if not hmac.compare_digest(base64.b64decode(proof), expected):
            raise Refused("another password")
        return b"v=" + base64.b64encode(self.mac(self.server_key, signed)), True


class Gate:
    """Listens on 127.0.0.1; `upstream` is called for the port behind it.

    tls: an ssl.SSLContext, or None. login: (mechanism, username, secret), or None. lenient: see Scram.
    """

    def __init__(self, upstream, tls=None, login=None, lenient=True):
        self.upstream, self.tls, self.login, self.lenient = upstream, tls, login, lenient
        self.logins = 0
        self.refusals = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        # Shut down first, or the thread in accept keeps the port open.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            if self.tls is not None:
                client = self.tls.wrap_socket(client, server_side=True)
            with client, socket.create_connection(("127.0.0.1", self.upstream())) as server:
                if self.login is None or self.let_in(client, server):
                    back = threading.Thread(target=pump, args=(server, client), daemon=True)
                    back.start()
                    pump(client, server)
                    back.join(5)
        except (OSError, ssl.SSLError, ValueError, struct.error):
            self.refusals += 1

    def let_in(self, client, server):
        """Answers until the client is known; false when it is refused."""
        mechanism, username, secret = self.login
        scram = None
        while True:
            frame = read_frame(client)
            api, version, correlation, size = struct.unpack(">hhih", frame[:10])
            body = frame[10 + max(size, 0) :]
            head = struct.pack(">i", correlation)
            if api == API_VERSIONS:
                write_frame(server, frame)
                write_frame(client, with_login_apis(read_frame(server), version))
            elif api == HANDSHAKE:
                asked = body[2 : 2 + struct.unpack(">h", body[:2])[0]].decode()
                code = 0 if asked == mechanism else UNSUPPORTED_MECHANISM
                name = mechanism.encode()
                write_frame(client, head + struct.pack(">hih", code, 1, len(name)) + name)
            elif api == AUTHENTICATE:
                message = body[4 : 4 + struct.unpack(">i", body[:4])[0]]
                try:
                    if mechanism.startswith("SCRAM"):
                        digest = mechanism[6:].replace("-", "").lower()
                        scram = scram or Scram(digest, username, secret, self.lenient)
                        answer, complete = scram.answer(message)
                    else:
                        answer, complete = b"", self.check(mechanism, username, secret, message)
                except Refused as refusal:
                    self.refusals += 1
                    words = str(refusal).encode()
                    body = struct.pack(">hh", AUTHENTICATION_FAILED, len(words)) + words
                    write_frame(client, head + body + struct.pack(">i", 0))
                    return False
                tail = struct.pack(">q", 0) if version >= 1 else b""
                write_frame(client, head + struct.pack(">hhi", 0, -1, len(answer)) + answer + tail)
                if complete:
                    self.logins += 1
                    return True
            else:
                raise ValueError(f"API {api} before the login")

    @staticmethod
    def check(mechanism, username, secret, message):
        if mechanism == "PLAIN":
            expected = b"\0" + username.encode() + b"\0" + secret.encode()
        else:
            expected = b"n,,\x01auth=Bearer " + secret.encode() + b"\x01\x01"
        if message != expected:
            raise Refused("another secret")
        return True


def with_login_apis(response, version):
    """A broker's list of APIs (versions 0 to 2), with those of logins."""
    code = struct.unpack(">h", response[4:6])[0]
    if code != 0 or version > 2:
        return response
    count = struct.unpack(">i", response[6:10])[0]
    entries = response[10 : 10 + 6 * count]
    rest = response[10 + 6 * count :]
    kept = [entries[place : place + 6] for place in range(0, len(entries), 6)]
    kept = [entry for entry in kept if struct.unpack(">h", entry[:2])[0] not in (HANDSHAKE, AUTHENTICATE)]
    kept += [struct.pack(">hhh", HANDSHAKE, 0, 1), struct.pack(">hhh", AUTHENTICATE, 0, 1)]
    return response[:6] + struct.pack(">i", len(kept)) + b"".join(kept) + rest


def read_frame(connection):
    size = struct.unpack(">i", read_exactly(connection, 4))[0]
    if not 0 <= size <= FRAME_BYTES_MAX:
        raise ValueError(f"a frame of {size} bytes")
    return read_exactly(connection, size)


def read_exactly(connection, size):
    parts = b""
    while len(parts) < size:
        part = connection.recv(size - len(parts))
        if not part:
            raise OSError("closed")
        parts += part
    return parts


def write_frame(connection, frame):
    connection.sendall(struct.pack(">i", len(frame)) + frame)


def pump(source, target):
    try:
        while part := source.recv(65536):
            target.sendall(part)
    except (OSError, ssl.SSLError):
        pass  # whoever closed first ends both directions
    finally:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is closed already
