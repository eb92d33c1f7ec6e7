"""tests/support/gst-camera.py as a process of the test's: stock gst-rtsp-server, so that what the daemon reads and serves is judged by neither."""
import pathlib
import subprocess
import sys

import process

PROGRAM = pathlib.Path(__file__).resolve().parents[1] / "support" / "gst-camera.py"

PICTURE = ("videotestsrc is-live=true pattern=ball animation-mode=frames ! video/x-raw,format=I420,width=320,height=240,framerate=25/1 ! "
           "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=600 ! rtph264pay name=pay0 pt=96 config-interval=-1 ")
SOUND = "audiotestsrc is-live=true wave=pink-noise samplesperbuffer=320 ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name={pay} pt=8 "

# 8 Mbit/s, so that a client that does not read is soon behind.
BUSY = PICTURE.replace("pattern=ball animation-mode=frames", "pattern=snow").replace("bitrate=600", "bitrate=8000")

MOUNTS = {"both": PICTURE + SOUND.format(pay="pay1"), "video": PICTURE, "audio": SOUND.format(pay="pay0"),
          "busy": BUSY + SOUND.format(pay="pay1")}


class StockCamera:
    def __init__(self, mounts, address="127.0.0.1", **options):
        """OPTIONS as gst-camera.py has them: only="udp", login="user:password"."""
        self._command = [sys.executable, str(PROGRAM), "--address", address]
        self._command += [argument for name, value in options.items() for argument in (f"--{name}", value)]
        self._mounts = [f"{name}={launch}" for name, launch in mounts.items()]
        self.port = 0
        self._start()
        self.url = f"rtsp://{address}:{self.port}"

    def _start(self):
        command = [*self._command, "--port", str(self.port), *self._mounts]
        self._process = process.start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        assert line.startswith("port "), line
        self.port = int(line.split()[1])

    def kill(self):
        self._process.kill()
        self._process.wait()

    def come_back(self):
        """After kill, at the same port."""
        self._start()

    def stop(self):
        self._process.stdin.close()
        self._process.wait(10)
