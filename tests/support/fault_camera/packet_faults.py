"""What can be wrong with single packets on their way out."""

import random

import rtp


class PacketFaults:
    """Of one connection."""

    def __init__(self):
        self.random = random.Random(1)
        self.count = 0
        self.held = b""  # a frame that is to come after its successor
        self.lost_at = 0.0

    def frame(self, knobs, channel, packet, elapsed):
        """The bytes to be written for PACKET, none if it is lost."""
        self.count += 1
        if self.is_lost(knobs, elapsed):
            return b""
        frame = rtp.interleaved(channel, broken_header(knobs.rtp_header, packet, self.count), knobs.wrong_length if self.count % 50 == 0 else 0)
        if knobs.junk_between and self.count % 10 == 0:
            frame += b"junk between frames\r\n"
        if knobs.duplicate:
            frame += frame
        if knobs.swap and self.count % 10 == 0 and not self.held:
            self.held = frame
            return b""
        frame, self.held = frame + self.held, b""
        return frame

    def is_lost(self, knobs, elapsed):
        if knobs.lose_every and elapsed - self.lost_at >= knobs.lose_every:
            self.lost_at = elapsed
            return True
        return knobs.lose > 0 and self.random.random() < knobs.lose


def broken_header(kind, packet, count):
    if kind == "version":
        return bytes([packet[0] & 0x3f]) + packet[1:]
    if kind == "padding":
        return bytes([packet[0] | 0x20]) + packet[1:-1] + b"\xff" if len(packet) < 255 else bytes([packet[0] | 0x20]) + packet[1:] + b"\0"
    if kind == "extension":
        return bytes([packet[0] | 0x10]) + packet[1:12] + b"\xbe\xde\xff\xff" + packet[12:]
    if kind == "csrc":
        return bytes([packet[0] | 0x0f]) + packet[1:40]
    if kind == "some" and count % 3 == 0:
        return b"\x0f" + packet[1:]
    return packet


def corrupt(nal, part):
    """NAL with so many of its bytes changed, always the same ones; not the first two, which say what it is."""
    dice = random.Random(len(nal))
    bytes_ = bytearray(nal)
    for at in range(2, len(nal)):
        if dice.random() < part:
            bytes_[at] = dice.getrandbits(8)
    return bytes(bytes_)
