"""The distribution's VLC, as it comes, playing a URL; what it says of itself tells how many pictures it decoded and showed."""
import contextlib
import os
import pathlib
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


def udp_ports(pid):
    """That a process is bound to."""
    bound = {line.split()[9]: int(line.split()[1].split(":")[1], 16) for line in pathlib.Path("/proc/net/udp").read_text().splitlines()[1:]}
    ports = []
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            match = re.match(r"socket:\[(\d+)\]", os.readlink(descriptor))
            if match and match[1] in bound:
                ports.append(bound[match[1]])
    return ports


@contextlib.contextmanager
def playing(*urls):
    """A player for each. VLC draws one of 256 pairs of ports, and does not see that another one has it: then it is started again."""
    players, taken = [], set()
    try:
        while len(players) < len(urls):
            players.append(Vlc(urls[len(players)]))
            port = players[-1].wait_for_port()
            if port in taken:
                players.pop().stop()
            taken.add(port)
        yield players
    finally:
        for player in players:
            player.stop()


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

    def wait_for_port(self, timeout=20):
        """The first of the two that it receives on."""
        deadline = time.monotonic() + timeout
        while True:
            ports = udp_ports(self.process.pid)
            if ports:
                return min(ports)
            assert time.monotonic() < deadline and self.process.poll() is None, f"no ports in {timeout} s:\n{self.last_words()}"
            time.sleep(0.05)

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
