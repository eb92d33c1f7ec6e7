"""What a server on an open port must stand: each row at its limit and one past it, with a viewer playing beside it."""
import contextlib
import re
import socket
import time

import pytest

from rtsp_client import Closed, RtspClient, host_and_port
from viewer import Viewer

CAMERA = "demo=test:?size=320x240&audio=pcma"
HEADER_BYTES, HEADERS, URI_BYTES, BODY_BYTES = 16384, 64, 2048, 65536
TCP0 = "RTP/AVP/TCP;unicast;interleaved=0-1"


@pytest.fixture
def relay(start_relay):
    relay = start_relay(CAMERA, config="[Limits]\nRequestTimeout=2s\n")
    relay.wait_for_connected("demo")
    return relay


@pytest.fixture
def url(relay):
    return f"{relay.url}/demo"


@pytest.fixture(autouse=True)
def viewer(url):
    """Nothing that happens here may starve it for a second."""
    viewer = Viewer(url)
    yield viewer
    viewer.stop()
    viewer.assert_well_served()


@pytest.fixture
def client(url):
    with RtspClient(url) as client:
        yield client


def filled_request(url, size):
    """An OPTIONS whose head is @size bytes long in all, from many headers of less than 1,000 bytes."""
    head = f"OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\n".encode()
    number = 0
    while True:
        rest = size - len(head) - 2
        name = f"X-Fill-{number}: ".encode()
        room = min(rest - len(name) - 2, 900)
        if rest - (len(name) + room + 2) in range(1, 20):
            room -= 30
        head += name + b"a" * room + b"\r\n"
        number += 1
        if len(head) + 2 >= size:
            assert len(head) + 2 == size
            return head + b"\r\n"


def assert_refused_and_closed(client, statuses):
    try:
        reply = client.read_reply()
    except ConnectionResetError:
        return
    assert reply.status in statuses
    client.wait_closed()


# ---- request size ----


def test_head_at_its_limit(client, url):
    client.send(filled_request(url, HEADER_BYTES))
    assert client.read_reply().status == 200


def test_head_past_its_limit(client, url):
    client.send(filled_request(url, HEADER_BYTES + 1))
    assert_refused_and_closed(client, {400, 413, 431})


def test_head_without_end(client, url):
    client.send(f"OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\n".encode())
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for number in range(4000):
            client.send(f"X-{number}: {'b' * 900}\r\n".encode())
        client.wait_closed()
        return


@pytest.mark.parametrize("extra,status", [(0, 200), (1, 400)])
def test_number_of_headers(client, url, extra, status):
    headers = [(f"X-{i}", "1") for i in range(HEADERS - 1 + extra)]  # CSeq is one of them
    assert client.request("OPTIONS", headers=headers).status == status


@pytest.mark.parametrize("extra,status", [(0, 200), (1, 413)])
def test_body(client, url, extra, status):
    client.send(f"SET_PARAMETER {url} RTSP/1.0\r\nCSeq: 1\r\nContent-Length: {BODY_BYTES + extra}\r\n\r\n".encode())
    if status == 200:
        client.send(b"x" * BODY_BYTES)
        assert client.read_reply().status in (200, 451, 454)
    else:
        assert_refused_and_closed(client, {413})


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "4294967296", "99999999999999999999", "", "1 1", "0x10"])
def test_content_length_that_is_none(client, url, length):
    client.send(f"OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\nContent-Length: {length}\r\n\r\n".encode())
    assert_refused_and_closed(client, {400, 413})


def test_two_content_lengths(client, url):
    client.send(f"OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx".encode())
    assert_refused_and_closed(client, {400})


@pytest.mark.parametrize("extra,status", [(0, 404), (1, 414)])
def test_uri_length(client, relay, extra, status):
    base = f"{relay.url}/"
    uri = base + "n" * (URI_BYTES + extra - len(base))
    assert client.request("DESCRIBE", uri).status == status


def test_request_in_single_bytes(client, url):
    for byte in f"OPTIONS {url} RTSP/1.0\r\nCSeq: 7\r\n\r\n".encode():
        client.send(bytes([byte]))
    reply = client.read_reply()
    assert (reply.status, reply["CSeq"]) == (200, "7")


def test_half_a_request_has_a_deadline(client, url):
    begun = time.monotonic()
    client.send(f"OPTIONS {url} RTSP/1.0\r\nCSe".encode())
    client.wait_closed(8)
    assert 1.5 < time.monotonic() - begun < 5


@pytest.mark.parametrize("junk", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),  # a TLS hello on the plain port
    b"GET / HTTP/1.1\r\nHost: x\r\nx-sessioncookie: 1\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n",
    b"POST /demo HTTP/1.0\r\nx-sessioncookie: 1\r\nContent-Length: 32767\r\n\r\n",
    b"\0" * 400, b"\n\n\n\n" + b"\xff" * 300, b"OPTIONS\r\n\r\n", b"OPTIONS  RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    b"OPTIONS rtsp://x/ RTSP/1.0\nCSeq: 1\n\n", b"OPTIONS rtsp://x/\x01 RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    b"OPTIONS rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\nX: a\x00b\r\n\r\n", b"OPTIONS rtsp://x/ RTSP/1.0\r\nno colon here\r\n\r\n",
    b"OPTIONS rtsp://x/ RTSP/1.0\r\n\r\n", b"OPTIONS rtsp://x/ RTSP/1.0\r\nCSeq: x\r\n\r\n",
    b"OPTIONS rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\nCSeq: 2\r\n\r\n", b"$\x00\xff\xff" + b"z" * 70000,
], ids=lambda junk: repr(junk[:24]))
def test_junk_is_refused(client, junk):
    with contextlib.suppress(ConnectionResetError, BrokenPipeError, Closed):
        client.send(junk)
        reply = client.read_reply(4)
        assert 400 <= reply.status <= 505
    client.wait_closed(4)


# ---- methods, versions, headers ----


@pytest.mark.parametrize("method,status", [("ANNOUNCE", 405), ("RECORD", 405), ("REDIRECT", 405), ("FLY", 501)])
def test_methods_not_offered(client, method, status):
    assert client.request(method).status == status
    assert client.request("OPTIONS").status == 200


def test_other_versions(client, url):
    client.send(f"OPTIONS {url} RTSP/2.0\r\nCSeq: 1\r\n\r\n".encode())
    assert client.read_reply().status == 505


def test_unknown_requirement(client):
    reply = client.request("DESCRIBE", headers=[("Require", "com.example.flying")])
    assert reply.status == 551
    assert reply["Unsupported"] == "com.example.flying"


@pytest.mark.parametrize("name,value", [
    ("Scale", "nan"), ("Scale", "-1e308"), ("Speed", "nan"), ("Speed", "0"), ("Range", "npt=1e309-"), ("Range", "clock=20380119T031407Z-"),
    ("Range", "smpte=99:99:99:99-"), ("Range", "npt=-"), ("Blocksize", "1"), ("Blocksize", "99999999999"), ("Bandwidth", "-1"),
    ("KeyMgmt", 'prot=mikey; uri=""; data="AQAFAA=="'), ("Pipelined-Requests", "1"), ("Seek-Style", "CoRAP"), ("Rate-Control", "no"),
])
def test_dangerous_headers_do_nothing(url, name, value):
    with RtspClient(url) as client:
        assert client.describe().status == 200
        for track in (0, 1):
            transport = f"RTP/AVP/TCP;unicast;interleaved={2 * track}-{2 * track + 1}"
            reply = client.request("SETUP", f"{url}/stream={track}", [("Transport", transport), (name, value)])
            assert reply.status == 200
            client.session = reply["Session"].split(";")[0]
        assert client.request("PLAY", headers=[(name, value)]).status == 200
        assert client.read_packet()[1].payload


# ---- transports ----


@pytest.mark.parametrize("transport", [
    "", ";", ",", "RTP/AVP", "RTP/AVP;unicast", "RTP/AVP;unicast;client_port=0-1", "RTP/AVP;unicast;client_port=5001-5000",
    "RTP/AVP;unicast;client_port=5000-5002", "RTP/AVP;unicast;client_port=80-81", "RTP/AVP;unicast;client_port=1023-1024",
    "RTP/AVP;unicast;client_port=65536-65537", "RTP/AVP;unicast;client_port=-1-0", "RTP/AVP;unicast;client_port=abc",
    "RTP/AVP/TCP;unicast;interleaved=1-0", "RTP/AVP/TCP;unicast;interleaved=0-2", "RTP/AVP/TCP;unicast;interleaved=255-256",
    "RTP/AVP/TCP;unicast;interleaved=-1-0", "RTP/AVP/TCP;unicast;interleaved=99999999999-1", "RTP/SAVP;unicast;client_port=5000-5001",
    "RTP/AVP;multicast;port=5000-5001", "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record", "RAW/RAW/UDP;unicast;client_port=5000-5001",
    "x" * 4000, ",".join(["RTP/AVP;multicast"] * 300),
], ids=lambda transport: transport[:40] or "empty")
def test_transports_that_make_no_sense(client, transport):
    assert client.setup(0, transport).status in (400, 461)
    assert client.setup(0, TCP0).status == 200


@pytest.mark.parametrize("transport,granted", [
    ("RTP/AVP/TCP;unicast;interleaved=254-255", "interleaved=254-255"),
    ("RTP/AVP/TCP;unicast;interleaved=7-8", "interleaved=7-8"),
    ("RTP/AVP;multicast,RTP/AVP/TCP;unicast;interleaved=2-3", "interleaved=2-3"),
    ("RTP/AVP;unicast;client_port=1024-1025", "client_port=1024-1025"),
    ("RTP/AVP/UDP;unicast;client_port=65534-65535", "client_port=65534-65535"),
])
def test_transports_at_their_limits(client, transport, granted):
    reply = client.setup(0, transport)
    assert reply.status == 200
    assert granted in reply["Transport"]


# ---- sessions ----


def test_session_ids_are_long_and_differ(url):
    ids = set()
    for _ in range(20):
        with RtspClient(url) as client:
            assert client.setup(0, TCP0).status == 200
            ids.add(client.session)
    assert len(ids) == 20
    assert all(re.fullmatch(r"[0-9a-f]{32}", session) for session in ids)


@pytest.mark.parametrize("method", ["SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER"])
def test_session_of_another_connection(client, url, method):
    assert client.play_tcp((0,)).status == 200
    with RtspClient(url) as thief:
        thief.session = client.session
        target = f"{url}/stream=0" if method == "SETUP" else None
        headers = [("Transport", TCP0)] if method == "SETUP" else []
        assert thief.request(method, target, headers).status == 454
    assert client.read_packet()[1].payload


def test_setup_again_while_playing(client):
    assert client.play_tcp((0,)).status == 200
    assert client.setup(0, "RTP/AVP;unicast;client_port=5000-5001").status in (455, 461)
    assert client.setup(1, "RTP/AVP/TCP;unicast;interleaved=2-3").status == 455
    assert client.read_packet()[1].payload


def test_same_channels_twice(client):
    assert client.setup(0, TCP0).status == 200
    reply = client.setup(1, TCP0)
    assert reply.status == 461 or "interleaved=0-1" not in reply["Transport"]


def test_tcp_and_udp_in_one_session(client):
    assert client.setup(0, TCP0).status == 200
    assert client.setup(1, "RTP/AVP;unicast;client_port=5000-5001").status == 461


@pytest.mark.parametrize("method", ["PLAY", "PAUSE", "TEARDOWN"])
def test_methods_without_a_session(client, method):
    assert client.request(method).status in (454, 455)


def test_track_that_does_not_exist(client, url):
    for track in (2, 9):
        assert client.setup(track, TCP0).status == 404


# ---- load ----


def test_half_open_connections_do_not_keep_others_out(relay, url):
    idle = [socket.create_connection(host_and_port(relay.url)) for _ in range(200)]
    with RtspClient(url) as client:
        assert client.request("OPTIONS", deadline=2).status == 200
    for connection in idle:
        connection.close()


def test_silent_connection_is_closed(client):
    begun = time.monotonic()
    client.wait_closed(15)
    assert 8 < time.monotonic() - begun < 14


def test_replies_never_read(relay, url):
    with RtspClient(url, receive_buffer=4096) as client:
        client.socket.settimeout(8)
        with pytest.raises((ConnectionResetError, BrokenPipeError, TimeoutError)):
            for _ in range(200000):
                client.send(client.text("DESCRIBE") * 20)


def test_pipelined_requests_are_answered_in_order(client):
    client.send(b"".join(client.text("OPTIONS") for _ in range(200)))
    assert [int(client.read_reply()["CSeq"]) for _ in range(200)] == list(range(1, 201))


def test_connect_and_reset_storm(relay):
    for _ in range(500):
        connection = RtspClient(f"{relay.url}/demo")
        connection.send(b"DESCRIBE rtsp://x/demo RT")
        connection.close(reset=True)
