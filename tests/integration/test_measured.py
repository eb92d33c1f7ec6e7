"""The relay as the programs in tests/bench measure it: nothing lost, and joins at once. Figures for people come from scripts/bench."""

import os
import sys

import pytest

from relay import ROOT, binary

sys.path.insert(0, str(ROOT / "tests" / "bench"))

from bar_rows import Load, cpu_of_limit  # noqa: E402
from peers import Peer  # noqa: E402
from programs import Cameras, load, make_clip  # noqa: E402
from rounds import Rounds  # noqa: E402
from verdicts import Bar, judge_all  # noqa: E402

JOIN_MEDIAN_MS = 10
MEDIA_LOOPS = min(len(os.sched_getaffinity(0)), 4)
THREADS_BESIDE_LOOPS = 6  # the main thread, the disk's, HTTP's, the watchdog, a worker of GLib's, a sanitizer's


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return make_clip("small", tmp_path_factory.mktemp("clip"))


@pytest.fixture
def watched(clip, start_relay):
    """A relay of one simulated camera that is connected; returns what the load client says of it."""
    with Cameras(binary().parent, clip) as cameras:
        relay = start_relay(f"cam={cameras.urls[0]}")
        relay.wait_for_connected("cam")
        yield lambda *arguments: load(binary().parent, [f"{relay.url}/cam"], "--pid", relay.pid, *arguments)


def assert_nothing_is_lost(result, readers):
    assert (result["joined"], result["failed"]) == (readers, 0), result.get("first_error")
    assert (result["pictures_lost"], result["pictures_cut"], result["packets_missing"]) == (0, 0, 0)


@pytest.mark.parametrize("readers,transport", [(20, ()), (5, ("--udp",))], ids=["tcp", "udp"])
def test_readers_lose_nothing(watched, readers, transport):
    result = watched("--readers", readers, "--seconds", 3, "--warm", 0.5, *transport)
    assert_nothing_is_lost(result, readers)
    assert result["pictures"] >= readers * 25 * 3 * 0.9
    assert result["relay"]["threads"] <= MEDIA_LOOPS + THREADS_BESIDE_LOOPS


@pytest.mark.timing
def test_join_median(watched, record_property):
    watched("--readers", 1, "--seconds", 2.1, "--warm", 0)  # the camera is warm: a key picture has passed
    result = watched("--readers", 40, "--one-by-one", "--stagger", 7)
    assert_nothing_is_lost(result, 40)
    median = result["play_to_key_ms"]["p50"]
    record_property("play_to_key_ms", median)
    print(f"PLAY to the last byte of the first key picture: {median} ms (median)")
    assert median <= JOIN_MEDIAN_MS


def test_a_round_of_the_bench(clip, monkeypatch):
    """What scripts/bench does in a round, made small: relay, limit, no relay and a peer take turns, and a bar is judged."""
    for name in ("PEER_MEDIAMTX", "PEER_GO2RTC", "PEER_ZLM"):
        monkeypatch.delenv(name, raising=False)
    row = Load("small", "1 camera × 3 TCP readers", 1, 3, limit_mode="tcp", is_direct_too=True, peer_arguments=())
    rounds = Rounds(binary().parent, clip, 1, Peer.installed(binary().parent))
    rounds.run([row], 1)
    beside, = rounds.results["small"]
    assert sorted(beside) == ["direct", "gst-rtsp-server", "limit", "relay"]
    for subject in ("relay", "direct", "gst-rtsp-server"):
        assert beside[subject].get("joined") == 3, beside[subject]
    verdict, = judge_all([Bar("CPU", "small", cpu_of_limit, 1e6)], rounds.results)
    assert (verdict.is_met, len(verdict.values)) == (True, 1), verdict.text
