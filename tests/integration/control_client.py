"""A daemon's control socket as its peers see it, and camrelayctl."""

import json
import os
import socket
import subprocess
import time

from relay import CANARY, binary
from rtsp_client import RtspClient

CTL = binary().parent / "camrelayctl"
CAMERA = "test:?size=320x240&fps=10"
DEADLINE_S = 20
PAUSE_S = 0.05  # between two questions about the same thing


class Control:
    """One connection to a daemon's control socket."""

    def __init__(self, relay, timeout=10):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path_of(relay)))
        self.socket.settimeout(timeout)
        self._file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """The next answer; None at the end."""
        line = self._file.readline()
        return json.loads(line) if line else None

    def ask(self, verb, **arguments):
        self.send(json.dumps({"verb": verb, **arguments}).encode() + b"\n")
        return self.answer()

    def close(self):
        self._file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class ControlClient(Control):
    """The same for questions that have a result, as the operator's tools ask them: one after the other."""

    def __init__(self, relay):
        super().__init__(relay, DEADLINE_S)

    def ask(self, verb, **arguments):
        """The result; AssertionError with the error when there is none."""
        answer = super().ask(verb, **arguments)
        assert answer["ok"], answer
        return answer["result"]

    def stream(self, camera, name="main"):
        """All that is known of one stream of a camera."""
        return next(stream for stream in self.ask("camera", name=camera)["streams"] if stream["stream"] == name)

    def wait_for_stream(self, camera, is_so, timeout=DEADLINE_S):
        """The stream as soon as IS_SO of it, and when that was, as CLOCK_MONOTONIC has it."""
        deadline = time.monotonic() + timeout
        stream = self.stream(camera)
        while not is_so(stream):
            assert time.monotonic() < deadline, stream
            time.sleep(PAUSE_S)
            stream = self.stream(camera)
        return stream, time.monotonic()


def path_of(relay):
    return relay.folder / "run" / "control.sock"


def ctl(relay, *arguments, **options):
    done = subprocess.run([CTL, "--socket", path_of(relay), *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False, **options)
    assert CANARY not in done.stdout + done.stderr
    return done


def wait_until(question, timeout=10):
    """Asks until the answer is true; looks 20 times a second."""
    deadline = time.monotonic() + timeout
    while not (answer := question()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(PAUSE_S)
    return answer


def count_descriptors(relay):
    return len(os.listdir(f"/proc/{relay.pid}/fd"))


class Watchers:
    """Clients that play /a over TCP; ended with the block."""

    def __init__(self, relay):
        self._relay, self._clients = relay, []

    def play(self):
        client = RtspClient(self._relay.url + "/a")
        client.play_tcp(tracks=(0,))
        self._clients.append(client)
        return client

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self._clients:
            client.close()
