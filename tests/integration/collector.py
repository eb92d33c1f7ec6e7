"""What comes to one client, picture by picture, for tests that ask when and which."""
import threading

from audience import is_key_payload
from rtp_units import Packet
from rtsp_client import Closed


class Collector:
    """Reads all of CLIENT's packets in a thread; pictures are (time of the last byte, is a key picture)."""

    def __init__(self, client):
        self.client, self.pictures, self.sounds, self.bytes = client, [], [], 0
        self.gaps, self.backwards, self.error = 0, 0, None
        self._expected, self._times, self._is_key = {}, {}, False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            while not self._stopping.is_set():
                channel, data, at = self.client.read_frame()
                self.bytes += len(data)
                if channel % 2 == 0:
                    self._note(channel, Packet(data), at)
        except (Closed, OSError) as error:
            self.error = error

    def _note(self, channel, packet, at):
        self.gaps += self._expected.get(channel, packet.sequence) != packet.sequence
        self._expected[channel] = packet.sequence + 1 & 0xFFFF
        self.backwards += (packet.time - self._times.get(channel, packet.time) & 0xFFFFFFFF) >= 1 << 31
        self._times[channel] = packet.time
        if channel == 2:
            self.sounds.append(at)
            return
        self._is_key |= is_key_payload("h264", packet.payload)
        if packet.marker:
            self.pictures.append((at, self._is_key))
            self._is_key = False

    def kinds(self, since, until):
        """Of the pictures between the two: (all, key pictures)."""
        kinds = [is_key for at, is_key in self.pictures if since <= at < until]
        return len(kinds), sum(kinds)

    def stop(self):
        self._stopping.set()
        self._thread.join(15)
        assert self.error is None, f"cut off: {self.error!r}"
