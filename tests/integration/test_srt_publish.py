"""Encoders that come by SRT: let in by stream id and passphrase, replaced, lost and met again at once; what is refused, and that nobody else notices."""
import os
import select
import signal
import socket
import time

import pytest

from relay import CANARY
from srt_sender import Caller, Encoder, make_clip
from viewer import Viewer

SRT = "[SRT]\nListen=127.0.0.1:0\n"
DRONE = "[Camera]\nURL=srt:\n"


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.ts")


@pytest.fixture
def encode(clip):
    """encode(url): an Encoder."""
    encoders = []

    def start(url):
        encoders.append(Encoder(clip, url))
        return encoders[-1]

    yield start
    for encoder in encoders:
        encoder.stop()


@pytest.fixture
def start_srt(start_relay):
    """A relay with [SRT] and the camera "drone", unless others are named; relay.srt is its srt:// address."""
    def start(srt=SRT, cameras=None, config="", **options):
        relay = start_relay(config=srt + config, cameras=cameras or {"drone": DRONE}, **options)
        relay.srt = next(address for address in relay.addresses if address.startswith("srt://"))
        return relay
    return start


def port_of(address):
    return int(address.rsplit(":", 1)[1])


def wait_until(is_so, timeout=20):
    deadline = time.monotonic() + timeout
    while not is_so():
        assert time.monotonic() < deadline, "not in time"
        select.select([], [], [], 0.01)


SPELLINGS = ["publish:drone", "#!::m=publish,r=drone", f"publish:drone:pilot:{CANARY}", f"#!::r=drone,m=publish,u=pilot,s={CANARY}"]


def test_encoders_publish(start_srt, encode):
    """In both spellings, with and without a log-in; each takes the place of the one before, and a viewer sees it through."""
    relay = start_srt(config=f"[User pilot]\nPassword={CANARY}\n[Access]\nRead=net:127.0.0.1 user:pilot\n")
    viewer = None
    for count, stream_id in enumerate(SPELLINGS, 1):
        encode(f"{relay.srt}?streamid={stream_id}")
        assert "H.264 320x240" in relay.wait_for_connected("drone", count=count).group(1)
        assert "AAC" in relay.wait_for_connected("drone", count=count).group(1)
        viewer = viewer or Viewer(f"{relay.url}/drone", tracks=(0, 1))
    relay.wait_for_line("takes the place of the one before")
    viewer.stop()
    viewer.assert_well_served(1.5)


def test_passphrases(start_srt, encode):
    """[SRT] Passphrase, or the camera's own."""
    relay = start_srt(SRT + f"Passphrase=for all {CANARY}\n", {"drone": DRONE, "yard": DRONE + f"Password=own {CANARY}\n"})
    encode(f"{relay.srt}?streamid=publish:drone&passphrase=for all {CANARY}")
    relay.wait_for_connected("drone")
    encode(f"{relay.srt}?streamid=publish:yard&passphrase=own {CANARY}")
    relay.wait_for_connected("yard")
    assert Caller(port_of(relay.srt), "publish:yard", f"for all {CANARY}").reject_code != 0
    relay.wait_for_line("SRT caller refused: for camera 'yard': the passphrase is wrong")


@pytest.mark.timing
@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP], ids=lambda way: way.name)
def test_back_at_once(start_srt, encode, bar, way):
    """The next encoder is met at once, whether or not libsrt has noticed that the one before is dead; readers stay and see the slate meanwhile."""
    relay = start_srt()
    encoder = encode(f"{relay.srt}?streamid=publish:drone")
    relay.wait_for_connected("drone")
    viewer = Viewer(f"{relay.url}/drone")
    for count, pause_s in enumerate((0, 1.3), 2):
        encoder.send_signal(way)
        select.select([], [], [], pause_s)
        encoder = encode(f"{relay.srt}?streamid=publish:drone")
        relay.wait_for_connected("drone", count=count)
        bar(f"an SRT sender is back after {signal.Signals(way).name}", round(time.monotonic() - encoder.began_at, 3), 1.0, "s")
    viewer.stop()
    viewer.assert_well_served(1.6)


@pytest.mark.timing
def test_silence_is_no_end(start_srt, encode, bar):
    """An encoder that stands still for 2 s: the slate after half a second, and on it goes without a handshake."""
    relay = start_srt()
    encoder = encode(f"{relay.srt}?streamid=publish:drone")
    relay.wait_for_connected("drone")
    viewer = Viewer(f"{relay.url}/drone")
    encoder.send_signal(signal.SIGSTOP)
    stopped_at = time.monotonic()
    relay.wait_for_line("camera drone main: nothing comes at the moment")
    bar("an SRT stream that falls silent is reconnecting", round(time.monotonic() - stopped_at, 3), 1.0, "s")
    select.select([], [], [], 2 - (time.monotonic() - stopped_at))
    encoder.send_signal(signal.SIGCONT)
    packets = viewer.packets
    wait_until(lambda: viewer.packets > packets + 2 * 25)
    viewer.stop()
    viewer.assert_well_served(1.6)
    assert relay.log.count("a sender has come") == 1 and relay.log.count("connected, ") == 1


def test_takeover_refuse(start_srt, encode):
    """The first one stays, until it is silent."""
    relay = start_srt(SRT + "Takeover=refuse\n")
    first = encode(f"{relay.srt}?streamid=publish:drone")
    relay.wait_for_connected("drone")
    second = encode(f"{relay.srt}?streamid=publish:drone")
    status, said = second.wait_refused()
    assert status != 0 and said
    relay.wait_for_line("SRT caller refused: to publish 'drone': the camera has a sender already")
    assert first.is_running() and relay.log.count("a sender has come") == 1
    first.send_signal(signal.SIGSTOP)
    relay.wait_for_line("nothing comes at the moment")
    encode(f"{relay.srt}?streamid=publish:drone")
    relay.wait_for_connected("drone", count=2)


REFUSALS = [  # stream id, passphrase, SRT's code (access_control.h; 10, 11: srt.h), what the log says
    ("", "", 1400, "it names no camera: a sender says streamid=publish:NAME"),
    ("#!::m=juggle,r=drone", "", 1400, "its stream id cannot be read"),
    ("publish:dron:pilot:" + CANARY, "", 1404, "to publish 'dron' as 'pilot': there is no such camera"),
    ("publish:drone", "", 1401, "to publish 'drone': user or password are missing or wrong"),
    ("publish:drone:pilot:wrong", "", 1401, "to publish 'drone' as 'pilot': user or password are missing or wrong"),
    ("publish:drone:guest:" + CANARY, "", 1404, "to publish 'drone' as 'guest': there is no such camera"),
    ("publish:dialled:pilot:" + CANARY, "", 1405, "to publish 'dialled' as 'pilot': the camera is dialled"),
    ("publish:away:pilot:" + CANARY, "", 1503, "to publish 'away' as 'pilot': the camera is disabled"),
    ("publish:secret:pilot:" + CANARY, "not the secret", 10, "for camera 'secret': the passphrase is wrong"),
    ("publish:secret:pilot:" + CANARY, "", 11, "for camera 'secret': "),
]


def test_refusals_have_reasons(start_srt, encode):
    """Each is told why in the handshake, and the log says it once for an address; nobody else notices."""
    cameras = {"drone": DRONE, "dialled": "[Camera]\nURL=test:\n", "away": DRONE + "Enabled=no\n", "secret": DRONE + f"Password=the secret {CANARY}\n"}
    users = f"[User pilot]\nPassword={CANARY}\n[User guest]\nPassword={CANARY}\n[Access]\nRead=user:pilot\n"
    relay = start_srt(cameras=cameras, config=users)
    encode(f"{relay.srt}?streamid=publish:drone:pilot:{CANARY}")
    relay.wait_for_connected("drone")
    viewer = Viewer(f"{relay.url}/drone", "pilot", CANARY)
    for stream_id, passphrase, code, said in REFUSALS:
        caller = Caller(port_of(relay.srt), stream_id, passphrase)
        assert caller.reject_code == code, stream_id
        caller.close()
        relay.wait_for_line(f"WARNING SRT caller refused: {said}.*address=127.0.0.1")
    for _ in range(10):
        Caller(port_of(relay.srt), "#!::m=juggle,r=drone").close()
    viewer.stop()
    viewer.assert_well_served()
    assert relay.log.count("its stream id cannot be read") == 1 and relay.log.count("a sender has come") == 1


def test_address_of_its_own(start_relay, encode):
    """mode=listener: who comes is the camera's sender, without a word."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    relay = start_relay(cameras={"drone": f"[Camera]\nURL=srt://127.0.0.1:{port}?mode=listener&passphrase=own {CANARY}\n"})
    assert relay.srt_url == f"srt://127.0.0.1:{port}"
    encode(f"{relay.srt_url}?passphrase=own {CANARY}")
    relay.wait_for_connected("drone")
    assert Caller(port, "read:drone", f"own {CANARY}").reject_code == 1405
    relay.wait_for_line("SRT caller refused: at the address of camera 'drone': it reads where one publishes")


def test_address_in_use(start_srt, run_camrelayd, write_config):
    relay = start_srt()
    address = relay.srt.removeprefix("srt://")
    done = run_camrelayd("--config", write_config(f"[RTSP]\nListen=127.0.0.1:0\n[SRT]\nListen={address}\n"))
    assert done.returncode == 69 and address in done.stderr


def count_threads(relay):
    return len(os.listdir(f"/proc/{relay.pid}/task"))


def count_descriptors(relay):
    return len(os.listdir(f"/proc/{relay.pid}/fd"))


def test_fifty_come_and_go(start_srt):
    """Nothing of them is left."""
    relay = start_srt()
    port = port_of(relay.srt)
    Caller(port, "publish:drone").close()
    relay.wait_for_line("a sender has come", count=1)
    threads, descriptors = count_threads(relay), count_descriptors(relay)
    for _ in range(50):
        caller = Caller(port, "publish:drone")
        assert caller.reject_code == 0
        caller.close()
    relay.wait_for_line("a sender (has come|at)", count=51)
    wait_until(lambda: count_threads(relay) <= threads and count_descriptors(relay) <= descriptors)


@pytest.mark.timing
def test_stop_with_senders(start_srt, encode, bar):
    relay = start_srt(cameras={f"drone{i}": DRONE for i in range(3)})
    for i in range(2):
        encode(f"{relay.srt}?streamid=publish:drone{i}")
        relay.wait_for_connected(f"drone{i}")
    silent = Caller(port_of(relay.srt), "publish:drone2")
    status, took_s = relay.stop()
    silent.close()
    assert status == 0
    bar("a stop while SRT senders are connected", round(took_s, 3), 2.0, "s")
