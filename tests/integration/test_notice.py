"""What people see while a camera is away: its last picture, darkened, with words on it, in its codec and size."""

import subprocess
import time

import pytest

from picture_program import share_of
from stock_camera import StockCamera

SIZE = (320, 240)
PATIENCE_S = 20

MJPEG = ("videotestsrc is-live=true pattern=smpte ! video/x-raw,format=I420,width=320,height=240,framerate=25/1 ! jpegenc ! "
         "rtpjpegpay name=pay0 pt=26 ")


def look(relay):
    """The brightness of each point of the first picture that a new reader gets."""
    command = ["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-analyzeduration", "100000", "-i", f"{relay.url}/yard", "-frames:v", "1",
               "-vf", "extractplanes=y", "-f", "rawvideo", "-"]
    luma = subprocess.run(command, stdout=subprocess.PIPE, timeout=30, check=True).stdout
    assert len(luma) == SIZE[0] * SIZE[1]
    return luma


def mean(luma):
    return sum(luma) / len(luma)


def is_dark(luma, live):
    return mean(luma) < 0.7 * mean(live)


def has_letters(luma):
    return 0.003 < share_of(luma, 200, 255) < 0.1


def look_until(relay, condition):
    until = time.monotonic() + PATIENCE_S
    while not condition(luma := look(relay)):
        assert time.monotonic() < until, f"mean {mean(luma):.0f}, letters {share_of(luma, 200, 255):.3f}"
    return luma


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_last_picture_with_words_on_it(codec, make_camera, start_relay):
    camera = make_camera(codec=codec)
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    live = look(relay)
    assert len(set(live)) > 20
    camera.go_down()
    relay.wait_for_line("camera yard main: cannot connect: ")
    notice = look_until(relay, lambda luma: is_dark(luma, live) and has_letters(luma))
    assert len(set(notice)) > 20, "a plain background"
    camera.come_up()
    relay.wait_for_connected("yard", count=2)
    look_until(relay, lambda luma: not is_dark(luma, live))
    assert "no notice can be drawn" not in relay.log


def test_mjpeg(start_relay):
    camera = StockCamera({"mjpeg": MJPEG})
    try:
        relay = start_relay(f"yard={camera.url}/mjpeg")
        relay.wait_for_connected("yard")
        live = look(relay)
    finally:
        camera.stop()
    relay.wait_for_line("camera yard main: cannot connect: ")
    notice = look_until(relay, lambda luma: is_dark(luma, live) and has_letters(luma))
    assert len(set(notice)) > 20, "a plain background"


def test_last_frame_stays_as_it_was(make_camera, start_relay):
    camera = make_camera()
    relay = start_relay(f"yard={camera.url}", config="[Defaults]\nSlate=last-frame\n")
    relay.wait_for_connected("yard")
    live = look(relay)
    camera.go_down()
    relay.wait_for_line("camera yard main: cannot connect: ")
    for _ in range(2):
        assert not is_dark(look(relay), live)


def test_without_an_encoder_the_last_picture_stays_and_it_is_said_once(make_camera, make_relay, write_config, tmp_path):
    """A daemon whose GStreamer has no plug-ins: nothing of it is needed to relay."""
    camera = make_camera()
    bare = tmp_path / "no-plug-ins"
    bare.mkdir()
    config = write_config("[RTSP]\nListen=127.0.0.1:0\n")
    relay = make_relay("--config", str(config), f"yard={camera.url}", GST_PLUGIN_SYSTEM_PATH_1_0=str(bare), GST_REGISTRY=str(tmp_path / "registry"))
    relay.wait_until_ready()
    relay.wait_for_connected("yard")
    live = look(relay)
    for outage in (1, 2):
        camera.go_down()
        relay.wait_for_line("camera yard main: cannot connect: ", count=outage)
        relay.wait_for_line("WARNING camera yard main: no notice can be drawn, .*: no encoder for H.264 is installed")
        assert not is_dark(look(relay), live)
        camera.come_up()
        relay.wait_for_connected("yard", count=outage + 1)
    assert relay.log.count("no notice can be drawn") == 1
