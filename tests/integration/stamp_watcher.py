"""Readers of fault cameras: one that knows from stamped pictures (knob stamp) what is missing and how long nothing came that should have,
and one that only keeps asking."""
import threading

from rtsp_client import Closed, RtspClient

STAMP_ID = b"camrelay-picture"  # then 8 hexadecimal digits of the picture's number, 16 of the CLOCK_MONOTONIC of its sending, in ns


def read_stamp(packet):
    """(number, seconds), None if it is not in this packet."""
    at = packet.find(STAMP_ID)
    if at < 0 or len(packet) < at + 40:
        return None
    return int(packet[at + 16:at + 24], 16), int(packet[at + 24:at + 40], 16) / 1e9


class StampWatcher:
    """Plays @url over TCP in a thread of its own until stop ()."""

    def __init__(self, url, fps=25.0):
        self.client = RtspClient(url)
        reply = self.client.play_tcp((0, 1))
        assert reply.status == 200, reply.status
        self.fps = fps
        self.pictures = self.lost = 0
        self.worst_gap_s = 0.0  # between two pictures at the reader; what the camera itself was late does not count
        self.error = None
        self._last = None
        self._stopping = threading.Event()
        self._first = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        assert self._first.wait(10), "the reader got no picture"

    def _watch(self):
        try:
            while not self._stopping.is_set():
                channel, data, at = self.client.read_frame()
                stamp = read_stamp(data) if channel == 0 else None
                if stamp:
                    self._take(*stamp, at)
        except (Closed, OSError) as error:
            self.error = error

    def _take(self, number, sent_s, at):
        if self._last:
            last_number, last_sent_s, last_at = self._last
            self.lost += max(0, number - last_number - 1)
            self.worst_gap_s = max(self.worst_gap_s, at - last_at - max(0.0, sent_s - last_sent_s - 1 / self.fps))
        self._last = (number, sent_s, at)
        self.pictures += 1
        self._first.set()

    def stop(self):
        self._stopping.set()
        self._thread.join(15)
        self.client.close()
        assert self.error is None, f"the reader was cut off: {self.error!r}"


class StubbornReader:
    """Wants to see @url until stop (), whatever it is answered: what it gets is thrown away, and after each end it asks again."""

    PAUSE_S = 0.3

    def __init__(self, url):
        self.url = url
        self.packets = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._insist, daemon=True)
        self._thread.start()

    def _insist(self):
        while not self._stopping.wait(self.PAUSE_S):
            try:
                with RtspClient(self.url, deadline=1) as client:
                    self._watch(client)
            except (Closed, OSError):
                pass

    def _watch(self, client):
        reply = client.describe()
        if reply.status != 200:
            return
        client.play_tcp(range(reply.body.count(b"\nm=")))
        while not self._stopping.is_set():
            client.read_packet(5)
            self.packets += 1

    def stop(self):
        self._stopping.set()
        self._thread.join(15)
