"""Who sends by SRT: ffmpeg as an encoder, and a bare caller that says what it was told."""
import ctypes
import socket
import struct
import subprocess
import time

import process

PICTURES_A_SECOND = 25
_SRTO_PASSPHRASE, _SRTO_STREAMID = 26, 46  # srt.h


def make_clip(path, seconds=20, pictures_a_group=12):
    """Writes MPEG-TS with H.264 and AAC, as encoders send it, a key picture each half second."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size=320x240:rate={PICTURES_A_SECOND}",
               "-f", "lavfi", "-i", "sine=frequency=1000:sample_rate=48000", "-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast",
               "-tune", "zerolatency", "-g", str(pictures_a_group), "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "mpegts", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


class Encoder:
    """ffmpeg, which sends a clip again and again in real time to @url until stop ()."""

    def __init__(self, clip, url):
        self.began_at = time.monotonic()
        self.process = process.start(["ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", str(clip), "-c", "copy", "-f", "mpegts",
                                      "-mpegts_flags", "resend_headers", "-pat_period", "0.1", url],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def send_signal(self, number):
        self.process.send_signal(number)

    def is_running(self):
        return self.process.poll() is None

    def wait_refused(self, timeout=20):
        """Its exit status and what it said, when it was not let in."""
        _, said = self.process.communicate(timeout=timeout)
        return self.process.returncode, said.decode(errors="backslashreplace")

    def stop(self):
        self.process.kill()
        self.process.communicate()


class Caller:
    """A connection made by libsrt itself; reject_code is what the handshake said (access_control.h), 0 when it was let in."""

    def __init__(self, port, stream_id="", passphrase=""):
        self.srt = ctypes.CDLL("libsrt-gnutls.so.1.5")
        self.srt.srt_startup()
        self.socket = self.srt.srt_create_socket()
        for option, text in ((_SRTO_STREAMID, stream_id), (_SRTO_PASSPHRASE, passphrase)):
            data = text.encode()
            if data:
                assert self.srt.srt_setsockflag(self.socket, option, data, len(data)) == 0
        address = struct.pack("!H4s8x", port, socket.inet_aton("127.0.0.1"))
        native = struct.pack("=H", socket.AF_INET) + address
        is_in = self.srt.srt_connect(self.socket, native, len(native)) == 0
        self.reject_code = 0 if is_in else self.srt.srt_getrejectreason(self.socket)

    def send(self, message):
        """Whether it was taken; not, when the connection is over."""
        return self.srt.srt_sendmsg2(self.socket, message, len(message), None) == len(message)

    def receive(self):
        """The next message; empty when the connection is over."""
        data = ctypes.create_string_buffer(1500)
        size = self.srt.srt_recvmsg(self.socket, data, len(data))
        return data.raw[:max(size, 0)]

    def close(self):
        self.srt.srt_close(self.socket)
        self.srt.srt_cleanup()
