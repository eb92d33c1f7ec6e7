"""camrelay-picture by hand: requests and answers of include/camrelay/picture-protocol.h, and key units made by ffmpeg."""

import os
import struct
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from relay import binary

PROGRAM = binary().parent / "camrelay-picture"

REQUEST = struct.Struct("=IHHHHHHI")
ANSWER = struct.Struct("=IHHI")
REQUEST_MAGIC, ANSWER_MAGIC, VERSION = 0x43505251, 0x43504157, 1
DRAWN, BAD_REQUEST, NO_ENCODER, NO_SANDBOX, FAILED = range(5)

TITLE, TEXT = "driveway", "offline since 12:34:56\nthe camera's address refuses connections on that port"

ENCODERS = {
    "h264": ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-f", "h264"],
    "h265": ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:info=0", "-f", "hevc"],
    "jpeg": ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "4", "-f", "image2pipe"],
}
FORMATS = {"h264": "h264", "h265": "hevc", "jpeg": "mjpeg"}


class Answer(NamedTuple):
    status: int | None  # of the answer; None: there is none
    exit: int
    unit: bytes
    seconds: float
    peak_kib: int


def make_request(unit=b"", size=(0, 0), title=TITLE, text=TEXT, set_id=31):
    title, text = title.encode(), text.encode()
    return REQUEST.pack(REQUEST_MAGIC, VERSION, set_id, *size, len(title), len(text), len(unit)) + title + text + unit


def ask(codec, request, environment=None):
    """One run of the program, with what it took of time and memory."""
    began = time.monotonic()
    with subprocess.Popen([PROGRAM, codec], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        try:
            process.stdin.write(request)
            process.stdin.close()
        except BrokenPipeError:
            pass
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if len(out) < ANSWER.size:
        return Answer(None, process.returncode, b"", seconds, usage.ru_maxrss)
    magic, version, word, size = ANSWER.unpack_from(out)
    assert (magic, version, size) == (ANSWER_MAGIC, VERSION, len(out) - ANSWER.size)
    return Answer(word, process.returncode, out[ANSWER.size:], seconds, usage.ru_maxrss)


def split_annex_b(stream):
    starts = []
    at = stream.find(b"\0\0\1")
    while at >= 0:
        starts.append(at + 3)
        at = stream.find(b"\0\0\1", at + 3)
    ends = [start - 3 for start in starts[1:]] + [len(stream)]
    return [stream[start:end].rstrip(b"\0") for start, end in zip(starts, ends)]


def with_lengths(nals):
    return b"".join(struct.pack(">I", len(nal)) + nal for nal in nals)


def split_lengths(unit):
    nals = []
    while unit:
        size, = struct.unpack_from(">I", unit)
        nals.append(unit[4:4 + size])
        assert len(nals[-1]) == size
        unit = unit[4 + size:]
    return nals


def as_stream(codec, unit):
    return unit if codec == "jpeg" else b"".join(b"\0\0\0\1" + nal for nal in split_lengths(unit))


def make_unit(codec, size="640x360", source="testsrc2", options=()):
    """One key unit as in media/codec.h."""
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"{source}=size={size}:rate=25", *ENCODERS[codec][:2], *options, *ENCODERS[codec][2:-2],
               "-frames:v", "1", *ENCODERS[codec][-2:], "-"]
    stream = subprocess.run(command, stdout=subprocess.PIPE, timeout=30, check=True).stdout
    return stream if codec == "jpeg" else with_lengths(split_annex_b(stream))


class Picture(NamedTuple):
    width: int
    height: int
    frames: int
    luma: bytes  # of the first frame
    complaints: str


def decode(codec, unit, folder: Path):
    """By ffmpeg, which stops at the first thing that is not as it should be."""
    path = folder / f"picture.{codec}"
    path.write_bytes(as_stream(codec, unit))
    probe = subprocess.run(["ffprobe", "-v", "error", "-f", FORMATS[codec], "-show_entries", "stream=width,height", "-of", "csv=p=0", path],
                           stdout=subprocess.PIPE, text=True, timeout=30, check=True).stdout
    width, height = (int(number) for number in probe.split()[0].strip(",").split(","))
    done = subprocess.run(["ffmpeg", "-v", "warning", "-err_detect", "explode", "-xerror", "-f", FORMATS[codec], "-i", path,
                           "-vf", "extractplanes=y", "-f", "rawvideo", "-"], capture_output=True, timeout=30, check=False)
    return Picture(width, height, len(done.stdout) // (width * height), done.stdout[:width * height], done.stderr.decode())


def share_of(luma, low, high):
    """How much of a picture is that bright."""
    return sum(1 for value in luma if low <= value <= high) / len(luma)
