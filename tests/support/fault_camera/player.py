"""Sends a clip's pictures and sound in real time, with what the knobs want wrong."""

import asyncio
import time

import rtp
from packet_faults import PacketFaults, corrupt

REPORT_S = 1.0
JUMP_S = 3.0
FRAGMENT_BYTES = 1400
SLICES_A_SECOND = 10  # of a drip


class Player:
    """From PLAY to the end of one connection, which has the knobs, the clip, the sound and the channels."""

    def __init__(self, connection):
        self.connection = connection
        self.knobs, self.clip, self.sound = connection.knobs, connection.clip, connection.sound
        self.video = rtp.Track(self.knobs.payload_type, 90000)
        self.audio = rtp.Track({"pcma": 8, "pcmu": 0}.get(self.knobs.audio, 97), self.sound.clock_rate if self.sound else 8000)
        if self.knobs.wrap:
            self.video.offset = 2**32 - round(JUMP_S * 90000)
        self.faults = PacketFaults()
        self.began = time.monotonic()
        self.picture = self.sample = 0
        self.first = -self.clip.number_of(self.knobs.begin)  # the picture that is the clip's first
        self.reported = 0.0
        self.payloads = {}  # of the clip's pictures, by their number
        self.has_jumped = self.has_said_bye = self.has_told_silence = False
        self.picture_sent_at = self.began
        self.output = bytearray()

    @property
    def elapsed(self):
        return time.monotonic() - self.began

    async def run(self):
        while not self.connection.is_over:
            self.follow_turns()
            if self.knobs.freeze_after and self.elapsed >= self.knobs.freeze_after:
                self.connection.is_frozen = True
            if self.knobs.end_after and self.elapsed >= self.knobs.end_after:
                self.say_end()
                return
            if self.picture_due() == float("inf"):
                self.tell_silence()
            if self.is_silent():
                self.tell_silence()
                await asyncio.sleep(0.02)
                continue
            self.jump_in_time()
            self.send_what_is_due()
            await self.flush()
            await asyncio.sleep(max(0.0, min(self.next_due() - self.elapsed, 0.05)))

    def is_silent(self):
        return self.connection.is_frozen or self.knobs.silent_after and self.elapsed >= self.knobs.silent_after

    def tell_silence(self):
        """Once: since when no picture came."""
        if not self.has_told_silence:
            self.has_told_silence = True
            self.connection.tell("silence", since=self.picture_sent_at)

    def follow_turns(self):
        self.knobs = self.connection.knobs
        if self.clip is not self.connection.clip and self.clip.codec == self.connection.clip.codec:
            self.clip, self.first, self.payloads = self.connection.clip, self.picture, {}

    def say_end(self):
        if self.knobs.end.startswith("bye"):
            self.connection.write(rtp.interleaved(self.connection.channels[0] + 1, self.video.bye()))
            if self.sound:
                self.connection.write(rtp.interleaved(self.connection.channels[1] + 1, self.audio.bye()))
        elif self.knobs.in_mid_frame:
            self.connection.write(b"$\0\5\xdc" + bytes(100))
        if self.knobs.end == "bye-only":
            self.tell_silence()
        else:
            self.connection.end("rst" if self.knobs.end == "rst" else "fin")

    def jump_in_time(self):
        if self.has_jumped or self.elapsed < JUMP_S:
            return
        self.has_jumped = True
        self.video.sequence += self.knobs.sequence_jump
        self.video.offset += round(self.knobs.time_jump * self.video.clock_rate)
        self.audio.offset += round(self.knobs.time_jump * self.audio.clock_rate)
        if self.knobs.new_ssrc:
            self.video.ssrc ^= 0x55555555

    # ---- when ----

    def picture_due(self):
        number = self.picture
        if self.knobs.burst:
            number = number // len(self.clip.units) * len(self.clip.units)
        due = number / self.clip.fps / self.knobs.speed
        if self.knobs.freeze_video_after and due >= self.knobs.freeze_video_after:
            return float("inf")
        return due

    def sound_due(self):
        return self.sample / self.sound.clock_rate if self.sound else float("inf")

    def next_due(self):
        return min(self.picture_due(), self.sound_due(), self.reported + REPORT_S)

    def send_what_is_due(self):
        """At most a clip's length in one go, so that a camera that is late stays one of many."""
        for _ in range(len(self.clip.units) + 1):
            now = self.elapsed
            if min(self.picture_due(), self.sound_due()) > now:
                break
            if self.sound_due() < self.picture_due():
                self.send_sound()
            elif self.knobs.endless_fragment:
                self.send_fragment()
                break
            else:
                self.send_picture()
        self.send_reports()

    # ---- what ----

    def unit(self):
        """The clip's picture that is next, and its number there."""
        number = (self.picture - self.first) % len(self.clip.units)
        if self.knobs.frozen_content_after and self.elapsed >= self.knobs.frozen_content_after:
            number = 0 if self.clip.units[number].is_key else 1
        return number, self.clip.units[number]

    def camera_seconds(self, seconds):
        return 0 if self.knobs.frozen_time else seconds * (1 + self.knobs.drift)

    def send_picture(self):
        number, unit = self.unit()
        rounds = (self.picture - self.first) // len(self.clip.units) * len(self.clip.units) + self.first
        shown = self.picture if self.knobs.frozen_content_after else rounds + unit.shown
        number_sent, self.picture = self.picture, self.picture + 1
        if unit.is_key and not self.knobs.key_pictures:
            return
        if not unit.is_key and number_sent % self.knobs.picture_every:
            return
        if number not in self.payloads:
            self.payloads[number] = self.pack(unit)
        pieces = self.payloads[number]
        if self.knobs.stamp:
            pieces = [(rtp.stamp_nal(number_sent, time.monotonic_ns()), False, False), *pieces]
        seconds = self.camera_seconds(shown / self.clip.fps)
        for payload, ends_slice, ends_unit in pieces:
            marker = ends_unit if self.knobs.marker == "last" else ends_slice and self.knobs.marker == "every-slice"
            self.send(0, self.video.packet(payload, seconds, marker))
        self.picture_sent_at = time.monotonic()
        self.connection.note_unit()

    def pack(self, unit):
        """(payload, whether it ends a slice, whether it ends the picture) in order."""
        nals = unit.nals
        if self.knobs.sets in ("sdp", "none"):
            nals = [nal for nal in nals if nal not in self.clip.sets]
        if self.knobs.corrupt:
            nals = [nal if nal in self.clip.sets else corrupt(nal, self.knobs.corrupt) for nal in nals]
        pieces = [(b"\x78\x00\x10abc\xff\xff" + bytes(40), False, False)] if self.knobs.aggregate == "broken" else []
        for nal in nals:
            parts = rtp.payloads(self.clip.codec, nal, self.knobs.mtu)
            pieces += [(part, number == len(parts) - 1, number == len(parts) - 1 and nal is nals[-1])
                       for number, part in enumerate(parts) if not (self.knobs.lost_starts and len(parts) > 1 and number == 0)]
        return pieces

    def send_fragment(self):
        """One part of a unit that never ends."""
        flags = 0x85 if self.picture == 0 else 0x05
        self.picture += 0.01
        self.send(0, self.video.packet(bytes([0x7c, flags]) + bytes(FRAGMENT_BYTES), 1))

    def send_sound(self):
        frame = self.sound.frames[self.sample // self.sound.frame_samples % len(self.sound.frames)]
        seconds = self.camera_seconds(self.sample / self.sound.clock_rate)
        self.sample += self.sound.frame_samples
        is_aac = self.sound.codec == "aac"
        self.send(1, self.audio.packet(rtp.aac_payload(frame) if is_aac else frame, seconds, is_aac))

    def send(self, track, packet):
        self.output += self.faults.frame(self.knobs, self.connection.channels[track], packet, self.elapsed)

    def send_reports(self):
        if self.elapsed - self.reported < REPORT_S:
            return
        self.reported = self.elapsed
        wall_clock = time.time() + self.knobs.report_offset + (self.knobs.report_jump if self.has_jumped else 0)
        seconds = self.camera_seconds(self.elapsed)
        tracks = [(0, self.video), (1, self.audio)] if self.sound else [(0, self.video)]
        for track, sender in tracks:
            self.output += rtp.interleaved(self.connection.channels[track] + 1, sender.sender_report(seconds, wall_clock))
        if self.knobs.bye_after and not self.has_said_bye and self.elapsed >= self.knobs.bye_after:
            self.has_said_bye = True
            self.output += rtp.interleaved(self.connection.channels[0] + 1, self.video.bye())

    async def flush(self):
        data, self.output = bytes(self.output), bytearray()
        if not data:
            return
        size = self.knobs.drip_rate // SLICES_A_SECOND or len(data)
        for at in range(0, len(data), size):
            self.connection.write(data[at:at + size])
            await self.connection.writer.drain()
            if self.knobs.drip_rate:
                await asyncio.sleep(1 / SLICES_A_SECOND)
