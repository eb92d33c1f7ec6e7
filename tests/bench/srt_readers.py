"""Readers by SRT: of a relay, and of as many srt-live-transmit beside it, each of which serves one reader with the same stream from UDP, the cheapest that
SRT's own program can do."""

import contextlib
import pathlib
import socket
import subprocess
import tempfile
import threading
import time

from peers import ADDRESS, free_ports
from programs import CLIPS, FPS, run_program

READERS = 50
WARM_S, WINDOW_S = 2, 10  # whole groups of pictures
MESSAGE_BYTES = 1316
START_S = 1  # for programs that do not say when they listen


def crowd(build, ports, pids, *arguments):
    return run_program(build, "srt-crowd", *(word for port in ports for word in ("--port", port)), *(word for pid in pids for word in ("--pid", pid)),
                       "--readers", READERS, "--warm", WARM_S, "--seconds", WINDOW_S, *arguments)


def srt_readers(build, address, pid):
    """50 readers of the relay's first camera; ADDRESS: srt://HOST:PORT."""
    return crowd(build, [address.rsplit(":", 1)[1]], [pid], "--stream-id", "read:cam0")


def lost(told):
    return told["failed"] + told["dropped"] + told["holes"]


def mux(clip, folder):
    """The clip as MPEG-TS, in as many pieces as it has pictures."""
    path = pathlib.Path(folder) / "clip.ts"
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-r", str(FPS), "-i", str(clip), "-c", "copy", "-f", "mpegts", str(path)], check=True, timeout=60)
    messages = path.read_bytes()
    messages = [messages[at:at + MESSAGE_BYTES] for at in range(0, len(messages), MESSAGE_BYTES)]
    pictures = CLIPS["large"]["seconds"] * FPS
    return [messages[len(messages) * i // pictures:len(messages) * (i + 1) // pictures] for i in range(pictures)]


def feed(pictures, ports, is_over):
    """Each picture to all ports, at its time; continuity counters jump where the clip begins anew."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        began, number = time.monotonic(), 0
        while not is_over.wait(max(0, began + number / FPS - time.monotonic())):
            for message in pictures[number % len(pictures)]:
                for port in ports:
                    out.sendto(message, (ADDRESS, port))
            number += 1


@contextlib.contextmanager
def fed(pictures, ports):
    is_over = threading.Event()
    feeder = threading.Thread(target=feed, args=(pictures, ports, is_over), daemon=True)
    feeder.start()
    try:
        yield
    finally:
        is_over.set()
        feeder.join()


@contextlib.contextmanager
def live_transmits(inputs, outputs):
    """The process ids of as many srt-live-transmit."""
    with contextlib.ExitStack() as started:
        pids = []
        for near, far in zip(inputs, outputs):
            program = started.enter_context(subprocess.Popen(
                ["srt-live-transmit", "-q", f"-chunk:{MESSAGE_BYTES}", f"udp://{ADDRESS}:{near}", f"srt://{ADDRESS}:{far}?mode=listener"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            started.callback(program.kill)
            pids.append(program.pid)
        time.sleep(START_S)
        yield pids


def srt_live_transmits(build, clip):
    """The same 50 readers, each served by a srt-live-transmit of its own."""
    first = free_ports(2 * READERS)
    inputs, outputs = range(first, first + READERS), range(first + READERS, first + 2 * READERS)
    with tempfile.TemporaryDirectory(prefix="camrelay-bench-") as folder:
        pictures = mux(clip, folder)
    with live_transmits(inputs, outputs) as pids, fed(pictures, inputs):
        return crowd(build, outputs, pids)
