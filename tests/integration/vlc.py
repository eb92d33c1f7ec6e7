"""The distribution's VLC, as it comes, playing a URL; what it says of itself tells how many pictures it decoded and showed."""
import os
import re
import subprocess
import threading
import time

import process

NOBODY = 65534
FIGURE = re.compile(r"\| *([a-z][a-z ]*?) *: *(\d+)")
STATISTICS_END = "end of statistical info"


def as_nobody(command):
    """VLC refuses to run as root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]


class Vlc:
    """Plays URL until stop (): shows to a display of its own that is none, and plays to none. OPTIONS are VLC's."""

    def __init__(self, url, *options):
        self.url = url
        command = ["cvlc", "-vv", "--no-color", "--intf", "rc", "--vout", "dummy", "--aout", "dummy", *options, url]
        self.process = process.start(as_nobody(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                     errors="replace", bufsize=1, env={**os.environ, "HOME": "/nonexistent", "XDG_RUNTIME_DIR": "/nonexistent"})
        self.complaints = []
        self._blocks = []
        self._block = {}
        self._changed = threading.Condition()
        for read in (self._read_answers, self._read_complaints):
            threading.Thread(target=read, daemon=True).start()

    def _read_answers(self):
        for line in self.process.stdout:
            match = FIGURE.search(line)
            if match:
                self._block[match[1]] = int(match[2])
            if STATISTICS_END in line:
                with self._changed:
                    self._blocks.append(self._block)
                    self._block = {}
                    self._changed.notify_all()

    def _read_complaints(self):
        for line in self.process.stderr:
            with self._changed:
                self.complaints.append(line.rstrip("\n"))
                self._changed.notify_all()

    def statistics(self, timeout=10):
        """Its own count so far, by its own names: "frames displayed", "audio decoded", …"""
        deadline = time.monotonic() + timeout
        with self._changed:
            before = len(self._blocks)
            while len(self._blocks) == before:
                assert time.monotonic() < deadline, f"no statistics in {timeout} s\n" + self.last_words()
                self.process.stdin.write("stats\n")  # no answer while it has no input yet
                self._changed.wait(1)
            return self._blocks[-1]

    def wait_for(self, name, number, timeout=20):
        """Its statistics as soon as NAME has reached NUMBER; it counts four times a second."""
        deadline = time.monotonic() + timeout
        while True:
            statistics = self.statistics()
            if statistics.get(name, 0) >= number:
                return statistics
            assert time.monotonic() < deadline, f"{name} is not {number} after {timeout} s: {statistics}\n" + self.last_words()
            time.sleep(0.25)

    def last_words(self):
        return "\n".join(self.complaints[-40:])

    def wait_for_complaint(self, text, timeout=20):
        with self._changed:
            found = self._changed.wait_for(lambda: any(text in line for line in self.complaints), timeout)
        assert found, f"no {text!r} in {timeout} s:\n{self.last_words()}"

    def stop(self):
        """Leaves as a user's does, with a TEARDOWN."""
        if self.process.poll() is None:
            try:
                self.process.stdin.write("quit\n")
                self.process.wait(5)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
        self.process.wait()
