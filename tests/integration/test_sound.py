"""Sound in the codec that a client asks for: every camera's sound as Opus and as AAC, in time with the pictures, from one encoder for all."""

import concurrent.futures
import math
import pathlib
import struct
import subprocess
import time

import pytest

import rtp_units as units
from rtsp_client import RtspClient, sender_report
from stock_camera import PICTURE, StockCamera

TONE_HZ = 1000
TONE = "audiotestsrc is-live=true wave=sine freq=1000 volume=0.25 samplesperbuffer={samples} ! audio/x-raw,rate={rate},channels=1 ! audioconvert ! "
TONE_DB = 20 * math.log10(0.25 / math.sqrt(2))

SOUNDS = {
    "pcma": TONE.format(rate=8000, samples=320) + "alawenc ! rtppcmapay name={pay} pt=8",
    "g722": TONE.format(rate=16000, samples=640) + "avenc_g722 ! rtpg722pay name={pay} pt=9",
    "l16": TONE.format(rate=16000, samples=320) + "audioconvert ! rtpL16pay name={pay} pt=97",
    "aac": TONE.format(rate=16000, samples=1024) + "avenc_aac ! rtpmp4gpay name={pay} pt=97",
    "mp2": TONE.format(rate=32000, samples=1152) + "twolamemp2enc bitrate=128 ! mpegaudioparse ! rtpmpapay name={pay} pt=14",
    "opus": TONE.format(rate=48000, samples=960) + "opusenc ! rtpopuspay name={pay} pt=97",
}
# The stock camera's G.726 has the first sample of a byte in the wrong half (RFC 3551, 4.5.4): this one is ours.
OWN = {"g726": "test:?video=none&audio=g726"}
OWN_HZ, OWN_DB = 440, -17

# A tick of 30 ms each second: its place in time is without doubt.
TICKS = ("audiotestsrc is-live=true wave=ticks sine-periods-per-tick=30 freq=1000 volume=0.5 samplesperbuffer=320 ! audio/x-raw,rate=8000,channels=1 ! "
         "audioconvert ! alawenc ! rtppcmapay name=pay1 pt=8")


@pytest.fixture(scope="module")
def camera():
    server = StockCamera({**{name: launch.format(pay="pay0") for name, launch in SOUNDS.items()}, "ticks": PICTURE + TICKS,
                          "both": PICTURE + SOUNDS["pcma"].format(pay="pay1")})
    yield server
    server.stop()


def listen(url, seconds=2):
    """What ffmpeg makes of the sound: its codec, and samples of one channel at 48 kHz."""
    done = subprocess.run(["ffmpeg", "-hide_banner", "-rtsp_transport", "tcp", "-i", url, "-t", str(seconds), "-vn", "-ac", "1", "-ar", "48000", "-f",
                           "s16le", "-"], capture_output=True, timeout=40, check=False)
    said = done.stderr.decode()
    assert done.returncode == 0 and "Audio: " in said, said
    return said.split("Audio: ")[1].split()[0].strip(","), struct.unpack(f"<{len(done.stdout) // 2}h", done.stdout)


def measure(samples):
    """Level in dBFS and frequency in Hz of the second half."""
    part = samples[len(samples) // 2:]
    level = 20 * math.log10(max(math.sqrt(sum(value * value for value in part) / len(part)), 1) / 32768)
    rises = [i + part[i] / (part[i] - part[i + 1]) for i in range(len(part) - 1) if part[i] < 0 <= part[i + 1]]
    return level, (len(rises) - 1) * 48000 / (rises[-1] - rises[0])


def test_every_codec(start_relay, camera):
    relay = start_relay(*(f"{name}={camera.url}/{name}" for name in SOUNDS), *(f"{name}={url}" for name, url in OWN.items()))
    for name in (*SOUNDS, *OWN):
        relay.wait_for_connected(name)
    asked = [(name, word) for name in (*SOUNDS, *OWN) for word in ("opus", "aac")]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(lambda pair: listen(f"{relay.url}/{pair[0]}?audio={pair[1]}"), asked))
    for (name, word), (codec, samples) in zip(asked, heard):
        level, frequency = measure(samples)
        print(f"{name} as {word}: {codec}, {level:.1f} dB, {frequency:.1f} Hz, {len(samples) / 48000:.2f} s")
        assert codec == word
        hz = OWN_HZ if name in OWN else TONE_HZ
        assert abs(frequency - hz) < hz / 100  # a young stream's sound is slewed towards its pictures by 5 ms a second at most
        assert abs(level - (OWN_DB if name in OWN else TONE_DB)) < 1.5
        assert len(samples) > 48000 * 1.8


def media_of(url, **credentials):
    with RtspClient(url, **credentials) as client:
        reply = client.describe()
        return [line for line in reply.body.decode().splitlines() if line.startswith(("m=", "a=rtpmap"))] if reply.status == 200 else reply.status


def test_what_is_described(start_relay, camera):
    cameras = {name: f"[Camera]\nURL={camera.url}/{source}\n\n[Audio]\nMode={mode}\n" for name, source, mode in
               (("plain", "both", "copy"), ("asopus", "both", "opus"), ("auto", "g722", "auto"), ("alone", "pcma", "copy"), ("opus", "opus", "copy"))}
    relay = start_relay(cameras=cameras)
    for name in cameras:
        relay.wait_for_connected(name)
    video = ["m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000"]
    opus, pcma = "a=rtpmap:97 opus/48000/2", "a=rtpmap:8 PCMA/8000"
    assert media_of(f"{relay.url}/plain")[:2] == video
    assert media_of(f"{relay.url}/plain")[-1] == media_of(f"{relay.url}/plain?audio=copy")[-1] == pcma
    assert media_of(f"{relay.url}/plain?audio=opus")[-1].lower() == media_of(f"{relay.url}/asopus")[-1].lower() == opus
    assert media_of(f"{relay.url}/plain?audio=AAC")[-1].lower().startswith("a=rtpmap:97 mpeg4-generic/")
    assert media_of(f"{relay.url}/plain?audio=none") == media_of(f"{relay.url}/asopus?audio=none") == video
    assert media_of(f"{relay.url}/asopus?audio=copy")[-1] == pcma
    assert media_of(f"{relay.url}/auto")[-1].lower().startswith("a=rtpmap:97 mpeg4-generic/")
    assert media_of(f"{relay.url}/alone?audio=none") == 404
    assert media_of(f"{relay.url}/plain?audio=mp3") == 451
    relay.wait_for_line("client refused: its .audio= is none of opus, aac, copy and none")


@pytest.mark.parametrize("form", ["{0}?audio=opus/stream={1}", "{0}/stream={1}?audio=opus", "{0}/audio=opus/stream={1}"])
def test_spellings_of_a_control(start_relay, camera, form):
    """ffmpeg and live555 append to the base, GStreamer resolves against it, others keep the query at the end."""
    relay = start_relay(f"cam={camera.url}/both")
    relay.wait_for_connected("cam")
    mount = f"{relay.url}/cam"
    with RtspClient(f"{mount}?audio=opus") as client:
        described = client.describe()
        assert described["Content-Base"] == f"{mount}/audio=opus/"
        for track in (0, 1):
            reply = client.request("SETUP", form.format(mount, track), [("Transport", f"RTP/AVP/TCP;unicast;interleaved={2 * track}-{2 * track + 1}")])
            assert reply.status == 200
            client.session = reply["Session"].split(";")[0]
        reply = client.request("PLAY", f"{mount}?audio=opus/")
        assert reply.status == 200
        assert f"url={mount}/audio=opus/stream=0" in reply["RTP-Info"]
        assert client.request("SETUP", f"{mount}/stream=0?audio=aac", [("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1")]).status == 455
        payload_types = set()
        while len(payload_types) < 2:
            payload_types.add(client.read_packet()[1].payload_type)
        assert payload_types == {96, 97}


class Line:
    """One client's packets, each with its time on the server's clock."""

    def __init__(self, url):
        self.sound_rate = int(media_of(url)[-1].split("/")[1])
        self.client = RtspClient(url)
        assert self.client.play_tcp().status == 200
        self._packets = {0: [], 2: []}
        self._report = {}

    def take(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            channel, data, _ = self.client.read_frame()
            if channel % 2:
                self._report[channel - 1] = sender_report(data)
            else:
                self._packets[channel].append(units.Packet(data))
        self.client.close()

    def packets(self, channel, rate):
        """(seconds by the sender reports, packet)"""
        _, ntp, rtp = self._report[channel]
        return [(ntp / 2**32 + ((packet.time - rtp + 2**31) % 2**32 - 2**31) / rate, packet) for packet in self._packets[channel]]


def find_ticks(samples, rate):
    """Where it becomes loud behind a quarter of a second of quiet, in samples."""
    ticks, quiet = [], rate
    for i, value in enumerate(samples):
        if abs(value) > 3000:
            if quiet > rate // 4:
                ticks.append(i)
            quiet = 0
        else:
            quiet += 1
    return ticks


def decode_g711(data):
    """A-law, ITU-T G.711."""
    def sample(byte):
        byte ^= 0x55
        exponent, mantissa = byte >> 4 & 7, byte & 15
        value = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
        return value if byte & 0x80 else -value
    return [sample(byte) for byte in data]


ADTS_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000]


def decode_aac(frames, rate):
    """Samples of one channel; each frame goes behind an ADTS header (ISO 13818-7, 6.2)."""
    data = b""
    for frame in frames:
        size = len(frame) + 7
        data += bytes([0xFF, 0xF1, 0x40 | ADTS_RATES.index(rate) << 2, 0x40 | size >> 11, size >> 3 & 0xFF, (size & 7) << 5 | 0x1F, 0xFC]) + frame
    done = subprocess.run(["ffmpeg", "-v", "error", "-f", "aac", "-i", "-", "-f", "s16le", "-ac", "1", "-ar", str(rate), "-"], input=data,
                          capture_output=True, timeout=30, check=True)
    return struct.unpack(f"<{len(done.stdout) // 2}h", done.stdout)


def test_in_time_with_the_pictures(start_relay, camera):
    """A tick that a camera sends stands at the same time of day in both codecs, and so do the pictures beside it."""
    relay = start_relay(f"cam={camera.url}/ticks")
    relay.wait_for_connected("cam")
    lines = [Line(f"{relay.url}/cam"), Line(f"{relay.url}/cam?audio=aac")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda line: line.take(5), lines))
    rate = lines[1].sound_rate
    copied, encoded = (line.packets(2, line.sound_rate) for line in lines)
    heard = decode_g711(b"".join(packet.payload for _, packet in copied))
    ticks = [copied[0][0] + at / 8000 for at in find_ticks(heard, 8000)]
    frames = units.aac_units([packet for _, packet in encoded])
    decoded = decode_aac(frames, rate)
    assert abs(len(decoded) - 1024 * len(frames)) <= 2048
    late = [encoded[0][0] + at / rate for at in find_ticks(decoded, rate)]
    errors_ms = [1000 * min((tick - other for other in ticks), key=abs) for tick in late if ticks[0] - 0.1 < tick < ticks[-1] + 0.1]
    print("ticks are", [f"{error:.1f}" for error in errors_ms], "ms off")
    assert len(errors_ms) >= 3
    assert max(map(abs, errors_ms)) < 20

    pictures = [{round(at, 3) for at, _ in line.packets(0, 90000)} for line in lines]
    common = [at for at in pictures[0] if any(abs(at - other) <= 0.0015 for other in pictures[1])]
    assert len(common) > 0.8 * min(map(len, pictures))


def threads_called(relay, name):
    return sum((pathlib.Path(f"/proc/{relay.pid}/task") / task / "comm").read_text().strip() == name
               for task in (entry.name for entry in pathlib.Path(f"/proc/{relay.pid}/task").iterdir()))


def test_one_encoder_for_all(start_relay, camera):
    relay = start_relay(f"cam={camera.url}/both")
    relay.wait_for_connected("cam")
    assert threads_called(relay, "sound") == 0
    lines = [Line(f"{relay.url}/cam?audio=opus") for _ in range(5)]
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        taking = [pool.submit(line.take, 2) for line in lines]
        time_out = time.monotonic() + 10
        while threads_called(relay, "sound") == 0:
            assert time.monotonic() < time_out
        assert threads_called(relay, "sound") == 1
        list(map(concurrent.futures.Future.result, taking))
    first = [{packet.payload for _, packet in line.packets(2, 48000)} for line in lines]
    assert all(len(first[0] & other) > 50 for other in first[1:])  # the same packets
    time_out = time.monotonic() + 15
    while threads_called(relay, "sound") > 0:
        assert time.monotonic() < time_out, "the encoder goes on for nobody"
        time.sleep(0.1)


def test_readers_stay_over_a_reboot(start_relay):
    camera = StockCamera({"both": PICTURE + SOUNDS["pcma"].format(pay="pay1")})
    relay = start_relay(f"cam={camera.url}/both")
    relay.wait_for_connected("cam")
    client = RtspClient(f"{relay.url}/cam?audio=opus")
    assert client.play_tcp().status == 200
    stamps = []

    def take_sound(seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            channel, packet, _ = client.read_packet()
            if channel == 2:
                stamps.append((packet.sequence, packet.time))
    take_sound(1.5)
    camera.kill()
    take_sound(3)
    camera.come_back()
    relay.wait_for_connected("cam", count=2)
    take_sound(2)
    client.close()
    camera.stop()
    numbers = [(b[0] - a[0]) % 2**16 for a, b in zip(stamps, stamps[1:])]
    steps_ms = [((b[1] - a[1]) % 2**32) / 48 for a, b in zip(stamps, stamps[1:])]
    assert set(numbers) == {1}
    assert max(steps_ms) < 1000, "silence is sound, too"
    assert len(stamps) > 50 * 5
