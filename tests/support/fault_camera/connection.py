"""One connection to a fault camera: requests and answers."""

import asyncio
import contextlib
import re
import socket
import struct

import sdp
from login import Login
from player import Player

PHRASES = {200: "OK", 302: "Moved Temporarily", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 453: "Not Enough Bandwidth",
           454: "Session Not Found", 461: "Unsupported Transport", 503: "Service Unavailable"}
FIRST_BYTES = {"html": b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>" + b"x" * 100000,
               "tls": b"\x15\x03\x01\x00\x02\x02\x46",  # fatal alert, protocol version: what OpenSSL says to plain text
               "garbage": bytes(range(256)) * 200}


class Connection:
    """Serves until either side has enough."""

    def __init__(self, camera, knobs, number, streams):
        self.camera, self.knobs, self.number = camera, knobs, number
        self.clip, self.sound = camera.clip, camera.sound
        self.reader, self.writer = streams
        self.login = Login(knobs, camera.logins)
        self.channels = [0, 2]
        self.session = None
        self.tasks = []
        self.has_answered = self.is_over = self.is_frozen = self.is_playing = False
        self.has_heard = False

    @property
    def base(self):
        return f"rtsp://{self.camera.host}:{self.camera.port}/cam"

    def tell(self, event, **values):
        self.camera.journal.tell(event, connection=self.number, **values)

    def turn(self, knobs, clip, sound):
        self.knobs, self.clip, self.sound = knobs, clip, sound
        self.login.knobs = knobs

    def note_unit(self):
        self.camera.units_sent += 1

    def write(self, data):
        """Nothing once the connection is gone: whoever plays notices at the next drain."""
        if not self.is_over and not self.writer.transport.is_closing():
            self.writer.write(data)

    def end(self, how):
        """At once: rst, fin, or silent: open, but nothing comes any more."""
        if how == "silent":
            self.is_frozen = True
            return
        self.is_over = True
        if how == "rst":
            with contextlib.suppress(OSError):  # it is closed already
                self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
        else:
            self.writer.close()

    async def serve(self):
        try:
            while not self.is_over:
                request = await self.read_request()
                if request is None or not await self.take(*request):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self.clean_up()

    def clean_up(self):
        for task in self.tasks:
            task.cancel()
        if not self.is_over:
            self.end("fin")
        if not self.has_heard:
            self.camera.bare += 1
            self.tell("bare")
        if self.session and not self.knobs.keep_sessions:
            self.camera.sessions.close(self.session)
        self.is_playing = False
        self.tell("closed")

    async def run(self, task):
        """A task beside the dialogue: the other side may go at any time."""
        with contextlib.suppress(ConnectionError):
            await task

    # ---- requests ----

    async def read_request(self):
        """Method, URI and headers; None at the end. Answers to our requests and reports are passed over."""
        while True:
            first = await self.reader.read(1)
            if not first:
                return None
            while self.is_frozen and not self.is_over:
                await asyncio.sleep(0.05)
            self.has_heard = True
            if first == b"$":
                size = int.from_bytes((await self.reader.readexactly(3))[1:], "big")
                await self.reader.readexactly(size)
                self.tell("report")
                continue
            text = (first + await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            start, *lines = text.split("\r\n")
            if start.startswith("RTSP/"):
                self.tell("answer", status=int(start.split()[1]))
                continue
            method, uri, _ = start.split(" ", 2)
            headers = {name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines if line)}
            self.tell("request", method=method, uri=uri)
            return method, uri, headers

    async def take(self, method, uri, headers):
        """False: the connection is over."""
        if self.knobs.mute in (method, "all"):
            return True
        if self.knobs.answer_delay:
            await asyncio.sleep(self.knobs.answer_delay)
        if self.knobs.first_bytes and not self.has_answered:
            self.has_answered = True
            self.write(FIRST_BYTES[self.knobs.first_bytes])
            return self.knobs.first_bytes != "tls"
        if not await self.admit(method, uri, headers):
            return not self.knobs.close_after_challenge
        if method in self.knobs.status:
            await self.answer(self.knobs.status[method], headers)
            return True
        named = headers.get("session", "").split(";")[0]
        if named and not self.camera.sessions.touch(named, self.knobs.session_timeout):
            await self.answer(454, headers)
            return True
        return await getattr(self, f"take_{method.lower()}", self.take_other)(headers)

    async def admit(self, method, uri, headers):
        """Whether this request may be answered; it was, if not."""
        accepted = self.login.accepts(method, uri, headers.get("authorization"))
        if accepted is not None and self.knobs.login != "none":
            self.tell("login", accepted=accepted)
        if accepted:
            return True
        if self.login.is_locked():
            await self.answer(self.knobs.lockout_status, headers, phrase=self.knobs.lockout_phrase)
        else:
            await self.answer(401, headers, [f"WWW-Authenticate: {value}" for value in self.login.challenges()])
        return False

    async def answer(self, status, headers, lines=(), body=b"", phrase=None):
        head = [f"RTSP/1.0 {status} {phrase or PHRASES.get(status, 'Whatever')}"]
        cseq = headers.get("cseq", "0")
        if self.knobs.cseq != "missing":
            head.append(f"CSeq: {int(cseq) + 1000 if self.knobs.cseq == 'wrong' else cseq}")
        if body and self.knobs.content_length != "missing":
            lengths = {"right": len(body), "long": len(body) + 1000, "short": 20, "negative": -5}
            head.append(f"Content-Length: {lengths[self.knobs.content_length]}")
        data = "\r\n".join([*head, *lines, "", ""]).encode() + body
        if self.knobs.endless_headers:
            self.write(data.split(b"\r\n", 1)[0] + b"\r\n")
            while not self.is_over and not self.writer.transport.is_closing():
                self.write(b"X-Filler: yes\r\n" * 1000)
                await self.writer.drain()
        if self.knobs.drip_answers:
            for at in range(len(data)):
                self.write(data[at:at + 1])
                await asyncio.sleep(1)
            return
        self.write(data)
        await self.writer.drain()

    # ---- methods ----

    async def take_options(self, headers):
        await self.answer(200, headers, ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"])
        return True

    async def take_describe(self, headers):
        if self.knobs.redirect:
            target = self.base if self.knobs.redirect == "self" else self.knobs.redirect
            await self.answer(302, headers, [f"Location: {target}"])
            return True
        body = sdp.describe(self.knobs, self.base, self.clip.sets, self.sound)
        await self.answer(200, headers, [f"Content-Base: {self.base}/", "Content-Type: application/sdp"], body)
        return True

    async def take_setup(self, headers):
        asked = re.search(r"interleaved=(\d+)-(\d+)", headers.get("transport", ""))
        if asked is None or self.knobs.grant == "udp-only":
            await self.answer(461, headers)
            return True
        if self.session is None:
            self.session = self.camera.sessions.open(self.knobs.max_sessions, self.knobs.session_timeout)
        if self.session is None:
            lines = [f"Retry-After: {self.knobs.retry_after}"] if self.knobs.retry_after else []
            await self.answer(self.knobs.limit_status, headers, lines)
            return True
        track = 1 if int(asked[1]) >= 2 else 0
        channel = int(asked[1])
        if self.knobs.channels is not None:
            channel = self.knobs.channels[0] + 2 * track
        if self.knobs.same_channels:
            channel = 0
        self.channels[track] = channel
        grant = {"interleaved": f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}", "udp": "RTP/AVP;unicast;server_port=8000-8001",
                 "none": "RTP/AVP/TCP;unicast"}[self.knobs.grant]
        await self.answer(200, headers, [f"Session: {self.session};timeout={self.knobs.session_timeout}", f"Transport: {grant}"])
        return True

    async def take_play(self, headers):
        if self.session is None:
            await self.answer(454, headers)
            return True
        await self.answer(200, headers, [f"Session: {self.session}", "Range: npt=0.000-"])
        self.is_playing = True
        self.tell("playing")
        self.tasks.append(asyncio.create_task(self.run(Player(self).run())))
        if self.knobs.ask_after:
            self.tasks.append(asyncio.create_task(self.run(self.ask_later())))
        return True

    async def ask_later(self):
        await asyncio.sleep(self.knobs.ask_after)
        self.write(f"{self.knobs.ask} {self.base} RTSP/1.0\r\nCSeq: 7\r\nSession: {self.session}\r\n\r\n".encode())

    async def take_get_parameter(self, headers):
        if self.knobs.keep_alive != "ignore":
            await self.answer(self.knobs.keep_alive, headers)
        return True

    async def take_teardown(self, headers):
        named = headers.get("session", "").split(";")[0] or self.session
        self.camera.sessions.close(named)
        if named == self.session:
            self.session = None
        await self.answer(200, headers)
        return False

    async def take_other(self, headers):
        await self.answer(501, headers)
        return True
