"""A camrelayd of the test's own: started with free ports and a folder of its own, its log read line by line, stopped at the end."""

import fcntl
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import process

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Every password in the suite holds this; it must turn up in no log, answer, error or process list.
CANARY = "c4nary-Sw0rdfish"

# What no log may hold, whatever the test: complaints of libraries, sanitizers and assertions.
COMPLAINT = re.compile(r"(CRITICAL|WARNING|ERROR) \*\*|ThreadSanitizer|AddressSanitizer|LeakSanitizer|runtime error:|Bail out!")

STOP_S = 5.0  # the daemon's own promise
LOG_BYTES = 1024 * 1024  # in its pipe: a test that reads slowly, on a busy machine, must not keep the daemon's main loop waiting


def binary():
    path = pathlib.Path(os.environ.get("CAMRELAYD", ROOT / "build" / "camrelayd"))
    assert path.exists(), f"{path} is not built"
    return path


class Relay:
    """One process. start_relay and run_camrelayd in conftest.py make them. WRAPPER: words in front of the command; PASSED: descriptors it gets."""

    def __init__(self, arguments, folder, environment, wrapper=(), passed=()):
        self.folder = folder
        self._lines = []
        self._times = []  # when each came
        self._changed = threading.Condition()
        self.started_at = time.monotonic()
        self.process = process.start([*wrapper, str(binary()), *map(str, arguments)], pass_fds=passed, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, env=environment, cwd=folder)
        fcntl.fcntl(self.process.stdout, fcntl.F_SETPIPE_SZ, LOG_BYTES)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.ready_after_s = None
        self.addresses = []

    def _read(self):
        for line in self.process.stdout:
            with self._changed:
                self._lines.append(line.decode("utf-8", "backslashreplace").rstrip("\n"))
                self._times.append(time.monotonic())
                self._changed.notify_all()
        with self._changed:
            self._lines.append(None)
            self._changed.notify_all()

    @property
    def pid(self):
        return self.process.pid

    @property
    def lines(self):
        with self._changed:
            return [line for line in self._lines if line is not None]

    @property
    def log(self):
        return "\n".join(self.lines)

    @property
    def url(self):
        """rtsp://127.0.0.1:PORT"""
        return self.addresses[0]

    @property
    def sealed_url(self):
        """rtsps://127.0.0.1:PORT, if it listens there"""
        return next(address for address in self.addresses if address.startswith("rtsps://"))

    @property
    def srt_url(self):
        """srt://127.0.0.1:PORT, if it listens there"""
        return next(address for address in self.addresses if address.startswith("srt://"))

    @property
    def http_url(self):
        """http://127.0.0.1:PORT"""
        return next(address for address in self.addresses if address.startswith("http://"))

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    def time_of(self, pattern, since):
        """When the first line that has PATTERN came after SINCE; None: it has not."""
        with self._changed:
            return next((at for at, line in zip(self._times, self._lines) if at >= since and re.search(pattern, line)), None)

    def wait_for_line(self, pattern, timeout=20, count=1):
        """The match of the COUNTth line that has PATTERN, as soon as it is there."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                found = [match for match in (re.search(pattern, line) for line in self._lines if line is not None) if match]
                if len(found) >= count:
                    return found[count - 1]
                ended = self._lines and self._lines[-1] is None
                left = deadline - time.monotonic()
                assert not ended and left > 0, f"no line {pattern!r} {'before the end' if ended else f'in {timeout} s'}:\n{self.log}"
                self._changed.wait(left)

    def wait_until_ready(self, timeout=30):
        line = self.wait_for_line(r"^ready: (rtsp://.*)$", timeout)
        self.ready_after_s = time.monotonic() - self.started_at
        # A wildcard address is no place to connect to.
        self.addresses = [address.replace("[::]", "127.0.0.1").replace("0.0.0.0", "127.0.0.1") for address in line.group(1).split()]

    def wait_for_connected(self, camera, stream="main", timeout=20, count=1):
        return self.wait_for_line(rf"camera {camera} {stream}: connected, (.*)", timeout, count)

    def wait_for_exit(self, timeout=10):
        status = self.process.wait(timeout)
        self._reader.join(timeout)
        return status

    def stop(self, number=signal.SIGTERM):
        """Ends it if it runs; returns (exit status, seconds it took)."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.wait_for_exit(3 * STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.wait_for_exit()
            raise AssertionError(f"the daemon did not end in {3 * STOP_S} s:\n{self.log}") from None
        return status, time.monotonic() - began

    def assert_log_is_clean(self):
        complaints = [line for line in self.lines if COMPLAINT.search(line)]
        assert not complaints, "\n".join(complaints)
        assert CANARY not in self.log, "a password is in the log"

    def proc(self, name):
        return pathlib.Path(f"/proc/{self.pid}/{name}").read_bytes()

    @property
    def is_sanitized(self):
        """Built with a sanitizer, which keeps what is freed: its memory tells nothing."""
        return any(name in self.proc("maps") for name in (b"libasan", b"libtsan"))
