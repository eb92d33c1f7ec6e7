"""Real decoders as readers: each decodes what the relay sends, as strictly as it can, and tells the time of every picture that came out."""
import os
import re
import subprocess
import tempfile
import threading

import process

# What rtspsrc and its friends say of the way a stream came, not of what was in it.
GST_CATEGORIES = "libav:2,h264parse:2,h265parse:2,rtph264depay:2,rtph265depay:2,codecparsers_h264:2,codecparsers_h265:2,videodecoder:2"
PARSERS = {"h264": "rtph264depay ! h264parse ! avdec_h264 max-threads=1", "h265": "rtph265depay ! h265parse ! avdec_h265 max-threads=1"}


def ffmpeg(url, transport):
    """Decodes; a line with its time for each picture; anything that is not right is an error."""
    return ["ffmpeg", "-v", "warning", "-nostdin", "-err_detect", "explode", "-rtsp_transport", transport, "-i", url,
            "-map", "0:v", "-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "framecrc", "-flush_packets", "1", "-"]


def gstreamer(url, transport, codec):
    return ["gst-launch-1.0", "-v", "rtspsrc", f"location={url}", f"protocols={transport}", "latency=200", "!", "application/x-rtp,media=video", "!",
            *PARSERS[codec].split(), "!", "fakesink", "silent=false", "sync=false"]


FFMPEG_PICTURE = re.compile(r"^0,\s*-?\d+,\s*(-?\d+),")
GST_PICTURE = re.compile(r"last-message = chain .* pts: (\d+):(\d+):([\d.]+),")


class Decoder:
    """A program that plays URL until stop () or until it ends by itself."""

    def __init__(self, program, url, transport, codec="h264"):
        self.name = f"{program} over {transport}"
        self.is_ffmpeg = program == "ffmpeg"
        command = ffmpeg(url, transport) if self.is_ffmpeg else gstreamer(url, transport, codec)
        self._complaints = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")
        self.process = process.start(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._complaints, text=True, errors="replace",
                                     env={**os.environ, "GST_DEBUG": GST_CATEGORIES, "GST_DEBUG_NO_COLOR": "1"})
        self.times = []  # of pictures, in seconds
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for line in self.process.stdout:
            time = self._time_of(line)
            if time is not None:
                with self._changed:
                    self.times.append(time)
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _time_of(self, line):
        if self.is_ffmpeg:
            match = FFMPEG_PICTURE.match(line)
            return int(match[1]) / 90000 if match else None
        match = GST_PICTURE.search(line)
        return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3]) if match else None

    def wait_for_pictures(self, count, timeout=30):
        """Until so many pictures have come out in all."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.times) >= count or self.process.poll() is not None, timeout), \
                f"{self.name}: {len(self.times)} of {count} pictures\n{self.complaints()}"
        assert len(self.times) >= count, f"{self.name} ended with {self.process.returncode} after {len(self.times)} pictures\n{self.complaints()}"

    def wait_for_end(self, timeout):
        """Its exit status, when it ends by itself."""
        status = self.process.wait(timeout)
        self._thread.join(5)
        return status

    def complaints(self):
        self._complaints.seek(0)
        return self._complaints.read()

    def errors(self):
        """Lines in which it complains of the stream."""
        lines = self.complaints().splitlines()
        if self.is_ffmpeg:
            return [line for line in lines if line.strip()]
        return [line for line in lines if re.search(r" (ERROR|WARN) |^ERROR", line)]

    def steps_back(self):
        """Where time stands still or goes back, as (picture, time before, time after). Without the first picture: ffmpeg gives it the time of the second."""
        times = self.times
        return [(number, times[number - 1], times[number]) for number in range(2, len(times)) if times[number] <= times[number - 1]]

    def longest_step(self):
        """Seconds between two pictures that follow each other."""
        return max(after - before for before, after in zip(self.times, self.times[1:]))

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._thread.join(5)
        self.process.stdout.close()
        self._complaints.close()
