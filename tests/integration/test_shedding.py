"""A machine that cannot do everything: whose readers get less, and that they get all again."""
import os
import signal
import threading
import time

import pytest

from collector import Collector
from rtsp_client import RtspClient

STOPPED_S, RUNNING_S = 1.4, 0.1  # whatever is due each second is late each time
CAMERAS = {
    "yard": "[Camera]\nURL=test:?size=320x180\nPriority=low\n",
    "door": "[Camera]\nURL=test:?size=320x180\nPriority=high\n",
}


def overload(relay, until):
    """Keeps the daemon from running for most of the time, as a machine that has no processor for it does; returns whether UNTIL was seen."""
    for _ in range(12):
        os.kill(relay.pid, signal.SIGSTOP)
        threading.Event().wait(STOPPED_S)
        os.kill(relay.pid, signal.SIGCONT)
        threading.Event().wait(RUNNING_S)
        if until in relay.log:
            return True
    return False


def play(url):
    client = RtspClient(url)
    client.describe()
    client.play_tcp()
    return Collector(client)


@pytest.fixture
def shedding(start_relay):
    """A relay that was overloaded until it gave up pictures, and readers of both cameras."""
    relay = start_relay(cameras=CAMERAS)
    for name in CAMERAS:
        relay.wait_for_connected(name)
    readers = {name: play(f"{relay.url}/{name}") for name in CAMERAS}
    assert overload(relay, "Priority=low get key pictures only"), relay.log
    return relay, readers, time.monotonic()


def test_the_least_important_first(shedding):
    relay, readers, since = shedding
    threading.Event().wait(5)  # the rate of pictures is the case
    until = time.monotonic()
    pictures, keys = readers["yard"].kinds(since + 0.5, until)
    assert 0 < keys == pictures
    pictures, keys = readers["door"].kinds(since + 0.5, until)
    assert pictures > 15 * 4.5 * 0.9 and keys < pictures
    for reader in readers.values():
        reader.stop()
        assert reader.gaps == 0 and reader.backwards == 0
        assert reader.sounds and reader.sounds[-1] > until - 1
    assert "WARNING the machine is over its budget" in relay.log
    assert relay.log.count("reader fell behind") == 0


@pytest.mark.long
def test_all_pictures_again(shedding):
    relay, readers, _ = shedding
    assert relay.wait_for_line("the machine has room again .*: every reader gets every picture", timeout=120)
    since = time.monotonic() + 3  # a key picture
    threading.Event().wait(6)
    pictures, keys = readers["yard"].kinds(since, since + 3)
    assert pictures > 3 * 15 * 0.9 and keys < pictures
    for reader in readers.values():
        reader.stop()
        assert reader.gaps == 0 and reader.backwards == 0
