"""A camera is back: how soon every reader that was held sees it again, and that nobody could tell from the numbers that it was away."""
import pytest

from audience import Audience

PICTURE_WITHIN_S = 1.0
BLACK_HOLES = 50
LASTING_PICTURES = 75
# seconds down, and how the camera's connections end: reset, closed, or not at all, as when its plug is pulled
OUTAGES = [(2, "rst"), (0.7, "fin"), (8, "silent")]


def worst_return(relay, camera, audience, outages):
    """Seconds from the camera's first accept to its picture at the last reader, the worst of OUTAGES."""
    worst = 0.0
    for number, (down_s, how) in enumerate(outages):
        camera.reboot(down_s, how)
        back_at = camera.wait_for("up", count=number + 2, timeout=down_s + 10)["at"]
        worst = max(worst, audience.wait_for_camera(back_at) - back_at)
        # A connection that lasts is a success, so that the next dial comes at once.
        audience.wait_for(lambda seat, since=back_at: len(seat.pictures_since(since)) >= LASTING_PICTURES, "three seconds of pictures")
    audience.assert_held()
    assert len([line for line in relay.lines if "reader left" in line]) == 0
    return worst


@pytest.mark.timing
def test_picture_is_back(make_camera, start_relay, bar):
    camera = make_camera(gop=2.0)
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    with Audience(f"{relay.url}/yard", tcp=6, udp=4) as audience:
        audience.wait_for_camera(0)
        bar("camera back → picture at every held reader", worst_return(relay, camera, audience, OUTAGES), PICTURE_WITHIN_S, "s")


@pytest.mark.timing
def test_picture_is_back_beside_cameras_that_drop_everything(make_camera, start_relay, bar):
    holes = [make_camera(host=f"127.0.1.{number + 1}", black_hole=True) for number in range(BLACK_HOLES)]
    camera = make_camera(gop=2.0)
    relay = start_relay(*(f"hole{number}={hole.url}" for number, hole in enumerate(holes)), f"yard={camera.url}")
    relay.wait_for_connected("yard")
    with Audience(f"{relay.url}/yard", tcp=6, udp=4) as audience:
        audience.wait_for_camera(0)
        worst = worst_return(relay, camera, audience, OUTAGES[:2] * 2)
    bar(f"camera back → picture at every held reader, beside {BLACK_HOLES} black holes", worst, PICTURE_WITHIN_S, "s")


def test_slate_once_a_second_while_the_camera_is_away(make_camera, start_relay):
    camera = make_camera()
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    with Audience(f"{relay.url}/yard", tcp=2, udp=2) as audience:
        audience.wait_for_camera(0)
        camera.go_down()
        lost_at = camera.wait_for("down")["at"]
        audience.wait_for(lambda seat: len(seat.pictures_since(lost_at + 1)) >= 4, "four slates")
        for seat in audience.seats:
            slates = seat.pictures_since(lost_at + 1)
            assert all(slate.is_key for slate in slates)
            assert all(0.5 < after.at - before.at < 2 for before, after in zip(slates, slates[1:]))
        audience.assert_held()
