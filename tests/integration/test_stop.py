"""The daemon's end under load: everybody is told, nobody can hold it up, it takes 5 seconds at most."""

import signal
import socket
import time

import pytest

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
