"""Access units out of an Annex-B file, and RTP packets out of them."""

import random
import struct

MTU = 1400
MARKER = 0x80


def split_units(data):
    """The file's access units, each a list of NAL units without start codes; a delimiter (type 9) begins each."""
    nals = [part.rstrip(b"\0") for part in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if part]
    units = []
    for nal in nals:
        if nal[0] & 31 == 9:
            units.append([])
        elif units:
            units[-1].append(nal)
    return [unit for unit in units if unit]


def is_key(unit):
    return any(nal[0] & 31 == 5 for nal in unit)


def parameter_sets(units):
    """SPS and PPS of the first unit that has them."""
    for unit in units:
        sets = [nal for nal in unit if nal[0] & 31 in (7, 8)]
        if len(sets) >= 2:
            return sets
    raise ValueError("the file has no parameter sets")


def fragments(nal):
    """The payloads of a NAL unit: itself, or FU-A fragments (RFC 6184, 5.8)."""
    if len(nal) <= MTU:
        return [nal]
    head, body = nal[0], nal[1:]
    parts = [body[at:at + MTU - 2] for at in range(0, len(body), MTU - 2)]
    payloads = []
    for number, part in enumerate(parts):
        flags = (0x80 if number == 0 else 0) | (0x40 if number == len(parts) - 1 else 0)
        payloads.append(bytes([head & 0xe0 | 28, flags | head & 31]) + part)
    return payloads


class Track:
    """Sequence numbers and time stamps of one RTP stream."""

    def __init__(self, payload_type, clock_rate):
        self.payload_type, self.clock_rate = payload_type, clock_rate
        self.ssrc = random.getrandbits(32)
        self.sequence = random.getrandbits(16)
        self.offset = random.getrandbits(32)
        self.packets = self.octets = 0

    def stamp(self, seconds):
        return (self.offset + round(seconds * self.clock_rate)) & 0xffffffff

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


def interleaved(channel, data):
    return struct.pack(">cBH", b"$", channel, len(data)) + data
