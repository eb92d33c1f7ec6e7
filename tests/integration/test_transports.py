"""Cameras over UDP, multicast, HTTP and TLS: what they send goes to clients unit by unit, outages are those of any camera, and what can go wrong has
the words it has over TCP. The cameras are stock gst-rtsp-server and, behind TLS, the fault camera."""
import contextlib
import pathlib
import socket
import struct
import subprocess
import threading
import time

import pytest

import rtp_units as units
from relay import CANARY
from rtsp_client import Closed, RtspClient
from stock_camera import MOUNTS, StockCamera
from tls_front import Certificate, TlsFront
from viewer import Viewer

PICTURES, SOUNDS = 0, 1
GROUPS = "239.255.77.1-239.255.77.9"


class Watch:
    """Every packet that a client over TCP gets of both tracks, in a thread of its own."""

    def __init__(self, url, said_url=None):
        """SAID_URL: what requests say in place of URL."""
        self._client = RtspClient(url)
        self._client.url = said_url or url
        assert self._client.play_tcp().status == 200
        self.tracks = {PICTURES: [], SOUNDS: []}
        self._changed = threading.Condition()
        self._error = None
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while True:
                channel, packet, _ = self._client.read_packet()
                with self._changed:
                    self.tracks[channel // 2].append(packet)
                    self._changed.notify_all()
        except (Closed, OSError, ValueError) as error:
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def wait_for(self, pictures, sounds=12, timeout=15):
        """Until so many more packets are there."""
        wanted = {PICTURES: len(self.tracks[PICTURES]) + pictures, SOUNDS: len(self.tracks[SOUNDS]) + sounds}
        with self._changed:
            came = self._changed.wait_for(lambda: self._error or all(len(self.tracks[track]) >= count for track, count in wanted.items()), timeout)
            assert came and not self._error, f"{ {track: len(packets) for track, packets in self.tracks.items()} } of {wanted}: {self._error!r}"

    def close(self):
        self._client.close()


def assert_plays(direct_url, relay_url, said_url=None):
    """Unit by unit: what a client of the relay gets is a run of what one of the camera gets."""
    with contextlib.closing(Watch(direct_url, said_url)) as direct:
        direct.wait_for(240, sounds=40)  # longer than a group: the relay's client begins with the newest
        with contextlib.closing(Watch(relay_url)) as relayed:
            relayed.wait_for(80)
            got = {track: list(packets) for track, packets in relayed.tracks.items()}
        direct.wait_for(80)
        sent = {track: list(packets) for track, packets in direct.tracks.items()}
    for track, packets in got.items():
        assert units.gaps(packets) == 0, f"track {track}"
    assert units.begins_with_key_unit("h264", got[PICTURES])
    sent_nals, _ = units.h264_units(sent[PICTURES], first_is_whole=False)
    got_nals, _ = units.h264_units(got[PICTURES], first_is_whole=True)
    assert len(got_nals) >= 20 and units.is_run_of(got_nals, sent_nals), "the relay's pictures are no run of the camera's"
    samples = units.sample_units(got[SOUNDS])[0]
    assert len(samples) > 2000 and samples in units.sample_units(sent[SOUNDS])[0], "the relay's samples are no run of the camera's"


@pytest.fixture
def start_stock():
    """start_stock(option=…): a StockCamera of the test's own."""
    started = []

    def start(**options):
        started.append(StockCamera({"cam": MOUNTS["both"]}, **options))
        return started[-1]

    yield start
    for camera in started:
        with contextlib.suppress(BrokenPipeError):
            camera.stop()


@pytest.fixture
def front():
    """front(port, certificate): a TlsFront."""
    made = []

    def make(port, certificate):
        made.append(TlsFront(port, certificate))
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("certificates"), "camera")


def config_of(name, url, transport="auto", fingerprint="", more=""):
    return f"[Camera {name}]\nURL={url}\n[Stream {name}/main]\nTransport={transport}\nTLSFingerprint={fingerprint}\n{more}"


def assert_outlasts_outage(relay, camera, comes_back=2):
    """The camera is killed and comes back: the reader is held."""
    viewer = Viewer(f"{relay.url}/cam")
    camera.kill()
    relay.wait_for_line("camera cam main: lost: ")
    before = viewer.packets
    camera.come_back()
    relay.wait_for_connected("cam", count=comes_back)
    deadline = time.monotonic() + 10
    while viewer.packets < before + 60 and time.monotonic() < deadline and viewer.error is None:
        threading.Event().wait(0.02)
    assert viewer.packets >= before + 60
    viewer.stop()
    viewer.assert_well_served(longest_silence_s=3)


@pytest.mark.parametrize("link", ["udp", "rtsps", "rtsp+http", pytest.param("http", marks=pytest.mark.long)])
def test_plays(start_relay, start_stock, front, certificate, link):
    camera = start_stock()
    url, transport, fingerprint = f"{camera.url}/cam", "auto", ""
    said_url = None
    if link == "rtsps":
        url, fingerprint = f"{front(camera.port, certificate).url}/cam", certificate.fingerprint
        said_url = url.replace("rtsps:", "rtsp:")  # the port in it is part of what the camera takes for one stream
    elif link == "rtsp+http":
        url = url.replace("rtsp:", "rtsp+http:")
    else:
        transport = link
    relay = start_relay(config=config_of("cam", url, transport, fingerprint))
    relay.wait_for_connected("cam")
    assert_plays(f"{camera.url}/cam", f"{relay.url}/cam", said_url)
    if link != "rtsp+http":  # the same as http, but for the URL
        assert_outlasts_outage(relay, camera)


def test_multicast(lan, start_relay, start_stock):
    """The camera at one end of a cable, the relay at the other."""
    with lan.server:
        camera = start_stock(address=lan.SERVER, groups=GROUPS)
    with lan.clients:
        relay = start_relay(config=config_of("cam", f"{camera.url}/cam", "multicast"))
        relay.wait_for_connected("cam")
        assert_plays(f"{camera.url}/cam", f"{relay.url}/cam")
    camera.kill()
    relay.wait_for_line("camera cam main: lost: ")
    with lan.server:
        camera.come_back()
    relay.wait_for_connected("cam", count=2)


def test_auto_falls_back(start_relay, start_stock):
    """A camera that refuses TCP is asked for UDP at once, first after an outage, and first after a restart."""
    camera = start_stock(only="udp")
    relay = start_relay(f"cam={camera.url}/cam")
    relay.wait_for_connected("cam")
    assert relay.wait_for_line("camera cam main: cannot connect: (.*); trying again ")
    assert time.monotonic() - relay.started_at < 10
    assert_outlasts_outage(relay, camera)
    refusals = [line for line in relay.lines if "461 Unsupported" in line]
    assert len(refusals) == 1, relay.log
    state = relay.folder / "state"
    relay.stop()
    again = start_relay(f"cam={camera.url}/cam", STATE_DIRECTORY=str(state))
    again.wait_for_connected("cam")
    assert "cannot connect" not in again.log


def test_certificates(start_relay, start_stock, front, certificate, tmp_path):
    """What is pinned is believed, and nothing else; what would have to be pinned is in the log, to be pasted."""
    camera = start_stock()
    right, other = front(camera.port, certificate), Certificate(tmp_path, "another")
    relay = start_relay(config="".join([
        config_of("pinned", f"{right.url}/cam", fingerprint=certificate.fingerprint),
        config_of("wrong", f"{right.url}/cam", fingerprint=other.fingerprint),
        config_of("unknown", f"{right.url}/cam"),
        config_of("plain", f"rtsps://127.0.0.1:{camera.port}/cam", fingerprint=certificate.fingerprint),
    ]))
    relay.wait_for_connected("pinned")
    wrong = relay.wait_for_line(r"camera wrong main: cannot connect: .* its certificate is (\S+), not the one of TLSFingerprint=.*cause=tls")
    unknown = relay.wait_for_line(r"camera unknown main: cannot connect: .* set TLSFingerprint=(\S+);.*cause=tls")
    assert wrong.group(1) == unknown.group(1) == f"sha256:{certificate.digest}"
    relay.wait_for_line("camera plain main: cannot connect: .*cause=tls")
    assert "wrong main: connected" not in relay.log and "unknown main: connected" not in relay.log
    pasted = start_relay(config=config_of("cam", f"{right.url}/cam", fingerprint=unknown.group(1)))
    pasted.wait_for_connected("cam")


def test_log_in(start_relay, start_stock):
    camera = start_stock(login=f"viewer:{CANARY}")
    logged_in = camera.url.replace("//", f"//viewer:{CANARY}@")
    relay = start_relay(config="".join([
        config_of("right", f"{logged_in}/cam", "udp"),
        config_of("wrong", f"{logged_in.replace(CANARY, CANARY + 'x')}/cam", "udp"),
        config_of("nobody", f"{camera.url}/cam", "http"),
    ]))
    relay.wait_for_connected("right")
    for name in ("wrong", "nobody"):
        relay.wait_for_line(rf"camera {name} main: cannot connect: .*401 .* to DESCRIBE; .*cause=auth")


# The fault camera's knobs, and the reason that is given.
FAULTS = {
    "not-found": ({"status": {"DESCRIBE": 404}}, "not-found"),
    "full": ({"status": {"SETUP": 453}}, "limit"),
    "lockout": ({"status": {"DESCRIBE": 403}}, "auth"),
    "server-error": ({"status": {"SETUP": 500}}, "protocol"),
    "elsewhere": ({"redirect": "rtsp://192.0.2.1/cam"}, "protocol|closed"),
    "mikey": ({"sdp": "mikey"}, "unsupported"),
    "garbage": ({"sdp": "garbage"}, "sdp|closed|protocol"),
    "bye": ({"end_after": 2, "end": "bye-only"}, "closed"),
    "fin": ({"end_after": 2, "end": "fin"}, "closed|end"),
    "reset": ({"end_after": 2, "end": "rst"}, "closed|reset"),
}
SLOW_FAULTS = {
    "circle": ({"redirect": "self"}, "protocol|timeout"),
    "mute": ({"mute": "DESCRIBE"}, "timeout"),
    "silent": ({"silent_after": 2}, "stall"),
    "other-type": ({"payload_type": 77}, "stall"),
    "headers": ({"rtp_header": "version"}, "stall"),
    "endless": ({"endless_fragment": True}, "stall|closed|no-key"),
}


@pytest.mark.parametrize("faults", [FAULTS, pytest.param(SLOW_FAULTS, marks=pytest.mark.long)], ids=["quick", "slow"])
def test_faults(start_relay, make_camera, front, certificate, faults):
    """Behind TLS each fault has the word it has over plain TCP, and none disturbs the camera beside it."""
    cameras = {"whole": make_camera(), **{name: make_camera(**knobs) for name, (knobs, _) in faults.items()}}
    relay = start_relay(config="".join(
        config_of(name, f"{front(camera.port, certificate).url}/cam", fingerprint=certificate.fingerprint) for name, camera in cameras.items()))
    relay.wait_for_connected("whole")
    viewer = Viewer(f"{relay.url}/whole")
    for name, (_, reason) in faults.items():
        relay.wait_for_line(rf"camera {name} main: (cannot connect|lost): .*\(cause=({reason})\)", timeout=30)
    viewer.stop()
    viewer.assert_well_served()


def udp_ports(relay):
    """Of the relay's network, in which it has most of them."""
    lines = pathlib.Path(f"/proc/{relay.pid}/net/udp").read_text().splitlines()[1:]
    return [int(line.split()[1].rsplit(":", 1)[1], 16) for line in lines]


def test_strangers_are_not_heard(network, start_relay, start_stock):
    """Datagrams that look like the camera's but come from elsewhere, of a new source each time, change nothing and cost nothing."""
    with network:
        camera = start_stock(address=network.SERVER)
        relay = start_relay(config=config_of("cam", f"{camera.url}/cam", "udp"))
        relay.wait_for_connected("cam")
        threads = count_of(relay, "task")
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        stranger.bind((network.STRANGER, 0))
        for n in range(200):
            packet = struct.pack(">BBHII", 0x80, 0x80 | 96, n & 0xFFFF, 90 * n, 1000 + n // 4) + b"\x65\x88" + bytes(100)
            for port in udp_ports(relay):
                with contextlib.suppress(OSError):
                    stranger.sendto(packet, (network.SERVER, port))
        assert_plays(f"{camera.url}/cam", f"{relay.url}/cam")
        stranger.close()
    assert count_of(relay, "task") <= threads + 3


@contextlib.contextmanager
def loss(percent):
    """Inside a network of its own: datagrams of media, not of reports, get lost."""
    def nft(*arguments):
        done = subprocess.run(["/usr/sbin/nft", *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"needs nftables: {done.stderr}")

    nft("add", "table", "inet", "loss")
    nft("add", "chain", "inet", "loss", "input", "{ type filter hook input priority 0; }")
    nft("add", "rule", "inet", "loss", "input", "meta", "l4proto", "udp", "meta", "length", ">", "150", "numgen", "random", "mod", "100", "<",
        str(percent), "drop")
    yield
    nft("delete", "table", "inet", "loss")


def coded_pictures(packets, first_is_whole):
    return [tuple(units.h264_nals(picture)) for picture in units.pictures(packets, first_is_whole)]


def without_sets(picture):
    return tuple(nal for nal in picture if nal[0] & 0x1F not in units.H264_SETS)


def test_loss(network, start_relay, start_stock):
    """Over a link that loses datagrams clients get whole pictures only, without a gap in what they get; then all of them again."""
    with network:
        camera = start_stock(address=network.SERVER)
        relay = start_relay(config=config_of("cam", f"{camera.url}/cam", "udp"))
        relay.wait_for_connected("cam")
        with contextlib.closing(Watch(f"{camera.url}/cam")) as direct:
            direct.wait_for(240)  # as above
            relayed = Watch(f"{relay.url}/cam")
            with loss(5):
                direct.wait_for(150)
                relayed.wait_for(150, sounds=100)  # sound has no head that comes at once: this takes its time
            relayed.wait_for(150)
            got = list(relayed.tracks[PICTURES])
            direct.wait_for(40)
            sent = [without_sets(picture) for picture in coded_pictures(direct.tracks[PICTURES], False)]
            relayed.close()
    assert units.gaps(got) == 0
    pictures = [without_sets(picture) for picture in coded_pictures(got, True)]
    strange = [picture for picture in pictures if picture not in sent]
    assert not strange, f"{len(strange)} of {len(pictures)} pictures are not as the camera sent them"
    assert len(pictures) > 60 and not units.is_run_of(pictures, sent), "nothing was lost"
    assert units.is_run_of(pictures[-20:], sent), "it has not recovered"
    assert "camera cam main: lost" not in relay.log


def count_of(relay, what):
    return len(list(pathlib.Path(f"/proc/{relay.pid}/{what}").iterdir()))


@pytest.mark.long
@pytest.mark.parametrize("transport", ["udp", "http"])
def test_reconnects_leave_nothing(start_relay, start_stock, transport):
    """Twenty times: descriptors and threads are as many as the first time."""
    camera = start_stock()
    relay = start_relay(config=config_of("cam", f"{camera.url}/cam", transport, more="[Retry cam]\nBackoff=100ms 200ms\n"))
    counts = []
    for n in range(1, 22):
        relay.wait_for_connected("cam", count=n)
        viewer = Viewer(f"{relay.url}/cam")
        counts.append((count_of(relay, "fd"), count_of(relay, "task")))
        viewer.stop()
        camera.kill()
        relay.wait_for_line("camera cam main: lost: ", count=n)
        camera.come_back()
    assert max(fds for fds, _ in counts[2:]) <= counts[1][0] + 3, counts
    assert max(threads for _, threads in counts[2:]) <= counts[1][1] + 3, counts
