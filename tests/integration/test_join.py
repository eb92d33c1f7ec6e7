"""The first moment of a reader: the newest key picture at once, then the live edge, and nothing that a player would stumble over."""
import json
import re
import statistics
import subprocess
import time

import pytest

import process
import rtp_units
from rtsp_client import RtspClient, sender_report

NTP_OF_1970 = 2208988800


@pytest.fixture
def relay(start_relay, stock_camera):
    """Warm: a whole GOP of 1 s has been through."""
    relay = start_relay(f"yard={stock_camera.url}/both")
    relay.wait_for_connected("yard")
    with RtspClient(f"{relay.url}/yard") as client:
        assert client.play_tcp().status == 200
        packet = first = client.read_packet()[1]
        while (packet.time - first.time) % 2**32 < 90000:
            channel, read, _ = client.read_packet()
            packet = read if channel == 0 else packet
    return relay


class Join:
    """One join over TCP up to the first moment without data."""

    def __init__(self, url, quiet_s=0.02):
        with RtspClient(url) as client:
            assert client.describe().status == 200
            for track in (0, 1):
                assert client.setup(track, f"RTP/AVP/TCP;unicast;interleaved={2 * track}-{2 * track + 1}").status == 200
            request = client.text("PLAY")
            self.began = time.monotonic()
            client.send(request)
            assert client.read_reply().status == 200
            self.packets, self.reports, self.times = [], {}, []
            while True:
                try:
                    channel, data, at = client.read_frame(quiet_s)
                except TimeoutError:
                    break
                if channel % 2:
                    self.reports[channel] = sender_report(data)
                elif channel == 0:
                    self.packets.append(rtp_units.Packet(data))
                    self.times.append(at)
            self.ended_unix = time.time() - quiet_s

    @property
    def key_picture_ms(self):
        """From PLAY to the last byte of the first picture."""
        last = max(index for index, packet in enumerate(self.packets) if packet.time == self.packets[0].time)
        assert self.packets[last].marker
        return 1000 * (self.times[last] - self.began)

    @property
    def behind_s(self):
        """How old the newest picture was when it had come, by the sender report."""
        _, ntp, rtp_time = self.reports[1]
        ahead = (self.packets[-1].time - rtp_time + 2**31) % 2**32 - 2**31
        return self.ended_unix - (ntp / 2**32 - NTP_OF_1970 + ahead / 90000)


@pytest.mark.timing
def test_first_picture_comes_at_once(relay, capsys):
    joins = [Join(f"{relay.url}/yard") for _ in range(20)]
    for join in joins:
        assert rtp_units.begins_with_key_unit("h264", join.packets)
        assert rtp_units.gaps(join.packets) == 0
    times = sorted(join.key_picture_ms for join in joins)
    with capsys.disabled():
        print(f"\njoin: first key picture after {statistics.median(times):.1f} ms (median), {times[-1]:.1f} ms (worst of {len(times)})", end="")
    assert statistics.median(times) <= 10
    assert max(abs(join.behind_s) for join in joins) < 0.1, [round(join.behind_s, 3) for join in joins]


# ---- programs ----


def probe_packets(path):
    """{kind: presentation times in s, in the file's order}"""
    done = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "packet=codec_type,pts_time", "-of", "json", str(path)], capture_output=True,
                          text=True, timeout=30, check=True)
    times = {}
    for packet in json.loads(done.stdout)["packets"]:
        times.setdefault(packet["codec_type"], []).append(float(packet["pts_time"]))
    return times


@pytest.mark.timing
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_recording_has_the_length_of_its_time(relay, tmp_path, transport):
    file = tmp_path / "copy.mkv"
    recorder = process.start(["ffmpeg", "-v", "warning", "-rtsp_transport", transport, "-i", f"{relay.url}/yard", "-t", "4", "-c", "copy", str(file)],
                             stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    relay.wait_for_line("reader joined over", count=2)
    joined = time.monotonic()
    complaints = recorder.communicate(timeout=30)[1]
    took = time.monotonic() - joined
    assert recorder.returncode == 0
    assert not re.search("DTS|non.?monoton|[Ee]rror|missed|max delay", complaints), complaints
    times = probe_packets(file)
    video, audio = times["video"], times["audio"]
    assert video == sorted(video) and audio == sorted(audio)
    # The head's pictures stand 1 ms apart at the beginning: what comes after them runs in real time.
    head = next(index for index, (before, after) in enumerate(zip(video, video[1:])) if after - before > 0.02)
    assert head <= 25
    assert 3.6 <= video[-1] - video[head] <= 4.4
    assert 3.6 <= audio[-1] - audio[0] <= 4.4
    assert abs(len(video) - head - 100) <= 10, f"{len(video) - head} pictures in 4 s"
    assert abs(len(audio) - 100) <= 10, f"{len(audio)} packets of sound in 4 s"
    assert 3.6 <= took <= 5.5, f"4 s took {took:.1f} s"


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_mpv_plays_without_complaint(relay, transport):
    command = ["mpv", "--no-config", "--vo=null", "--ao=null", "--length=3", "--msg-level=all=warn", f"--rtsp-transport={transport}", f"{relay.url}/yard"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=40, check=False)
    assert done.returncode == 0
    # libavformat 59 gives the first picture of any RTSP server's stream no time, stock gst-rtsp-server's too.
    known = re.compile(r"No video PTS! Making something up\. Using 25\.0+ FPS\.|Invalid video timestamp: 0\.0\d+ -> 0\.0\d+$")
    lines = (done.stdout + done.stderr).splitlines()
    complaints = [line for line in lines if not known.match(line)]
    assert len(lines) <= 2, "more than the first picture had no time"
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_gstreamer_plays_without_complaint(relay, transport):
    """With the default jitter buffer, clocks kept: 3 s of pictures and sound through depayloaders and decoders."""
    command = ["gst-launch-1.0", "-q", "rtspsrc", f"location={relay.url}/yard", f"protocols={transport}", "name=s",
               "s.", "!", "rtph264depay", "!", "h264parse", "!", "avdec_h264", "!", "fakesink", "sync=true", "num-buffers=75",
               "s.", "!", "rtppcmadepay", "!", "alawdec", "!", "fakesink", "sync=true", "num-buffers=75"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=40, check=False, env={"GST_DEBUG": "2", "GST_DEBUG_NO_COLOR": "1", "PATH": "/usr/bin"})
    # Ending, rtspsrc may cancel the PAUSE that it is just sending, and calls that an error.
    assert done.returncode == 0 or "gst_rtspsrc_pause ()" in done.stderr, done.stderr
    complaints = [line for line in done.stderr.splitlines() if re.search(r"(ERROR|WARN)\s+(rtp|h264|libav|baseparse|basesink)", line)]
    assert not complaints, "\n".join(complaints)


# ---- lip sync ----


class Watcher:
    """Reads a stream's two tracks until each has a report; says what time of day a unit is of."""

    def __init__(self, url):
        self.client = RtspClient(url)
        assert self.client.play_tcp().status == 200
        self.reports, self.packets = {}, {0: [], 1: []}

    def read(self):
        channel, data, _ = self.client.read_frame()
        if channel % 2 == 0:
            self.packets[channel // 2].append(rtp_units.Packet(data))
        elif sender_report(data):
            self.reports[channel // 2] = sender_report(data)

    def seconds(self, track, rtp_time):
        _, ntp, report_time = self.reports[track]
        return ntp / 2**32 + ((rtp_time - report_time + 2**31) % 2**32 - 2**31) / (90000 if track == 0 else 8000)

    def units(self, track):
        """{payload: time of day}, but for the head's pictures, whose times are squeezed."""
        packets = self.packets[track]
        if track == 1:
            return {packet.payload: self.seconds(1, packet.time) for packet in packets}
        pictures = rtp_units.pictures(packets, True)
        steps = [(after[0].time - before[0].time) % 2**32 for before, after in zip(pictures, pictures[1:])]
        live = next(index for index, step in enumerate(steps) if step > 1800)
        return {rtp_units.h264_nals(picture)[-1]: self.seconds(0, picture[0].time) for picture in pictures[live + 1 :]}


def test_sound_and_picture_stay_together(relay, stock_camera, capsys):
    """The relay's sender reports put sound and picture where the camera's put them, within 20 ms."""
    direct, relayed = Watcher(f"{stock_camera.url}/both"), Watcher(f"{relay.url}/yard")
    with direct.client, relayed.client:
        while len(direct.reports) < 2 or len(direct.packets[1]) < 100:
            direct.read()
            relayed.read()
    between = []
    for track in (0, 1):
        sent, got = direct.units(track), relayed.units(track)
        common = [got[payload] - sent[payload] for payload in got if payload in sent]
        assert len(common) > 20, "no unit came both ways"
        between.append(statistics.median(common))
    with capsys.disabled():
        print(f"\nlip sync: {1000 * (between[0] - between[1]):+.1f} ms against the camera", end="")
    assert abs(between[0] - between[1]) <= 0.020
