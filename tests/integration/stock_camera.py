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
    def __init__(self, mounts):
        arguments = [f"{name}={launch}" for name, launch in mounts.items()]
        self._process = process.start([sys.executable, str(PROGRAM), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        assert line.startswith("port "), line
        self.url = f"rtsp://127.0.0.1:{int(line.split()[1])}"

    def stop(self):
        self._process.stdin.close()
        self._process.wait(10)
