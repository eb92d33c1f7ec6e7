"""A reload that changes every one of 200 cameras: the main loop goes on, whatever is changed."""

import sys
import time

import pytest

from control_client import ControlClient, wait_until
from main_loop import DISPATCH_MS, MainLoopWatch
from relay import ROOT, binary

sys.path.insert(0, str(ROOT / "tests" / "bench"))

from programs import Cameras, make_clip  # noqa: E402

CAMERAS, FPS = 200, 8
CONFIG = f"[Limits]\nStartConcurrency={CAMERAS} {CAMERAS}\n"  # they all are at one address

pytestmark = pytest.mark.timing


@pytest.fixture
def urls(tmp_path):
    """Two for each camera."""
    with Cameras(binary().parent, make_clip("tiny", tmp_path), 2 * CAMERAS, FPS) as cameras:
        yield cameras.urls[:CAMERAS], cameras.urls[CAMERAS:]


class Folder:
    """cameras.d of a running daemon, and what it answers to a reload."""

    def __init__(self, folder, control):
        self._folder, self._control = folder, control

    def write(self, urls, more=""):
        for number, url in enumerate(urls):
            (self._folder / f"cam{number}.conf").write_text(text_of(url) + more)

    def empty(self):
        for path in self._folder.glob("*.conf"):
            path.unlink()

    def reload(self):
        """So many changes; how long that took is printed."""
        began = time.monotonic()
        changes = self._control.ask("reload")["changes"]
        print(f"{len(changes)} changes: {1000 * (time.monotonic() - began):.0f} ms")
        return len(changes)


def text_of(url):
    return f"[Camera]\nURL={url}\n"


def test_every_camera_changes(start_relay, urls, tmp_path, bar):
    first, second = urls
    relay = start_relay(config=CONFIG, cameras={f"cam{number}": text_of(url) for number, url in enumerate(first)})
    relay.wait_for_line(r"camera cam\d+ main: connected", count=CAMERAS)
    with ControlClient(relay) as control:
        folder, watch = Folder(tmp_path / "etc" / "cameras.d", control), MainLoopWatch(control)
        folder.write(first, "Priority=low\n")
        assert folder.reload() == CAMERAS
        folder.write(second, "Priority=low\n")
        assert folder.reload() == CAMERAS
        relay.wait_for_line(r"camera cam\d+ main: connected", count=2 * CAMERAS)
        folder.empty()
        assert folder.reload() == CAMERAS
        wait_until(lambda: not control.ask("status")["streams"])
        folder.write(first)
        assert folder.reload() == CAMERAS
        relay.wait_for_line(r"camera cam\d+ main: connected", count=3 * CAMERAS)
        bar(f"the main loop's longest dispatch while {CAMERAS} cameras are changed at once", watch.longest_ms(), DISPATCH_MS, "ms")
