"""Cameras that do wrong, many at once in one relay: each gets the reason that fits, none touches another, and what can flow flows."""

import concurrent.futures
import re
import socket
import time

import pytest

from fault_cameras import PROGRAM
from relay import CANARY
from rtsp_client import RtspClient

# name: (knobs, cause, seconds until it must be said)
ENDS = {
    "status-404": ({"status": {"DESCRIBE": 404}}, "not-found", 5),
    "status-453": ({"status": {"SETUP": 453}}, "limit", 5),
    "status-503": ({"status": {"DESCRIBE": 503}}, "limit", 5),
    "status-461": ({"status": {"SETUP": 461}}, "unsupported", 5),
    "status-454": ({"status": {"PLAY": 454}}, "protocol", 5),
    "login-never": ({"login": "never"}, "auth", 5),
    "login-unknown": ({"login": "unknown"}, "auth", 5),
    "redirect-self": ({"redirect": "self"}, "protocol", 5),
    "grant-udp": ({"grant": "udp"}, "unsupported", 5),
    "sdp-empty": ({"sdp": "empty"}, "sdp", 5),
    "sdp-garbage": ({"sdp": "garbage"}, "sdp", 5),
    "sdp-nul": ({"sdp": "nul"}, "sdp|unsupported", 5),
    "sdp-huge": ({"sdp": "huge"}, "protocol|sdp", 5),
    "sdp-many-media": ({"sdp": "many-media"}, "sdp", 5),
    "sdp-mikey": ({"sdp": "mikey"}, "unsupported", 5),
    "sdp-vp8": ({"sdp": "vp8", "audio": "none"}, "unsupported", 5),
    "html": ({"first_bytes": "html"}, "protocol", 5),
    "endless-headers": ({"endless_headers": True}, "protocol", 5),
    "mute": ({"mute": "DESCRIBE"}, "timeout", 13),
    "drip-answers": ({"drip_answers": True}, "timeout", 13),
    "length-long": ({"content_length": "long"}, "timeout", 13),
    "fin": ({"end_after": 1}, "closed", 5),
    "fin-in-frame": ({"end_after": 1, "in_mid_frame": True}, "closed", 5),
    "rst": ({"end_after": 1, "end": "rst"}, "reset", 5),
    "rst-in-frame": ({"end_after": 1, "end": "rst", "in_mid_frame": True}, "reset", 5),
    "teardown": ({"ask_after": 1, "ask": "TEARDOWN"}, "closed", 5),
    "silent": ({"silent_after": 2}, "stall", 9),
    "freeze": ({"freeze_video_after": 2}, "stall", 9),
    "wrong-type": ({"payload_type": 97, "audio": "none"}, "stall", 13),
    "endless-fragment": ({"endless_fragment": True, "audio": "none"}, "stall", 25),
    "bad-headers": ({"rtp_header": "some", "audio": "none"}, "no-key", 35),
    "no-keys": ({"sets": "in-band", "key_pictures": False}, "no-key", 35),
}

# Wrong, but pictures come: name: (knobs, least part of the pictures that must arrive)
FLOWS = {
    "good": ({}, 0.9),
    "login-basic": ({"login": "basic"}, 0.9),
    "login-md5": ({"login": "md5"}, 0.9),
    "login-sha256": ({"login": "sha256"}, 0.9),
    "login-md5-qop": ({"login": "md5-qop"}, 0.9),
    "login-both": ({"login": "both"}, 0.9),
    "login-stale": ({"login": "stale"}, 0.9),
    "login-fresh-nonce": ({"login": "fresh-nonce"}, 0.9),
    "login-closes": ({"login": "md5", "close_after_challenge": True}, 0.9),
    "options-refused": ({"status": {"OPTIONS": 501}}, 0.9),
    "cseq-wrong": ({"cseq": "wrong"}, 0.9),
    "cseq-missing": ({"cseq": "missing"}, 0.9),
    "slow-answers": ({"answer_delay": 0.5}, 0.9),
    "channels": ({"channels": [10]}, 0.9),
    "same-channels": ({"same_channels": True}, 0.9),
    "grant-none": ({"grant": "none"}, 0.9),
    "asks": ({"ask_after": 1}, 0.9),
    "sdp-line-feeds": ({"sdp": "line-feeds"}, 0.9),
    "sdp-absolute": ({"sdp": "absolute"}, 0.9),
    "sdp-metadata": ({"sdp": "metadata-first"}, 0.9),
    "sets-in-band": ({"sets": "in-band"}, 0.9),
    "sets-sdp": ({"sets": "sdp"}, 0.9),
    "no-marker": ({"marker": "none"}, 0.9),
    "every-marker": ({"marker": "every-slice"}, 0.9),
    "bye": ({"bye_after": 1}, 0.9),
    "junk-between": ({"junk_between": True}, 0.9),
    "duplicates": ({"duplicate": True}, 0.9),
    "lying-reports": ({"report_offset": 86400}, 0.9),
    "time-jump": ({"time_jump": 3600}, 0.9),
    "time-back": ({"time_jump": -3600}, 0.9),
    "frozen-time": ({"frozen_time": True, "marker": "last"}, 0.9),
    "sequence-back": ({"sequence_jump": -500}, 0.5),
    "sequence-ahead": ({"sequence_jump": 10000}, 0.5),
    "new-ssrc": ({"new_ssrc": True}, 0.5),
    "swap": ({"swap": True}, 0.05),
    "burst": ({"burst": True}, 0.5),
    "loss": ({"lose": 0.01}, 0.1),
}

FPS = 25
SECONDS = 6


def dial(camera):
    return camera.url_for("viewer", CANARY)


def count_pictures(relay, name, seconds):
    """Pictures that a client of NAME gets in SECONDS; sequence numbers have no hole, time stamps stay near the clock."""
    with RtspClient(f"{relay.url}/{name}") as client:
        sdp = client.describe()
        assert sdp.status == 200
        tracks = sdp.body.count(b"m=")
        assert client.setup(0, "RTP/AVP/TCP;unicast;interleaved=0-1").status == 200
        if tracks > 1:
            assert client.setup(1, "RTP/AVP/TCP;unicast;interleaved=2-3").status == 200
        assert client.request("PLAY").status == 200
        stamps, sequence, first = [], None, None
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            channel, packet, at = client.read_packet()
            if channel != 0:
                continue
            assert sequence is None or packet.sequence == (sequence + 1) % 65536, f"{name}: a hole before {packet.sequence}"
            sequence = packet.sequence
            if not stamps or packet.time != stamps[-1]:
                stamps.append(packet.time)
                first = first or (at, packet.time)
                drift = (packet.time - first[1] & 0xffffffff) / 90000 - (at - first[0])
                assert abs(drift if drift < 40000 else drift - 2**32 / 90000) < 2, f"{name}: {drift:.2f} s off the clock"
        return len(stamps)


def cause_of(relay, name):
    found = re.search(rf"camera {name} main: (?:cannot connect|lost): .*cause=([\w-]+)", relay.log)
    return found and found.group(1)


def test_faults_that_end_a_connection(make_camera, start_relay):
    cameras = {name: make_camera(**knobs) for name, (knobs, _, _) in ENDS.items()}
    began = time.monotonic()
    relay = start_relay(f"bystander={dial(make_camera())}", *(f"{name}={dial(camera)}" for name, camera in cameras.items()))
    relay.wait_for_connected("bystander")
    wrong = []
    with RtspClient(f"{relay.url}/bystander") as client:
        assert client.play_tcp().status == 200
        worst, last = 0.0, time.monotonic()
        while time.monotonic() - began < max(limit for _, _, limit in ENDS.values()) and any(cause_of(relay, name) is None for name in ENDS):
            _, _, at = client.read_packet()
            worst, last = max(worst, at - last), at
            wrong += [name for name, (_, _, limit) in ENDS.items() if time.monotonic() - began > limit + 2 and cause_of(relay, name) is None and name not in wrong]
    assert worst < 1, f"the bystander's viewer waited {worst:.2f} s"
    assert not wrong, f"nothing was said in time of {wrong}:\n{relay.log}"
    found = {name: cause_of(relay, name) for name in ENDS}
    mistaken = {name: cause for name, cause in found.items() if not re.fullmatch(ENDS[name][1], cause or "none")}
    assert not mistaken, f"{mistaken}\n{relay.log}"
    for name in ("redirect-self", "login-never"):
        assert len(cameras[name].events("connection")) < 60, f"{name} was dialled like mad"


def test_faults_that_do_not_matter(make_camera, start_relay):
    cameras = {name: make_camera(**knobs) for name, (knobs, _) in FLOWS.items()}
    relay = start_relay(*(f"{name}={dial(camera)}" for name, camera in cameras.items()))
    def watch(name):
        relay.wait_for_connected(name, timeout=20)
        return count_pictures(relay, name, SECONDS)

    failed = {}
    with concurrent.futures.ThreadPoolExecutor(len(FLOWS)) as pool:
        for name, future in {name: pool.submit(watch, name) for name in FLOWS}.items():
            try:
                pictures = future.result(60)
                if pictures < FLOWS[name][1] * FPS * SECONDS:
                    failed[name] = f"{pictures} pictures of {FPS * SECONDS}"
            except (AssertionError, OSError) as error:
                failed[name] = str(error).split("\n", 1)[0]
    assert not failed, f"{failed}\n{relay.log}"
    lost = re.findall(r"WARNING camera (\S+) main: lost: (.*)", relay.log)
    assert not lost, lost


@pytest.mark.parametrize("knobs", [{"end_after": 3, "end": "rst"}, {"end_after": 3, "in_mid_frame": True}, {"silent_after": 2}],
                         ids=["reset", "closed", "stall"])
def test_back_as_soon_as_the_camera_is(make_camera, start_relay, knobs):
    camera = make_camera(faulty_connections=1, **knobs)
    relay = start_relay(f"cam={dial(camera)}")
    relay.wait_for_connected("cam")
    with RtspClient(f"{relay.url}/cam") as client:
        assert client.play_tcp().status == 200
        relay.wait_for_line(r"camera cam main: lost: ", timeout=12)
        lost = time.monotonic()
        relay.wait_for_connected("cam", count=2, timeout=10)
        assert time.monotonic() - lost < 3
        until = time.monotonic() + 2
        packets = 0
        while time.monotonic() < until:
            client.read_packet()
            packets += 1
        assert packets > 20, "the viewer was not carried over"


@pytest.mark.parametrize("answer", [200, 454, "ignore"])
def test_keep_alive(make_camera, start_relay, answer):
    camera = make_camera(session_timeout=5, keep_alive=answer)
    relay = start_relay(f"cam={dial(camera)}")
    relay.wait_for_connected("cam")
    camera.wait_for("request", method="GET_PARAMETER", timeout=8)
    if answer == 454:
        camera.wait_for("request", method="OPTIONS", count=2, timeout=8)  # the first opened the dialogue
    else:
        camera.wait_for("request", method="GET_PARAMETER", count=2, timeout=8)
    camera.wait_for("report", timeout=8)
    assert "lost" not in relay.log
    relay.stop()
    camera.wait_for("request", method="TEARDOWN", timeout=5)


def test_password_goes_nowhere_else(make_camera, start_relay):
    """A camera that redirects to another host is not followed with the password."""
    other = make_camera(login="basic")
    camera = make_camera(redirect=f"rtsp://localhost:{other.port}/cam")
    relay = start_relay(f"cam={dial(camera)}")
    relay.wait_for_line(r"camera cam main: cannot connect: .*cause=auth")
    other.wait_for("connection")
    assert not other.events("request", method="SETUP")


def play(camera):
    """A client of the camera itself, playing, and the PLAY's reply or the refusal."""
    client = RtspClient(camera.url)
    assert client.describe().status == 200
    for track in range(2):
        channels = f"interleaved={2 * track}-{2 * track + 1}"
        reply = client.request("SETUP", f"{camera.url}/trackID={track + 1}", [("Transport", f"RTP/AVP/TCP;unicast;{channels}")])
        if reply.status != 200:
            return client, reply
        client.session = reply["Session"].split(";")[0]
    return client, client.request("PLAY")


def test_camera_reboots(make_camera):
    camera = make_camera()
    client, reply = play(camera)
    assert reply.status == 200
    client.read_packet()
    camera.reboot(0.5)
    client.wait_closed()
    with pytest.raises(ConnectionRefusedError):
        RtspClient(camera.url)
    up = camera.wait_for("up", count=2)
    assert up["port"] == camera.port
    again, reply = play(camera)
    assert reply.status == 200
    assert camera.state()["connections"] == 2
    client.close()
    again.close()


def test_camera_keeps_stale_sessions(make_camera):
    camera = make_camera(max_sessions=1, keep_sessions=True)
    first, reply = play(camera)
    assert reply.status == 200
    first.close()
    camera.wait_for("closed")
    second, reply = play(camera)
    assert reply.status == 453
    assert second.request("TEARDOWN", headers=[("Session", first.session)]).status == 200
    third, reply = play(camera)
    assert reply.status == 200
    assert camera.state()["sessions"] == 1
    second.close()
    third.close()


def test_camera_as_a_black_hole(make_camera):
    camera = make_camera(black_hole=True)
    with pytest.raises((TimeoutError, socket.timeout)):
        socket.create_connection((camera.host, camera.port), 0.5)


def test_knobs_are_documented():
    text = (PROGRAM / "README.md").read_text()
    names = re.findall(r"^    (\w+): ", (PROGRAM / "knobs.py").read_text(), re.MULTILINE)
    assert len(names) > 60
    assert not [name for name in names if f"`{name}`" not in text]
