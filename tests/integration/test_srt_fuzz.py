"""Senders that are let in by SRT and then send anything: bit flips, pieces, other people's messages, random bytes. And callers that only knock."""
import random
import re
import socket
import struct
import subprocess
import threading
import time

import pytest

from rtsp_client import Closed, RtspClient
from srt_sender import Caller, Encoder, make_clip
from viewer import Viewer

SRT = "[SRT]\nListen=127.0.0.1:0\n"
MESSAGE_BYTES = 1316
SHORT_S, LONG_S = 6, 600
SETTLED_PART = 0.3  # of the time: by then every pool and every decoder has been made
SEED = 20261121
FLOOD_S = 2
FEED = {"ts": "ts", "framed": "framed", "any": "auto"}
L16, OPUS, MP2, FLAC = range(4)


def rss_mb(relay):
    return int(re.search(rb"VmRSS:\s+(\d+)", relay.proc("status"))[1]) / 1024


def framed(kind, payload):
    return struct.pack("<BBH", 1, kind, len(payload)) + payload


def encode(codec, container):
    """A second of a tone, as ffmpeg writes it."""
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-ac", "2", "-t", "1", "-c:a", codec,
                           "-f", container, "-"], capture_output=True, check=True, timeout=30)
    return done.stdout


def split(data, sync, most=1200):
    """Frames from one sync word to the next."""
    starts = [at for at in range(len(data)) if data.startswith(sync, at)]
    return [data[a:b][:most] for a, b in zip(starts, starts[1:])]


def make_framed():
    flac = encode("flac", "flac")
    good = [framed(L16, bytes(960)), framed(OPUS, b"\xfc\xff\xfe" + bytes(60)), b"\x02\x00\x02\x00{}"]
    good += [framed(MP2, frame) for frame in split(encode("mp2", "mp2"), b"\xff\xfd")]
    return good + [framed(FLAC, frame) for frame in split(flac[flac.index(b"\xff\xf8"):], b"\xff\xf8")]


class Mutator:
    """Messages made of good ones; the same for the same seed."""

    def __init__(self, good, seed):
        self._good = good
        self._random = random.Random(seed)
        self._next = 0

    def message(self):
        chance = self._random.random()
        self._next = (self._next + 1) % len(self._good)
        good = self._good[self._next]
        if chance < 0.55:
            return good
        if chance < 0.7:
            return self._flip(good)
        if chance < 0.8:
            return good[:self._random.randrange(1, len(good) + 1)]
        if chance < 0.9:
            return self._random.choice(self._good)
        head = self._random.choice((b"", b"\x47", bytes((1, self._random.randrange(6)))))
        return head + self._random.randbytes(self._random.randrange(1, MESSAGE_BYTES - 2))

    def _flip(self, good):
        data = bytearray(good)
        for _ in range(self._random.choice((1, 2, 8, 64))):
            data[self._random.randrange(min(len(data), self._random.choice((8, 64, MESSAGE_BYTES))))] ^= 1 << self._random.randrange(8)
        return bytes(data)


class Fuzzer:
    """Sends a mutator's messages as fast as a real sender would, and comes again when it was thrown out."""

    def __init__(self, port, name, mutator):
        self._port, self._stream_id, self._mutator = port, f"publish:{name}", mutator
        self.messages, self.calls = 0, 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stopping.is_set():
            caller = Caller(self._port, self._stream_id)
            self.calls += 1
            while caller.reject_code == 0 and not self._stopping.wait(0.002) and caller.send(self._mutator.message()):
                self.messages += 1
            caller.close()

    def stop(self):
        self._stopping.set()
        self._thread.join(10)
        assert not self._thread.is_alive()


class Listener:
    """Reads whatever a camera has, for as long as it has it, so that all of it is decoded and packed."""

    def __init__(self, url):
        self._url = url
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stopping.wait(0.2):
            try:
                with RtspClient(self._url) as client:
                    client.play_tcp((0,))
                    while not self._stopping.is_set():
                        client.read_frame()
            except (AssertionError, Closed, OSError, ValueError):
                continue

    def stop(self):
        self._stopping.set()
        self._thread.join(15)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.ts", seconds=4)


@pytest.mark.parametrize("seconds", [pytest.param(SHORT_S, id="short"), pytest.param(LONG_S, id="long", marks=pytest.mark.long)])
def test_whatever_senders_send(start_relay, clip, bar, seconds):
    """The daemon lives, does not grow, and takes the next good sender."""
    relay = start_relay(config=SRT, cameras={name: f"[Camera]\nURL=srt:?framing={framing}\n" for name, framing in FEED.items()})
    srt = next(address for address in relay.addresses if address.startswith("srt://"))
    port = int(srt.rsplit(":", 1)[1])
    data = clip.read_bytes()
    ts = [data[at:at + MESSAGE_BYTES] for at in range(0, len(data), MESSAGE_BYTES)]
    sound = make_framed()
    good = {"ts": ts, "framed": sound, "any": sound + ts[:40]}
    listeners = [Listener(f"{relay.url}/{name}") for name in FEED] + [Listener(f"{relay.url}/{name}?audio=opus") for name in FEED]
    fuzzers = [Fuzzer(port, name, Mutator(good[name], SEED + i)) for i, name in enumerate(FEED)]
    settled = time.monotonic() + SETTLED_PART * seconds
    end = time.monotonic() + seconds
    threading.Event().wait(settled - time.monotonic())
    before = rss_mb(relay)
    while time.monotonic() < end:
        assert relay.process.poll() is None, relay.log[-2000:]
        threading.Event().wait(min(1, max(0, end - time.monotonic())))
    grown = rss_mb(relay) - before
    for one in (*fuzzers, *listeners):
        one.stop()
    assert relay.process.poll() is None
    assert all(fuzzer.messages > 50 * seconds for fuzzer in fuzzers), [(fuzzer.messages, fuzzer.calls) for fuzzer in fuzzers]
    print(f"{sum(fuzzer.messages for fuzzer in fuzzers)} messages, {sum(fuzzer.calls for fuzzer in fuzzers)} calls, {grown:.1f} MB more")
    encoder = Encoder(clip, f"{srt}?streamid=publish:ts")
    viewer = Viewer(f"{relay.url}/ts")
    viewer.stop()
    encoder.stop()
    relay.assert_log_is_clean()
    if seconds == LONG_S and not relay.is_sanitized:
        bar("memory after ten minutes of malformed SRT senders", round(grown, 1), 16, "MB")


KNOCKS = ["", "x" * 512, "#!::", "#!::r=cam,m=request,u=\x01", "read:" + "a" * 400, "\xff\xfe", "publish:cam", "read:../../etc/passwd", "#!::m=request,r=cam,r=cam,r=cam"]


def flood(port, is_over):
    """Datagrams that look like handshakes of libsrt (draft-sharabayko-srt, 3.2.1), and some that look like nothing."""
    source = random.Random(SEED)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        while not is_over.wait(0.001):
            induction = struct.pack("!HHIIIIHHIIIIII", 0x8000, 0, 0, 0, 0, 5, 0, 2, source.getrandbits(31), 1500, 8192, 1, source.getrandbits(31),
                                    source.getrandbits(32)) + bytes(16)
            for data in (induction, source.randbytes(source.randrange(1, 1400)), b"\x80\x00" + source.randbytes(62)):
                out.sendto(data, ("127.0.0.1", port))


def test_hostile_callers(start_relay):
    """Ten who knock with anything, and a flood of handshakes: who reads meanwhile loses nothing, and a new reader is still let in."""
    relay = start_relay("cam=test:?video=h264&audio=aac&size=320x240", config=SRT)
    relay.wait_for_connected("cam")
    port = int(relay.srt_url.rsplit(":", 1)[1])
    viewer = Viewer(f"{relay.url}/cam", tracks=(0, 1))
    is_over = threading.Event()
    flooders = [threading.Thread(target=flood, args=(port, is_over), daemon=True) for _ in range(2)]
    for flooder in flooders:
        flooder.start()

    def knock(seed):
        source = random.Random(seed)
        for _ in range(3):
            Caller(port, source.choice(KNOCKS), source.choice(("", "wrong passphrase"))).close()

    callers = [threading.Thread(target=knock, args=(seed,), daemon=True) for seed in range(10)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
        assert not caller.is_alive()
    threading.Event().wait(FLOOD_S)  # not for an event: for how long, not until when
    good = Caller(port, "read:cam")
    assert good.reject_code == 0
    relay.wait_for_line("reader joined over SRT")
    is_over.set()
    for flooder in flooders:
        flooder.join()
    good.close()
    viewer.stop()
    viewer.assert_well_served(1.5)
    relay.assert_log_is_clean()
