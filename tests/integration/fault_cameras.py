"""Fault cameras (tests/support/fault_camera) of a test's own: any number of them in one process, told what to do over its control port."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import threading

import process

PROGRAM = pathlib.Path(__file__).resolve().parents[1] / "support" / "fault_camera"
ANSWER_S = 150  # longer than any wait; making clips takes a while on a busy machine


class FaultCameras:
    """One process. CLIPS: a folder, best shared by the whole run. Its cameras live until stop ()."""

    def __init__(self, clips, niceness=0):
        """NICENESS above 0: cameras that burn time take none from whoever is measured, as cameras in their own boxes would."""
        self._process = process.start([sys.executable, "-B", str(PROGRAM), "--clips", str(clips)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        os.setpriority(os.PRIO_PROCESS, self._process.pid, niceness)
        line = self._process.stdout.readline()
        assert line, "the fault cameras did not start"
        self._port = json.loads(line)["control"]
        self._local = threading.local()
        self._sockets = []
        self._count = 0

    def order(self, what, **values):
        """The answer to one order, from any thread."""
        if not hasattr(self._local, "file"):
            connection = socket.create_connection(("127.0.0.1", self._port), ANSWER_S)
            self._sockets.append(connection)
            self._local.file = connection.makefile("rw", encoding="utf-8")
        self._local.file.write(json.dumps({"do": what, **values}) + "\n")
        self._local.file.flush()
        answer = json.loads(self._local.file.readline())
        assert "error" not in answer, f"{what} {values}: {answer['error']}"
        return answer

    def add(self, name=None, host="127.0.0.1", port=0, **knobs):
        """A camera that listens already."""
        self._count += 1
        return FaultCamera(self, name or f"camera{self._count}", host, port, knobs)

    def stop(self):
        for connection in self._sockets:
            connection.close()
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class FaultCamera:
    """One of them."""

    def __init__(self, cameras, name, host, port, knobs):
        self._cameras, self.name, self.host = cameras, name, host
        self.port = cameras.order("add", name=name, host=host, port=port, knobs=knobs)["port"]

    def _order(self, what, **values):
        return self._cameras.order(what, name=self.name, **values)

    @property
    def url(self):
        return f"rtsp://{self.host}:{self.port}/cam"

    def url_for(self, user, password):
        return f"rtsp://{user}:{password}@{self.host}:{self.port}/cam"

    def turn(self, live=False, **knobs):
        """Knobs for the connections to come; LIVE: for the open ones, too."""
        self._order("turn", knobs=knobs, live=live)

    def cut(self, how="rst"):
        """Ends the open connections: rst, fin, or silent (they stay and say nothing more)."""
        self._order("cut", how=how)

    def reboot(self, seconds, how="rst"):
        """The port is closed, the connections end, and after SECONDS it is there again, which is an event: up."""
        self._order("reboot", seconds=seconds, how=how)

    def go_down(self, how="rst"):
        self._order("down", how=how)

    def come_up(self):
        self._order("up")

    def state(self):
        """Numbers: connections, bare, open, sessions, playing, teardowns, logins, refused_logins, units_sent."""
        return self._order("query")

    def events(self, event, **values):
        """Those so far that are called EVENT and have VALUES; "at" is their CLOCK_MONOTONIC."""
        return self._order("events", event=event, values=values)["events"]

    def wait_for(self, event, count=1, timeout=20, **values):
        """The COUNTth event called EVENT that has VALUES, as soon as it is there."""
        return self._order("wait", event=event, values=values, count=count, timeout=timeout)
