"""SRT senders that are killed, stopped or cut off, in each payload and each way to meet, all at once: how soon the camera is no longer taken for
connected, which is when its readers get the slate, and how soon it is heard or seen again once its sender is back."""
import pathlib
import signal
import subprocess
import threading
import time

import pytest

import process
from contribution import TONE_HZ, Contributor, free_port
from rtp_units import Packet
from rtsp_client import Closed, RtspClient
from srt_sender import make_clip

PAYLOADS = ("ts", "l16", "opus", "mp2", "flac")
MEETINGS = {"listener": "caller", "caller": "listener", "rendezvous": "rendezvous"}  # of the camera: of its sender
LEAVES_S, BACK_S = 1.0, 1.0
AWAY_S = 8.0  # longer than libsrt keeps a connection
CUT = "table inet cut {\n chain in {\n type filter hook input priority 0;\n meta l4proto udp drop\n }\n}\n"


class TsSender:
    """ffmpeg with a clip in real time, and srt-live-transmit that meets the relay; started again when they end by themselves."""

    def __init__(self, clip, url):
        self._encoder = ["ffmpeg", "-nostdin", "-v", "quiet", "-progress", "pipe:2", "-stats_period", "0.05", "-re", "-stream_loop", "-1", "-i", str(clip), "-c", "copy", "-f", "mpegts",
                         "-mpegts_flags", "resend_headers", "-pat_period", "0.1", "-"]
        self._transmitter = ["srt-live-transmit", "-v", "-chunk:1316", "file://con", url]
        self._may_run = threading.Event()
        self._may_run.set()
        self._is_wanted, self.connected_at, self._processes = True, [], []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while self._may_run.wait() and self._is_wanted:
            encoder = process.start(self._encoder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            transmitter = process.start(self._transmitter, stdin=encoder.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            encoder.stdout.close()
            self._processes = [encoder, transmitter]
            self._sends = threading.Event()
            follower = threading.Thread(target=self._follow, args=(encoder.stderr, self._sends), daemon=True)
            follower.start()
            for line in transmitter.stderr:
                if "target connected" in line or "Accepted SRT target" in line:
                    self._sends.wait(10)  # it is back once it has something to send
                    self.connected_at.append(time.monotonic())
            transmitter.stderr.close()
            for one in self._processes:
                one.kill()
                one.wait()
            follower.join(10)

    @staticmethod
    def _follow(progress, sends):
        for line in progress:
            if line.startswith("total_size=") and line[11:].strip().isdigit() and int(line[11:]) > 0:
                sends.set()
        progress.close()

    def end(self, number):
        """Returns when it had ended: whoever is asked to may say what it still has to say."""
        self._may_run.clear()
        self.send_signal(number)
        self._processes[-1].wait(10)
        return time.monotonic()

    def come_back(self):
        self._may_run.set()

    def send_signal(self, number):
        for one in self._processes:
            one.send_signal(number)

    def stop(self):
        self._is_wanted = False
        self.end(signal.SIGKILL)
        self.come_back()
        self._thread.join(20)


class SoundSender:
    """A contribution encoder, started again when it was killed."""

    def __init__(self, mode, address, codec):
        self._make = lambda: Contributor(mode, address, codec, "--tone", TONE_HZ, "--retry")
        self._before, self._sender = [], self._make()

    @property
    def connected_at(self):
        return self._before + self._sender.times_of("^connected")

    def end(self, number):
        self._sender.kill(number)
        return time.monotonic()

    def come_back(self):
        self._before = self.connected_at
        self._sender.stop()
        self._sender = self._make()

    def send_signal(self, number):
        self._sender.kill(number)

    def stop(self):
        self._sender.stop()


class Watcher:
    """Hears or sees a camera over RTSP, and when that is its slate: sound without a tone, or a picture a second."""

    def __init__(self, url, is_picture):
        self._client = RtspClient(url)
        assert self._client.play_tcp(tracks=(0,)).status == 200
        self._is_picture = is_picture
        self._live, self._slate, self._pictures, self.error = [], [], [], None
        self._is_stopping = False
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        try:
            while not self._is_stopping:
                channel, data, at = self._client.read_frame()
                if channel == 0:
                    self._note(Packet(data), at)
        except (Closed, OSError) as error:
            self.error = error

    def _note(self, packet, at):
        if not self._is_picture:
            (self._live if any(packet.payload) else self._slate).append(at)
        elif packet.marker:
            self._pictures = [*self._pictures[-2:], at]
            if len(self._pictures) == 3 and at - self._pictures[0] < 0.3:
                self._live.append(self._pictures[1])  # the first might be the slate's last
            if len(self._pictures) > 1 and at - self._pictures[-2] > 0.3:
                self._slate.append(at)

    def slate_since(self, since):
        return next((at for at in self._slate if at >= since), None)

    def wait_live(self, since, timeout=20):
        deadline = time.monotonic() + timeout
        while True:
            found = next((at for at in self._live if at >= since), None)
            if found is not None:
                return found
            assert self.error is None, f"cut off: {self.error!r}"
            assert time.monotonic() < deadline, f"nothing live in {timeout} s"
            time.sleep(0.01)

    def stop(self):
        self._is_stopping = True
        self._thread.join(15)
        self._client.close()


class Cell:
    """One camera, one way to meet, one payload."""

    def __init__(self, payload, mode, clip):
        self.name, self.payload, self.mode, self._clip = f"{payload}-{mode}", payload, mode, clip
        self._port = free_port()
        host = "127.0.0.2" if mode == "rendezvous" else "127.0.0.1"
        self.url = f"srt://{host}:{self._port}?mode={mode}"
        self.sender, self.watcher = None, None

    def begin(self):
        if self.payload != "ts":
            self.sender = SoundSender(MEETINGS[self.mode], f"127.0.0.1:{self._port}", self.payload)
            return
        local = "&adapter=127.0.0.2" if self.mode == "rendezvous" else ""
        self.sender = TsSender(self._clip, f"srt://127.0.0.1:{self._port}?mode={MEETINGS[self.mode]}{local}")

    def watch(self, relay):
        relay.wait_for_connected(self.name, timeout=20)
        self.watcher = Watcher(f"{relay.url}/{self.name}", self.payload == "ts")

    def wait_away(self, relay, since, timeout=20):
        """When it was no longer taken for connected after SINCE: it was lost, or its readers got the slate."""
        deadline = time.monotonic() + timeout
        while True:
            moments = (relay.time_of(rf"camera {self.name} main: lost", since), self.watcher.slate_since(since))
            if any(moments):
                return min(at for at in moments if at is not None)
            assert time.monotonic() < deadline, f"{self.name}: still connected after {timeout} s"
            time.sleep(0.01)

    def wait_back(self, since, timeout):
        """When its sender was connected again after SINCE."""
        deadline = time.monotonic() + timeout
        while not any(at > since for at in self.sender.connected_at):
            assert time.monotonic() < deadline, f"{self.name}: its sender is not back in {timeout} s"
            time.sleep(0.01)
        return next(at for at in self.sender.connected_at if at > since)


def hit(relay, cells, kind):
    """Does it to all senders at once. Returns (when it was done, when that was noticed) by camera; what lasts is over then."""
    began_at = time.monotonic()
    at = dict.fromkeys((cell.name for cell in cells), began_at)
    if kind == "cut":
        subprocess.run(["/usr/sbin/nft", "-f", "-"], input=CUT, text=True, check=True)
    elif kind == "stop":
        for cell in cells:
            cell.sender.send_signal(signal.SIGSTOP)
    else:
        at = {cell.name: cell.sender.end(getattr(signal, kind)) for cell in cells}
    away = {cell.name: (at[cell.name], cell.wait_away(relay, began_at)) for cell in cells}
    if kind in ("cut", "stop"):
        threading.Event().wait(max(at.values()) + AWAY_S - time.monotonic())
    if kind == "cut":
        subprocess.run(["/usr/sbin/nft", "delete", "table", "inet", "cut"], check=True)
    elif kind == "stop":
        for cell in cells:
            cell.sender.send_signal(signal.SIGCONT)
    else:
        for cell in cells:
            cell.sender.come_back()
    return away


def measure(relay, cells, kind):
    """{camera: (seconds until it was no longer taken for connected, seconds until it was live after its sender was back)}"""
    figures = {}
    for name, (at, away_at) in hit(relay, cells, kind).items():
        cell = next(cell for cell in cells if cell.name == name)
        back_at = cell.wait_back(at, 20)
        figures[name] = (max(away_at - at, 0), cell.watcher.wait_live(max(back_at - 0.1, away_at)) - back_at)
    print(kind, {name: [round(figure, 2) for figure in pair] for name, pair in figures.items()})  # seen when a bar is missed
    return figures


def count_things(relay):
    return sum(len(list(pathlib.Path(f"/proc/{relay.pid}/{folder}").iterdir())) for folder in ("task", "fd"))


KINDS = ("SIGKILL", "SIGTERM", "stop", "cut")


def run(network, start_relay, tmp_path, bar, rounds):
    clip = make_clip(tmp_path / "clip.ts", pictures_a_group=12)
    with network:
        cells = [Cell(payload, mode, clip) for payload in PAYLOADS for mode in MEETINGS]
        relay = start_relay(*(f"{cell.name}={cell.url}" for cell in cells))
        try:
            for cell in cells:
                cell.begin()
            for cell in cells:
                cell.watch(relay)
            before = count_things(relay)
            for kind in KINDS:
                worst = [measure(relay, cells, kind) for _ in range(rounds)]
                for payload in PAYLOADS:
                    figures = [figure for round_ in worst for name, figure in round_.items() if name.startswith(payload)]
                    bar(f"SRT {kind}, {payload}: no longer taken for connected", max(left for left, _ in figures), LEAVES_S, "s")
                    bar(f"SRT {kind}, {payload}: live after its sender is back", max(live for _, live in figures), BACK_S, "s")
            assert relay.process.poll() is None
            deadline = time.monotonic() + 10
            while count_things(relay) > before and time.monotonic() < deadline:
                time.sleep(0.05)
            bar("SRT senders' ends: threads and descriptors more than before", max(0, count_things(relay) - before), 0)
        finally:
            for cell in cells:
                if cell.sender is not None:
                    cell.sender.stop()
                if cell.watcher is not None:
                    cell.watcher.stop()


def test_each_end_of_a_sender(network, start_relay, tmp_path, bar):
    run(network, start_relay, tmp_path, bar, rounds=2)


@pytest.mark.long
def test_each_end_of_a_sender_twenty_times(network, start_relay, tmp_path, bar):
    run(network, start_relay, tmp_path, bar, rounds=20)
