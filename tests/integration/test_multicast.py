"""Streams sent to multicast groups, over a cable between two machines: what real clients make of it, and what is on the cable."""
import contextlib
import socket
import struct
import subprocess
import threading
import time

import pytest

from rtp_units import Packet
from rtsp_client import RtspClient, receiver_report, sender_report

IP_RECVTTL = 12  # of Linux; the socket module does not have it

CONFIG = "[RTSP]\nListen={host}:0\nMulticastRange=239.255.42.0/24\n{more}\n[Access]\nRead=anyone\n"


@pytest.fixture
def start(lan, start_relay):
    """start(more="MulticastTTL=2", camera=…): a relay on the LAN whose camera demo is connected."""
    def start(more="", camera="test:"):
        with lan.server:
            relay = start_relay(f"demo={camera}", config=CONFIG.format(host=lan.SERVER, more=more))
        relay.wait_for_connected("demo")
        return relay
    return start


def run(*command, timeout=30):
    return subprocess.run(command, capture_output=True, timeout=timeout, text=True, check=False)


def fields_of(transport):
    return dict(part.split("=", 1) for part in transport.split(";") if "=" in part)


def set_up(client, tracks=(0, 1), host=None):
    """SETUP of tracks by multicast; (group, ports, ssrcs) by track."""
    places = []
    for track in tracks:
        reply = client.setup(track, "RTP/AVP;multicast")
        assert reply.status == 200
        fields = fields_of(reply["Transport"])
        assert host is None or fields["source"] == host
        places.append((fields["destination"], [int(port) for port in fields["port"].split("-")], int(fields["ssrc"], 16)))
    return places


def play(client, **options):
    places = set_up(client, **options)
    reply = client.request("PLAY")
    assert reply.status == 200
    return places, reply


@contextlib.contextmanager
def membership(group, port, host):
    """A socket that gets what is sent to a group's port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(host))
        one.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
        one.bind((group, port))
        one.settimeout(5)
        yield one


def read_for(one, seconds):
    """Every datagram that comes within SECONDS."""
    datagrams = []
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        one.settimeout(left)
        with contextlib.suppress(TimeoutError):
            datagrams.append(one.recv(2048))
    return datagrams


def sent_on_cable(lan):
    with lan.server:  # /proc/self is the process's first thread, which may be elsewhere
        table = open("/proc/thread-self/net/dev", encoding="ascii").read()
    return next(int(line.split(":")[1].split()[9]) for line in table.splitlines() if line.strip().startswith("cable0:"))


# ---- real clients ----


def test_ffmpeg(start, lan, tmp_path):
    """From the first picture on, without a complaint."""
    relay = start()
    file = tmp_path / "picture.mkv"
    with lan.clients:
        done = run("ffmpeg", "-v", "warning", "-rtsp_transport", "udp_multicast", "-i", f"{relay.url}/demo", "-t", "3", "-c", "copy", str(file))
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "Timestamps are unset in a packet" not in line] == []
    assert file.stat().st_size > 10000
    relay.wait_for_line("reader joined over multicast")
    units = relay.wait_for_line(r"reader left after .* in (\d+) units").group(1)
    assert int(units) > 75, "three seconds have 75 pictures, and sound"


def test_gstreamer(start, lan):
    """Both tracks; sound and picture each have a thread that counts to its end."""
    relay = start()
    with lan.clients:
        done = run("gst-launch-1.0", "-q", "rtspsrc", f"location={relay.url}/demo", "protocols=udp-mcast", "name=s",
                   "s.", "!", "application/x-rtp,media=video", "!", "rtph264depay", "!", "h264parse", "!", "fakesink", "num-buffers=50",
                   "s.", "!", "application/x-rtp,media=audio", "!", "rtpmp4gdepay", "!", "fakesink", "num-buffers=50")
    assert done.returncode == 0, done.stderr
    assert "CRITICAL" not in done.stderr
    relay.wait_for_line("reader joined over multicast")


def test_who_comes_later(start, lan):
    """ffmpeg finds the stream running: it waits for the next key picture, and decodes from there on."""
    relay = start()
    with lan.clients, RtspClient(f"{relay.url}/demo") as first:
        play(first)
        done = run("ffmpeg", "-v", "error", "-rtsp_transport", "udp_multicast", "-i", f"{relay.url}/demo", "-t", "2", "-f", "null", "-")
    assert done.returncode == 0, done.stderr


def test_relay_of_a_relay(start, lan, start_relay):
    """The group is another relay's camera."""
    camera = start()
    with lan.clients:
        relay = start_relay(config=f"[RTSP]\nListen={lan.CLIENT}:0\n[Access]\nRead=anyone\n",
                            cameras={"far": f"[Camera]\nURL={camera.url}/demo\n[Stream main]\nTransport=multicast\n"})
        relay.wait_for_connected("far")
        camera.wait_for_line("reader joined over multicast")
        with RtspClient(f"{relay.url}/far") as client:
            assert client.play_tcp().status == 200
            for _ in range(20):
                assert client.read_packet()[1].payload


# ---- on the cable ----


def test_one_copy_for_ten(start, lan):
    """Ten clients, and what one receiver gets is all there is; with the last one it ends."""
    relay = start()
    with lan.clients, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(RtspClient(f"{relay.url}/demo")) for _ in range(10)]
        places = [set_up(client, host=lan.SERVER) for client in clients]
        assert all(place == places[0] for place in places)
        (group, ports, ssrc), (other_group, other_ports, _) = places[0]
        assert group == other_group and group.startswith("239.255.42.") and ports[0] % 2 == 0
        assert other_ports == [port + 2 for port in ports]
        video = stack.enter_context(membership(group, ports[0], lan.CLIENT))
        audio = stack.enter_context(membership(group, other_ports[0], lan.CLIENT))
        assert read_for(video, 0.3) == [], "sent before anybody played"
        assert all(client.request("PLAY").status == 200 for client in clients)

        read_for(audio, 0.1)
        read_for(video, 0.1)
        sent_before = sent_on_cable(lan)
        datagrams = read_for(video, 2)
        sent = sent_on_cable(lan) - sent_before
        packets = [Packet(data) for data in datagrams]
        assert {packet.ssrc for packet in packets} == {ssrc}
        assert [packet.sequence for packet in packets] == [(packets[0].sequence + i) % 65536 for i in range(len(packets))]
        sounds = len(read_for(audio, 0.01))
        assert sent < (len(packets) + sounds) * 1.3 + 30, f"{sent} packets sent for {len(packets)} of video and {sounds} of sound"

        for client in clients[:-1]:
            client.close()
        read_for(video, 0.2)
        assert read_for(video, 0.3) != [], "the last one gets nothing any more"
        assert clients[-1].request("TEARDOWN").status == 200
        read_for(video, 0.1)
        assert read_for(video, 0.3) == [], "sent though nobody listens"


def test_how_far_it_goes(start, lan):
    """MulticastTTL is in each packet and in the answer; the interface can be named."""
    relay = start("MulticastTTL=7\nMulticastInterface=cable0")
    with lan.clients, RtspClient(f"{relay.url}/demo") as client:
        reply = client.setup(0, "RTP/AVP/UDP;multicast")
        fields = fields_of(reply["Transport"])
        assert fields["ttl"] == "7"
        with membership(fields["destination"], int(fields["port"].split("-")[0]), lan.CLIENT) as video:
            assert client.request("PLAY").status == 200
            _, ancillary, _, sender = video.recvmsg(2048, 64)
            assert sender[0] == lan.SERVER == fields["source"]
            assert [struct.unpack("i", value)[0] for level, kind, value in ancillary if kind == socket.IP_TTL] == [7]


def test_reports(start, lan):
    """A sender report is there for whoever joins, and every 5 s."""
    relay = start()
    with lan.clients, RtspClient(f"{relay.url}/demo") as first, RtspClient(f"{relay.url}/demo") as second:
        (group, ports, ssrc), _ = set_up(first)
        with membership(group, ports[1], lan.CLIENT) as reports:
            assert first.request("PLAY").status == 200
            assert sender_report(reports.recv(2048))
            begun = time.monotonic()
            play(second)
            assert sender_report(reports.recv(2048))
            assert time.monotonic() - begun < 2
            reports.settimeout(7)
            assert sender_report(reports.recv(2048))


@pytest.mark.parametrize("config", ["", "MulticastRange=239.255.42.0/24\nMulticastInterface=nosuch0"])
def test_refused(start_relay, config):
    """461 where there is none, and the client's next offer is taken."""
    relay = start_relay("demo=test:", config=f"[RTSP]\nListen=127.0.0.1:0\n{config}\n")
    relay.wait_for_connected("demo")
    with RtspClient(f"{relay.url}/demo") as client:
        assert client.setup(0, "RTP/AVP;multicast").status == 461
        assert client.setup(0, "RTP/AVP;multicast,RTP/AVP/TCP;unicast;interleaved=0-1").status == 200
    assert len([line for line in relay.lines if "multicast refused: MulticastInterface=nosuch0" in line]) == (1 if config else 0)


@pytest.mark.long
def test_clients_live_by_their_reports(start, lan):
    """One reports to the group, one says nothing: that one is closed after 60 s, and the stream goes on."""
    relay = start()
    with lan.clients, RtspClient(f"{relay.url}/demo", source=lan.CLIENT) as silent, \
            RtspClient(f"{relay.url}/demo", source=lan.OTHER_CLIENT) as reporter:
        play(silent)
        ((group, ports, ssrc), _), _ = play(reporter)
        begun = time.monotonic()
        closed = threading.Event()
        threading.Thread(target=lambda: (silent.wait_closed(75), closed.set()), daemon=True).start()
        with membership(group, ports[1], lan.OTHER_CLIENT) as sender, membership(group, ports[0], lan.OTHER_CLIENT) as video:
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(lan.OTHER_CLIENT))
            while not closed.wait(10):
                sender.sendto(receiver_report(0x1234, ssrc), (group, ports[1]))
                assert time.monotonic() - begun < 75, "the silent one lives on"
            assert 58 < time.monotonic() - begun < 75
            read_for(video, 0.2)
            assert video.recv(2048)
            assert reporter.request("GET_PARAMETER").status == 200
