"""The main job with real clients: a camera in, ffprobe and ffmpeg out."""

import json
import subprocess

import pytest


def ffprobe(url, transport, timeout=30):
    """The streams that ffprobe sees, by kind."""
    done = subprocess.run(["ffprobe", "-v", "error", "-rtsp_transport", transport, "-show_streams", "-of", "json", url],
                          capture_output=True, timeout=timeout, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {stream["codec_type"]: stream for stream in json.loads(done.stdout)["streams"]}


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_test_camera(start_relay, transport):
    relay = start_relay("demo=test:")
    relay.wait_for_connected("demo")
    streams = ffprobe(f"{relay.url}/demo", transport)
    assert streams["video"]["codec_name"] == "h264"
    assert streams["video"]["width"] > 0
    assert "audio" in streams


def test_relay_of_a_relay(start_relay):
    """The relay is a camera to another one: every packet passes our client and our server twice."""
    camera = start_relay("demo=test:")
    camera.wait_for_connected("demo")
    relay = start_relay(f"far={camera.url}/demo")
    relay.wait_for_connected("far")
    near, far = ffprobe(f"{camera.url}/demo", "tcp"), ffprobe(f"{relay.url}/far", "tcp")
    for kind in ("video", "audio"):
        assert far[kind]["codec_name"] == near[kind]["codec_name"]
    assert (far["video"]["width"], far["video"]["height"]) == (near["video"]["width"], near["video"]["height"])


def test_copy_into_a_file_has_no_complaint(start_relay, tmp_path):
    relay = start_relay("demo=test:")
    relay.wait_for_connected("demo")
    file = tmp_path / "picture.mkv"
    done = subprocess.run(["ffmpeg", "-v", "warning", "-rtsp_transport", "tcp", "-i", f"{relay.url}/demo", "-t", "3", "-c", "copy", str(file)],
                          capture_output=True, timeout=60, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # ffmpeg 5.1 gives the first packet of any RTSP server's stream no time, stock gst-rtsp-server's too.
    complaints = [line for line in done.stderr.splitlines() if "Timestamps are unset in a packet" not in line]
    assert complaints == []
    assert file.stat().st_size > 10000


def test_both_streams_and_spellings(start_relay):
    relay = start_relay(cameras={"yard": "[Camera]\nURL=test:?size=640x360\n\n[Stream sub]\nURL=test:?size=320x180\n"})
    relay.wait_for_connected("yard")
    relay.wait_for_connected("yard", "sub")
    for path, width in (("yard", 640), ("yard/main", 640), ("yard/sub", 320)):
        assert ffprobe(f"{relay.url}/{path}", "tcp")["video"]["width"] == width


def test_disabled_camera_answers_503(start_relay):
    relay = start_relay(cameras={"yard": "[Camera]\nURL=test:\nEnabled=no\n"})
    done = subprocess.run(["ffprobe", "-v", "error", "-rtsp_transport", "tcp", f"{relay.url}/yard"],
                          capture_output=True, timeout=30, text=True, check=False)
    assert done.returncode != 0
    assert "503 Service Unavailable" in done.stderr
