"""A camrelayd that is measured: started with its cameras, its log's moments noted, ended."""

import os
import pathlib
import re
import subprocess
import threading
import time

READY_S = 30
STOP_S = 10
LINES_TOLD = 5


class Relay:
    """A camrelayd with cameras cam0, cam1 … at .urls, as a context that begins with its ready line; .pid is its process.

    With [SRT] in CONFIG .srt_address is srt://HOST:PORT.
    """

    def __init__(self, build, camera_urls, folder, config=""):
        self._command = [str(pathlib.Path(build) / "camrelayd")]
        self._cameras = [f"cam{i}={url}" for i, url in enumerate(camera_urls)]
        self._folder = pathlib.Path(folder)
        self._config = config
        self._lines = []  # (when it was read, text); (when, None) is the end
        self._changed = threading.Condition()
        self.process = None
        self.ready_at = None  # time.monotonic ()
        self.urls = []
        self.srt_address = None

    def __enter__(self):
        config = self._folder / "camrelay.conf"
        config.write_text("[RTSP]\nListen=127.0.0.1:0\n[HTTP]\nListen=127.0.0.1:0\n" + self._config)
        arguments = ["--config", str(config), "--state", str(self._folder / "state"), *self._cameras]
        self.process = subprocess.Popen([*self._command, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, env={**os.environ, "RUNTIME_DIRECTORY": str(self._folder / "run")})
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.ready_at, address = self._wait_for(r"ready: (rtsp://\S+)", 1)[0]
            if "[SRT]" in self._config:
                self.srt_address = self._wait_for(r"ready: .*(srt://\S+)", 1)[0][1]
        except RuntimeError:
            self.__exit__()
            raise
        self.urls = [f"{address}/cam{i}" for i in range(len(self._cameras))]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def pid(self):
        return self.process.pid

    def wait_for_cameras(self):
        """Until all cameras are connected."""
        self._wait_for(r"camera (cam\d+) main: connected", len(self._cameras))

    def _read(self):
        for line in self.process.stdout:
            self._note(line)
        self._note(None)

    def _note(self, line):
        with self._changed:
            self._lines.append((time.monotonic(), line))
            self._changed.notify_all()

    def _wait_for(self, pattern, count):
        """[(when, first group)] of the first COUNT lines that have PATTERN, one for each different group."""
        deadline = time.monotonic() + READY_S
        with self._changed:
            while True:
                found = {}
                for when, line in self._lines:
                    match = re.search(pattern, line or "")
                    if match:
                        found.setdefault(match[1], when)
                if len(found) >= count:
                    return [(when, group) for group, when in found.items()]
                left = deadline - time.monotonic()
                if left <= 0 or (self._lines and self._lines[-1][1] is None):
                    told = "".join(line for _, line in self._lines[-LINES_TOLD:] if line)
                    raise RuntimeError(f"camrelayd: {len(found)} of {count} lines {pattern!r}:\n{told}")
                self._changed.wait(left)
