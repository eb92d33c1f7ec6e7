"""A machine that cannot do everything: whose readers get less, and that they get all again."""
import os
import signal
import threading
import time

import pytest

from collector import Collector
from control_client import Control, wait_until
from rtsp_client import RtspClient

BEFORE_S, AFTER_S = 0.2, 0.5  # around the moment that the daemon looks how it fares
CAMERAS = {
    "yard": "[Camera]\nURL=test:?size=320x180\nPriority=low\n",
    "door": "[Camera]\nURL=test:?size=320x180\nPriority=high\n",
}


def find_beat(control):
    """When the daemon looked how it fares, as it does each second; what it publishes in between is told apart."""
    def look():
        return control.ask("status")["result"]["unix_s"]

    beat = [look()]
    wait_until(lambda: beat[-1] != look() and (beat.append(look()) or 0.99 < beat[-1] - beat[-2] < 1.01))
    return beat[-1]


def overload(relay, beat, until):
    """Keeps the daemon from running whenever it is to look, as a machine that has no processor for it does; returns whether UNTIL was seen."""
    for _ in range(12):
        time.sleep((beat - BEFORE_S - time.time()) % 1)
        os.kill(relay.pid, signal.SIGSTOP)
        time.sleep(BEFORE_S + AFTER_S)
        os.kill(relay.pid, signal.SIGCONT)
        if until in relay.log:
            return True
    return False


def is_shed(control, camera):
    streams = {stream["camera"]: stream for stream in control.ask("health")["result"]["streams"]}
    return streams[camera]["health"] == "degraded" and "shed" in streams[camera]["ailments"]


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
    with Control(relay) as control:
        beat = find_beat(control)
    assert overload(relay, beat, "Priority=low get key pictures only"), relay.log
    return relay, readers, time.monotonic()


def test_the_least_important_first(shedding, write_config):
    relay, readers, since = shedding
    with Control(relay) as control:
        seen = {reader["camera"]: (reader["state"], reader["sheds"]) for reader in control.ask("readers")["result"]}
        assert seen == {"yard": ("shed", 1), "door": ("playing", 0)}
        assert control.ask("status")["result"]["shed_step"] >= 1
        wait_until(lambda: is_shed(control, "yard"), timeout=5)
        assert not is_shed(control, "door")
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
    # A mount that takes its place is no way round it.
    write_config(cameras={**CAMERAS, "yard": CAMERAS["yard"] + "[Audio]\nAudioHold=0s\n"})
    os.kill(relay.pid, signal.SIGHUP)
    relay.wait_for_line("reloaded: 1 camera changed")
    relay.wait_for_connected("yard", count=2)
    again, since = play(f"{relay.url}/yard"), time.monotonic()
    threading.Event().wait(2)
    again.stop()
    pictures, keys = again.kinds(since, time.monotonic())
    assert 0 < keys == pictures


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
