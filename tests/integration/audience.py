"""Many readers in one thread, TCP and UDP, that note every picture they get: what people in front of screens see through an outage."""
import dataclasses
import selectors
import threading
import time

from rtp_units import Packet
from rtsp_client import Closed, RtspClient, is_bye
from udp_receiver import UdpReceiver

REPORT_S = 5.0  # a UDP reader's signs of life
TURN_S = 0.2
DATAGRAMS_A_TURN = 200


@dataclasses.dataclass
class Picture:
    at: float       # CLOCK_MONOTONIC of its last byte
    is_key: bool
    rtp_time: int


def is_key_payload(codec, payload):
    """Whether the payload holds the beginning of, or more of, a slice that needs no other picture."""
    if codec == "h265":
        kind = payload[0] >> 1 & 63
        return 16 <= (payload[2] & 63 if kind == 49 else kind) <= 23
    kind = payload[0] & 31
    return (payload[1] & 31 if kind == 28 else kind) == 5


class Seat:
    """One reader of a stream's pictures. What it notes is written by the audience's thread and may be read by any."""

    def __init__(self, url, codec):
        self.client, self.codec = RtspClient(url), codec
        self.pictures = []
        self.gaps, self.backwards, self.ssrcs = 0, 0, set()
        self.has_bye, self.error = False, None
        self._expected, self._is_key = None, False

    def note(self, data, at):
        packet = Packet(data)
        self.ssrcs.add(packet.ssrc)
        self.gaps += self._expected not in (None, packet.sequence)
        self._expected = packet.sequence + 1 & 0xFFFF
        self._is_key |= is_key_payload(self.codec, packet.payload)
        if not packet.marker:
            return
        if self.pictures:
            step = packet.time - self.pictures[-1].rtp_time & 0xFFFFFFFF
            self.backwards += step == 0 or step >= 1 << 31
        self.pictures.append(Picture(at, self._is_key, packet.time))
        self._is_key = False

    def note_report(self, data):
        self.has_bye |= is_bye(data)

    def camera_picture(self, since):
        """The camera's first picture after SINCE, or None: the newest key picture before the first that is none, since a slate is key pictures only."""
        key = None
        for picture in self.pictures:
            if picture.at < since:
                continue
            if picture.is_key:
                key = picture
            elif key:
                return key
        return None

    def pictures_since(self, since):
        return [picture for picture in self.pictures if picture.at >= since]


class TcpSeat(Seat):
    def __init__(self, url, codec):
        super().__init__(url, codec)
        assert self.client.play_tcp((0,)).status == 200
        self.sockets = [self.client.socket]

    def take(self, _):
        """What has come on one of its sockets; raises when that is the end."""
        for channel, data, at in self.client.take_frames():
            if channel == 0:
                self.note(data, at)
            elif channel == 1:
                self.note_report(data)

    def report(self):
        pass  # taking bytes is its sign of life

    def close(self):
        self.client.close()


class UdpSeat(Seat):
    def __init__(self, url, codec):
        super().__init__(url, codec)
        self._receiver = UdpReceiver(self.client, "127.0.0.1")
        assert self._receiver.play().status == 200
        self._pair = self._receiver.pairs[0]
        self.sockets = [*self._pair, self.client.socket]
        for one in self._pair:
            one.setblocking(False)

    def take(self, one):
        if one is self.client.socket:
            self.client.take_frames()
            return
        for _ in range(DATAGRAMS_A_TURN):
            try:
                data = one.recv(65536)
            except BlockingIOError:
                return
            if one is self._pair[0]:
                self.note(data, time.monotonic())
            else:
                self.note_report(data)

    def report(self):
        self._receiver.send_report()

    def close(self):
        self._receiver.__exit__()
        self.client.close()


class Audience:
    """A context: the readers of URL, TCP and UDP so many of each, until its end."""

    def __init__(self, url, tcp=1, udp=0, codec="h264"):
        self.seats = [TcpSeat(url, codec) for _ in range(tcp)] + [UdpSeat(url, codec) for _ in range(udp)]
        self._changed = threading.Condition()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_stopping = True
        self._thread.join(10)
        for seat in self.seats:
            seat.close()

    def _watch(self):
        with selectors.DefaultSelector() as selector:
            for seat in self.seats:
                for one in seat.sockets:
                    selector.register(one, selectors.EVENT_READ, seat)
            report_at = time.monotonic() + REPORT_S
            while not self._is_stopping:
                for key, _ in selector.select(TURN_S):
                    self._serve(selector, key.data, key.fileobj)
                if time.monotonic() >= report_at:
                    report_at += REPORT_S
                    for seat in self.seats:
                        if seat.error is None:
                            seat.report()
                with self._changed:
                    self._changed.notify_all()

    @staticmethod
    def _serve(selector, seat, one):
        if seat.error is not None:
            return
        try:
            seat.take(one)
        except (Closed, OSError) as error:
            seat.error = error
            for each in seat.sockets:
                selector.unregister(each)

    def wait_for(self, holds, what, timeout=20):
        """Until HOLDS (seat) of every seat."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not all(holds(seat) for seat in self.seats):
                left = deadline - time.monotonic()
                late = [f"{type(seat).__name__} {number}, {seat.error!r}" for number, seat in enumerate(self.seats) if not holds(seat)]
                assert left > 0, f"not {what} within {timeout} s: {late}"
                self._changed.wait(left)

    def wait_for_camera(self, since, timeout=20):
        """When the camera's first picture after SINCE was at the last reader."""
        self.wait_for(lambda seat: seat.camera_picture(since), "a picture of the camera", timeout)
        return max(seat.camera_picture(since).at for seat in self.seats)

    def assert_held(self):
        """Nobody was sent away, nothing is missing, one source, time goes on."""
        for seat in self.seats:
            assert seat.error is None, f"{type(seat).__name__} was cut off: {seat.error!r}"
            assert not seat.has_bye, f"{type(seat).__name__} got a good-bye"
            assert seat.gaps == 0, f"{type(seat).__name__}: {seat.gaps} gaps in the sequence numbers"
            assert seat.backwards == 0, f"{type(seat).__name__}: time stood still or went back {seat.backwards} times"
            assert len(seat.ssrcs) == 1
