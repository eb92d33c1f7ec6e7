"""The daemon's end under load: everybody is told, nobody can hold it up, it takes 5 seconds at most."""

import signal
import socket
import time

import pytest

from crowd import Crowd
from rtsp_client import Closed, RtspClient, is_bye


@pytest.fixture
def silent_camera():
    """Accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/"


def test_readers_hear_good_bye(start_relay):
    relay = start_relay("demo=test:?audio=pcma")
    relay.wait_for_connected("demo")
    with RtspClient(f"{relay.url}/demo") as client:
        assert client.play_tcp().status == 200
        client.read_packet()
        relay.process.send_signal(signal.SIGTERM)
        goodbyes = set()
        with pytest.raises((Closed, ConnectionResetError)):
            while True:
                channel, data, _ = client.read_frame(10)
                if channel % 2 == 1 and is_bye(data):
                    goodbyes.add(channel)
    assert goodbyes == {1, 3}
    status, took_s = relay.stop()
    assert status == 0 and took_s < 2


def test_silent_camera_and_deaf_reader_hold_nothing_up(start_relay, silent_camera):
    relay = start_relay("demo=test:?audio=none", *(f"silent{i}={silent_camera}{i}" for i in range(20)))
    relay.wait_for_connected("demo")
    with RtspClient(f"{relay.url}/demo", receive_buffer=4096) as client:
        # It plays and never reads again.
        assert client.play_tcp(tracks=(0,)).status == 200
        client.read_packet()
        status, took_s = relay.stop()
    assert status == 0
    assert took_s <= 5


@pytest.mark.parametrize("times", [pytest.param(3), pytest.param(20, marks=pytest.mark.long)])
def test_hung_camera_and_two_hundred_readers(make_camera, start_relay, silent_camera, bar, times):
    """The camera stops in the middle of its stream: TEARDOWN is never answered. One of its readers never reads."""
    camera = make_camera(audio="pcma")
    ends = []
    for _ in range(times):
        relay = start_relay(f"yard={camera.url}", f"silent={silent_camera}")
        relay.wait_for_connected("yard")
        url = f"{relay.url}/yard"
        with Crowd([url], tcp=150, udp=49), RtspClient(url, receive_buffer=4096) as deaf:
            assert deaf.play_tcp().status == 200
            relay.wait_for_line("reader joined over", count=200, timeout=60)
            camera.cut("silent")
            ends.append(relay.stop())
    bar("SIGTERM with a hung camera, 200 readers, one not reading: not ended well", sum(status != 0 for status, _ in ends), 0)
    bar("SIGTERM with a hung camera, 200 readers, one not reading: to the exit", max(took_s for _, took_s in ends), 5, "s")


def test_second_signal_ends_at_once(start_relay):
    relay = start_relay("demo=test:?audio=none")
    relay.wait_for_connected("demo")
    with RtspClient(f"{relay.url}/demo", receive_buffer=4096) as client:
        assert client.play_tcp(tracks=(0,)).status == 200
        client.read_packet()
        relay.process.send_signal(signal.SIGTERM)
        relay.wait_for_line("^stopping$")
        began = time.monotonic()
        relay.process.send_signal(signal.SIGTERM)
        assert relay.wait_for_exit() == 0
        assert time.monotonic() - began < 0.5
