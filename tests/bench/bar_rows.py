"""What scripts/bench measures and what it must not exceed, as data: rows of load, and bars on their figures."""

from typing import Callable, NamedTuple, Optional

import scenarios
import srt_readers
from programs import CLIPS
from scenarios import GROUP_S
from verdicts import Bar, lower_quartile

GROUP_MB = 4 / 8 * GROUP_S  # of the clip, 4 Mbit/s
MANY_SECONDS = 30
JOINS = 200
CLIP_S = CLIPS["large"]["seconds"]


class Load(NamedTuple):
    """K readers of N cameras."""
    name: str
    title: str
    cameras: int
    readers: int
    arguments: tuple = ()  # of the load client
    limit_mode: str = ""  # of limit-send; empty: there is no limit to it
    is_direct_too: bool = False  # also at the cameras
    peer_arguments: Optional[tuple] = None  # None: peers are not asked
    is_quick: bool = False
    is_once: bool = False  # a long run, not one a round
    begins_when_ready: bool = False  # readers come with the ready line, not when the cameras are connected
    begins_warm: bool = False  # … when a key picture has passed, too
    peers_begin_warm: bool = False


LOADS = [
    Load("tcp", "1 camera × 200 TCP readers", 1, 200, ("--stagger", "2"), limit_mode="tcp", peer_arguments=(), is_quick=True),
    Load("udp", "1 camera × 100 UDP readers", 1, 100, ("--udp",), limit_mode="udp", peer_arguments=("--udp",), is_quick=True),
    Load("cameras", "64 cameras × 1 TCP reader", 64, 64, ("--stagger", "1"), limit_mode="relay", peer_arguments=(), is_quick=True),
    Load("start", "64 cameras × 1 TCP reader, from the ready line on", 64, 64, ("--stagger", "1", "--seconds", GROUP_S), begins_when_ready=True),
    # Peers' readers come one each 40 ms, over a whole group of pictures, when a key picture has passed: that tells of late joiners, too.
    Load("latency", "1 camera × 50 TCP readers", 1, 50, is_direct_too=True, peer_arguments=("--stagger", "40"), is_quick=True, peers_begin_warm=True),
    Load("join", f"{JOINS} joins one by one", 1, JOINS, ("--one-by-one", "--stagger", "7"), begins_warm=True),
    Load("200-cameras", "200 cameras × 1 TCP reader", 200, 200, ("--seconds", MANY_SECONDS), is_once=True),
    Load("1000-readers", "1 camera × 1,000 TCP readers", 1, 1000, ("--seconds", MANY_SECONDS), is_once=True),
]


class Scenario(NamedTuple):
    """What happens to one stream over time."""
    name: str
    title: str
    ask: Callable  # (build, URL of the stream, process id of the relay, whether it has UDP) → what was found, a dict; with [SRT]: (build, its address, process id)
    clip: str = "large"
    warm_s: float = 0  # with one reader, before
    config: str = ""  # of the relay; peers have no such thing, so they are not asked
    ask_limit: Optional[Callable] = None  # (build, path of the clip) → the same of what the relay is held against


SCENARIOS = [
    Scenario("stalled", "5 of 55 readers stop reading", lambda build, url, pid, has_udp: scenarios.stalled_readers(build, url, pid)),
    Scenario("churn", "600 connect and leave cycles", lambda build, url, pid, has_udp: scenarios.churn(build, url, pid, has_udp=has_udp),
             warm_s=CLIP_S),  # until then the relay's memory grows with the camera's pictures
    Scenario("srt-50", "1 camera × 50 SRT readers; limit: 50 srt-live-transmit", srt_readers.srt_readers, config="[SRT]\nListen=127.0.0.1:0\n",
             ask_limit=srt_readers.srt_live_transmits),
    Scenario("long-groups", "groups of 10 s, key pictures of 2 MB", scenarios.long_groups, scenarios.LONG_CLIP),
]
STALLED = 5


def cpu_of_limit(own, beside):
    return own["relay"]["s_per_gb"] / beside["limit"]["s_per_gb"]


def threads(own, _):
    return own["relay"]["threads"]


def rss_mb(own, _):
    return own["relay"]["rss_bytes"] / 1e6


def time_ms(name, percentile):
    return lambda own, _: own[name][percentile]


def plays_late_s(own, _):
    """From a camera's next key picture to its reader's having it; a reader that missed that one waited longer than a group for the next."""
    late_ms, took_ms = own["key_late_ms"]["max"], own["play_to_key_ms"]["max"]
    return (late_ms if took_ms <= late_ms + 1000 * GROUP_S else took_ms) / 1000


def said(name, scale=1):
    return lambda own, _: own[name] * scale


def described_s(own, _):
    """From the ready line to the answer of the last DESCRIBE."""
    return own["since_ready_s"] + own["described_ms"]["max"] / 1000


def grown_mb(own, _):
    return (own["rss_end"] - own["rss_after_200"]) / 1e6


def left_over(own, _):
    return abs(own["fds_after"] - own["fds_before"]) + abs(own["threads_after"] - own["threads_before"])


def losses(own, _):
    return own["failed"] + own["pictures_lost"] + own["pictures_cut"] + own["packets_missing"]


P50, P99 = time_ms("latency_ms", "p50"), time_ms("latency_ms", "p99")
PLAIN_P50, PLAIN_P99 = "latency at 50 TCP readers, p50", "latency at 50 TCP readers, p99"
ADDED_P50, ADDED_P99 = "of that added by the relay, p50", "of that added by the relay, p99"
OF_LIMIT = dict(figure=cpu_of_limit, unit="×", floor=said("s_per_gb"), floor_subject="limit", floor_unit="s/GB")
LATENCY = dict(row="latency", unit="ms", over=lower_quartile, peer_row="latency", floor_subject="direct", floor_unit="ms")

BARS = [
    Bar("1 camera × 200 TCP readers: CPU of the limit's", "tcp", most=1.25, peer_row="tcp", **OF_LIMIT),
    Bar("1 camera × 100 UDP readers: CPU of the paced limit's", "udp", most=1.5, peer_row="udp", **OF_LIMIT),
    Bar("64 cameras × 1 TCP reader: CPU of the limit's", "cameras", most=2, peer_row="cameras", **OF_LIMIT),
    Bar("– threads", "cameras", threads, 16, digits=0, peer_row="cameras"),
    Bar("– RSS", "cameras", rss_mb, 64 * (1.2 * GROUP_MB + 1) + 30, "MB", digits=0, peer_row="cameras"),
    Bar("– all described, from the ready line", "start", described_s, 1, "s"),
    Bar("– each plays, from its camera's next key picture", "start", plays_late_s, 1, "s"),
    Bar(PLAIN_P50, figure=P50, most=1, or_else=ADDED_P50, floor=P50, **LATENCY),
    Bar(PLAIN_P99, figure=P99, most=3, or_else=ADDED_P99, floor=P99, **LATENCY),
    Bar(ADDED_P50, figure=P50, most=1, floor=P50, is_above_floor=True, **LATENCY),
    Bar(ADDED_P99, figure=P99, most=3, floor=P99, is_above_floor=True, **LATENCY),
    Bar("late joiner: PLAY to the whole key picture, median", "join", time_ms("play_to_key_ms", "p50"), 5, "ms", peer_row="latency"),
    Bar(f"– the slowest of {JOINS}", "join", time_ms("play_to_key_ms", "max"), 50, "ms", peer_row="latency"),
    Bar("200 cameras × 1 TCP reader, 30 s: failed or lost", "200-cameras", losses, 0, digits=0),
    Bar("1,000 TCP readers of one camera, 30 s: failed or lost", "1000-readers", losses, 0, digits=0),
    Bar("– latency, p99", "1000-readers", P99, 50, "ms", digits=1),
    Bar("5 of 55 readers stop reading for 20 s: the 50 failed or lost", "stalled", lambda own, _: own["failed"] + own["lost"], 0, digits=0, peer_row="stalled"),
    Bar("– longest gap of the 50", "stalled", said("worst_gap_ms"), 100, "ms", digits=0, is_below=True, peer_row="stalled"),
    Bar("– of the 5 not back", "stalled", lambda own, _: STALLED - own["stalled_back"], 0, digits=0, peer_row="stalled"),
    Bar("– the 5 read again, to a key picture", "stalled", said("key_ms_max", 0.001), 1, "s", peer_row="stalled"),
    Bar("– to live", "stalled", said("live_ms_max", 0.001), 2, "s", peer_row="stalled"),
    Bar("– RSS grows by", "stalled", said("rss_growth_bytes", 1e-6), 8, "MB", is_below=True, peer_row="stalled"),
    Bar("600 connect and leave cycles: failed", "churn", said("failed"), 0, digits=0, peer_row="churn"),
    Bar("– RSS grows after the first 200 by", "churn", grown_mb, 1, "MB", is_below=True, peer_row="churn"),
    Bar("– descriptors and threads more or less", "churn", left_over, 0, digits=0, peer_row="churn"),
    Bar("1 camera × 50 SRT readers: failed or lost", "srt-50", lambda own, _: srt_readers.lost(own), 0, digits=0),
    Bar("– CPU per GB of 50 srt-live-transmit's", "srt-50", lambda own, beside: own["s_per_gb"] / beside["limit"]["s_per_gb"], 1, "×",
        floor=said("s_per_gb"), floor_subject="limit", floor_unit="s/GB"),
    Bar("groups of 10 s, key pictures of 2 MB: faults of joins, skips, decoders", "long-groups", lambda own, _: scenarios.long_groups_faults(own), 0,
        digits=0, peer_row="long-groups"),
]
