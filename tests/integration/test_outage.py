"""A camera goes away and comes back, or does not: what the log says, and what its readers see.

The camera is a second relay on a port that stays the same, so that it can be killed and started again.
"""

import signal
import time

import pytest

from rtsp_client import Closed, RtspClient, is_bye


class Camera:
    """A relay as a camera: rtsp://127.0.0.1:PORT/cam."""

    def __init__(self, make_relay, folder):
        self.make_relay, self.folder, self.port, self.relay = make_relay, folder, 0, None

    def start(self, source="test:?audio=pcma"):
        path = self.folder / "camera.conf"
        path.write_text(f"[RTSP]\nListen=127.0.0.1:{self.port}\n")
        self.relay = self.make_relay("--config", path, f"cam={source}")
        self.relay.wait_until_ready()
        self.relay.wait_for_connected("cam")
        self.port = self.relay.port

    def kill(self):
        self.relay.process.send_signal(signal.SIGKILL)
        self.relay.wait_for_exit()

    @property
    def url(self):
        return f"rtsp://127.0.0.1:{self.port}/cam"


@pytest.fixture
def camera(make_relay, tmp_path):
    camera = Camera(make_relay, tmp_path)
    camera.start()
    return camera


def watch(relay):
    client = RtspClient(f"{relay.url}/yard")
    assert client.play_tcp().status == 200
    client.read_packet()
    return client


def packets_until(client, wanted, deadline):
    """Reads packets until WANTED (channel, packet) says so; all that were read."""
    read = []
    until = time.monotonic() + deadline
    while not (read and wanted(*read[-1])):
        assert time.monotonic() < until, f"{len(read)} packets and not the right one"
        channel, packet, _ = client.read_packet(deadline)
        read.append((channel, packet))
    return read


def test_reader_stays_when_the_camera_is_back_in_time(camera, start_relay):
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    with watch(relay) as client:
        camera.kill()
        relay.wait_for_line(r"WARNING camera yard main: lost: the camera closed the connection; dialling again")
        lost_at = time.monotonic()
        camera.start()
        relay.wait_for_connected("yard", count=2)
        assert time.monotonic() - lost_at < 10
        # Enough pictures to be past all that had been queued before.
        packets = packets_until(client, lambda channel, packet: time.monotonic() > lost_at + 12, 20)
        for channel in (0, 2):
            numbers = [packet.sequence for number, packet in packets if number == channel]
            assert len(numbers) > 25
            assert all((after - before) % 65536 == 1 for before, after in zip(numbers, numbers[1:])), "sequence numbers have a gap"
    assert "ending" not in relay.log


def test_reader_is_ended_when_the_camera_stays_away(camera, start_relay):
    relay = start_relay(f"yard={camera.url}", config="[Defaults]\nHold=10s\n")
    relay.wait_for_connected("yard")
    with watch(relay) as client:
        camera.kill()
        relay.wait_for_line("camera yard main: lost: ")
        lost_at = time.monotonic()
        goodbyes = set()
        with pytest.raises((Closed, ConnectionResetError)):
            while True:
                channel, data, _ = client.read_frame(15)
                if channel % 2 == 1 and is_bye(data):
                    goodbyes.add(channel)
        assert 9 < time.monotonic() - lost_at < 15
        assert goodbyes == {1, 3}, "each track says good-bye"
    relay.wait_for_line("camera yard main: ending 1 readers: the camera is away")
    with RtspClient(f"{relay.url}/yard") as client:
        reply = client.describe()
        assert reply.status == 503
        assert reply.get("Retry-After")
    # And it is never given up.
    camera.start()
    relay.wait_for_connected("yard", count=2, timeout=30)
    watch(relay).close()


def test_reader_is_ended_when_the_camera_comes_back_with_another_codec(camera, start_relay):
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    with watch(relay) as client:
        camera.kill()
        relay.wait_for_line("camera yard main: lost: ")
        camera.start("test:?video=h265&audio=pcma")
        relay.wait_for_line("camera yard main: ending 1 readers: the camera came back with another format")
        client.wait_closed(10)
    relay.wait_for_connected("yard", count=2)
    with RtspClient(f"{relay.url}/yard") as client:
        reply = client.describe()
        assert reply.status == 200 and b"H265" in reply.body
        assert client.play_tcp().status == 200
        client.read_packet()


def test_failures_are_told_once(start_relay):
    relay = start_relay("yard=rtsp://127.0.0.1:9/none", cameras=None, config="[Defaults]\nBackoff=100ms 200ms\n")
    relay.wait_for_line("camera yard main: cannot connect: ")
    until = time.monotonic() + 2
    with pytest.raises(AssertionError):
        relay.wait_for_line("cannot connect: ", timeout=until - time.monotonic(), count=2)
