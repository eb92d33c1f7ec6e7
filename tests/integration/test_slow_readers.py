"""Readers that cannot keep up, or do not want to: what they get, what others notice, and what the log says of them."""
import re
import threading
import time

import pytest

from collector import Collector
from rtsp_client import RtspClient
from viewer import Viewer

QUICK = "[Limits]\nReaderLag=500ms\n"  # all that is measured in ReaderLag takes a sixth of its time
SHARE = 0.6


def sleep_for(seconds):
    """Not for an event to come: the time is the case."""
    threading.Event().wait(seconds)


@pytest.fixture
def slow_lan(lan, make_camera, start_relay):
    """A relay on the LAN with a camera of some Mbit/s."""
    try:
        lan.limit(1000000)
    except OSError as error:
        pytest.skip(f"the system cannot slow a network down: {error}")
    with lan.server:
        camera = make_camera(picture="noise")
        relay = start_relay(f"yard={camera.url}", config=f"[RTSP]\nListen={lan.SERVER}:0\n[Access]\nRead=anyone\n{QUICK}")
    relay.wait_for_connected("yard")
    return relay


@pytest.mark.timing
def test_a_slow_link_is_thinned_and_comes_back(slow_lan, lan):
    """Over a link of six tenths of the stream: key pictures and sound, in time; the whole stream again when the link is good."""
    with lan.clients, RtspClient(f"{slow_lan.url}/yard") as client:
        assert client.play_tcp().status == 200
        reader = Collector(client)
        sleep_for(2)
        begun, first = reader.bytes, time.monotonic()
        sleep_for(1)
        rate = (reader.bytes - begun) * 8 / (time.monotonic() - first)
        lan.limit(int(SHARE * rate / 1000))
        slow_lan.wait_for_line("reader's link does not carry the stream: key pictures only .cause=lag")
        sleep_for(1)  # what was on its way
        thinned = time.monotonic()
        sleep_for(5)
        lan.limit(1000000)
        good = time.monotonic()
        slow_lan.wait_for_line(r"reader's link carries the stream: all pictures again after [\d.]+ s", 60)
        whole = time.monotonic()
        sleep_for(3)
        reader.stop()

    pictures, keys = reader.kinds(thinned, good)
    assert pictures == keys and 4 <= keys <= 6, f"{pictures} pictures, {keys} of them keys"
    assert sum(thinned <= at < good for at in reader.sounds) > 100, "no sound with the key pictures"
    pictures, keys = reader.kinds(whole + 1, whole + 3)
    assert pictures > 45 and keys <= 3, f"{pictures} pictures, {keys} of them keys"
    assert (reader.gaps, reader.backwards) == (0, 0)
    assert whole - good < 8.5, "two trials of 3.5 s each, and a key picture"
    slow_lan.wait_for_line(r"reader left after .* left out; skips for lag: \d+; thinned: 1")


def test_disconnect(make_camera, start_relay):
    """ReaderPolicy=disconnect: a reset and a line that says why; nobody else notices, and who comes again is served."""
    relay = start_relay(f"yard={make_camera(picture='noise').url}", config=f"[Access]\nReaderPolicy=disconnect\n{QUICK}")
    relay.wait_for_connected("yard")
    viewer = Viewer(f"{relay.url}/yard")
    with RtspClient(f"{relay.url}/yard", receive_buffer=65536) as client:
        assert client.play_tcp((0,)).status == 200
        relay.wait_for_line("reader fell behind and is disconnected, as ReaderPolicy= says .cause=lag")
        relay.wait_for_line("reader left after .* skips for lag: 1")
        with pytest.raises(ConnectionResetError):
            while client.socket.recv(65536):
                pass
    assert relay.log.count("is disconnected, as ReaderPolicy= says") == 1
    with RtspClient(f"{relay.url}/yard") as client:
        assert client.play_tcp((0,)).status == 200
        assert client.read_packet()[1].payload
    viewer.stop()
    viewer.assert_well_served()


def test_thin_off_skips_for_ever(make_camera, start_relay):
    """Thin=off: a reader that stops again and again skips each time, and says so once a minute."""
    relay = start_relay(f"yard={make_camera(picture='noise').url}", config=f"[Access]\nThin=off\n{QUICK}")
    relay.wait_for_connected("yard")
    with RtspClient(f"{relay.url}/yard", receive_buffer=65536) as client:
        assert client.play_tcp((0,)).status == 200
        for _ in range(2):
            stopped = time.monotonic()
            sleep_for(3.5)
            caught_up = time.monotonic() + 2
            newest, packets = None, 0
            while time.monotonic() < caught_up:
                _, packet, _ = client.read_packet()
                assert newest is None or (packet.time - newest) % 2**32 < 2**31
                newest, packets = packet.time, packets + 1
            assert packets > 500, f"{packets} packets in 2 s after {caught_up - stopped:.1f} s"
    left = relay.wait_for_line(r"reader left after .* skips for lag: (\d+)")
    assert int(left.group(1)) >= 2 and "thinned" not in left.string
    assert len(re.findall("reader fell behind", relay.log)) == len(re.findall("reader is back after", relay.log)) == 1
