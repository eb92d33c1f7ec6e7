"""A fault camera (tests/support/fault_camera) as a process of the test's: its knobs, its address, what it saw."""

import json
import pathlib
import subprocess
import sys
import threading
import time

import process

PROGRAM = pathlib.Path(__file__).resolve().parents[1] / "support" / "fault_camera"


class ScriptedCamera:
    def __init__(self, video, **knobs):
        self.process = process.start([sys.executable, "-B", str(PROGRAM), json.dumps({"video": str(video), **knobs})], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self._changed = threading.Condition()
        self._events = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port = self.wait_for("listening")["port"]

    def _read(self):
        for line in self.process.stdout:
            with self._changed:
                self._events.append({**json.loads(line), "at": time.monotonic()})
                self._changed.notify_all()

    @property
    def url(self):
        return f"rtsp://127.0.0.1:{self.port}/cam"

    def url_for(self, user, password):
        return f"rtsp://{user}:{password}@127.0.0.1:{self.port}/cam"

    def events(self, name, **values):
        """Those so far that are called NAME and have VALUES."""
        with self._changed:
            return [event for event in self._events if event["event"] == name and all(event.get(key) == value for key, value in values.items())]

    def wait_for(self, name, count=1, timeout=20, **values):
        """The COUNTth event called NAME that has VALUES, as soon as it is there."""
        until = time.monotonic() + timeout
        while True:
            found = self.events(name, **values)
            if len(found) >= count:
                return found[count - 1]
            with self._changed:
                left = until - time.monotonic()
                assert left > 0, f"{len(found)} of {count} {name} {values} in {timeout} s; seen: {self._events[-10:]}"
                self._changed.wait(min(left, 0.2))

    def turn(self, **knobs):
        """Knobs for the connections to come."""
        self.process.stdin.write(json.dumps(knobs) + "\n")
        self.process.stdin.flush()

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
