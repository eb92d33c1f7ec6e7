"""Cameras that are pulled by SRT: real senders, their ends and their silences, as the log and a reader see them."""

import signal
import time

import pytest

import srt_feed
from relay import CANARY
from rtsp_client import RtspClient

VIDEO, AUDIO = 0, 2
BACK_S = 1.0  # from the sender's return to its pictures


@pytest.fixture
def feed(tmp_path):
    feed = srt_feed.Feed(tmp_path)
    yield feed
    feed.close()


@pytest.fixture
def send(tmp_path):
    """send(url, codecs=None): an ffmpeg that sends there."""
    senders = []

    def start(url, codecs=None):
        senders.append(srt_feed.ffmpeg(tmp_path, url, codecs))
        return senders[-1]

    yield start
    for sender in senders:
        sender.close()


def watch(relay, camera="cam"):
    client = RtspClient(f"{relay.url}/{camera}")
    assert client.play_tcp().status == 200
    return client


def pictures_flow(client, since, timeout=20):
    """When the first of three pictures came that are closer together than any slate's; all that came before SINCE is passed over."""
    deadline = time.monotonic() + timeout
    times = []
    while time.monotonic() < deadline:
        channel, packet, at = client.read_packet(timeout)
        if channel != VIDEO or at < since or (times and times[-1][0] == packet.time):
            continue
        times = [(stamp, when) for stamp, when in times if at - when < 0.4] + [(packet.time, at)]
        if len(times) >= 4:
            return times[0][1]
    raise AssertionError(f"no pictures in {timeout} s")


def test_a_sender_that_listens(send, start_relay):
    """ffmpeg's H.264 and AAC; both tracks flow."""
    port = srt_feed.free_udp_port()
    send(f"srt://127.0.0.1:{port}?mode=listener&latency=120000")
    relay = start_relay(f"cam=srt://localhost:{port}?latency=120")
    assert "H.264 320x240, AAC" in relay.wait_for_connected("cam").group(1)
    with watch(relay) as client:
        seen = {VIDEO: 0, AUDIO: 0}
        while min(seen.values()) < 25:
            channel, _, _ = client.read_packet()
            seen[channel] += 1


@pytest.mark.parametrize("codecs, expected", [
    (["-c:v", "libx265", "-preset", "ultrafast", "-g", "10", "-x265-params", "log-level=none", "-c:a", "mp2"], r"H\.265 320x240, MPEG audio"),
    (["-vn", "-c:a", "libopus"], "Opus"),
])
def test_what_mpegts_carries(send, start_relay, codecs, expected):
    port = srt_feed.free_udp_port()
    send(f"srt://127.0.0.1:{port}?mode=listener", codecs)
    relay = start_relay(f"cam=srt://127.0.0.1:{port}")
    relay.wait_for_line(rf"camera cam main: connected, .*{expected}")
    with RtspClient(f"{relay.url}/cam") as client:
        assert client.play_tcp((0,)).status == 200
        for _ in range(20):
            client.read_packet()


def test_another_kind_of_sound(feed, start_relay):
    """What was known of the sound is not believed twice."""
    port = srt_feed.free_udp_port()
    feed.carry_on(f"srt://127.0.0.1:{port}?mode=listener")
    relay = start_relay(f"cam=srt://127.0.0.1:{port}")
    assert "AAC 48 kHz mono" in relay.wait_for_connected("cam").group(1)
    feed.change([*srt_feed.CODECS, "-ar", "44100", "-ac", "2"])
    relay.wait_for_line("camera cam main: connected, H.264 320x240, AAC 44.1 kHz stereo")
    with watch(relay) as client:
        pictures_flow(client, time.monotonic())


@pytest.mark.timing
@pytest.mark.parametrize("away_s", [1.5, 7])
def test_back_after_a_kill(feed, start_relay, away_s):
    """The sender is killed and says nothing. Its successor is there before libsrt has given the first one up, or long after."""
    port = srt_feed.free_udp_port()
    sender = feed.carry_on(f"srt://127.0.0.1:{port}?mode=listener")
    relay = start_relay(f"cam=srt://127.0.0.1:{port}")
    relay.wait_for_connected("cam")
    with watch(relay) as client:
        pictures_flow(client, time.monotonic())
        sender.kill()
        killed_at = time.monotonic()
        relay.wait_for_line("camera cam main: nothing comes at the moment", 1)
        while time.monotonic() < killed_at + away_s:
            client.read_packet()  # the slate
        feed.carry_on(f"srt://127.0.0.1:{port}?mode=listener")
        back_at = time.monotonic()
        assert pictures_flow(client, back_at) - back_at <= BACK_S


def test_a_short_silence_costs_no_handshake(feed, start_relay):
    port = srt_feed.free_udp_port()
    sender = feed.carry_on(f"srt://127.0.0.1:{port}?mode=listener")
    relay = start_relay(f"cam=srt://127.0.0.1:{port}")
    relay.wait_for_connected("cam")
    with watch(relay) as client:
        pictures_flow(client, time.monotonic())
        sender.send_signal(signal.SIGSTOP)
        stopped_at = time.monotonic()
        relay.wait_for_line("camera cam main: nothing comes at the moment", 1)
        while time.monotonic() < stopped_at + 2:
            client.read_packet()
        sender.send_signal(signal.SIGCONT)
        back_at = time.monotonic()
        pictures_flow(client, back_at)
    assert sender.said().count("Accepted SRT target connection") == 1
    assert "lost" not in relay.log


def test_wrong_passphrase(send, start_relay):
    port = srt_feed.free_udp_port()
    send(f"srt://127.0.0.1:{port}?mode=listener&passphrase={CANARY}&pbkeylen=16")
    relay = start_relay(f"cam=srt://127.0.0.1:{port}?passphrase={CANARY}-not")
    line = relay.wait_for_line(r"camera cam main: .*\(cause=(\w+)\)")
    assert line.group(1) == "auth"


def test_passphrase_from_a_key(send, start_relay):
    port = srt_feed.free_udp_port()
    send(f"srt://127.0.0.1:{port}?mode=listener&passphrase={CANARY}&pbkeylen=32")
    relay = start_relay(cameras={"cam": f"[Camera cam]\nURL=srt://127.0.0.1:{port}\nPassword={CANARY}\n"})
    relay.wait_for_connected("cam")


def test_rendezvous(feed, start_relay):
    """Both call, from the same port of two addresses."""
    port = srt_feed.free_udp_port("127.0.0.2")
    sender = feed.carry_on(f"srt://127.0.0.1:{port}?mode=rendezvous&adapter=127.0.0.2")
    relay = start_relay(f"cam=srt://127.0.0.2:{port}?mode=rendezvous")
    relay.wait_for_connected("cam")
    with watch(relay) as client:
        pictures_flow(client, time.monotonic())
        sender.kill()
        relay.wait_for_line("camera cam main: nothing comes at the moment", 1)
        feed.carry_on(f"srt://127.0.0.1:{port}?mode=rendezvous&adapter=127.0.0.2")
        pictures_flow(client, time.monotonic())
