"""What a session does between SETUP and TEARDOWN, packet by packet."""
import contextlib
import re
import socket
import struct
import threading
import time

import pytest

import rtp_units
from rtsp_client import Closed, RtspClient, is_bye, receiver_report, sender_report
from udp_receiver import UdpReceiver
from viewer import Viewer


@pytest.fixture
def relay(start_relay, stock_camera):
    relay = start_relay(f"yard={stock_camera.url}/both")
    relay.wait_for_connected("yard")
    return relay


@pytest.fixture
def url(relay):
    return f"{relay.url}/yard"


@pytest.fixture
def client(url):
    with RtspClient(url) as client:
        yield client


def interleaved(first):
    return f"RTP/AVP/TCP;unicast;interleaved={first}-{first + 1}"


def read_packets(client, enough):
    """Packets by channel until @enough of them says so."""
    packets = {}
    while not enough(packets):
        channel, packet, _ = client.read_packet()
        packets.setdefault(channel, []).append(packet)
    return packets


def at_least(**counts):
    """For read_packets: so many packets on channel N, as cN=count."""
    return lambda packets: all(len(packets.get(int(name[1:]), [])) >= count for name, count in counts.items())


def parse_rtp_info(reply):
    """{track: (sequence, rtp time)}"""
    found = {}
    for part in reply["RTP-Info"].split(","):
        match = re.fullmatch(r"url=rtsp://\S+/stream=(\d+);seq=(\d+)(?:;rtptime=(\d+))?", part)
        assert match, part
        found[int(match[1])] = (int(match[2]), int(match[3]) if match[3] else None)
    return found


def assert_contiguous(packets):
    assert rtp_units.gaps(packets) == 0


def assert_begins_with_key(packets):
    assert rtp_units.begins_with_key_unit("h264", packets)


def read_first_picture(receiver):
    """The packets of the first picture over UDP, and one of the next."""
    packets = []
    while not packets or packets[-1].time == packets[0].time:
        track, packet = receiver.read_packet()
        if track == 0:
            packets.append(packet)
    return packets


# ---- what PLAY says and what comes ----


def test_rtp_info_and_reports_come_true(url, client):
    """The packets begin where RTP-Info says, each track behind a sender report of its own that says what time it is."""
    begun = time.time()
    reply = client.play_tcp()
    told = parse_rtp_info(reply)
    assert set(told) == {0, 1}
    assert reply["Range"] == "npt=now-"
    reports, first = {}, {}
    while len(first) < 2:
        channel, data, _ = client.read_frame()
        if channel % 2 == 1:
            ssrc, ntp, rtp_time = sender_report(data)
            assert abs(ntp / 2**32 - 2208988800 - begun) < 2
            reports.setdefault(channel // 2, (ssrc, rtp_time))
        elif channel // 2 not in first:
            assert channel // 2 in reports, "a packet before its sender report"
            first[channel // 2] = rtp_units.Packet(data)
    for track, packet in first.items():
        sequence, rtp_time = told[track]
        assert packet.sequence == sequence
        assert packet.time == rtp_time or rtp_time is None
        assert packet.ssrc == reports[track][0]
        seconds = ((reports[track][1] - packet.time + 2**31) % 2**32 - 2**31) / (90000 if track == 0 else 8000)
        assert -0.1 < seconds < 2.5, "the report is about another time line"
    assert told[0][1] is not None, "the head was there, so its time is known"


@pytest.mark.timing
def test_reports_every_five_seconds(client):
    assert client.play_tcp().status == 200
    times = {1: [], 3: []}
    while min(map(len, times.values())) < 3:
        channel, data, at = client.read_frame()
        if channel % 2 == 1:
            assert sender_report(data), "a report without sender report"
            times[channel].append(at)
    for first, second, third in times.values():
        assert second - first < 6, "after the first report the next is due in 5 s at most"
        assert 4.5 < third - second < 5.5


def test_description(client):
    reply = client.describe()
    assert reply.status == 200
    assert reply["Content-Base"] == f"{client.url}/"
    assert reply["Content-Type"] == "application/sdp"
    lines = reply.body.decode().split("\r\n")
    assert lines[0] == "v=0"
    assert re.fullmatch(r"o=- \d+ \d+ IN IP4 127\.0\.0\.1", lines[1])
    assert "c=IN IP4 0.0.0.0" in lines and "t=0 0" in lines and "a=control:*" in lines and "a=range:npt=now-" in lines
    video, audio = (index for index, line in enumerate(lines) if line.startswith("m="))
    assert "a=control:stream=0" in lines[video:audio] and "a=control:stream=1" in lines[audio:]
    assert any("sprop-parameter-sets=" in line for line in lines[video:audio])
    with RtspClient(client.url) as other:
        assert other.describe().body.decode().split("\r\n")[1] == lines[1], "the same stream has another o= line"


# ---- PLAY, PAUSE, PLAY ----


def test_play_twice(client):
    assert client.play_tcp().status == 200
    packets = read_packets(client, at_least(c0=20, c2=10))
    assert client.request("PLAY").status == 200
    more = read_packets(client, at_least(c0=20, c2=10))
    for channel in (0, 2):
        assert_contiguous(packets[channel] + more[channel])


def test_pause_and_play(url, client):
    assert client.play_tcp().status == 200
    before = read_packets(client, at_least(c0=60, c2=10))
    assert client.request("PAUSE").status == 200
    for channel, data, _ in client.frames:  # what was on its way
        if channel % 2 == 0:
            before[channel].append(rtp_units.Packet(data))
    client.frames.clear()
    viewer = Viewer(url)
    while viewer.packets < 100:
        assert client.request("OPTIONS").status == 200
    viewer.stop()
    assert not client.frames, "packets to a client that paused"

    told = parse_rtp_info(client.request("PLAY"))
    after = read_packets(client, at_least(c0=100, c2=10))
    for track, channel in ((0, 0), (1, 2)):
        assert after[channel][0].sequence == told[track][0]
        assert_contiguous(before[channel] + after[channel])
        assert 0 < (after[channel][0].time - before[channel][-1].time) % 2**32 < 2**31, "time went back"
    assert_begins_with_key(before[0])
    assert_begins_with_key(after[0])


# ---- tracks and channels ----


@pytest.mark.parametrize("track", [0, 1])
def test_one_track_only(client, track):
    reply = client.play_tcp((track,))
    assert set(parse_rtp_info(reply)) == {track}
    packets = read_packets(client, at_least(**{f"c{2 * track}": 60}))
    assert set(packets) == {2 * track}
    assert_contiguous(packets[2 * track])
    if track == 0:
        assert_begins_with_key(packets[0])


@pytest.mark.parametrize("mount,media,codec", [("video", "video", b"H264"), ("audio", "audio", b"PCMA")])
def test_cameras_with_one_track(start_relay, stock_camera, mount, media, codec):
    relay = start_relay(f"yard={stock_camera.url}/{mount}")
    relay.wait_for_connected("yard")
    with RtspClient(f"{relay.url}/yard") as client:
        body = client.describe().body
        assert body.count(b"\r\nm=") == 1 and f"m={media}".encode() in body and codec in body
        assert client.play_tcp((0,)).status == 200
        packets = read_packets(client, at_least(c0=60))
        assert_contiguous(packets[0])
    # The only track needs no name.
    with RtspClient(f"{relay.url}/yard") as client:
        reply = client.request("SETUP", headers=[("Transport", interleaved(0))])
        assert reply.status == 200
        client.session = reply["Session"].split(";")[0]
        assert client.request("PLAY").status == 200
        read_packets(client, at_least(c0=5))


@pytest.mark.parametrize("video,audio", [(2, 0), (7, 200), (254, 1)])
def test_odd_channels(client, video, audio):
    assert client.describe().status == 200
    for track, first in ((0, video), (1, audio)):
        reply = client.setup(track, interleaved(first))
        assert f"interleaved={first}-{first + 1}" in reply["Transport"]
    assert client.request("PLAY").status == 200
    rtp = {video: [], audio: []}
    reports = set()
    while min(map(len, rtp.values())) < 20:
        channel, data, _ = client.read_frame()
        if channel in rtp:
            rtp[channel].append(rtp_units.Packet(data))
        else:
            assert sender_report(data)
            reports.add(channel)
    assert reports == {video + 1, audio + 1}
    assert_contiguous(rtp[video])
    assert_contiguous(rtp[audio])
    assert {packet.payload_type for packet in rtp[audio]} == {8}


def test_set_up_again_before_playing(client):
    assert client.setup(0, interleaved(0)).status == 200
    session = client.session
    assert "interleaved=4-5" in client.setup(0, interleaved(4))["Transport"]
    assert client.setup(1, interleaved(0)).status == 200, "the channels given up are free"
    assert client.session == session
    assert client.request("PLAY").status == 200
    assert set(read_packets(client, at_least(c4=20, c0=10))) == {0, 4}


def test_set_up_again_over_udp(client):
    assert client.setup(0, interleaved(0)).status == 200
    with UdpReceiver(client, "127.0.0.1") as receiver:
        receiver.set_up()
        assert client.request("PLAY").status == 200
        assert receiver.read_packet()[1].payload


# ---- requests while playing ----


def test_keep_alives(client):
    assert client.play_tcp().status == 200
    packets = {}
    for method in ("OPTIONS", "GET_PARAMETER", "SET_PARAMETER") * 5:
        reply = client.request(method)
        assert reply.status == 200
        assert reply["Session"] == f"{client.session};timeout=60"
        report = receiver_report(0x12345678, 0x87654321)
        client.send(struct.pack(">cBH", b"$", 1, len(report)) + report)
        for channel, read in read_packets(client, at_least(c0=2)).items():
            packets.setdefault(channel, []).extend(read)
    for read in packets.values():
        assert_contiguous(read)


@pytest.mark.parametrize("method", ["GET_PARAMETER", "SET_PARAMETER"])
def test_parameters_are_unknown(client, method):
    assert client.play_tcp((0,)).status == 200
    reply = client.request(method, headers=[("Content-Type", "text/parameters")], body=b"packets_received\r\njitter\r\n")
    assert reply.status == 451
    assert client.read_packet()[1].payload


def test_tear_down_and_set_up_on_the_same_connection(client):
    sessions = set()
    for track in (0, 1, 0):
        assert client.play_tcp((track,)).status == 200
        read_packets(client, at_least(**{f"c{2 * track}": 10}))
        sessions.add(client.session)
        assert client.request("TEARDOWN").status == 200
        client.frames.clear()
        assert client.request("PLAY").status == 454, "the session is gone"
        assert not client.frames, "packets after TEARDOWN"
        client.session = None
    assert len(sessions) == 3


# ---- the end ----


def test_good_bye_when_the_daemon_stops(relay, url):
    with RtspClient(url) as tcp, RtspClient(url) as other, UdpReceiver(other, "127.0.0.1", (0, 1)) as udp:
        assert tcp.play_tcp().status == 200
        assert udp.play().status == 200
        udp.read_packet()
        relay.process.terminate()
        goodbyes = set()
        with pytest.raises((Closed, ConnectionResetError)):
            while True:
                channel, data, _ = tcp.read_frame()
                if channel % 2 and is_bye(data):
                    goodbyes.add(channel)
        assert goodbyes == {1, 3}
        goodbyes.clear()
        while goodbyes != {0, 1}:
            track, is_report, data, _ = udp.read()
            if is_report and is_bye(data):
                goodbyes.add(track)
        assert relay.wait_for_exit() == 0


# ---- addresses ----


def has_ipv6():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as one:
        one.bind(("::1", 0))
        return True
    return False


@pytest.mark.skipif(not has_ipv6(), reason="needs IPv6 on the loopback interface")
@pytest.mark.parametrize("listen", ["[::1]:0", "[::]:0"])
def test_ipv6(start_relay, stock_camera, listen):
    relay = start_relay(f"yard={stock_camera.url}/both", config=f"[RTSP]\nListen={listen}\n")
    relay.wait_for_connected("yard")
    url = f"rtsp://[::1]:{relay.port}/yard"
    with RtspClient(url) as client:
        reply = client.describe()
        assert re.search(rb"\r\no=- \d+ \d+ IN IP6 ::1\r\n", reply.body) and b"\r\nc=IN IP6 ::\r\n" in reply.body
        assert reply["Content-Base"] == f"{url}/"
        assert client.play_tcp().status == 200
        assert_contiguous(read_packets(client, at_least(c0=60, c2=10))[0])
    with RtspClient(url) as client, UdpReceiver(client, "::1", (0, 1)) as receiver:
        assert receiver.play().status == 200
        assert_begins_with_key(read_first_picture(receiver))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "127.9.9.9"])
def test_udp_comes_from_the_address_the_client_spoke_to(start_relay, stock_camera, host):
    relay = start_relay(f"yard={stock_camera.url}/both", config="[RTSP]\nListen=[::]:0\n")
    relay.wait_for_connected("yard")
    with RtspClient(f"rtsp://{host}:{relay.port}/yard") as client, UdpReceiver(client, client.socket.getsockname()[0], (0, 1)) as receiver:
        assert receiver.play().status == 200
        seen = set()
        while len(seen) < 4:
            track, is_report, _, address = receiver.read()
            assert address[0] == host
            assert address[1] == receiver.server_ports[track][is_report]
            seen.add((track, is_report))


# ---- UDP ----


def test_udp_from_join_to_tear_down(client):
    with UdpReceiver(client, "127.0.0.1", (0, 1)) as receiver:
        told = parse_rtp_info(receiver.play())
        packets, reports = {0: [], 1: []}, set()
        while len(packets[0]) < 120 or len(packets[1]) < 20:
            track, is_report, data, _ = receiver.read()
            if is_report:
                assert sender_report(data)[0] == receiver.ssrcs[track]
                reports.add(track)
            else:
                packets[track].append(rtp_units.Packet(data))
        assert reports == {0, 1}
        for track in (0, 1):
            assert packets[track][0].sequence == told[track][0]
            assert_contiguous(packets[track])
            assert {packet.ssrc for packet in packets[track]} == {receiver.ssrcs[track]}
        assert_begins_with_key(packets[0])
        assert max(len(packet.payload) + 12 for packet in packets[0]) <= 1452
        assert client.request("TEARDOWN").status == 200
        with pytest.raises(TimeoutError):
            until = time.monotonic() + 5
            while time.monotonic() < until:
                receiver.read(0.3)  # a picture comes each 40 ms


@pytest.mark.long
def test_udp_readers_live_by_their_reports(relay, url):
    """One reports from its port, one from another port as through a NAT, one by requests, one not at all: that one is closed after 60 s."""
    # Addresses of their own, since a report through a NAT counts for all at its address.
    hosts = {"port": "127.0.0.11", "nat": "127.0.0.12", "request": "127.0.0.13", "silent": "127.0.0.14"}
    with contextlib.ExitStack() as stack:
        receivers = {}
        for name, host in hosts.items():
            client = stack.enter_context(RtspClient(url, source=host))
            receivers[name] = stack.enter_context(UdpReceiver(client, host))
            assert receivers[name].play().status == 200
        elsewhere = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        elsewhere.bind((hosts["nat"], 0))
        silent = receivers.pop("silent")
        begun = time.monotonic()
        closed = threading.Event()
        threading.Thread(target=lambda: (silent.client.wait_closed(75), closed.set()), daemon=True).start()
        while not closed.wait(10):
            receivers["port"].send_report()
            receivers["nat"].send_report(source=elsewhere)
            assert receivers["request"].client.request("OPTIONS").status == 200
            assert time.monotonic() - begun < 75, "the silent one lives on"
        assert 58 < time.monotonic() - begun < 75
        for receiver in receivers.values():
            with contextlib.suppress(BlockingIOError):  # what has waited since
                while receiver.pairs[0][0].recv(2048, socket.MSG_DONTWAIT):
                    pass
            assert receiver.read_packet()[1].payload
            assert receiver.client.request("GET_PARAMETER").status == 200


# ---- slow readers ----


@pytest.mark.timing
def test_slow_reader_comes_back_at_a_key_unit(start_relay, stock_camera):
    """After 6 s without reading: what had been sent before the lag, then a key unit, the sequence without a hole; others lose nothing."""
    relay = start_relay(f"yard={stock_camera.url}/busy", config="[Limits]\nReaderLag=500ms\n")
    relay.wait_for_connected("yard")
    viewer = Viewer(f"{relay.url}/yard", tracks=(0, 1))
    with RtspClient(f"{relay.url}/yard", receive_buffer=65536) as client:
        assert client.play_tcp().status == 200
        packets = {0: [], 2: []}

        def read(enough):
            while not enough():
                channel, packet, at = client.read_packet()
                packets[channel].append(packet)
            return at
        read(lambda: len(packets[0]) > 500)
        threading.Event().wait(6)  # the client sleeps; that is the case
        awake = time.monotonic()
        newest = lambda: (packets[0][-1].time - packets[0][0].time) % 2**32 / 90000
        lived = newest()
        read(lambda: newest() - lived > 8)
        assert time.monotonic() - awake < 4, "it came back behind the live edge"
    viewer.stop()
    viewer.assert_well_served()
    for channel in (0, 2):
        assert_contiguous(packets[channel])
    pictures = rtp_units.pictures(packets[0], True)
    steps = [(after[0].time - before[0].time) % 2**32 for before, after in zip(pictures, pictures[1:])]
    assert max(steps) < 2**31, "time went back"
    jumps = [index + 1 for index, step in enumerate(steps) if step > 45000]
    assert jumps, "nothing was skipped"
    for index in jumps:
        kinds = [nal[0] & 0x1F for nal in rtp_units.h264_nals(pictures[index])]
        assert 7 in kinds and 5 in kinds, f"after the skip comes {kinds}"
