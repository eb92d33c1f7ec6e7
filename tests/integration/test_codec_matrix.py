"""Every video codec with every sound codec, over TCP and UDP, through the daemon with GStreamer's client and its default buffers:
what arrives is what the camera sent, unit by unit from the first key unit on.

The camera is stock gst-rtsp-server. One client watches it directly; two watch the relay, over TCP and over UDP. What these two get must be
a run without a hole in what the first got. Each cell prints one line.
"""
import pathlib
import signal
import subprocess
import sys
import threading

import pytest

import process
import rtp_units as units
from rtsp_client import RtspClient

TESTS = pathlib.Path(__file__).resolve().parent.parent
SOURCE = "videotestsrc is-live=true pattern=ball animation-mode=frames ! video/x-raw,format=I420,width=320,height=240,framerate=25/1 ! timeoverlay ! "
NOISE = "audiotestsrc is-live=true wave=pink-noise samplesperbuffer={samples} ! audio/x-raw,rate={rate},channels=1 ! audioconvert ! "

VIDEO = {
    "h264": (SOURCE + "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=600 ! rtph264pay name=pay0 pt=96 config-interval=-1",
             units.h264_units),
    "h265": (SOURCE + "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=600 ! rtph265pay name=pay0 pt=96 config-interval=-1",
             units.h265_units),
    "mjpeg": (SOURCE + "jpegenc quality=60 ! rtpjpegpay name=pay0 pt=26", units.mjpeg_units),
    "none": ("", None),
}


def noise(rate, samples, rest):
    return NOISE.format(rate=rate, samples=samples) + rest


# name: (launch with {pay}, reader of the camera's packets, reader of ours)
AUDIO = {
    "none": ("", None, None),
    "pcmu": (noise(8000, 320, "mulawenc ! rtppcmupay name={pay} pt=0"), units.sample_units, units.sample_units),
    "pcma": (noise(8000, 320, "alawenc ! rtppcmapay name={pay} pt=8"), units.sample_units, units.sample_units),
    "g722": (noise(16000, 640, "avenc_g722 ! rtpg722pay name={pay} pt=9"), units.sample_units, units.sample_units),
    "g726": (noise(8000, 320, "avenc_g726 bitrate=32000 ! rtpg726pay name={pay} pt=97"), units.sample_units, units.sample_units),
    "l16": (noise(16000, 320, "audioconvert ! rtpL16pay name={pay} pt=97"), units.sample_units, units.sample_units),
    "aac": (noise(16000, 1024, "avenc_aac ! rtpmp4gpay name={pay} pt=97"), units.aac_units, units.aac_units),
    "latm": (noise(16000, 1024, "avenc_aac ! rtpmp4apay name={pay} pt=97"), units.latm_units, units.aac_units),
    "mp2": (noise(32000, 1152, "twolamemp2enc bitrate=128 ! mpegaudioparse ! rtpmpapay name={pay} pt=14"), units.mpeg_audio_units, units.mpeg_audio_units),
    "mp3": (noise(32000, 1152, "lamemp3enc ! mpegaudioparse ! rtpmpapay name={pay} pt=14"), units.mpeg_audio_units, units.mpeg_audio_units),
    "opus": (noise(48000, 960, "opusenc ! rtpopuspay name={pay} pt=97"), units.opus_units, units.opus_units),
}
# The rarer pairs run with --long only.
RARE = {("mjpeg", sound) for sound in AUDIO if sound not in ("none", "pcma", "aac")}



def cells():
    for video in VIDEO:
        for sound in AUDIO:
            if (video, sound) == ("none", "none"):
                continue
            marks = [pytest.mark.long] if (video, sound) in RARE else []
            yield pytest.param(video, sound, marks=marks, id=f"{video}-{sound}")


def launch_of(video, sound):
    parts = [VIDEO[video][0], AUDIO[sound][0].format(pay="pay0" if video == "none" else "pay1")]
    return " ".join(part for part in parts if part)


@pytest.fixture(scope="module")
def camera(request):
    """The stock camera with a mount for each pair; a mount costs nothing until somebody watches it."""
    mounts = [f"{cell.values[0]}-{cell.values[1]}={launch_of(*cell.values)}" for cell in cells()]
    server = process.start([sys.executable, str(TESTS / "support" / "gst-camera.py"), *mounts],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    assert line.startswith("port "), line
    yield f"rtsp://127.0.0.1:{int(line.split()[1])}"
    server.stdin.close()
    server.wait(10)


class Capture:
    """rtspsrc with its buffers as they come, each track's packets in a file."""

    def __init__(self, url, transport, folder):
        folder.mkdir()
        self.folder = folder
        command = [sys.executable, str(TESTS / "support" / "rtsp-capture.py"), url, transport, str(folder)]
        self.log = open(folder / "log", "w+")
        self.process = process.start(command, stdout=self.log, stderr=subprocess.STDOUT)

    def wait_for_packets(self, media, packets, timeout=15):
        """Until so many packets are there; the event every test here waits for."""
        deadline = threading.Event()
        for _ in range(int(timeout / 0.05)):
            if len(units.read_capture(self.folder / media)) >= packets:
                return
            assert self.process.poll() is None, self.read_log()
            deadline.wait(0.05)
        raise AssertionError(f"{self.folder.name} {media}: fewer than {packets} packets in {timeout} s: {self.read_log()}")

    def read_log(self):
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def packets(self, media):
        return units.read_capture(self.folder / media)


SOUND_PACKETS = 12


def key_packets(video):
    """Enough packets of video to have seen a GOP and more; of sound about two seconds."""
    return {"h264": 80, "h265": 60, "mjpeg": 120, "none": 0}[video]


def watch_all(urls, video, sound, folder):
    """The packets of (direct, tcp, udp) clients: the relay's two join while the direct one watches and leave before it does."""
    media, packets = ("video", key_packets(video)) if video != "none" else ("audio", 40)
    captures = {"direct": Capture(urls["direct"], "tcp", folder / "direct")}
    try:
        captures["direct"].wait_for_packets(media, packets)
        for transport in ("tcp", "udp"):
            captures[transport] = Capture(urls["relay"], transport, folder / transport)
        for transport in ("tcp", "udp"):
            captures[transport].wait_for_packets(media, packets)
            if "none" not in (video, sound):
                captures[transport].wait_for_packets("audio", SOUND_PACKETS)
            captures[transport].stop()
        # What the relay passed on has been with the direct client for long: its jitter buffer is the same. One more packet proves it runs.
        captures["direct"].wait_for_packets(media, len(captures["direct"].packets(media)) + packets // 4)
    finally:
        for capture in captures.values():
            capture.stop()
    return captures


def compare_video(video, direct, relayed, url):
    read = VIDEO[video][1]
    sent, sent_sets = read(direct, first_is_whole=False)
    got, got_sets = read(relayed, first_is_whole=True)
    assert units.begins_with_key_unit(video, relayed)
    # A camera may say its parameter sets in the SDP only.
    with RtspClient(url) as client:
        sent_sets |= units.sets_in_sdp(client.describe().body.decode())
    assert len(got) >= 25, f"only {len(got)} units"
    assert units.is_run_of(got, sent), "the relay's units are no run of the camera's"
    assert got_sets <= sent_sets and (got_sets or not sent_sets), "parameter sets or tables differ"
    return len(got)


def compare_audio(sound, direct, relayed):
    _, read_direct, read_relayed = AUDIO[sound]
    sent, got = read_direct(direct), read_relayed(relayed)
    if read_direct is units.sample_units:
        assert len(got[0]) > 2000, f"only {len(got[0])} bytes of samples"
        assert got[0] in sent[0], "the relay's samples are no run of the camera's"
        return len(got[0])
    # The first and the last frame of a capture may be cut out of a packet that holds several.
    got = got[1:-1]
    assert len(got) >= 5, f"only {len(got)} frames"
    assert units.is_run_of(got, sent), "the relay's frames are no run of the camera's"
    return len(got)


@pytest.mark.parametrize("video,sound", cells())
def test_cell(camera, start_relay, tmp_path, capsys, video, sound):
    name = f"{video}-{sound}"
    relay = start_relay(f"cell={camera}/{name}")
    relay.wait_for_connected("cell")
    captures = watch_all({"direct": f"{camera}/{name}", "relay": f"{relay.url}/cell"}, video, sound, tmp_path)
    line = [f"matrix {video:5} x {sound:5}:"]
    for transport in ("tcp", "udp"):
        capture, direct = captures[transport], captures["direct"]
        for media, wanted in (("video", video != "none"), ("audio", sound != "none")):
            if not wanted:
                continue
            packets = capture.packets(media)
            assert packets, f"{transport}: no {media}: {capture.read_log() if not capture.log.closed else ''}"
            assert units.gaps(packets) == 0, f"{transport} {media}: sequence numbers have gaps"
            if media == "video":
                count = compare_video(video, direct.packets(media), packets, f"{camera}/{name}")
            else:
                count = compare_audio(sound, direct.packets(media), packets)
            line.append(f"{transport} {media} {count}")
    with capsys.disabled():
        print("\n" + " ".join(line), end="")
