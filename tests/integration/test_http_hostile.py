"""Clients of HTTP that mean harm, or are broken: they are refused or left, others are served meanwhile, and nothing of them stays."""

import collections
import contextlib
import hashlib
import os
import random
import resource
import select
import socket
import struct
import time

import pytest

import http_client
from http_client import ask
from relay import CANARY
from viewer import Viewer

SOURCE = "test:?video=h264&audio=none&size=320x240&fps=10"
OK = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /api/v1/reload HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
TOKEN = f"{CANARY}-admin"
RANDOM_REQUESTS = 10000
MOST = 256 + 32  # connections, of this machine


@pytest.fixture
def relay(start_relay):
    """Its camera is connected: what is counted from here on is HTTP's."""
    relay = start_relay(f"yard={SOURCE}", config="[HTTP]\nListen=127.0.0.1:0\n")
    relay.wait_for_connected("yard")
    return relay


def descriptors(relay):
    return len(os.listdir(f"/proc/{relay.pid}/fd"))


def resident_bytes(relay):
    return int(relay.proc("statm").split()[1]) * resource.getpagesize()


def settle(relay, most, limit_s=15):
    """Waits until no more than MOST descriptors are open."""
    until = time.monotonic() + limit_s
    while descriptors(relay) > most:
        assert time.monotonic() < until, f"{descriptors(relay)} descriptors are open, {most} were"
        ask(relay.http_url, "/healthz")


def answer_time(relay):
    began = time.monotonic()
    assert ask(relay.http_url, "/healthz").status == 200
    return time.monotonic() - began


@pytest.mark.parametrize("data, status", [
    pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, id="tls"),
    pytest.param(b"GET /healthz HTTP/1.1\nHost: localhost\n\n", 400, id="bare-lf"),
    pytest.param(HEAD + b"Host: localhost\r\n\r\n", 400, id="two-hosts"),
    pytest.param(b"GET /healthz HTTP/1.1\r\n\r\n", 400, id="no-host"),
    pytest.param(HEAD + b" folded\r\n\r\n", 400, id="folded"),
    pytest.param(HEAD + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400, id="two-lengths"),
    pytest.param(HEAD + b"Content-Length: -5\r\n\r\n", 400, id="negative-length"),
    pytest.param(HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, id="length-and-chunked"),
    pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 411, id="chunked"),
    pytest.param(POST + b"Content-Length: 65537\r\n\r\n", 413, id="large"),
    pytest.param(HEAD + b"Expect: miracles\r\n\r\n", 417, id="expectation"),
    pytest.param(b"GET http://127.0.0.1/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, id="absolute"),
    pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, id="http2"),
    pytest.param(HEAD + b"X: y\r\n" * 70 + b"\r\n", 431, id="many-headers"),
    pytest.param(HEAD + b"X: " + b"y" * 20000, 431, id="long-header"),
    pytest.param(b"GET /" + b"a" * 20000, 431, id="long-target"),
])
def test_ambiguous_requests(relay, data, status):
    assert http_client.raw_status(http_client.send_raw(relay.http_url, data)) == status


def test_one_request_a_connection(relay):
    """What follows a request is no request, and does not cost its sender the answer."""
    reply = http_client.send_raw(relay.http_url, OK + b"GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n" + b"x" * 200000)
    assert reply.count(b"HTTP/1.1 ") == 1 and reply.endswith(b'{"alive":true}')


def test_byte_by_byte(relay):
    with http_client.dial(relay.http_url) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in OK:
            connection.sendall(bytes([byte]))
        assert http_client.raw_status(http_client.read_all(connection)) == 200


def test_many_ranges_are_one_answer(relay):
    plain = http_client.send_raw(relay.http_url, HEAD + b"\r\n")
    reply = http_client.send_raw(relay.http_url, HEAD + b"Range: bytes=" + b",".join(b"0-" for _ in range(2000)) + b"\r\n\r\n")
    assert http_client.raw_status(reply) == 200 and len(reply) == len(plain)


def test_endless_body(relay):
    """100 MB that nobody asked for: refused at the head, read by nobody, and kept nowhere."""
    before = resident_bytes(relay)
    with http_client.dial(relay.http_url) as connection:
        connection.sendall(POST + b"Content-Length: 104857600\r\n\r\n")
        sent = 0
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            while sent < 100 << 20:
                sent += connection.send(bytes(1 << 16))
        assert sent < 32 << 20, "it was read to its end"
    assert resident_bytes(relay) - before < 8 << 20
    with http_client.dial(relay.http_url) as connection:
        connection.sendall(POST + b"Content-Length: 104857600\r\n\r\n")
        assert http_client.raw_status(http_client.read_all(connection)) == 413


def test_slow_clients_give_way(relay):
    """More half requests than there are connections, and a viewer beside them: who asks is answered at once, and in the end all of them are gone."""
    viewer = Viewer(relay.url + "/yard")
    before = descriptors(relay)
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(http_client.dial(relay.http_url)) for _ in range(500)]
        for connection in slow:
            with contextlib.suppress(OSError):
                connection.sendall(HEAD)
        times = [answer_time(relay) for _ in range(20)]
        assert descriptors(relay) <= before + MOST + 1
        assert all(connection_is_closed(connection) for connection in slow[:100]), "the oldest gave way"
        settle(relay, before + 1)  # those that are left have 10 s for their heads
    assert sorted(times)[len(times) // 2] < 1
    settle(relay, before)
    viewer.stop()
    viewer.assert_well_served()


def connection_is_closed(connection):
    readable, _, _ = select.select([connection], [], [], 5)
    if not readable:
        return False
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_descriptors_run_out(relay):
    """Nothing is left to accept with: it rests, readers see nothing of it, and once there is room again it goes on."""
    viewer = Viewer(relay.url + "/yard")
    assert answer_time(relay) < 5
    before = descriptors(relay)
    soft, hard = resource.prlimit(relay.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(relay.pid, resource.RLIMIT_NOFILE, (before + 10, hard))
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(http_client.dial(relay.http_url)).sendall(HEAD)
        spent = os.times()
        used = cpu_s(relay)
        waiting = http_client.dial(relay.http_url)
        waiting.sendall(OK)
        assert not select.select([waiting], [], [], 1)[0], "there was a descriptor for it"
        assert cpu_s(relay) - used < 0.5 and os.times() != spent
    assert http_client.raw_status(http_client.read_all(waiting)) == 200
    waiting.close()
    resource.prlimit(relay.pid, resource.RLIMIT_NOFILE, (soft, hard))
    settle(relay, before)
    viewer.stop()
    viewer.assert_well_served()


def cpu_s(relay):
    fields = relay.proc("stat").rsplit(b")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def leave(connection, manner):
    if manner == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("manner", ["close", "reset"])
def test_leaving_at_any_moment(relay, manner):
    """In the middle of a request, behind it, in the middle of the answer: descriptors return."""
    assert answer_time(relay) < 5
    before = descriptors(relay)
    for count in range(300):
        connection = http_client.dial(relay.http_url)
        connection.sendall([b"", HEAD, OK, OK.replace(b"healthz", b"metrics"), POST + b"Content-Length: 9\r\n\r\n{", OK + OK][count % 6])
        if count % 4 == 3:
            select.select([connection], [], [], 0.05)
        leave(connection, manner)
    settle(relay, before)


def test_keep_alive_clients(relay):
    """libsoup would keep a descriptor of each."""
    assert answer_time(relay) < 5
    before = descriptors(relay)
    for _ in range(200):
        reply = http_client.send_raw(relay.http_url, HEAD + b"Connection: keep-alive\r\n\r\n")
        assert b"\r\nConnection: close\r\n" in reply
    settle(relay, before)


BODIES = [b"", b"{}", b'{"settings": {"Camera.Enabled": "maybe"}}', b'{"settings": {"Camera.Description": "a"}}', b"[[[[", b'{"name": 1}', b"\xff\x00",
          b'{"settings": {"Camera.Password": "%s"}}' % CANARY.encode()]
QUERIES = ["", "?camera=yard", "?level=debug&most=9", "?after=x", "?a=1&a=2", "?%00"]
ODD_LINES = ["Origin: null", "Authorization: Bearer x", "Sec-Fetch-Site: cross-site", "Transfer-Encoding: chunked", "X-Forwarded-For: 1", "Expect: 100-continue", ": x"]


def random_request(rng, operations):
    """What an admin may ask for, usually; and then often not quite."""
    method, path = rng.choice(operations)
    if rng.random() < 0.1:
        method = rng.choice(["GET", "HEAD", "OPTIONS", "PUT", "X"])
    path = path.format(name=rng.choice(["yard", "yard", "shed", "nosuch", "%ff", "a" * 40]), id=rng.choice(["1234", "0", "%2e%2e"]))
    body = rng.choice(BODIES) if method in ("POST", "PATCH") else b""
    host = "localhost" if rng.random() < 0.95 else rng.choice(["evil.example", "["])
    version = "1.1" if rng.random() < 0.95 else rng.choice(["1.0", "2.0", "1.11"])
    lines = [f"{method} {path}{rng.choice(QUERIES) if rng.random() < 0.3 else ''} HTTP/{version}", f"Host: {host}", f"Authorization: Bearer {TOKEN}",
             f"Content-Length: {len(body)}", "Content-Type: application/json"]
    if rng.random() < 0.1:
        lines.append(rng.choice(ODD_LINES))
    data = bytearray("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    for _ in range(rng.choice([0, 0, 0, 0, 0, 1, 3])):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data[:rng.randrange(len(data))] if rng.random() < 0.05 else data)


def test_random_requests(start_relay, bar):
    """By an admin, who may do everything. No crash, no leak, and no secret in any answer. Each has an address of its own: guessers are kept out by theirs."""
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    relay = start_relay(config=f"[HTTP]\nListen=127.0.0.1:0\n[Token admin]\nTokenHash=sha256:{digest}\nRole=admin\n[Camera yard]\nURL={SOURCE}\n"
                               f"[User joe]\nPassword={CANARY}\n[Camera shed]\nURL=rtsp://127.0.0.1:9/\nUsername=a\nPassword={CANARY}\n")
    document = ask(relay.http_url, "/api/v1/openapi.json", token=TOKEN).json
    operations = [(method.upper(), path) for path, item in document["paths"].items() for method in item] + [("GET", "/"), ("GET", "/api/v1/nosuch")]
    rng = random.Random(36)
    relay.wait_for_connected("yard")
    statuses, memory, secrets = collections.Counter(), 0, 0
    for number in range(RANDOM_REQUESTS):
        if number == RANDOM_REQUESTS // 10:
            memory = resident_bytes(relay)
        source = f"127.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
        with socket.create_connection(http_client.place(relay.http_url), 20, (source, 0)) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(random_request(rng, operations))
                connection.shutdown(socket.SHUT_WR)
            reply = http_client.read_all(connection)
        secrets += CANARY.encode() in reply
        statuses[http_client.raw_status(reply) if reply else 0] += 1
    assert relay.process.poll() is None and statuses[200] > 2000 and not statuses[500], statuses
    bar("secrets in 10,000 random HTTP requests' answers", secrets, 0)
    if not relay.is_sanitized:
        bar("memory after 10,000 random HTTP requests", (resident_bytes(relay) - memory) / (1 << 20), 8, "MiB")
