"""A camera goes and comes back, and what stands in for it meanwhile: what decoders make of cameras that are not as simple as others, and silence."""
import time

import pytest

from decoders import Decoder
from rtsp_client import RtspClient

FPS = 25
DOWN_S = 3.0
SILENCE_TICKS = 800  # of 8 kHz in 100 ms

# What the camera is, and what else it is when it comes back.
CAMERAS = {
    "b-pictures": ({"b_frames": True}, {}),
    "parameter-sets-in-the-sdp-only": ({"sets": "sdp"}, {}),
    "parameter-sets-in-band-only": ({"sets": "in-band"}, {}),
    "h265-parameter-sets-in-the-sdp-only": ({"codec": "h265", "sets": "sdp"}, {}),
    "other-parameter-sets": ({"refs": 1, "sets": "sdp"}, {"refs": 3}),
    "another-size": ({"size": "320x240"}, {"size": "640x360"}),
    "h265-another-size": ({"codec": "h265", "size": "320x240"}, {"codec": "h265", "size": "640x360"}),
}


@pytest.mark.alone  # GStreamer guesses its times from when packets come
@pytest.mark.parametrize("before,after", CAMERAS.values(), ids=CAMERAS.keys())
def test_decoders_follow(before, after, make_camera, start_relay):
    camera = make_camera(**before)
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    decoders = [Decoder(program, f"{relay.url}/yard", "tcp", before.get("codec", "h264")) for program in ("ffmpeg", "gstreamer")]
    try:
        for decoder in decoders:
            decoder.wait_for_pictures(3 * FPS)
        # Both guess the first times of pictures out of order: what is before the outage is not looked at.
        seen = {decoder: (len(decoder.errors()), len(decoder.times)) for decoder in decoders}
        camera.turn(**after)
        camera.reboot(DOWN_S)
        camera.wait_for("up", count=2, timeout=DOWN_S + 10)
        relay.wait_for_connected("yard", count=2)
        for decoder in decoders:
            decoder.wait_for_pictures(len(decoder.times) + 2 * FPS)
            errors, times = decoder.errors()[seen[decoder][0] :], decoder.times[seen[decoder][1] :]
            assert errors == []
            assert all(earlier < later for earlier, later in zip(times, times[1:])), times
    finally:
        for decoder in decoders:
            decoder.stop()
    assert "ending" not in relay.log and "no notice can be drawn" not in relay.log


@pytest.mark.parametrize("slate", ["notice", "last-frame"])
def test_silence_goes_on_without_a_gap(slate, make_camera, start_relay):
    camera = make_camera(audio="pcmu")
    relay = start_relay(f"yard={camera.url}", config=f"[Defaults]\nSlate={slate}\n")
    relay.wait_for_connected("yard")
    camera.go_down()
    relay.wait_for_line("camera yard main: cannot connect: ")
    with RtspClient(f"{relay.url}/yard") as client:
        began = time.monotonic()
        assert client.play_tcp().status == 200
        pictures, sound = [], []
        while time.monotonic() < began + 3:
            channel, packet, at = client.read_packet()
            if channel == 0 and packet.marker:
                pictures.append(at - began)
            elif channel == 2:
                sound.append(packet)
    assert pictures[0] < 0.1, "the first picture is not there at once"
    assert 3 <= len(pictures) <= 5
    assert len(sound) > 25
    assert {packet.payload for packet in sound} == {b"\xff" * SILENCE_TICKS}
    assert [(after.time - before.time) % 2**32 for before, after in zip(sound, sound[1:])] == [SILENCE_TICKS] * (len(sound) - 1)


def test_notice_is_drawn_again_when_the_reason_changes(make_camera, start_relay):
    """First why the connection ended, then why there is none: another picture, but not before the first one could be read."""
    camera = make_camera(audio="none")
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    camera.go_down()
    relay.wait_for_line("camera yard main: lost: the connection was reset")
    with RtspClient(f"{relay.url}/yard") as client:
        began = time.monotonic()
        assert client.play_tcp([0]).status == 200
        first_seen, unit = {}, b""
        while time.monotonic() < began + 13:
            _, packet, at = client.read_packet()
            unit += packet.payload
            if packet.marker:
                first_seen.setdefault(unit, at - began)
                unit = b""
    # Each picture in the two forms that take turns: the last one (one or two of them), the first notice, the second one.
    times = sorted(first_seen.values())
    assert 5 <= len(times) <= 6, times
    assert times[-3] < 6 and 9 < times[-2], times
