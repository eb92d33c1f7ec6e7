"""A camera's pictures, slates made of one of them, its pictures again: real decoders follow without a word, and show the slates as what they are."""
import collections
import re
import subprocess

import pytest

from relay import binary

WIDTH, HEIGHT = 320, 180
X264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "10"]
X265 = ["-c:v", "libx265", "-pix_fmt", "yuv420p"]

Case = collections.namedtuple("Case", "codec key encoder")
CASES = {
    "h264-cabac-b": Case("h264", 0, [*X264, "-bf", "2"]),
    "h264-cabac-later-group": Case("h264", 1, [*X264, "-bf", "2"]),
    "h264-cavlc": Case("h264", 0, [*X264, "-profile:v", "baseline"]),
    "h264-cabac-slices": Case("h264", 1, [*X264, "-x264-params", "slices=5"]),
    "h264-cavlc-slices": Case("h264", 1, [*X264, "-x264-params", "slice-max-size=900:cabac=0"]),
    "h264-interlaced-cabac": Case("h264", 0, [*X264, "-flags", "+ildct+ilme", "-x264-params", "tff=1:slices=3"]),
    "h264-interlaced-cavlc": Case("h264", 1, [*X264, "-flags", "+ildct+ilme", "-x264-params", "tff=1:cabac=0"]),
    "h264-all-idr": Case("h264", 3, [*X264, "-g", "1"]),
    "h265-idr": Case("hevc", 0, [*X265, "-x265-params", "log-level=error:open-gop=0:keyint=10"]),
    "h265-idr-slices": Case("hevc", 1, [*X265, "-x265-params", "log-level=error:open-gop=0:keyint=10:slices=3"]),
    "h265-cra": Case("hevc", 1, [*X265, "-x265-params", "log-level=error:open-gop=1:keyint=10:min-keyint=10:bframes=3"]),
    "h265-cra-no-leading": Case("hevc", 2, [*X265, "-x265-params", "log-level=error:open-gop=1:keyint=10:min-keyint=10:bframes=0"]),
}


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def sequence(request, tmp_path):
    """The path of the stream, its codec, and how many pictures and slates it has."""
    case = request.param
    camera, stream = tmp_path / f"camera.{case.codec}", tmp_path / f"stream.{case.codec}"
    run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={WIDTH}x{HEIGHT}:rate=25:duration=1.6", *case.encoder, camera)
    program = binary().parent / "tests" / "support" / "slate-sequence"
    made = run(program, "h264" if case.codec == "h264" else "h265", case.key, camera, stream)
    pictures, slates = (int(number) for number in re.findall(r"\d+", made.stdout))
    return stream, case.codec, pictures, slates


def test_ffmpeg_follows(sequence):
    stream, _, pictures, slates = sequence
    done = run("ffmpeg", "-v", "warning", "-err_detect", "explode", "-i", stream, "-fps_mode", "passthrough", "-f", "framemd5", "-")
    assert done.stderr == ""
    sums = [line.split(",")[-1].strip() for line in done.stdout.splitlines() if not line.startswith("#")]
    assert len(sums) == pictures + slates
    assert sums[pictures // 2 : pictures // 2 + slates] == [sums[0]] * slates
    assert sums[: pictures // 2] == sums[pictures // 2 + slates :]


def test_gstreamer_follows(sequence, tmp_path):
    stream, codec, pictures, slates = sequence
    name = {"h264": "h264", "hevc": "h265"}[codec]
    raw = tmp_path / "raw"
    done = run("env", "GST_DEBUG=2,GST_REGISTRY:0", "gst-launch-1.0", "-q", "filesrc", f"location={stream}", "!", f"{name}parse", "!", f"avdec_{name}",
               "!", "video/x-raw,format=I420", "!", "filesink", f"location={raw}")
    assert "ERROR" not in done.stderr and "CRITICAL" not in done.stderr, done.stderr
    assert raw.stat().st_size == (pictures + slates) * WIDTH * HEIGHT * 3 // 2
