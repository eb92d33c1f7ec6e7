"""Cameras that do wrong, many at once in one relay: each gets the reason that fits, none touches another, and what can flow flows."""

import concurrent.futures
import re
import socket
import time

import pytest

from fault_cameras import PROGRAM
from faults import HARMFUL, HARMLESS
from relay import CANARY
from rtsp_client import Closed, RtspClient

FPS = 25
SECONDS = 6


def dial(camera):
    return camera.url_for("viewer", CANARY)


def count_pictures(relay, name, seconds, is_in_order=True):
    """Pictures that a client of NAME gets in SECONDS; sequence numbers have no hole, time stamps rise and stay within a second of the clock."""
    with RtspClient(f"{relay.url}/{name}") as client:
        sdp = client.describe()
        assert sdp.status == 200
        tracks = sdp.body.count(b"\nm=")
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
                assert not stamps or not is_in_order or ticks_after(packet.time, stamps[-1]) > 0, f"{name}: time goes back"
                stamps.append(packet.time)
                first = first or (at, packet.time)
                drift = ticks_after(packet.time, first[1]) / 90000 - (at - first[0])
                assert abs(drift) < 1, f"{name}: {drift:.2f} s off the clock"
        return len(stamps)


def ticks_after(time_stamp, earlier):
    """From EARLIER to TIME_STAMP, negative if it is the other way round; both wrap at 32 bits."""
    ticks = time_stamp - earlier & 0xffffffff
    return ticks - 2**32 if ticks >= 2**31 else ticks


def cause_of(relay, name):
    found = re.search(rf"camera {name} main: (?:cannot connect|lost): .*cause=([\w-]+)", relay.log)
    return found and found.group(1)


@pytest.fixture
def make_faulty(start_cameras):
    """make_faulty(table): its cameras by name; those that keep their process busy have one of their own."""
    def make(table):
        quiet, busy = start_cameras(), start_cameras(niceness=5)
        return {name: (busy if fault.is_hog else quiet).add(name, password=CANARY, **fault.knobs) for name, fault in table.items()}
    return make


@pytest.mark.parametrize("patience_s", [40, pytest.param(100, marks=pytest.mark.long)])
def test_faults_that_end_a_connection(make_camera, make_faulty, start_relay, patience_s):
    table = {name: fault for name, fault in HARMFUL.items() if fault.within_s <= patience_s}
    cameras = make_faulty(table)
    relay = start_relay(f"bystander={dial(make_camera())}", *(f"{name}={dial(camera)}" for name, camera in cameras.items()))
    relay.wait_for_connected("bystander")
    worst, found = await_causes(relay, table)
    missing = [name for name in table if name not in found]
    assert not missing, f"nothing was said in time of {missing}:\n{relay.log}"
    mistaken = {name: cause for name, cause in found.items() if not re.fullmatch(table[name].cause, cause)}
    assert not mistaken, f"{mistaken}\n{relay.log}"
    assert worst < 1, f"the bystander's viewer waited {worst:.2f} s"
    for name, camera in cameras.items():
        if found[name] not in ("auth", "lockout", "limit") and name != "black-hole":
            camera.wait_for("connection", count=2)  # it is dialled again
    stubborn = cameras["login-stale-for-ever"].state()
    assert stubborn["refused_logins"] <= 3 * stubborn["connections"]
    for name in ("redirect-self", "login-never"):
        assert cameras[name].state()["connections"] < 60, f"{name} was dialled like mad"


def await_causes(relay, table):
    """(the longest pause that the bystander's viewer saw, {name: its first cause}) of the faults in TABLE; those that are late are left out."""
    began, found, late = time.monotonic(), {}, set()
    with RtspClient(f"{relay.url}/bystander") as client:
        assert client.play_tcp().status == 200
        worst, last, looked = 0.0, time.monotonic(), 0.0
        while len(found) + len(late) < len(table):
            _, _, at = client.read_packet()
            worst, last = max(worst, at - last), at
            if at - looked < 0.1:
                continue
            looked = at
            for name in table.keys() - found.keys() - late:
                cause = cause_of(relay, name)
                if cause:
                    found[name] = cause
                elif at - began > table[name].within_s + 2:
                    late.add(name)
    return worst, found


def test_faults_that_do_not_matter(make_faulty, start_relay):
    cameras = make_faulty(HARMLESS)
    relay = start_relay(*(f"{name}={dial(camera)}" for name, camera in cameras.items()))

    def watch(name):
        relay.wait_for_connected(name, timeout=20)
        return count_pictures(relay, name, SECONDS, not HARMLESS[name].knobs.get("b_frames"))

    failed = {}
    with concurrent.futures.ThreadPoolExecutor(len(HARMLESS)) as pool:
        for name, future in {name: pool.submit(watch, name) for name in HARMLESS}.items():
            try:
                pictures = future.result(60)
                if pictures < HARMLESS[name].share * FPS * SECONDS:
                    failed[name] = f"{pictures} pictures of {FPS * SECONDS}"
            except (AssertionError, OSError, Closed) as error:
                failed[name] = str(error).split("\n", 1)[0] or repr(error)
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


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_another_size_comes_in_band(make_camera, start_relay, codec):
    """Size and parameter sets change while it plays: nobody is thrown out, and who comes later is told the truth."""
    camera = make_camera(codec=codec)
    relay = start_relay(f"cam={dial(camera)}")
    relay.wait_for_connected("cam")
    with RtspClient(f"{relay.url}/cam") as client:
        assert client.play_tcp().status == 200
        sequence, sets, before = None, set(), camera.state()["units_sent"]
        for number, knobs in enumerate([{"size": "640x360"}, {"size": "640x360", "refs": 3}, {"size": "320x240", "refs": 1}]):
            camera.turn(live=True, **knobs)
            stamps = set()
            while len(stamps) < 40:
                channel, packet, _ = client.read_packet()
                if channel == 0:
                    assert sequence is None or packet.sequence == (sequence + 1) % 65536
                    sequence = packet.sequence
                    stamps.add(packet.time)
            with RtspClient(f"{relay.url}/cam") as other:
                sets.add(re.search(rb"sprop-(?:parameter-sets|sps)=([^;\s]*)", other.describe().body)[1])
            assert len(sets) == number + 1, "DESCRIBE does not know the new parameter sets"
        assert camera.state()["units_sent"] > before
    assert camera.state()["connections"] == 1
    assert "lost" not in relay.log


def test_frozen_pictures(make_camera, start_relay):
    """With FrozenTimeout= a camera that repeats itself is lost; one that shows something new is not."""
    frozen = {"content": {"frozen_content_after": 2}, "content-h265": {"frozen_content_after": 2, "codec": "h265", "audio": "none"},
              "time": {"frozen_time": True}, "keys-only": {"frozen_content_after": 2, "gop": 0.04}}
    moving = {"moving": {"gop": 0.2}, "slow": {"gop": 20}, "order": {"b_frames": True, "gop": 0.24}}  # few key pictures again and again look frozen
    cameras = {name: make_camera(**knobs) for name, knobs in {**frozen, **moving}.items()}
    relay = start_relay(*(f"{name}={dial(camera)}" for name, camera in cameras.items()), config="[Defaults]\nFrozenTimeout=5s\n")
    for name in frozen:
        relay.wait_for_line(rf"camera {name} main: (?:lost|cannot connect): .*cause=frozen", timeout=15)
    assert not [name for name in moving if cause_of(relay, name)], relay.log


def test_reasons_without_a_camera(make_camera, start_relay, network):
    """Names that do not resolve, networks that are not there, ports that are closed."""
    with network:
        closed = make_camera()
        closed.go_down()
        relay = start_relay("name=rtsp://no-such-camera.invalid/cam", "route=rtsp://192.0.2.1/cam", f"port={dial(closed)}")
        for name, cause in (("name", "dns"), ("route", "unreachable"), ("port", "refused")):
            relay.wait_for_line(rf"camera {name} main: cannot connect: .*cause={cause}", timeout=10)


def test_keep_alive(make_camera, start_relay):
    cameras = {str(answer): make_camera(session_timeout=5, keep_alive=answer) for answer in (200, 454, "ignore")}
    relay = start_relay(*(f"{name}={dial(camera)}" for name, camera in cameras.items()))
    for name, camera in cameras.items():
        camera.wait_for("request", method="GET_PARAMETER", timeout=8)
        # After 454 something else is tried; the first OPTIONS opened the dialogue.
        camera.wait_for("request", method="OPTIONS" if name == "454" else "GET_PARAMETER", count=2, timeout=8)
        camera.wait_for("report", timeout=8)
    assert "lost" not in relay.log
    relay.stop()
    for camera in cameras.values():
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
