"""The picture program: notices from real key units, in time and memory, whatever it is asked with, and what its sandbox is made of."""

import os
import pathlib
import random
import re
import subprocess
import time
from pathlib import Path

import pytest

from picture_program import (BAD_REQUEST, DRAWN, NO_ENCODER, PROGRAM, ask, decode, make_request, make_unit, share_of, split_lengths)

pytestmark = pytest.mark.timing  # and the program is the same in every build: no sanitizer goes with it

CODECS = ["h264", "h265", "jpeg"]
SIZES = {"640x360": (640, 360), "1920x1080": (1920, 1080), "3840x2160": (3840, 2160)}
PLAIN = (1280, 720)
LIMIT_S = 2.0
LIMIT_KIB = 256 * 1024
PLAIN_LUMA = 40

NAL_TYPES = {"h264": [7, 8, 5], "h265": [32, 33, 34]}


@pytest.fixture(scope="session")
def program_environment(environment, tmp_path_factory):
    """As the daemon gives it: with a registry that is there already."""
    registry = tmp_path_factory.mktemp("registry") / "registry.bin"
    env = {**environment, "GST_REGISTRY": str(registry)}
    subprocess.run(["gst-inspect-1.0", "--exists", "x264enc"], env=env, timeout=60, check=False)
    assert registry.exists()
    return env


def nal_type(codec, nal):
    return nal[0] & 31 if codec == "h264" else nal[0] >> 1 & 63


def assert_is_notice(codec, answer, size, folder):
    """A whole picture of that size, dark but for its letters; returns it."""
    assert (answer.status, answer.exit) == (DRAWN, 0)
    picture = decode(codec, answer.unit, folder)
    assert (picture.width, picture.height, picture.frames, picture.complaints) == (*size, 1, "")
    assert 0.002 < share_of(picture.luma, 200, 255) < 0.2
    assert share_of(picture.luma, 0, 128) > 0.75
    return picture


def is_plain(picture):
    return share_of(picture.luma, PLAIN_LUMA - 20, PLAIN_LUMA + 12) > 0.85


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("codec", CODECS)
def test_notice(codec, size, program_environment, tmp_path, bar):
    request = make_request(make_unit(codec, size), SIZES[size])
    answer = ask(codec, request, program_environment)
    picture = assert_is_notice(codec, answer, SIZES[size], tmp_path)
    assert not is_plain(picture)
    if codec != "jpeg":
        assert [nal_type(codec, nal) for nal in split_lengths(answer.unit)][:3] == NAL_TYPES[codec]
        assert len(split_lengths(answer.unit)) <= 4
    bar(f"notice {codec} {size}: time", answer.seconds, LIMIT_S, "s")
    bar(f"notice {codec} {size}: memory", answer.peak_kib / 1024, LIMIT_KIB / 1024, "MiB")


@pytest.mark.parametrize("codec", CODECS)
def test_no_picture(codec, program_environment, tmp_path):
    for size, expected in {(0, 0): PLAIN, (704, 576): (704, 576)}.items():
        picture = assert_is_notice(codec, ask(codec, make_request(b"", size), program_environment), expected, tmp_path)
        assert is_plain(picture)


@pytest.mark.parametrize("codec", CODECS)
def test_size_of_the_picture(codec, program_environment, tmp_path):
    """Where the size is not known it is the picture's; where it is, it holds."""
    unit = make_unit(codec, "704x576")
    for asked, expected in {(0, 0): (704, 576), (320, 240): (320, 240)}.items():
        picture = assert_is_notice(codec, ask(codec, make_request(unit, asked), program_environment), expected, tmp_path)
        assert not is_plain(picture)


@pytest.mark.parametrize("size", [(176, 144), (320, 240), (360, 640), (480, 360), (640, 360), (1920, 1080)])
def test_letters_can_be_read(size, program_environment, tmp_path):
    """Boxes, which stand for letters whose font was not open in time, are not as bright."""
    answer = ask("h264", make_request(size=size), program_environment)
    assert 0.007 < share_of(decode("h264", answer.unit, tmp_path).luma, 180, 255) < 0.06


@pytest.mark.parametrize("codec, options", [
    ("h264", ["-pix_fmt", "yuv420p", "-profile:v", "high", "-x264-params", "cabac=1:slices=4"]),
    ("h264", ["-pix_fmt", "yuv420p", "-x264-params", "interlaced=1:tff=1"]),
    ("h264", ["-pix_fmt", "yuv422p10le"]),
    ("h265", ["-pix_fmt", "yuv420p10le"]),
    ("h265", ["-pix_fmt", "yuv420p", "-x265-params", "log-level=none:slices=4:info=0"]),
    ("jpeg", ["-color_range", "pc", "-pix_fmt", "yuvj422p"]),
], ids=["high", "interlaced", "h264-10-bit", "h265-10-bit", "slices", "jpeg-422"])
def test_kinds_of_pictures(codec, options, program_environment, tmp_path):
    unit = make_unit(codec, "640x480", options=options)
    picture = assert_is_notice(codec, ask(codec, make_request(unit, (640, 480)), program_environment), (640, 480), tmp_path)
    assert not is_plain(picture)


def read_ue(bits, at):
    zeros = bits.index("1", at) - at
    end = at + 2 * zeros + 1
    return int(bits[at + zeros:end], 2) - 1, end


@pytest.mark.parametrize("set_id", [0, 7, 31])
def test_ids_of_parameter_sets(set_id, program_environment):
    """ISO 14496-10, 7.3.2.1.1 and 7.3.2.2: in the SPS after three bytes, in the PPS twice at the start."""
    sps, pps, _ = split_lengths(ask("h264", make_request(set_id=set_id), program_environment).unit)
    bits = "".join(f"{byte:08b}" for byte in sps[4:8])
    assert read_ue(bits, 0)[0] == set_id
    bits = "".join(f"{byte:08b}" for byte in pps[1:9])
    pps_id, at = read_ue(bits, 0)
    assert (pps_id, read_ue(bits, at)[0]) == (set_id, set_id)
    assert sps[1:3] == b"\x42\xc0"  # constrained baseline


def test_main_profile_in_h265(program_environment):
    _, sps, _, *_ = split_lengths(ask("h265", make_request(), program_environment).unit)
    assert sps[3] & 31 == 1


def test_a_larger_picture_is_halved(program_environment, tmp_path):
    """16 megapixels do not fit under the limits of an encoder."""
    for codec in CODECS:
        answer = ask(codec, make_request(make_unit(codec, "4608x3456"), (4608, 3456)), program_environment)
        picture = assert_is_notice(codec, answer, (2304, 1728), tmp_path)
        assert not is_plain(picture)
        assert answer.seconds < LIMIT_S and answer.peak_kib < LIMIT_KIB


@pytest.mark.parametrize("title, text", [
    ("", ""), ("<b>", "</span>&amp;"), ("日本語のカメラ", "📷"), ("x" * 64, "y" * 512), ("Ж" * 32, "\n" * 100), ("\x01\x7f", "a\tb\0c"),
], ids=["empty", "tags", "no-font", "long", "lines", "controls"])
def test_odd_texts(title, text, program_environment, tmp_path):
    answer = ask("h264", make_request(title=title, text=text), program_environment)
    assert (answer.status, answer.exit) == (DRAWN, 0)
    assert decode("h264", answer.unit, tmp_path).complaints == ""


def flip(unit, chance, kind):
    """Damage of one of several kinds."""
    bits = bytearray(unit)
    start = 0 if kind % 4 == 0 else min(64, len(bits) - 1)  # headers more often than by chance
    for _ in range(1 + kind % 7 * 3):
        at = chance.randrange(start, len(bits)) if kind % 2 else chance.randrange(min(len(bits), 200))
        bits[at] ^= 1 << chance.randrange(8)
    return bytes(bits[:chance.randrange(1, len(bits))]) if kind % 5 == 4 else bytes(bits)


@pytest.mark.parametrize("codec", CODECS)
def test_hostile_units(codec, program_environment, tmp_path):
    """Damage of 200 kinds in all: a picture or none, in time, and never a harm beyond the program's own end."""
    chance = random.Random(20)
    unit = make_unit(codec, "320x240")
    broken = [flip(unit, chance, kind) for kind in range(60)]
    broken += [chance.randbytes(chance.randrange(1, 20000)) for _ in range(7)]
    drawn = 0
    for hostile in broken:
        answer = ask(codec, make_request(hostile, (320, 240)), program_environment)
        assert answer.seconds < LIMIT_S + 0.5
        assert answer.peak_kib < LIMIT_KIB
        assert answer.exit == 0 or answer.exit < 0
        drawn += answer.status == DRAWN
        if answer.status == DRAWN and drawn % 8 == 0:
            assert decode(codec, answer.unit, tmp_path).complaints == ""
    assert drawn > len(broken) * 0.9  # most are drawn, on a plain background at worst


def test_a_bomb_of_a_jpeg(program_environment, tmp_path):
    """A few bytes that say they are 65500 x 65500."""
    unit = bytearray(make_unit("jpeg", "320x240"))
    frame = unit.index(b"\xff\xc0")
    unit[frame + 5:frame + 9] = b"\xff\xdc\xff\xdc"
    answer = ask("jpeg", make_request(bytes(unit), (320, 240)), program_environment)
    assert answer.peak_kib < LIMIT_KIB and answer.seconds < LIMIT_S + 0.5
    if answer.status is not None:
        assert is_plain(assert_is_notice("jpeg", answer, (320, 240), tmp_path))


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_bomb_of_a_picture(codec, program_environment):
    """A key unit of a few kilobytes that is 67 megapixels."""
    answer = ask(codec, make_request(make_unit(codec, "8192x8192", source="color"), (320, 240)), program_environment)
    assert answer.peak_kib < LIMIT_KIB and answer.seconds < LIMIT_S + 0.5
    assert answer.status in (DRAWN, None)


@pytest.mark.parametrize("request_bytes", [b"", b"x", make_request()[:-1], make_request() + b"x", b"\0" * 4096, make_request(size=(9000, 10))],
                         ids=["nothing", "one-byte", "short", "long", "zeros", "too-wide"])
def test_bad_requests(request_bytes, program_environment):
    answer = ask("h264", request_bytes, program_environment)
    assert (answer.status, answer.exit, answer.unit) == (BAD_REQUEST, 0, b"")


@pytest.mark.parametrize("arguments", [[], ["vp8"], ["h264", "h265"]])
def test_wrong_arguments(arguments):
    done = subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 64
    assert done.stderr.startswith("usage: camrelay-picture ")


def test_no_encoder(program_environment, tmp_path):
    """On a box with none of the recommended packages."""
    bare = {**program_environment, "GST_REGISTRY": str(tmp_path / "registry"), "GST_PLUGIN_SYSTEM_PATH_1_0": str(tmp_path)}
    for codec in CODECS:
        answer = ask(codec, make_request(), bare)
        assert (answer.status, answer.exit) == (NO_ENCODER, 0)


def test_registry_is_read_and_not_made_again(program_environment):
    registry = Path(program_environment["GST_REGISTRY"])
    before = registry.stat()
    assert ask("h264", make_request(), program_environment).status == DRAWN
    after = registry.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def read_facts(pid, name):
    lines = Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8").splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def wait_until(condition):
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("codec", CODECS)
def test_walls_are_closed_before_the_first_byte(codec, program_environment):
    left_open = os.open("/dev/null", os.O_RDONLY)
    with subprocess.Popen([PROGRAM, codec], stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[left_open], env=program_environment) as process:
        os.close(left_open)
        wait_until(lambda: read_facts(process.pid, "status")["Seccomp"] == "2")
        facts = read_facts(process.pid, "status")
        assert facts["NoNewPrivs"] == "1"
        assert facts["Threads"] == "1"
        assert sorted(os.listdir(f"/proc/{process.pid}/fd")) == ["0", "1", "2"]
        limits = Path(f"/proc/{process.pid}/limits").read_text(encoding="utf-8")
        values = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
        assert values["Max data size"] == [str(LIMIT_KIB * 1024)] * 2
        assert values["Max cpu time"] == ["2", "2"]
        assert values["Max file size"] == ["0", "0"]
        assert values["Max core file size"] == ["0", "0"]
        assert values["Max open files"] == ["32", "32"]
        out, _ = process.communicate(make_request(), timeout=10)
        assert len(out) > 500
    assert process.returncode == 0


def test_who_builds_to_run_builds_it_too():
    root = pathlib.Path(__file__).resolve().parents[2]
    target = re.search(r'build" --release (\w+)', (root / "scripts/run").read_text())[1]
    parts = subprocess.run(["ninja", "-C", PROGRAM.parent, "-t", "query", target], check=True, capture_output=True, text=True).stdout
    assert {"camrelayd", "camrelay-picture"} <= set(parts.split())
