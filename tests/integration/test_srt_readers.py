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
from viewer import Viewer

CONFIG = "[SRT]\nListen=127.0.0.1:0\n"
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


def count_threads(relay):
    return len(list(pathlib.Path(f"/proc/{relay.pid}/task").iterdir()))


def count_files(relay):
    return len(list(pathlib.Path(f"/proc/{relay.pid}/fd").iterdir()))


def test_coming_and_going_leaves_nothing(start_srt_relay, tmp_path):
    relay = start_srt_relay(f"cam={BOTH}")
    relay.wait_for_connected("cam")
    before = None
    for rounds in range(4):
        readers = [receive(relay.srt("read:cam"), tmp_path) for _ in range(10)]
        for _, path in readers:
            wait_for_bytes(path, 1316)
        for program, _ in readers:
            program.terminate()
        for program, _ in readers:
            program.wait(10)
        relay.wait_for_line(r"reader left", count=10 * (rounds + 1))
        if before is None:
            before = (count_threads(relay), count_files(relay))
    deadline = time.monotonic() + 10
    while (count_threads(relay), count_files(relay)) != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (count_threads(relay), count_files(relay)) == before


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
