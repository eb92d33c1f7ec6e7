"""A daemon whose files are written anew and read again, and its readers, who should notice or not."""
import signal
import time

from audience import Audience, TcpSeat
from rtsp_client import RtspClient

BASE = "[RTSP]\nListen=127.0.0.1:0\n"
CAMERA = "[Camera]\nURL=test:?size=160x120\n"
DEADLINE_S = 15


class Reloads:
    """A daemon and its files, read again on demand."""

    def __init__(self, start_relay, write_config, config=BASE, cameras=None, **environment):
        self.write = write_config
        self.config, self.cameras = config, dict(cameras or {})
        self.relay = start_relay(config=config, cameras=self.cameras, **environment)
        self.folder = self.write(self.config, self.cameras).parent / "cameras.d"
        self.count = 0

    def change(self, config=None, **cameras):
        """Writes files anew, NAME=None removes one, and reads them again; returns the line that says what came of it."""
        self.config = config if config is not None else self.config
        for name, text in cameras.items():
            if text is None:
                (self.folder / f"{name}.conf").unlink()
                del self.cameras[name]
            else:
                self.cameras[name] = text
        self.write(self.config, self.cameras)
        return self.reload()

    def reload(self):
        self.count += 1
        self.relay.process.send_signal(signal.SIGHUP)
        return self.relay.wait_for_line(r"(reloaded: .*)", count=self.count).group(1)


def watch(*urls):
    """An audience of one seat a URL, in that order."""
    audience = Audience(urls[0], tcp=0)
    audience.seats = [TcpSeat(url, "h264") for url in urls]
    return audience


def await_true(condition, what, deadline_s=DEADLINE_S):
    until = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.02)


def describe_status(relay, camera):
    with RtspClient(f"{relay.url}/{camera}") as client:
        return client.describe().status


def await_status(relay, camera, status):
    await_true(lambda: describe_status(relay, camera) == status, f"DESCRIBE of {camera} is not answered by {status}")


def assert_goes_on(*seats):
    """Each gets pictures, and nothing that it got before the present was missing or out of turn."""
    before = [len(seat.pictures) for seat in seats]
    for seat, count in zip(seats, before):
        await_true(lambda seat=seat, count=count: len(seat.pictures) > count + 10 or seat.error, f"nothing comes to {seat.client.url}")
        assert not seat.error and not seat.has_bye and seat.gaps == 0 and seat.backwards == 0 and len(seat.ssrcs) == 1, seat.client.url
