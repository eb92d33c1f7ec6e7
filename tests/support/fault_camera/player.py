"""Sends a file's pictures and a tone of G.711 in real time, with what the knobs want wrong."""

import asyncio
import random
import socket
import struct
import time

import media

AUDIO_S = 0.02
REPORT_S = 1.0
JUMP_S = 3.0


class Gone(Exception):
    """The connection was ended on purpose, or by the other side."""


class Player:
    """From PLAY to the end of one connection."""

    def __init__(self, knobs, units, channels, writer):
        self.knobs, self.units, self.channels, self.writer = knobs, units, channels, writer
        self.video = media.Track(knobs.payload_type, 90000)
        self.audio = media.Track(8, 8000)
        self.began = time.monotonic()
        self.random = random.Random(1)
        self.held = b""  # a packet that is to come after its successor
        self.count = 0
        self.frame = self.sound = 0
        self.reported = 0.0
        self.has_jumped = self.has_said_bye = False

    @property
    def elapsed(self):
        return time.monotonic() - self.began

    async def run(self):
        try:
            while True:
                await self.step()
        except (ConnectionError, Gone):
            pass

    async def step(self):
        self.end_in_time()
        if self.knobs.silent_after and self.elapsed >= self.knobs.silent_after:
            await asyncio.sleep(3600)
        self.jump_in_time()
        video_due, audio_due = self.due()
        wait = min(video_due, audio_due) - self.elapsed
        if wait > 0:
            await asyncio.sleep(min(wait, 0.05))
            return
        if audio_due < video_due:
            self.send_sound()
        elif self.knobs.endless_fragment:
            self.send_fragment()
        else:
            self.send_picture()
        self.send_reports()
        await self.writer.drain()

    def due(self):
        """Seconds after PLAY at which the next picture and the next sound are to be sent."""
        video = self.frame / self.knobs.fps
        if self.knobs.burst:
            video = self.frame // len(self.units) * len(self.units) / self.knobs.fps
        if self.knobs.freeze_video_after and video >= self.knobs.freeze_video_after:
            video = float("inf")
        return video, self.sound * AUDIO_S if self.knobs.audio else float("inf")

    def end_in_time(self):
        """FIN or RST, when it is time."""
        after = self.knobs.fin_after or self.knobs.rst_after
        if not after or self.elapsed < after:
            return
        if self.knobs.in_mid_frame:
            self.writer.write(b"$\0\5\xdc" + bytes(100))
        if self.knobs.rst_after:
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
        else:
            self.writer.close()
        raise Gone

    def jump_in_time(self):
        if self.has_jumped or self.elapsed < JUMP_S:
            return
        self.has_jumped = True
        self.video.sequence += self.knobs.sequence_jump
        self.video.offset += round(self.knobs.time_jump * self.video.clock_rate)
        self.audio.offset += round(self.knobs.time_jump * self.audio.clock_rate)
        if self.knobs.new_ssrc:
            self.video.ssrc ^= 0x55555555

    def send_picture(self):
        unit = self.units[self.frame % len(self.units)]
        seconds = 0 if self.knobs.frozen_time else self.frame / self.knobs.fps
        self.frame += 1
        if not self.knobs.key_pictures and media.is_key(unit):
            return
        if self.knobs.sets == "sdp":
            unit = [nal for nal in unit if nal[0] & 31 not in (7, 8)]
        for nal in unit:
            payloads = media.fragments(nal)
            for number, payload in enumerate(payloads):
                ends_slice = number == len(payloads) - 1
                ends_unit = ends_slice and nal is unit[-1]
                marker = {"last": ends_unit, "none": False, "every-slice": ends_slice}[self.knobs.marker]
                self.send_packet(self.channels[0], self.video.packet(payload, seconds, marker))

    def send_fragment(self):
        """One part of a unit that never ends."""
        flags = 0x85 if self.frame == 0 else 0x05
        self.frame += 0.01
        self.send_packet(self.channels[0], self.video.packet(bytes([0x7c, flags]) + bytes(media.MTU), 1))

    def send_sound(self):
        seconds = self.sound * AUDIO_S
        self.sound += 1
        self.send_packet(self.channels[1], self.audio.packet(bytes([0xd5, 0x55] * 80), seconds))

    def send_packet(self, channel, packet):
        self.count += 1
        if self.random.random() < self.knobs.lose:
            return
        if self.knobs.bad_headers and self.count % 3 == 0:
            packet = b"\x0f" + packet[1:]
        frame = media.interleaved(channel, packet)
        if self.knobs.junk_between and self.count % 10 == 0:
            frame += b"junk between frames\r\n"
        if self.knobs.duplicate:
            frame += frame
        if self.knobs.swap and self.count % 10 == 0 and not self.held:
            self.held = frame
            return
        self.writer.write(frame + self.held)
        self.held = b""

    def send_reports(self):
        if self.elapsed - self.reported < REPORT_S:
            return
        self.reported = self.elapsed
        wall_clock = time.time() + self.knobs.report_offset
        self.writer.write(media.interleaved(self.channels[0] + 1, self.video.sender_report(self.elapsed, wall_clock)))
        if self.knobs.audio:
            self.writer.write(media.interleaved(self.channels[1] + 1, self.audio.sender_report(self.elapsed, wall_clock)))
        if self.knobs.bye_after and not self.has_said_bye and self.elapsed >= self.knobs.bye_after:
            self.has_said_bye = True
            self.writer.write(media.interleaved(self.channels[0] + 1, self.video.bye()))
