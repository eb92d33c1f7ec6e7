"""MediaMemory=: what one camera's stalled clients cost is bounded, and nobody else pays for it."""

import concurrent.futures
import re
import sys
import time

import pytest

from relay import ROOT, binary
from rtsp_client import RtspClient

sys.path.insert(0, str(ROOT / "tests" / "bench"))

from programs import Cameras, load, make_clip  # noqa: E402
from scenarios import lost  # noqa: E402

CAMERAS = 4
STALLED = 60  # each comes at another picture, so that each has a head of its own: 30 MB together
PICTURE_S = 0.04
WATCH_S = 5
MEDIA_BYTES = 16 * 1024 * 1024


def rss(relay):
    return int(re.search(rb"VmRSS:\s+(\d+)", relay.proc("status"))[1]) * 1024


def stall(url):
    """A client that plays and never reads a byte of media."""
    client = RtspClient(url, receive_buffer=4096)
    client.play_tcp((0, 1))
    return client


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return make_clip("dense", tmp_path_factory.mktemp("clip"))


def test_stalled_clients_take_no_more_than_a_share(start_relay, clip):
    build = binary().parent
    with Cameras(build, clip, CAMERAS) as cameras:
        relay = start_relay(*(f"cam{i}={url}" for i, url in enumerate(cameras.urls)), config="[Limits]\nMediaMemory=16M\n")
        assert relay.wait_for_line(r"media memory: (\d+) MiB")[1] == "16"
        for i in range(CAMERAS):
            relay.wait_for_connected(f"cam{i}")
        urls = [f"{relay.url}/cam{i}" for i in range(CAMERAS)]
        load(build, urls, "--readers", CAMERAS, "--seconds", 2, "--warm", 0)  # whole groups are there
        before = rss(relay)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            others = pool.submit(load, build, urls[1:], "--readers", CAMERAS - 1, "--seconds", WATCH_S)
            same = pool.submit(load, build, urls[:1], "--readers", 1, "--seconds", WATCH_S)
            most, stalled = 0, []
            while not (others.done() and same.done()):
                began = time.monotonic()
                if len(stalled) < STALLED:
                    stalled.append(stall(urls[0]))
                most = max(most, rss(relay))
                time.sleep(max(0, began + PICTURE_S - time.monotonic()))
        assert len(stalled) == STALLED
        assert lost(others.result()) == 0 and others.result()["failed"] == 0
        assert lost(same.result()) == 0 and same.result()["failed"] == 0
        assert relay.is_sanitized or most - before <= MEDIA_BYTES
        relay.wait_for_line(r"WARNING.*media memory is short: .*MediaMemory= in \[Limits\]", timeout=5)
        for client in stalled:
            client.close(reset=True)
