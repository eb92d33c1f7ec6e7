"""Senders by SRT out of real programs: ffmpeg with a picture and a tone, and srt-live-transmit, which is up at once, in front of one that goes on."""

import signal
import socket
import subprocess
import time

import process

PICTURE = ["-re", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
CODECS = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "10", "-pix_fmt", "yuv420p", "-c:a", "aac"]


def free_udp_port(address="127.0.0.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Sender:
    """A program that sends; killed at the end, however it is by then."""

    def __init__(self, command, folder):
        self.command = command
        self.log = open(folder / f"sender-{time.monotonic_ns()}.log", "w+b")
        self.process = process.start(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)

    def send_signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def said(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    def close(self):
        if self.process.poll() is None:
            self.kill()
        self.log.close()


def ffmpeg(folder, url, codecs=None):
    return Sender(["ffmpeg", "-hide_banner", "-loglevel", "warning", *PICTURE, *(codecs or CODECS), "-f", "mpegts", url], folder)


class Feed:
    """A picture and a tone to a UDP port, and whatever carries it on from there by SRT."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_udp_port()
        self.source = ffmpeg(folder, f"udp://127.0.0.1:{self.port}?pkt_size=1316")
        self.senders = []

    def change(self, codecs):
        """Another stream from now on, to the same port."""
        self.source.close()
        self.source = ffmpeg(self.folder, f"udp://127.0.0.1:{self.port}?pkt_size=1316", codecs)

    def carry_on(self, url):
        self.senders.append(Sender(["srt-live-transmit", "-chunk:1316", "-v", f"udp://127.0.0.1:{self.port}", url], self.folder))
        return self.senders[-1]

    def close(self):
        for sender in self.senders:
            sender.close()
        self.source.close()
