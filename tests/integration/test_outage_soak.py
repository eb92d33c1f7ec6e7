"""Outage after outage: what a camera's end takes, it gives back."""
import collections
import os
import threading
import time

import pytest

from crowd import Crowd

CAMERAS = 20
READERS_EACH = 5
WARM_ROUNDS = 10
RSS_SLOPE_KIB_A_MINUTE = 50
SLACK = 2
DOWN_S = 1.5
HOWS = ("rst", "fin")
CALM_S = 20
LOOK_EVERY_S = 0.2
LASTING_UNITS = 75  # 3 s of pictures

Gauge = collections.namedtuple("Gauge", "at rss_kib descriptors threads children")


def gauge(relay):
    status = dict(line.split(":", 1) for line in relay.proc("status").decode().splitlines())
    children = relay.proc(f"task/{relay.pid}/children").split()
    return Gauge(time.monotonic(), int(status["VmRSS"].split()[0]), len(os.listdir(f"/proc/{relay.pid}/fd")), int(status["Threads"]), len(children))


def gauge_when_calm(relay, before):
    """Once descriptors and threads are what they were, or, when the time is over, what they have become; no picture is being drawn then."""
    def is_calm():
        now = gauge(relay)
        return now.children == 0 and (before is None or (now.descriptors, now.threads) == (before.descriptors, before.threads))
    look_until(is_calm)
    return gauge(relay)


def look_until(is_so):
    """Whether it came to be so in time."""
    pace, deadline = threading.Event(), time.monotonic() + CALM_S
    while not is_so():
        if time.monotonic() > deadline:
            return False
        pace.wait(LOOK_EVERY_S)
    return True


def slope_kib_a_minute(gauges):
    """Of the line of least squares through the RSS."""
    minutes = [one.at / 60 for one in gauges]
    middle = sum(minutes) / len(minutes)
    mean = sum(one.rss_kib for one in gauges) / len(gauges)
    spread = sum((minute - middle) ** 2 for minute in minutes)
    return sum((minute - middle) * (one.rss_kib - mean) for minute, one in zip(minutes, gauges)) / spread


def one_round(relay, cameras, number):
    """All cameras are up, go away and come back. A connection that lasts is a success, so that the next dial comes at once."""
    units = [camera.state()["units_sent"] for camera in cameras]
    assert look_until(lambda: all(camera.state()["units_sent"] >= before + LASTING_UNITS for camera, before in zip(cameras, units)))
    for place, camera in enumerate(cameras):
        camera.reboot(DOWN_S + place * 0.05, HOWS[(place + number) % len(HOWS)])
    for camera in cameras:
        camera.wait_for("up", count=number + 2, timeout=DOWN_S + 20)
    for place in range(len(cameras)):
        relay.wait_for_connected(f"cam{place}", count=number + 2)


@pytest.mark.parametrize("rounds", [pytest.param(5, id="short"), pytest.param(50, id="long", marks=pytest.mark.long)])
def test_outages_leave_nothing_behind(make_camera, start_relay, bar, rounds):
    cameras = [make_camera(begin=place / CAMERAS) for place in range(CAMERAS)]
    relay = start_relay(*(f"cam{place}={camera.url}" for place, camera in enumerate(cameras)))
    for place in range(CAMERAS):
        relay.wait_for_connected(f"cam{place}")
    name = f"{rounds} rounds of outages of {CAMERAS} cameras"
    with Crowd([f"{relay.url}/cam{place}" for place in range(CAMERAS)], tcp=CAMERAS * READERS_EACH) as crowd:
        relay.wait_for_line("reader joined over", count=CAMERAS * READERS_EACH)
        one_round(relay, cameras, 0)  # what is made once is made now
        before = gauge_when_calm(relay, None)
        gauges = []
        for number in range(1, rounds + 1):
            one_round(relay, cameras, number)
            gauges.append(gauge_when_calm(relay, before))
        lost = sum(result["failed"] for result in crowd.leave())
    after = gauges[-1]
    print(f"RSS {before.rss_kib} KiB before, {after.rss_kib} KiB after; {before.descriptors} descriptors, {before.threads} threads")
    bar(f"{name}: descriptors more or less", abs(after.descriptors - before.descriptors), SLACK)
    bar(f"{name}: threads more or less", abs(after.threads - before.threads), SLACK)
    bar(f"{name}: readers lost", lost, 0)
    if rounds > WARM_ROUNDS:
        bar(f"{name}: RSS slope after the first {WARM_ROUNDS}", slope_kib_a_minute(gauges[WARM_ROUNDS:]), RSS_SLOPE_KIB_A_MINUTE, "KiB/min")
