"""Cameras that take few connections: who may dial, and that the main stream gets what there is."""

import time

import pytest

from relay import CANARY


def main_and_sub(camera, *lines):
    keys = "".join(f"{line}\n" for line in lines)
    return {"cam": f"[Camera]\n{keys}[Stream main]\nURL={camera.url}\n[Stream sub]\nURL={camera.url}\n"}


def test_budget_is_kept_through_outages(make_camera, start_relay):
    """One connection is configured: it is the main stream's, also after each outage, whoever finds the camera first."""
    camera = make_camera()
    relay = start_relay(cameras=main_and_sub(camera, "MaxConnections=1"))
    relay.wait_for_connected("cam")
    for count in (2, 3, 4):
        camera.cut("rst")
        relay.wait_for_connected("cam", count=count)
        assert camera.state()["playing"] <= 1
    camera.reboot(1)
    relay.wait_for_connected("cam", count=5)
    assert "camera cam sub: connected" not in relay.log
    talked = {event["connection"] for event in camera.events("request", method="OPTIONS")}
    assert len(talked) == 5, "only the main stream has spoken"


@pytest.mark.parametrize("method", ["rst", "fin"])
def test_limit_is_learned(make_camera, start_relay, method):
    """Nothing is configured: the camera's refusal teaches it, once, and the main stream stays first."""
    camera = make_camera(max_sessions=1, limit_status=453)
    relay = start_relay(cameras=main_and_sub(camera))
    relay.wait_for_connected("cam")
    relay.wait_for_line("camera cam sub: .*allows no more connections")
    for count in (2, 3):
        camera.reboot(0.7, how=method)
        relay.wait_for_connected("cam", count=count)
    refused = [line for line in relay.lines if "allows no more connections" in line]
    assert len(refused) == 1 and "cam sub" in refused[0], refused
    assert "camera cam sub: connected" not in relay.log


def test_mute_cameras_do_not_block_a_living_one(make_camera, start_relay, bar):
    """One dialogue at a time in all: those that accept and say nothing lose their turn after 2 s."""
    mute = [make_camera(mute="all") for _ in range(2)]
    healthy = make_camera()
    relay = start_relay(*[f"mute{number}={camera.url}" for number, camera in enumerate(mute)], f"well={healthy.url}",
                        config="[Limits]\nStartConcurrency=1 1\n")
    began = time.monotonic()
    relay.wait_for_connected("well")
    bar("a living camera's turn beside two mute ones", round(time.monotonic() - began, 2), 4.5, "s")
    assert "camera mute0 main: connected" not in relay.log


def test_dialogues_begin_a_few_at_a_time(make_camera, start_relay):
    """A slow camera that twelve streams ask: four dialogues at once, and all are through in the end."""
    camera = make_camera(answer_delay=0.1)
    relay = start_relay(*[f"cam{number}={camera.url}" for number in range(12)])
    for number in range(12):
        relay.wait_for_connected(f"cam{number}")
    starts = sorted(event["at"] for event in camera.events("request", method="OPTIONS"))
    plays = sorted(event["at"] for event in camera.events("playing"))
    assert len(starts) == len(plays) == 12
    worst = max(sum(start <= at for start in starts) - sum(play < at for play in plays) for at in starts)
    assert worst <= 5, f"{worst} dialogues at once"  # the next one begins while the camera still writes down that it plays


def test_wrong_password_of_many_streams(make_camera, start_relay, bar):
    """A recorder's streams share a log-in: a few try it, the others learn from them, and the account is not locked."""
    camera = make_camera(login="never")
    relay = start_relay(*[f"cam{number}={camera.url_for('viewer', CANARY)}" for number in range(12)])
    for number in range(12):
        relay.wait_for_line(f"camera cam{number} main: cannot connect: the camera refuses the user name or password")
    bar("log-ins that twelve streams try with one wrong password", camera.state()["logins"], 4, "")
