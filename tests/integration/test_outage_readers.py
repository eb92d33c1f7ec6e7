"""Clients who come while a camera is away, wait for one on demand, hear nothing for minutes, or are sent away: what they get, and how soon."""
import itertools
import socket
import subprocess
import threading
import time

import pytest

from decoders import Decoder
from rtsp_client import RtspClient
from udp_receiver import UdpReceiver

NEVER_SEEN = "rtsp://127.0.0.1:9/never"  # refused at once
SESSION_TIMEOUT_S = 60
LASTING_UNITS = 75  # 3 s of pictures: a connection that was a success


@pytest.fixture
def black_hole():
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/"


def describe(url):
    """(status, seconds from the first packet to the answer)"""
    began = time.monotonic()
    with RtspClient(url) as client:
        reply = client.describe()
        assert reply.status == 200 or reply.get("Retry-After")
        return reply.status, time.monotonic() - began


def first_picture(url):
    """Seconds from the first packet of a new reader to the last one of its first picture; whether it was a key picture."""
    began = time.monotonic()
    with RtspClient(url) as client:
        assert client.play_tcp(tracks=(0,)).status == 200
        is_key = False
        while True:
            _, packet, at = client.read_packet(5)
            is_key |= packet.payload[0] & 31 == 5 or (packet.payload[0] & 31 == 28 and packet.payload[1] & 31 == 5)
            if packet.marker:
                return at - began, is_key


def go_away(relay, camera):
    losses = relay.log.count("camera yard main: lost: ")
    camera.go_down()
    relay.wait_for_line("camera yard main: lost: ", count=losses + 1)


# ---- who comes while it is away ----

@pytest.mark.timing
def test_new_reader_of_a_camera_that_is_away(make_camera, start_relay, bar):
    camera = make_camera()
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    first_picture(f"{relay.url}/yard")
    go_away(relay, camera)
    worst = 0
    for _ in range(10):
        took_s, is_key = first_picture(f"{relay.url}/yard")
        assert is_key
        worst = max(worst, took_s)
    bar("new reader during an outage: to the first picture", worst * 1000, 100, "ms")


@pytest.mark.timing
def test_new_reader_after_a_restart_while_the_camera_is_dark(make_camera, start_relay, tmp_path, bar):
    camera = make_camera()
    state = tmp_path / "kept"
    relay = start_relay("--state", state, f"yard={camera.url}")
    relay.wait_for_connected("yard")
    first_picture(f"{relay.url}/yard")
    relay.stop()
    camera.go_down()
    relay = start_relay("--state", state, f"yard={camera.url}")
    relay.wait_for_line("camera yard main: cannot connect: ")
    took_s, is_key = first_picture(f"{relay.url}/yard")
    assert is_key
    bar("new reader after a restart, camera still dark: to the first picture", took_s * 1000, 100, "ms")


@pytest.mark.timing
def test_new_reader_of_a_camera_never_seen(start_relay, bar):
    relay = start_relay(f"yard={NEVER_SEEN}")
    status, young_s = describe(f"{relay.url}/yard")
    assert status == 503
    bar("new reader, never seen, first dial young: to the 503", young_s, 1.1, "s")
    worst = 0
    for _ in range(10):
        status, took_s = describe(f"{relay.url}/yard")
        assert status == 503
        worst = max(worst, took_s)
    bar("new reader, never seen: to the 503", worst * 1000, 100, "ms")


# ---- on demand ----

ON_DEMAND = "[Camera]\nURL={}\n[Stream main]\nStart=on-demand\n"


def test_camera_on_demand_is_dialled_for_who_asks(make_camera, start_relay):
    camera = make_camera()
    relay = start_relay(cameras={"yard": ON_DEMAND.format(camera.url)})
    assert camera.state()["connections"] == 0
    with RtspClient(f"{relay.url}/yard") as client:
        assert client.request("OPTIONS").status == 200
        assert camera.state()["connections"] == 0
        assert client.play_tcp(tracks=(0,)).status == 200
        client.read_packet()
    assert camera.state()["connections"] == 1


@pytest.mark.timing
def test_request_for_a_camera_that_never_answers_waits_eight_seconds(black_hole, start_relay):
    relay = start_relay(cameras={"yard": ON_DEMAND.format(black_hole)}, config="[Limits]\nRequestTimeout=1s\n")
    status, took_s = describe(f"{relay.url}/yard")
    assert status == 503
    assert 7.9 < took_s < 8.3


@pytest.mark.timing
def test_answer_comes_as_soon_as_the_stream_is_known(make_camera, start_relay, bar):
    """From the camera's own log of its PLAY on: SDP, gates and the answer to who waits."""
    camera = make_camera(answer_delay=0.3)
    relay = start_relay(cameras={"yard": ON_DEMAND.format(camera.url)})
    with RtspClient(f"{relay.url}/yard") as client:
        assert client.describe().status == 200
        answered_at = time.monotonic()
    known_at = camera.wait_for("playing")["at"]
    bar("camera on demand: from its PLAY to the answer of who waits", (answered_at - known_at) * 1000, 250, "ms")


# ---- silence ----

def drain_reports(client, seconds, may_be_late=0):
    """What comes over TCP for so long: reports only, MAY_BE_LATE seconds from now on."""
    began = time.monotonic()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            channel, _, _ = client.read_frame(until - time.monotonic())
        except TimeoutError:
            return
        assert channel % 2 == 1 or time.monotonic() < began + may_be_late, "a picture, from a camera that is away"


def drop_datagrams(receiver):
    while True:
        try:
            receiver.read(0.05)
        except TimeoutError:
            return


@pytest.mark.long
def test_readers_without_any_media_for_minutes(make_camera, start_relay):
    """They say nothing by themselves, as clients that wait for data do not; over TCP and UDP."""
    camera = make_camera()
    relay = start_relay(cameras={"yard": f"[Camera]\nURL={camera.url}\n[Offline]\nSlate=none\n"})
    relay.wait_for_connected("yard")
    url = f"{relay.url}/yard"
    with RtspClient(url) as tcp, RtspClient(url) as control, UdpReceiver(control, "127.0.0.1") as udp:
        assert tcp.play_tcp(tracks=(0,)).status == 200
        assert udp.play().status == 200
        tcp.read_packet()
        udp.read_packet()
        go_away(relay, camera)
        drain_reports(tcp, 2 * SESSION_TIMEOUT_S + 10, may_be_late=1)
        drop_datagrams(udp)
        camera.come_up()
        relay.wait_for_connected("yard", count=2)
        tcp.read_packet()
        udp.read_packet()
        assert control.request("OPTIONS").status == 200
    assert "reader left" not in relay.log.split("connected, ")[1]


def test_without_a_slate_nothing_comes_and_nothing_is_refused(make_camera, start_relay):
    camera = make_camera()
    relay = start_relay(cameras={"yard": f"[Camera]\nURL={camera.url}\n[Offline]\nSlate=none\n"})
    relay.wait_for_connected("yard")
    go_away(relay, camera)
    with RtspClient(f"{relay.url}/yard") as client:
        began = time.monotonic()
        assert client.play_tcp(tracks=(0,)).status == 200
        assert time.monotonic() - began < 0.5
        drain_reports(client, 2)
        camera.come_up()
        client.read_packet()


# ---- the end ----

@pytest.mark.parametrize("program,transport", itertools.product(("ffmpeg", "gstreamer"), ("tcp", "udp")))
def test_programs_take_the_end_for_a_normal_one(start_relay, program, transport):
    relay = start_relay("demo=test:?audio=none")
    relay.wait_for_connected("demo")
    decoder = Decoder(program, f"{relay.url}/demo", transport)
    try:
        decoder.wait_for_pictures(10)
        relay.stop()
        assert decoder.wait_for_end(10) == 0, decoder.complaints()
    finally:
        decoder.stop()


# ---- what is kept ----

@pytest.fixture
def full_disk(tmp_path):
    """A folder on a disk of 1 MiB without any room."""
    folder = tmp_path / "full"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1M,mode=700", "camrelay-test", str(folder)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"needs to mount a disk: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(path):
    with open(path, "wb", buffering=0) as file, pytest.raises(OSError):
        while True:
            file.write(bytes(4096))


def test_full_disk_is_one_line_and_harms_nobody(full_disk, make_relay, write_config, make_camera):
    camera = make_camera()
    other = make_camera()
    (full_disk / "lock").touch()
    fill(full_disk / "filler")
    relay = make_relay("--config", write_config(), "--state", full_disk, f"yard={camera.url}", f"gate={other.url}")
    relay.wait_until_ready()
    relay.wait_for_line("WARNING cannot keep '.*': No space left on device")
    relay.wait_for_connected("yard")
    relay.wait_for_connected("gate")
    with RtspClient(f"{relay.url}/yard") as client:
        assert client.play_tcp(tracks=(0,)).status == 200
        client.read_packet()
        go_away(relay, camera)
        client.read_packet()
        camera.come_up()
        relay.wait_for_connected("yard", count=2)
        client.read_packet()
    assert relay.log.count("cannot keep") == 1
    (full_disk / "filler").unlink()
    deadline = time.monotonic() + 60
    pace = threading.Event()
    while "yard.main' can be kept again" not in relay.log:  # at a loss, but not within 10 s of the last try
        assert time.monotonic() < deadline, relay.log
        lasting = camera.state()["units_sent"] + LASTING_UNITS
        while camera.state()["units_sent"] < lasting:  # or the next dial would wait
            assert time.monotonic() < deadline, relay.log
            pace.wait(0.1)
        go_away(relay, camera)
        camera.come_up()
        relay.wait_for_connected("yard", count=relay.log.count("camera yard main: lost: ") + 1)
