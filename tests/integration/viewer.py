"""A viewer that plays beside whatever a test does to the server, and afterwards says how well it was served."""
import threading
import time

from rtp_units import Packet
from rtsp_client import Closed, RtspClient


class Viewer:
    """Plays @url over TCP in a thread of its own until stop (); counts packets, sequence gaps and the longest silence."""

    def __init__(self, url, user=None, password=None, tracks=(0,)):
        self.client = RtspClient(url, user, password)
        reply = self.client.play_tcp(tracks)
        assert reply.status == 200, reply.status
        self.packets, self.gaps, self.worst_silence_s = 0, 0, 0.0
        self.error = None
        self._stopping = threading.Event()
        self._first = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        assert self._first.wait(10), "the viewer got no packet"

    def _watch(self):
        expected, last = {}, time.monotonic()
        try:
            while not self._stopping.is_set():
                channel, data, at = self.client.read_frame()
                self.worst_silence_s = max(self.worst_silence_s, at - last)
                last = at
                if channel % 2:
                    continue
                packet = Packet(data)
                self.gaps += channel in expected and packet.sequence != expected[channel]
                expected[channel] = packet.sequence + 1 & 0xFFFF
                self.packets += 1
                self._first.set()
        except (Closed, OSError) as error:
            self.error = error

    def stop(self):
        self._stopping.set()
        self._thread.join(15)
        self.client.close()

    def assert_well_served(self, longest_silence_s=1.0):
        assert self.error is None, f"the viewer was cut off: {self.error!r}"
        assert self.gaps == 0
        assert self.worst_silence_s < longest_silence_s, f"no packet for {self.worst_silence_s:.2f} s"
        assert self.packets > 0
