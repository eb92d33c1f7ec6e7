"""A thousand cameras that end at once, and a thousand readers of one camera: the main loop is never kept, and nothing is left behind.
Also with stacks of 128 KiB: nothing that ends many things does so by calling itself."""
import contextlib
import os
import pathlib
import re
import resource
import signal
import subprocess
import time

import pytest

import process
from crowd import Crowd
from relay import binary

COUNT = 1000
SMALL_STACK = 128 * 1024
BASELINE_S = 5
DISPATCH_MS = 5.0
ROUNDS = 8  # a machine that is busy with other things keeps a loop, too: the best of so many counts

pytestmark = pytest.mark.parametrize("stack", [None, SMALL_STACK], ids=["", "small stacks"])


@contextlib.contextmanager
def stack_limit(size):
    """What is started inside has main and other threads with stacks of SIZE bytes."""
    before = resource.getrlimit(resource.RLIMIT_STACK)
    if size:
        resource.setrlimit(resource.RLIMIT_STACK, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, before)


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "tiny.h264"
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=8", "-t", "2", "-pix_fmt", "yuv420p",
                    "-c:v", "libx264", "-bf", "0", "-g", "8", "-f", "h264", str(path)], check=True, timeout=60)
    return path


class Simulator:
    """COUNT cameras in one process, which dies on command and comes back on the same port."""

    def __init__(self, clip, count, fps=8):
        self._command = [str(binary().parent / "tests/bench/camera-simulator"), "--clip", str(clip), "--fps", str(fps), "--cameras", str(count)]
        self._count, self._port, self._process = count, 0, None

    def __enter__(self):
        self._process = process.start([*self._command, "--port", str(self._port)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self._port = int(re.match(r"port: (\d+)$", self._process.stdout.readline())[1])
        return self

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def __exit__(self, *_):
        if self._process.poll() is None:
            self.kill()

    def config(self):
        return "".join(f"[Camera cam{i}]\nURL=rtsp://127.0.0.1:{self._port}/cam{i}\n" for i in range(self._count))


def resources(relay):
    folder = pathlib.Path(f"/proc/{relay.pid}")
    threads = int(re.search(r"Threads:\s+(\d+)", (folder / "status").read_text())[1])
    return {"fds": len(os.listdir(folder / "fd")), "threads": threads}


def wait_for_baseline(relay, baseline):
    """How long it takes until there are no more descriptors and threads than before."""
    began = time.monotonic()
    while True:
        now = resources(relay)
        if all(now[name] <= baseline[name] for name in baseline):
            return time.monotonic() - began
        assert time.monotonic() - began < 2 * BASELINE_S, f"{now} instead of {baseline}"
        time.sleep(0.05)


def count_long_dispatches(relay, first_line):
    """Of the main loop, over the bar, since FIRST_LINE of the log. One that waited counts by its time, else by its own work: the rest is the time of
    other programs on a busy machine."""
    count = 0
    for line in relay.lines[first_line:]:
        match = re.search(r"the main loop was kept for ([\d.]+) ms by .*: ([\d.]+) ms of work, (\d+) waits", line)
        if match:
            print(line)
            count += float(match[1] if int(match[3]) else match[2]) > DISPATCH_MS
    return count


def start(make_relay, write_config, config, stack):
    with stack_limit(stack):
        relay = make_relay("--config", write_config("[RTSP]\nListen=127.0.0.1:0\n" + config), "--log-level", "debug")
    relay.wait_until_ready(60)
    return relay


def best_round(measure):
    """The smallest of a few counts; no more are taken once one is 0."""
    best = measure(0)
    for number in range(1, ROUNDS):
        if best == 0:
            break
        best = min(best, measure(number))
    return best


@pytest.mark.timing
def test_a_thousand_workers_end_at_once(make_relay, write_config, tiny_clip, bar, stack):
    with Simulator(tiny_clip, COUNT) as cameras:
        # Slate=none: what is measured is the end of the workers, not a thousand pictures that are drawn.
        config = f"[Limits]\nStartConcurrency=64 64\n[Defaults]\nSlate=none\nBackoff=100ms 200ms\n{cameras.config()}"
        relay = start(make_relay, write_config, config, stack)
        relay.wait_for_line(r"camera cam\d+ main: connected", 90, COUNT)
        connected = resources(relay)

        def measure(number):
            first_line = len(relay.lines)
            cameras.kill()
            relay.wait_for_line(r"camera cam\d+ main: lost: ", 30, COUNT * (number + 1))
            relay.wait_for_line(r"camera cam\d+ main: cannot connect: ", 30, COUNT * (number + 1))
            long_ones = count_long_dispatches(relay, first_line)
            cameras.__enter__()
            relay.wait_for_line(r"camera cam\d+ main: connected", 90, COUNT * (number + 2))
            bar("1,000 workers ended at once: from their return to the baseline", wait_for_baseline(relay, connected), BASELINE_S, "s")
            return long_ones

        bar("1,000 workers ending at once: dispatches of the main loop over 5 ms", best_round(measure), 0)


@pytest.mark.timing
def test_a_thousand_readers_end_at_once(make_relay, write_config, tiny_clip, bar, stack):
    with Simulator(tiny_clip, 1) as cameras:
        config = f"[Limits]\nMaxReaders=2000\n[Defaults]\nSlate=none\nHold=1s\n{cameras.config()}"
        relay = start(make_relay, write_config, config, stack)
        relay.wait_for_connected("cam0")
        idle = resources(relay)

        def measure(number):
            with Crowd([f"{relay.url}/cam0"], tcp=COUNT):
                relay.wait_for_line("reader joined over", 60, COUNT * (number + 1))
                first_line = len(relay.lines)
                cameras.kill()
                relay.wait_for_line(f"camera cam0 main: ending {COUNT} readers: the camera is away", 30, number + 1)
                bar("1,000 readers ended at once: until nothing is left of them", wait_for_baseline(relay, idle), BASELINE_S, "s")
                long_ones = count_long_dispatches(relay, first_line)
            cameras.__enter__()
            relay.wait_for_connected("cam0", count=number + 2)
            return long_ones

        bar("1,000 readers ended at once: dispatches of the main loop over 5 ms", best_round(measure), 0)
