"""A small RTSP client of the tests' own, for what real clients do not do: odd requests, exact times, every packet and report in hand.

Blocking, with a deadline on everything; one connection an object. With an rtsps:// URL it speaks TLS, whoever answers.
"""
import hashlib
import socket
import ssl
import struct
import time

from rtp_units import Packet

DEADLINE = 10


class Reply:
    def __init__(self, status, phrase, headers, body):
        self.status, self.phrase, self.headers, self.body = status, phrase, headers, body

    def __getitem__(self, name):
        return self.all(name)[0]

    def get(self, name):
        values = self.all(name)
        return values[0] if values else None

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Closed(Exception):
    """The other side closed the connection."""


def host_and_port(url):
    rest = url.split("://", 1)[1].split("/", 1)[0]
    host, port = rest.rsplit(":", 1)
    return host.strip("[]"), int(port)


def seal(connection, newest=None):
    """TLS over a connected socket; nobody's certificate is looked at. @newest: an ssl.TLSVersion."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if newest:
        context.maximum_version = newest
    return context.wrap_socket(connection)


class RtspClient:
    def __init__(self, url, user=None, password=None, deadline=DEADLINE, receive_buffer=None, source=None):
        self.url, self.user, self.password, self.deadline = url, user, password, deadline
        host, port = host_and_port(url)
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(deadline)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if url.startswith("rtsps:"):
            self.socket = seal(self.socket)
        self.buffer = b""
        self.cseq = 0
        self.session = None
        self.challenge = None
        self.frames = []  # (channel, bytes, monotonic time) that came while an answer was awaited

    def close(self, reset=False):
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- bytes ----

    def send(self, data):
        self.socket.sendall(data)

    def _more(self, until):
        self.socket.settimeout(max(0.001, until - time.monotonic()))
        data = self.socket.recv(262144)
        if not data:
            raise Closed()
        self.buffer += data

    def _frame(self):
        """An interleaved frame at the head of the buffer, or None."""
        if len(self.buffer) < 4 or self.buffer[:1] != b"$":
            return None
        channel, size = struct.unpack(">BH", self.buffer[1:4])
        if len(self.buffer) < 4 + size:
            return None
        frame = (channel, self.buffer[4 : 4 + size], time.monotonic())
        self.buffer = self.buffer[4 + size :]
        return frame

    def _reply(self):
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0 or self.buffer[:1] == b"$":
            return None
        lines = self.buffer[:end].decode("latin-1").split("\r\n")
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        size = int(dict((k.lower(), v) for k, v in headers).get("content-length", 0))
        if len(self.buffer) < end + 4 + size:
            return None
        body = self.buffer[end + 4 : end + 4 + size]
        self.buffer = self.buffer[end + 4 + size :]
        status, phrase = lines[0].split(" ", 2)[1:]
        return Reply(int(status), phrase, headers, body)

    def read_reply(self, deadline=None):
        until = time.monotonic() + (deadline or self.deadline)
        while True:
            frame = self._frame()
            if frame:
                self.frames.append(frame)
                continue
            reply = self._reply()
            if reply:
                return reply
            self._more(until)

    def read_frame(self, deadline=None):
        """The next (channel, bytes, time); answers in between are skipped."""
        if self.frames:
            return self.frames.pop(0)
        until = time.monotonic() + (deadline or self.deadline)
        while True:
            frame = self._frame()
            if frame:
                return frame
            if not self._reply():
                self._more(until)

    def wait_closed(self, deadline=None):
        """Reads until the other side closes or resets; raises TimeoutError if it does not."""
        until = time.monotonic() + (deadline or self.deadline)
        try:
            while True:
                self.buffer = b""
                self._more(until)
        except (Closed, ConnectionResetError):
            return

    # ---- requests ----

    def text(self, method, url=None, headers=(), body=b""):
        self.cseq += 1
        lines = [f"{method} {url or self.url} RTSP/1.0", f"CSeq: {self.cseq}"]
        names = {name.lower() for name, _ in headers}
        if self.session and "session" not in names:
            lines.append(f"Session: {self.session}")
        if self.challenge and self.user is not None and "authorization" not in names:
            lines.append(f"Authorization: {self.authorization(method, url or self.url)}")
        lines += [f"{name}: {value}" for name, value in headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body

    def request(self, method, url=None, headers=(), body=b"", deadline=None):
        self.send(self.text(method, url, headers, body))
        reply = self.read_reply(deadline)
        if reply.status == 401 and self.user is not None and not self.challenge:
            self.challenge = next(value for value in reply.all("WWW-Authenticate") if value.startswith("Digest"))
            self.send(self.text(method, url, headers, body))
            reply = self.read_reply(deadline)
        return reply

    def authorization(self, method, url):
        fields = dict(part.strip().split("=", 1) for part in self.challenge.split(" ", 1)[1].split(","))
        fields = {name: value.strip('"') for name, value in fields.items()}
        hashed = hashlib.sha256 if fields.get("algorithm") == "SHA-256" else hashlib.md5

        def digest(text):
            return hashed(text.encode()).hexdigest()

        first = digest(f"{self.user}:{fields['realm']}:{self.password}")
        second = digest(f"{method}:{url}")
        response = digest(f"{first}:{fields['nonce']}:{second}")
        algorithm = f", algorithm={fields['algorithm']}" if "algorithm" in fields else ""
        return (f'Digest username="{self.user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", '
                f'uri="{url}", response="{response}"{algorithm}')

    def describe(self):
        return self.request("DESCRIBE", headers=[("Accept", "application/sdp")])

    def setup(self, track, transport):
        base = self.url.rstrip("/")
        reply = self.request("SETUP", f"{base}/stream={track}", [("Transport", transport)])
        if reply.status == 200:
            self.session = reply["Session"].split(";")[0]
        return reply

    def play_tcp(self, tracks=(0, 1)):
        """DESCRIBE, SETUP of the tracks interleaved on 2n and 2n+1, PLAY; the PLAY's reply."""
        assert self.describe().status == 200
        for track in tracks:
            reply = self.setup(track, f"RTP/AVP/TCP;unicast;interleaved={2 * track}-{2 * track + 1}")
            assert reply.status == 200, reply.status
        return self.request("PLAY", headers=[("Range", "npt=0.000-")])

    # ---- media ----

    def take_frames(self):
        """The interleaved frames that are here, (channel, bytes, time) each, without waiting for more; answers are passed over."""
        self.socket.setblocking(False)
        try:
            data = self.socket.recv(1 << 20)
            if not data:
                raise Closed()
            self.buffer += data
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        frames, self.frames = self.frames, []
        while True:
            frame = self._frame()
            if frame:
                frames.append(frame)
            elif not self._reply():
                return frames

    def read_packet(self, deadline=None):
        """The next RTP packet as (channel, Packet, time); reports are passed over."""
        while True:
            channel, data, at = self.read_frame(deadline)
            if channel % 2 == 0:
                return channel, Packet(data), at


def sender_report(data):
    """(ssrc, ntp as 32.32, rtp time) of the first packet of an RTCP compound, or None."""
    if len(data) < 28 or data[1] != 200:
        return None
    return struct.unpack(">IQI", data[4:20])


def receiver_report(ssrc, about):
    """A receiver report with one empty block about @about."""
    return struct.pack(">BBHI", 0x81, 201, 7, ssrc) + struct.pack(">I", about) + bytes(20)


def is_bye(data):
    """Whether an RTCP compound holds a BYE."""
    at = 0
    while at + 4 <= len(data):
        if data[at + 1] == 203:
            return True
        at += 4 + 4 * struct.unpack(">H", data[at + 2 : at + 4])[0]
    return False
