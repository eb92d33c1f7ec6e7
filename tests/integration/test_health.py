"""Health that is true: degraded within 5 s of the cause, failed when no picture comes, and well again when it is over."""

import time

from control_client import ControlClient

DEGRADED_WITHIN_S = 5
STALL_S = 2
FAILED_WITHIN_S = STALL_S + 1.5  # and the look at it, once a second at most


def is_well(stream):
    return stream["state"] == "connected" and stream["health"] == "ok"


def test_a_third_of_the_pictures(make_camera, start_relay, bar):
    camera = make_camera()
    relay = start_relay(f"cam={camera.url}")
    relay.wait_for_connected("cam")
    with ControlClient(relay) as control:
        known, _ = control.wait_for_stream("cam", lambda stream: stream["usual_fps"] > 20)
        assert is_well(known) and known["ailments"] == [], known
        assert 23 <= known["fps"] <= 27 and known["usual_fps"] <= 27, known
        assert 0.8 <= known["key_interval_s"] <= 1.2, known
        turned_at = time.monotonic()
        camera.turn(live=True, picture_every=3)
        slow, degraded_at = control.wait_for_stream("cam", lambda stream: stream["health"] == "degraded")
        assert slow["ailments"] == ["slow"] and slow["state"] == "connected", slow
        bar("degraded after a camera sends a third of its pictures", round(degraded_at - turned_at, 2), DEGRADED_WITHIN_S, "s")


def test_silence(make_camera, start_relay, bar):
    """A camera that says nothing is not connected, although its slate is shown."""
    camera = make_camera()
    relay = start_relay(cameras={"cam": f"[Stream main]\nURL={camera.url}\nStallTimeout={STALL_S}s\n"})
    relay.wait_for_connected("cam")
    with ControlClient(relay) as control:
        control.wait_for_stream("cam", lambda stream: stream["fps"] > 20)
        turned_at = time.monotonic()
        camera.turn(live=True, silent_after=0.001)
        failed, failed_at = control.wait_for_stream("cam", lambda stream: stream["health"] == "failed")
        assert failed["state"] != "connected" and failed["reason"] == "stall" and failed["ends"] == {"stall": 1}, failed
        bar("failed after a camera falls silent (StallTimeout=2s)", round(failed_at - turned_at, 2), FAILED_WITHIN_S, "s")
        camera.turn(live=True, silent_after=0)
        back, _ = control.wait_for_stream("cam", is_well)
        assert back["connects"] == 2 and back["slate_s"] > 0, back


def test_one_reconnect_after_the_other(make_camera, start_relay, bar):
    camera = make_camera()
    relay = start_relay(f"cam={camera.url}")
    with ControlClient(relay) as control:
        for connects in range(1, 4):
            relay.wait_for_connected("cam", count=connects)
            known, _ = control.wait_for_stream("cam", lambda stream: stream["connects"] == connects and is_well(stream))
            assert known["ailments"] == [], known
            camera.cut()
        relay.wait_for_connected("cam", count=4)
        back_at = time.monotonic()
        ill, degraded_at = control.wait_for_stream("cam", lambda stream: stream["health"] == "degraded")
        assert ill["ailments"] == ["reconnects"], ill
        bar("degraded after the third reconnect", round(degraded_at - back_at, 2), DEGRADED_WITHIN_S, "s")
