"""Cameras read over SRT by real programs: what they see, how soon, and what the others notice of those who stall or come and go."""
import json
import pathlib
import re
import signal
import subprocess
import threading
import time

import pytest

import process
from relay import CANARY
from srt_sender import Caller
from udp_link import UdpLink
from viewer import Viewer

CONFIG = "[SRT]\nListen=127.0.0.1:0\n"
TS_PACKET_BYTES, NULL_PID = 188, 0x1FFF
BOTH = "test:?video=h264&audio=aac&size=320x240"


@pytest.fixture
def start_srt_relay(start_relay):
    """A relay that listens for SRT; relay.srt(NAME) is what a client calls."""
    def start(*arguments, config="", **options):
        relay = start_relay(*arguments, config=CONFIG + config, **options)
        address = next(address for address in relay.addresses if address.startswith("srt://"))
        relay.srt = lambda stream_id: f"{address}?streamid={stream_id}"
        return relay
    return start


def probe(url, *options):
    """What ffprobe finds at URL: {codec type: codec name}, and its complaints."""
    done = subprocess.run(["ffprobe", "-v", "error", "-analyzeduration", "700000", "-show_streams", "-of", "json", *options, url], capture_output=True, text=True,
                          timeout=30, check=False)
    streams = json.loads(done.stdout or "{}").get("streams", [])
    return {stream["codec_type"]: stream["codec_name"] for stream in streams}, done.stderr


def decode(url, seconds=3):
    """ffmpeg's complaints while it decodes SECONDS of URL, and how many pictures and samples it made."""
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-stats", "-i", url, "-t", str(seconds), "-vsync", "passthrough",
                           "-enc_time_base", "-1", "-f", "null", "-"],
                          capture_output=True, text=True, timeout=40, check=False)
    frames = re.findall(r"frame=\s*(\d+)", done.stderr)
    complaints = [line for line in re.split(r"[\r\n]+", done.stderr) if line and "size=" not in line]
    return int(frames[-1]) if frames else 0, complaints


CAMERAS = {
    "h264-aac": (BOTH, {"video": "h264", "audio": "aac"}),
    "h265-opus": ("test:?video=h265&audio=opus&size=320x240", {"video": "hevc", "audio": "opus"}),
    "h264-pcma": ("test:?video=h264&audio=pcma&size=320x240", {"video": "h264", "audio": "aac"}),
    "picture": ("test:?video=h264&audio=none&size=320x240", {"video": "h264"}),
    "sound": ("test:?video=none&audio=aac", {"audio": "aac"}),
}


def test_what_programs_find(start_srt_relay):
    """Pictures and sound as they come where MPEG-TS has a word for them; G.711 becomes AAC."""
    relay = start_srt_relay(*(f"{name}={url}" for name, (url, _) in CAMERAS.items()))
    for name, (_, expected) in CAMERAS.items():
        relay.wait_for_connected(name)
        found, complaints = probe(relay.srt(f"read:{name}"))
        assert found == expected, (name, complaints)


def test_picture_is_whole(start_srt_relay):
    """From the first packet on nothing is missing or damaged."""
    relay = start_srt_relay(f"cam={BOTH}")
    relay.wait_for_connected("cam")
    frames, complaints = decode(relay.srt("#!::m=request,r=cam"))
    assert complaints == []
    assert frames >= 60


OTHERS = {
    "gstreamer": lambda url: ["gst-launch-1.0", "-q", "srtsrc", f"uri={url}", "!", "tsdemux", "!", "h264parse", "!", "avdec_h264", "!", "identity", "eos-after=40",
                              "!", "fakesink", "sync=false"],
    "mpv": lambda url: ["mpv", "--no-config", "--no-terminal", "--vo=null", "--ao=null", "--frames=40", url],
}


def test_other_programs_play(start_srt_relay):
    """Beside ffmpeg's and libsrt's own: each ends by itself after so many decoded pictures."""
    relay = start_srt_relay(f"cam={BOTH}")
    relay.wait_for_connected("cam")
    started = {name: process.start(command(relay.srt("read:cam")), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
               for name, command in OTHERS.items()}
    for name, program in started.items():
        said, _ = program.communicate(timeout=40)
        assert program.returncode == 0, (name, said)
    relay.wait_for_line("reader left after", count=len(OTHERS))


def first_picture_s(port):
    """From the call to the beginning of what follows the first picture, which must be a key picture."""
    began, starts = time.monotonic(), []
    caller = Caller(port, "read:cam?audio=none")
    while len(starts) < 2:
        message = caller.receive()
        assert message, "the connection ended"
        for at in range(0, len(message), TS_PACKET_BYTES):
            packet = message[at:at + TS_PACKET_BYTES]
            if packet[1] & 0x40 and b"\0\0\1\xe0" in packet:  # ISO 13818-1, 2.4.3.7: video
                starts.append(bool(packet[3] & 0x20 and packet[5] & 0x40))  # random_access_indicator
    took_s = time.monotonic() - began
    caller.close()
    assert starts[0]
    return took_s


@pytest.mark.timing
def test_first_picture(start_srt_relay, bar):
    """Readers that come at any moment of a group of pictures begin with its key picture."""
    relay = start_srt_relay(f"cam={BOTH}")
    relay.wait_for_connected("cam")
    port = int(relay.srt_url.rsplit(":", 1)[1])
    slowest_s = max(first_picture_s(port) for _ in range(8))
    bar("an SRT reader's first whole picture", round(slowest_s, 3), 1.0, "s")


def test_reader_stays_while_camera_reboots(start_srt_relay, make_camera, tmp_path):
    """The slate takes the camera's place, without a hole."""
    camera = make_camera()
    relay = start_srt_relay(f"cam={camera.url}")
    relay.wait_for_connected("cam")
    program, path = receive(relay.srt("read:cam"), tmp_path)
    wait_for_bytes(path, 10000)
    camera.reboot(2)
    relay.wait_for_line("camera cam main: lost: ")
    before = path.stat().st_size
    relay.wait_for_connected("cam", count=2)
    assert path.stat().st_size > before
    wait_for_bytes(path, path.stat().st_size + 60000)
    program.terminate()
    program.wait(10)
    assert count_holes(path.read_bytes()) == 0
    assert relay.log.count("reader joined over SRT") == 1


def test_asked_sound(start_srt_relay):
    relay = start_srt_relay(f"cam={BOTH}")
    relay.wait_for_connected("cam")
    assert probe(relay.srt("read:cam?audio=none"))[0] == {"video": "h264"}
    assert probe(relay.srt("read:cam?audio=opus"))[0] == {"video": "h264", "audio": "opus"}


REFUSALS = [
    (f"read:nobody:ann:{CANARY}", "no such camera"),
    ("read:cam:eve:wrong", "user or password"),
    ("hello", "streamid=read:NAME"),
]


def test_refusals_have_reasons(start_srt_relay):
    """A client that may not read is refused in the handshake, and the log says why and whom."""
    relay = start_srt_relay(f"cam={BOTH}", config=f"[User ann]\nPassword={CANARY}\n")
    relay.wait_for_connected("cam")
    for stream_id, words in REFUSALS:
        found, complaints = probe(relay.srt(stream_id))
        assert found == {}
        assert complaints != ""
        relay.wait_for_line(rf"refused.*{words}|{words}.*refused")
    assert probe(relay.srt(f"read:cam:ann:{CANARY}"))[0] == {"video": "h264", "audio": "aac"}


def test_passphrase(start_srt_relay):
    relay = start_srt_relay(f"cam={BOTH}", config=f"Passphrase={CANARY}\n")
    relay.wait_for_connected("cam")
    assert probe(relay.srt("read:cam"))[0] == {}
    assert probe(relay.srt("read:cam") + "&passphrase=not-the-right-one")[0] == {}
    assert probe(relay.srt("read:cam") + f"&passphrase={CANARY}")[0] == {"video": "h264", "audio": "aac"}


def receive(url, folder):
    """srt-live-transmit writing what it gets into a file."""
    path = folder / f"{time.monotonic_ns()}.ts"
    with path.open("wb") as out:
        program = process.start(["srt-live-transmit", "-q", url, "file://con"], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
    return program, path


def wait_for_bytes(path, size, timeout=10):
    deadline = time.monotonic() + timeout
    while path.stat().st_size < size:
        assert time.monotonic() < deadline, f"{path.stat().st_size} bytes in {timeout} s"
        time.sleep(0.02)


def test_stalled_reader_hurts_nobody(start_srt_relay, tmp_path):
    relay = start_srt_relay(f"cam={BOTH}")
    relay.wait_for_connected("cam")
    stalled, path = receive(relay.srt("read:cam"), tmp_path)
    wait_for_bytes(path, 10000)
    stalled.send_signal(signal.SIGSTOP)
    viewer = Viewer(f"{relay.url}/cam")
    threading.Event().wait(4)  # not for an event: longer than ReaderLag
    viewer.stop()
    viewer.assert_well_served()
    stalled.send_signal(signal.SIGCONT)
    stalled.kill()
    stalled.wait()
    relay.wait_for_line(r"reader left")


def count_holes(data):
    """Packets of MPEG-TS that do not follow the one before of their PID and do not announce that (ISO 13818-1, 2.4.3.4)."""
    counters, holes = {}, 0
    for at in range(0, len(data) - TS_PACKET_BYTES + 1, TS_PACKET_BYTES):
        packet = data[at:at + TS_PACKET_BYTES]
        assert packet[0] == 0x47
        pid, counter = (packet[1] & 0x1F) << 8 | packet[2], packet[3] & 15
        if pid == NULL_PID or not packet[3] & 0x10:
            continue
        is_announced = packet[3] & 0x20 and packet[4] > 0 and packet[5] & 0x80
        holes += not is_announced and counters.get(pid, counter - 1 & 15) != counter - 1 & 15
        counters[pid] = counter
    return holes


def end_with_whole_picture(path):
    """Cuts off what was being written when its program was killed: from the newest beginning of a PES packet or table on."""
    data = path.read_bytes()
    starts = [at for at in range(0, len(data) - TS_PACKET_BYTES + 1, TS_PACKET_BYTES) if data[at + 1] & 0x40]
    path.write_bytes(data[:starts[-1]])


def receive_over_cut_link(relay, folder, cut_s, wait_for_return):
    """What a reader writes whose link carries nothing for so long, until WAIT_FOR_RETURN has returned and a second more came."""
    address = re.match(r"srt://[^:]*:(\d+)", relay.srt("read:cam"))
    with UdpLink(int(address[1])) as link:
        # Its latency: so that a busy machine repeats in time what the link lost, and it does not give that up itself.
        program, path = receive(f"srt://127.0.0.1:{link.port}?streamid=read:cam&latency=1500", folder)
        wait_for_bytes(path, 10000)
        link.is_cut = True
        threading.Event().wait(cut_s)  # not for an event: nobody can tell that nothing comes
        link.is_cut = False
        wait_for_return()
        wait_for_bytes(path, path.stat().st_size + 60000, timeout=15)
        program.terminate()
        program.wait(10)
    end_with_whole_picture(path)
    return path


def test_cut_link_loses_nothing(start_srt_relay, tmp_path):
    """libsrt would drop what is a second old and say nothing: what ReaderLag allows is all repeated."""
    relay = start_srt_relay(f"cam={BOTH}")
    relay.wait_for_connected("cam")
    path = receive_over_cut_link(relay, tmp_path, 2, lambda: None)
    assert count_holes(path.read_bytes()) == 0
    assert decode(str(path), 60)[1] == []
    relay.wait_for_line("reader left after")
    assert "fell behind" not in relay.log


def test_cut_link_goes_on_at_a_key(start_srt_relay, tmp_path):
    """Whoever was away for longer than ReaderLag gets what was on its way, whole, and then a key picture."""
    relay = start_srt_relay(f"cam={BOTH}", config="[Limits]\nReaderLag=1s\n")
    relay.wait_for_connected("cam")
    path = receive_over_cut_link(relay, tmp_path, 2.5, lambda: relay.wait_for_line("reader is back after"))
    assert [line for line in decode(str(path), 60)[1] if "non monoton" not in line and "repeated" not in line] == []
    relay.wait_for_line(r"reader left after .* skips for lag: 1")


def count_threads(relay):
    return len(list(pathlib.Path(f"/proc/{relay.pid}/task").iterdir()))


def count_files(relay):
    return len(list(pathlib.Path(f"/proc/{relay.pid}/fd").iterdir()))


def rss_mb(relay):
    return int(re.search(rb"VmRSS:\s+(\d+)", relay.proc("status"))[1]) / 1024


def test_coming_and_going_leaves_nothing(start_srt_relay, tmp_path):
    """A hundred, ten at a time. libsrt keeps what was closed for some seconds: 0.8 MB each."""
    relay = start_srt_relay(f"cam={BOTH}")
    relay.wait_for_connected("cam")
    before_mb = rss_mb(relay)
    for rounds in range(10):
        readers = [receive(relay.srt("read:cam"), tmp_path) for _ in range(10)]
        for _, path in readers:
            wait_for_bytes(path, 1316)
        for program, _ in readers:
            program.terminate()
        for program, _ in readers:
            program.wait(10)
        relay.wait_for_line(r"reader left", count=10 * (rounds + 1))
        if rounds == 0:
            before = (count_threads(relay), count_files(relay))
    deadline = time.monotonic() + 15

    def is_calm():
        return (count_threads(relay), count_files(relay)) == before and (relay.is_sanitized or rss_mb(relay) < before_mb + 24)

    while not is_calm():
        assert time.monotonic() < deadline, (count_threads(relay), count_files(relay), before, rss_mb(relay), before_mb)
        time.sleep(0.05)


def read_framed(data):
    """The (type, format) of each whole message of a contribution."""
    kinds, at = [], 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at + 2:at + 4], "little")
        kinds.append((data[at], data[at + 1]))
        at += 4 + size
    return kinds


def test_framed_sound(start_srt_relay, tmp_path):
    """Sound alone behind 4-byte headers: samples that are not 48 kHz stereo leave as Opus."""
    relay = start_srt_relay("sound=test:?video=none&audio=aac")
    relay.wait_for_connected("sound")
    program, path = receive(relay.srt("#!::m=request,r=sound,f=framed"), tmp_path)
    wait_for_bytes(path, 20000)
    program.kill()
    program.wait()
    kinds = read_framed(path.read_bytes())[:-1]
    assert len(kinds) > 50
    assert set(kinds) == {(1, 1)}


def test_framed_sound_that_is_not_wanted(start_srt_relay, tmp_path):
    """Mode=none and a=none hold for samples, too, which would need no encoder."""
    relay = start_srt_relay("sound=test:?video=none&audio=l16", config="[Audio sound]\nMode=none\n")
    relay.wait_for_connected("sound")
    readers = []
    for asked in ["", ",a=none", ",a=copy"]:
        folder = tmp_path / (asked or "nothing")
        folder.mkdir()
        readers.append(receive(relay.srt(f"#!::m=request,r=sound,f=framed{asked}"), folder))
    relay.wait_for_line("reader joined", count=3)
    wait_for_bytes(readers[2][1], 20000)
    for program, _ in readers:
        program.kill()
        program.wait()
    assert [path.stat().st_size if path.exists() else 0 for _, path in readers[:2]] == [0, 0]


def test_flac_between_relays(start_srt_relay, start_relay):
    """One relay's sound goes to another as FLAC, whose frames take more than one message."""
    near = start_srt_relay("sound=test:?video=none&audio=l16")
    near.wait_for_connected("sound")
    url = near.srt("%23!::m=request,r=sound,f=framed,a=flac")
    far = start_relay(f"copy={url}&framing=framed")
    found = far.wait_for_connected("copy").group(1)
    assert "L16 48 kHz stereo" in found
    viewer = Viewer(f"{far.url}/copy")
    threading.Event().wait(1)
    viewer.stop()
    viewer.assert_well_served()
