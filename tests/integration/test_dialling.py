"""How soon a camera is found again that answered nothing at all for a while: no refusal, no reset, as after a power cut."""

import pytest

from relay import CANARY

FOUND_WITHIN_S = 0.8  # of the second that a held reader may wait for its picture


def dig_hole(camera):
    camera.turn(black_hole=True)
    camera.go_down("rst")
    camera.come_up()


def fill_hole(camera):
    """The moment it accepts connections again."""
    camera.go_down()
    camera.turn(black_hole=False)
    ups = len(camera.events("up"))
    camera.come_up()
    return camera.wait_for("up", count=ups + 1)["at"]


@pytest.mark.parametrize("line, moment", [
    (r"camera cam main: lost: ", "while it is dialled"),
    # Refused, if it dials in the moment in which nobody listens.
    (r"camera cam main: cannot connect: ", "while it is knocked at"),
])
def test_silent_camera_is_found(make_camera, start_relay, bar, line, moment):
    camera = make_camera()
    relay = start_relay(f"cam={camera.url}")
    relay.wait_for_connected("cam")
    # Live for long enough that the next dial is at once.
    camera.wait_for("report", timeout=30)
    dig_hole(camera)
    relay.wait_for_line(line)
    back_at = fill_hole(camera)
    found_at = camera.wait_for("playing", count=2)["at"]
    bar(f"a silent camera plays again, back {moment}", round(found_at - back_at, 3), FOUND_WITHIN_S, "s")
    relay.wait_for_connected("cam", count=2)


def test_knocks_say_nothing(make_camera, start_relay):
    """A camera that reboots is knocked at without a word: no log-in, no request until it accepts, then one dialogue."""
    camera = make_camera(login="md5")
    relay = start_relay(f"cam={camera.url_for('viewer', CANARY)}")
    relay.wait_for_connected("cam")
    camera.wait_for("playing")
    before = camera.state()
    camera.reboot(2.2)
    relay.wait_for_connected("cam", count=2)
    after = camera.state()
    assert after["logins"] == 2 * before["logins"]
    assert after["connections"] - before["connections"] <= 2  # a knock and a dialogue at most
    assert after["bare"] <= 1
