"""Contribution encoders of a test's own (tests/support/contribution-sender), and what is heard of them."""
import array
import math
import re
import socket
import subprocess
import sys
import threading
import time

import process
from relay import binary
from rtsp_client import RtspClient

RATE = 48000
TONE_HZ = 1000
TONE_PEAK = 8230  # of the sender's tone: -12 dBFS
PATIENCE_S = 20


def free_port():
    """A UDP port of 127.0.0.1 that nobody has now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Contributor:
    """One sender. MODE is its own: a caller calls ADDRESS, a listener waits there, a rendezvous calls it from the same port of 127.0.0.2."""

    def __init__(self, mode, address, codec="l16", *options):
        program = binary().parent / "tests" / "support" / "contribution-sender"
        options = [*options, "--own", "127.0.0.2"] if mode == "rendezvous" else options  # one port, two addresses of one machine
        raw = ["--raw"] if codec == "raw" else ["--codec", codec]
        self.process = process.start([str(program), "--mode", mode, "--address", address, *raw, *map(str, options)],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._lines = []
        self._times = []  # when each came
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self._changed:
                self._lines.append(line.decode().rstrip("\n"))
                self._times.append(time.monotonic())
                self._changed.notify_all()

    def wait_for_line(self, pattern, timeout=PATIENCE_S, count=1):
        deadline = time.monotonic() + timeout
        with self._changed:
            while sum(bool(re.search(pattern, line)) for line in self._lines) < count:
                left = deadline - time.monotonic()
                assert left > 0, f"no line {pattern!r} in {timeout} s: {self._lines}"
                self._changed.wait(left)

    def times_of(self, pattern):
        with self._changed:
            return [at for at, line in zip(self._times, self._lines) if re.search(pattern, line)]

    def tell(self, command):
        """A command of tests/support/contribution-sender.c."""
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()

    def kill(self, number):
        self.process.send_signal(number)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE_S)
        self.process.stdin.close()
        self.process.stdout.close()


class Listener:
    """A client that hears a camera's L16, sample by sample; what is missing between its packets fails it."""

    def __init__(self, url):
        self._client = RtspClient(url)
        reply = self._client.describe()
        assert reply.status == 200, reply.status
        assert b" L16/48000/2" in reply.body, reply.body
        assert self._client.play_tcp(tracks=(0,)).status == 200
        self._number = None
        self.samples = array.array("h")  # left and right in turns

    def hear(self, seconds):
        """So much more of it, in s."""
        wanted = len(self.samples) + int(seconds * RATE) * 2
        while len(self.samples) < wanted:
            _, packet, _ = self._client.read_packet()
            assert self._number is None or packet.sequence == (self._number + 1) & 0xFFFF, "a packet is missing"
            self._number = packet.sequence
            here = array.array("h")
            here.frombytes(bytes(packet.payload))
            if sys.byteorder == "little":
                here.byteswap()
            self.samples += here

    def hear_numbers(self, seconds):
        """Until so much of it, in s, is counted frames without a break."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self.hear(seconds)
            numbers = frame_numbers(self.samples[-2 * int(seconds * RATE):])
            if all(b == a + 1 for a, b in zip(numbers, numbers[1:])):
                return
            assert time.monotonic() < deadline, "no counted frames"

    def close(self):
        self._client.close()


def frame_numbers(samples):
    """The numbers that a sender without a tone wrote into its samples, a frame each."""
    return array.array("I", samples.tobytes())


def largest_step(line):
    return max(abs(b - a) for a, b in zip(line, line[1:]))


def softest_peak(line, window=2 * RATE // TONE_HZ):
    """Of the peaks of each WINDOW the least."""
    return min(max(abs(sample) for sample in line[at:at + window]) for at in range(0, len(line) - window, window))


def level_and_frequency(line):
    """The amplitude and frequency, in Hz, of the tone in LINE: by the phase of two halves."""
    half = len(line) // 2 // 480 * 480
    phases = []
    levels = []
    for part in (line[:half], line[half:2 * half]):
        re_ = sum(sample * math.cos(2 * math.pi * TONE_HZ * i / RATE) for i, sample in enumerate(part)) * 2 / half
        im = sum(sample * math.sin(2 * math.pi * TONE_HZ * i / RATE) for i, sample in enumerate(part)) * 2 / half
        phases.append(math.atan2(re_, im))
        levels.append(math.hypot(re_, im))
    turned = math.remainder(phases[1] - phases[0], 2 * math.pi)
    return min(levels), TONE_HZ + turned / (2 * math.pi) * RATE / half
