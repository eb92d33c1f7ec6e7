"""A camera goes away and comes back, or does not: what the log says, and what its readers see."""

import time

import pytest

from rtp_units import gaps, h264_nals
from rtsp_client import Closed, RtspClient, is_bye

VIDEO, AUDIO = 0, 2


@pytest.fixture
def camera(make_camera):
    return make_camera()


def watch(relay):
    client = RtspClient(f"{relay.url}/yard")
    assert client.play_tcp().status == 200
    client.read_packet()
    return client


def read_for(client, seconds):
    """All packets of so many seconds, by channel."""
    read = {VIDEO: [], AUDIO: []}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        channel, packet, _ = client.read_packet(10)
        read[channel].append(packet)
    return read


def add(read, more):
    for channel, packets in more.items():
        read[channel] += packets


def assert_one_stream(read):
    """No number is missing, the sender stays the same, time rises and never runs away from the clock."""
    for channel, packets in read.items():
        assert packets, f"nothing on channel {channel}"
        assert gaps(packets) == 0, f"sequence numbers of channel {channel} have a gap"
        assert len({packet.ssrc for packet in packets}) == 1
        steps = [(b.time - a.time) & 0xFFFFFFFF for a, b in zip(packets, packets[1:])]
        rate = 90000 if channel == VIDEO else 8000
        assert all(step < 60 * rate for step in steps), f"times of channel {channel} go back"


def goodbyes(client, deadline):
    """The control channels on which BYE came before the connection was closed."""
    seen = set()
    with pytest.raises((Closed, ConnectionResetError)):
        while True:
            channel, data, _ = client.read_frame(deadline)
            if channel % 2 == 1 and is_bye(data):
                seen.add(channel)
    return seen


def describe(relay):
    """The reply, and how long it took."""
    with RtspClient(f"{relay.url}/yard") as client:
        began = time.monotonic()
        return client.describe(), time.monotonic() - began


# ---- readers are held ----


@pytest.mark.parametrize("how", ["rst", "fin"])
def test_reader_lives_through_a_reboot(camera, start_relay, how):
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    with watch(relay) as client:
        read = read_for(client, 2.5)  # shorter than 2 s were no success
        camera.reboot(4, how)
        lost = relay.wait_for_line(r"WARNING camera yard main: lost: .*; dialling again, readers held: 1 \(cause=(\w+)\)")
        assert lost.group(1) in ("reset", "closed")
        slate = read_for(client, 3)
        add(read, slate)
        # One picture at once and each second; sound goes on as silence.
        assert 2 <= len({packet.time for packet in slate[VIDEO]}) <= 60, "no slate, or the camera"
        assert len(slate[AUDIO]) >= 20
        relay.wait_for_connected("yard", count=2)
        back = read_for(client, 2)
        add(read, back)
        assert len({packet.time for packet in back[VIDEO]}) > 25, "the camera's pictures do not come"
        assert_one_stream(read)
    assert "ending" not in relay.log


def test_slate_none_holds_readers_without_a_picture(camera, start_relay):
    relay = start_relay(f"yard={camera.url}", config="[Defaults]\nSlate=none\n")
    relay.wait_for_connected("yard")
    with watch(relay) as client:
        read = read_for(client, 1)
        camera.reboot(3)
        relay.wait_for_line("camera yard main: lost: ")
        relay.wait_for_connected("yard", count=2)
        add(read, read_for(client, 1))
        assert_one_stream(read)


def test_camera_is_knocked_at_while_it_refuses(camera, start_relay):
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    with watch(relay):
        camera.go_down()
        relay.wait_for_line("camera yard main: cannot connect: .*; trying again as soon as it accepts connections")
        with pytest.raises(AssertionError):
            relay.wait_for_line("cannot connect: ", timeout=2, count=2)
        camera.come_up()
        up_at = time.monotonic()
        relay.wait_for_connected("yard", count=2)
        assert time.monotonic() - up_at < 1.5


# ---- readers are ended ----


def test_reader_is_ended_when_the_hold_is_over(camera, start_relay):
    relay = start_relay(f"yard={camera.url}", config="[Defaults]\nHold=3s\n")
    relay.wait_for_connected("yard")
    with watch(relay) as client:
        camera.go_down()
        relay.wait_for_line("camera yard main: lost: ")
        lost_at = time.monotonic()
        assert goodbyes(client, 15) == {1, 3}, "each track says good-bye"
        assert 2.5 < time.monotonic() - lost_at < 6
    relay.wait_for_line("camera yard main: ending 1 readers: the camera is away")
    reply, took_s = describe(relay)
    assert reply.status == 503 and reply.get("Retry-After") and took_s < 0.1
    # And it is never given up.
    camera.come_up()
    relay.wait_for_connected("yard", count=2, timeout=30)
    watch(relay).close()


def test_reader_is_ended_when_the_camera_comes_back_with_another_codec(camera, start_relay):
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    with watch(relay) as client:
        camera.go_down()
        relay.wait_for_line("camera yard main: lost: ")
        camera.turn(codec="h265")
        camera.come_up()
        relay.wait_for_line("camera yard main: ending 1 readers: the camera came back with another format")
        assert goodbyes(client, 10) == {1, 3}
    relay.wait_for_connected("yard", count=2)
    assert len(camera.events("connection")) - camera.state()["bare"] <= 3, "the camera was dialled again and again"
    reply, _ = describe(relay)
    assert reply.status == 200 and b"H265" in reply.body
    watch(relay).close()


# ---- over a restart ----


def test_slate_after_a_restart_while_the_camera_is_dark(camera, make_relay, write_config, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    arguments = ("--config", write_config(), "--state", state, f"yard={camera.url}")
    relay = make_relay(*arguments)
    relay.wait_until_ready()
    relay.wait_for_connected("yard")
    watch(relay).close()
    relay.stop()
    camera.go_down()
    relay = make_relay(*arguments)
    relay.wait_until_ready()
    reply, took_s = describe(relay)
    assert reply.status == 200 and took_s < 0.1
    with RtspClient(f"{relay.url}/yard") as client:
        assert client.play_tcp().status == 200
        slate = read_for(client, 2.5)
        assert {1, 5, 7} <= {nal[0] & 0x1F for nal in h264_nals(slate[VIDEO])} | {1}, "no picture that can be decoded"
        camera.come_up()
        relay.wait_for_connected("yard")
        add(slate, read_for(client, 2))
        assert_one_stream(slate)
    assert "ending" not in relay.log


# ---- on demand ----


def test_on_demand(camera, start_relay):
    relay = start_relay(cameras={"yard": f"[Stream main]\nURL={camera.url}\nStart=on-demand\nIdleTimeout=1s\n"})
    assert camera.state()["connections"] == 0
    # Nothing is known yet: the request waits for the camera.
    reply, took_s = describe(relay)
    assert reply.status == 200 and took_s < 5
    with watch(relay) as client:
        read = read_for(client, 3)
        assert_one_stream(read)
        assert relay.log.count("a client wants it") == 1
    relay.wait_for_line("camera yard main: nobody watches any more: leaving the camera")
    camera.wait_for("request", method="TEARDOWN")
    # What it carries is known now: the answer does not wait for the camera.
    reply, took_s = describe(relay)
    assert reply.status == 200 and took_s < 0.1
    with watch(relay) as client:
        relay.wait_for_connected("yard", count=2)
        assert_one_stream(read_for(client, 2))
    relay.wait_for_line("nobody watches any more", count=2)


def test_failures_are_told_once(start_relay):
    relay = start_relay("yard=rtsp://127.0.0.1:9/none", config="[Defaults]\nBackoff=100ms 200ms\n")
    relay.wait_for_line("camera yard main: cannot connect: ")
    with pytest.raises(AssertionError):
        relay.wait_for_line("cannot connect: ", timeout=2, count=2)
