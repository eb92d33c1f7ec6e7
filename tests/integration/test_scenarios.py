"""What scripts/bench asks of a relay over time, in small: readers that stop reading, readers that come and go, a camera of long groups."""

import sys

import pytest

from relay import ROOT, binary

sys.path.insert(0, str(ROOT / "tests" / "bench"))

from programs import Cameras, load, make_clip  # noqa: E402
import scenarios  # noqa: E402

STALL_S = 12  # at 4 Mbit/s: more than sockets hold, and then ReaderLag
KEY_AGAIN_MS = 1000
LIVE_AGAIN_MS = 2000
GROWTH_BYTES = 8e6


@pytest.fixture
def relayed(start_relay, tmp_path_factory, request):
    """A relay of one simulated camera that plays the clip of the test's parameter, a key picture behind it."""
    build = binary().parent
    clip = make_clip(request.param, tmp_path_factory.mktemp("clip"))
    with Cameras(build, clip) as cameras:
        relay = start_relay(f"cam={cameras.urls[0]}")
        relay.wait_for_connected("cam")
        load(build, [f"{relay.url}/cam"], "--seconds", scenarios.GROUP_S, "--warm", 0)
        yield build, f"{relay.url}/cam", relay.pid


@pytest.mark.timing
@pytest.mark.parametrize("relayed", ["large"], indirect=True)
def test_stalled_readers_come_back(relayed):
    told = scenarios.stalled_readers(*relayed, readers=10, stalled=3, seconds=STALL_S)
    assert (told["failed"], told["lost"]) == (0, 0)
    assert (told["stalled_back"], told["stalled_closed"], told["stalled_undecodable"]) == (3, 0, 0)
    assert told["key_ms_max"] <= KEY_AGAIN_MS
    assert told["live_ms_max"] <= LIVE_AGAIN_MS
    assert told["rss_growth_bytes"] <= GROWTH_BYTES


@pytest.mark.parametrize("relayed", ["small"], indirect=True)
def test_nothing_is_left_of_readers_that_come_and_go(relayed):
    told = scenarios.churn(*relayed, cycles=scenarios.FIRST_CYCLES + scenarios.CYCLES_AT_ONCE)
    assert told["failed"] == 0
    assert (told["fds_after"], told["threads_after"]) == (told["fds_before"], told["threads_before"])
    assert told["rss_end"] - told["rss_after_200"] <= GROWTH_BYTES


@pytest.mark.long
@pytest.mark.timing
@pytest.mark.parametrize("relayed", [scenarios.LONG_CLIP], indirect=True)
def test_long_groups_with_huge_key_pictures(relayed):
    told = scenarios.long_groups(*relayed)
    assert scenarios.long_groups_faults(told) == 0, told
