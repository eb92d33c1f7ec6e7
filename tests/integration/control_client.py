"""A client of the control socket: questions as the operator's tools ask them."""

import json
import socket
import time

DEADLINE_S = 20
PAUSE_S = 0.05  # between two questions about the same thing


class ControlClient:
    """One connection, for questions one after the other. RELAY: a Relay with folders of its own."""

    def __init__(self, relay):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(DEADLINE_S)
        self._socket.connect(str(relay.folder / "run" / "control.sock"))
        self._lines = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._lines.close()
        self._socket.close()

    def ask(self, verb, **arguments):
        """The result; AssertionError with the error when there is none."""
        self._socket.sendall(json.dumps({"verb": verb, **arguments}).encode() + b"\n")
        answer = json.loads(self._lines.readline())
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
