"""RTP and RTCP packets out of units (RFC 3550, 6184, 7798, 3640), and interleaved frames out of packets (RFC 2326, 10.12)."""

import random
import struct

import clip

MARKER = 0x80
STAMP_ID = b"camrelay-picture"  # the 16 bytes of a user data SEI message's UUID


class Track:
    """Sequence numbers and time stamps of one RTP stream."""

    def __init__(self, payload_type, clock_rate):
        self.payload_type, self.clock_rate = payload_type, clock_rate
        self.ssrc = random.getrandbits(32)
        self.sequence = random.getrandbits(16)
        self.offset = random.getrandbits(32)
        self.packets = self.octets = 0

    def stamp(self, seconds):
        return self.offset + round(seconds * self.clock_rate) & 0xffffffff

    def packet(self, payload, seconds, marker=False):
        head = struct.pack(">BBHII", 0x80, (MARKER if marker else 0) | self.payload_type, self.sequence & 0xffff, self.stamp(seconds), self.ssrc)
        self.sequence += 1
        self.packets += 1
        self.octets += len(payload)
        return head + payload

    def sender_report(self, seconds, wall_clock):
        ntp = round((wall_clock + 2208988800) * 2**32)
        report = struct.pack(">BBHIQIII", 0x80, 200, 6, self.ssrc, ntp & (2**64 - 1), self.stamp(seconds), self.packets, self.octets & 0xffffffff)
        return report + struct.pack(">BBHIBB", 0x81, 202, 3, self.ssrc, 1, 5) + b"fault\0"

    def bye(self):
        return struct.pack(">BBHIBBHI", 0x80, 201, 1, self.ssrc, 0x81, 203, 1, self.ssrc)


def interleaved(channel, data, wrong_by=0):
    return struct.pack(">cBH", b"$", channel, min(max(len(data) + wrong_by, 0), 0xffff)) + data


def payloads(codec, nal, mtu):
    """The payloads of a NAL unit: itself, or fragments."""
    if len(nal) <= mtu:
        return [nal]
    head = 1 if codec == "h264" else 2
    parts = [nal[at:at + mtu - head - 1] for at in range(head, len(nal), mtu - head - 1)]
    kind = clip.nal_type(codec, nal)
    indicator = bytes([nal[0] & 0xe0 | 28]) if codec == "h264" else bytes([nal[0] & 0x81 | 49 << 1, nal[1]])
    return [indicator + bytes([(0x80 if number == 0 else 0) | (0x40 if number == len(parts) - 1 else 0) | kind]) + part
            for number, part in enumerate(parts)]


def aac_payload(frame):
    """One frame behind its AU header, mode AAC-hbr."""
    return struct.pack(">HH", 16, len(frame) << 3) + frame


def stamp_nal(number, sent_ns):
    """An SEI message (H.264, user data unregistered) with a picture's number and the CLOCK_MONOTONIC of its sending in plain digits,
    so that nothing needs emulation prevention."""
    return b"\x06\x05\x28" + STAMP_ID + b"%08x%016x" % (number, sent_ns) + b"\x80"
