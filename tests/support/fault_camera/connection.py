"""One connection to a fault camera: requests and answers."""

import asyncio
import re

import login
import media
import sdp
from player import Player

PHRASES = {200: "OK", 302: "Moved Temporarily", 401: "Unauthorized", 404: "Not Found", 453: "Not Enough Bandwidth", 454: "Session Not Found",
           461: "Unsupported Transport", 503: "Service Unavailable"}


class Connection:
    """Serves until either side has enough. NONCE: good on every connection; TELL is called with each event."""

    def __init__(self, knobs, units, port, nonce, streams, tell):
        self.knobs, self.units, self.port, self.tell = knobs, units, port, tell
        self.reader, self.writer = streams
        self.login = login.Login(knobs, nonce)
        self.is_first = True
        self.channels = [0, 0]
        self.tasks = []

    @property
    def base(self):
        return f"rtsp://127.0.0.1:{self.port}/cam"

    async def serve(self):
        try:
            while True:
                request = await self.read_request()
                if request is None or not await self.take(*request):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            for task in self.tasks:
                task.cancel()
            self.writer.close()
            self.tell("closed")

    async def read_request(self):
        """Method, URI and headers; None at the end. Answers to our requests and reports are passed over."""
        while True:
            first = await self.reader.read(1)
            if not first:
                return None
            if first == b"$":
                size = int.from_bytes((await self.reader.readexactly(3))[1:], "big")
                await self.reader.readexactly(size)
                self.tell("report")
                continue
            text = (first + await self.reader.readuntil(b"\r\n\r\n")).decode()
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
        if self.knobs.mute == method:
            return True
        await asyncio.sleep(self.knobs.answer_delay)
        if self.knobs.junk_answer and self.is_first:
            self.is_first = False
            self.writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>" + b"x" * 100000)
            return True
        if not self.login.accepts(method, uri, headers.get("authorization")):
            await self.answer(401, headers, [f"WWW-Authenticate: {value}" for value in self.login.challenges()])
            return not self.knobs.close_after_challenge
        if method in self.knobs.status:
            await self.answer(self.knobs.status[method], headers)
            return True
        return await getattr(self, f"take_{method.lower()}", self.take_other)(headers)

    async def answer(self, status, headers, lines=(), body=b""):
        head = [f"RTSP/1.0 {status} {PHRASES.get(status, 'Whatever')}"]
        cseq = headers.get("cseq", "0")
        if self.knobs.cseq != "missing":
            head.append(f"CSeq: {int(cseq) + 1000 if self.knobs.cseq == 'wrong' else cseq}")
        if body:
            head.append(f"Content-Length: {len(body) + (1000 if self.knobs.long_body else 0)}")
        data = "\r\n".join([*head, *lines, "", ""]).encode() + body
        if self.knobs.endless_headers:
            data = data.split(b"\r\n", 1)[0] + b"\r\n" + b"X-Filler: yes\r\n" * 100000
        if self.knobs.drip:
            for at in range(len(data)):
                self.writer.write(data[at:at + 1])
                await asyncio.sleep(1)
        self.writer.write(data)
        await self.writer.drain()

    async def take_options(self, headers):
        await self.answer(200, headers, ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"])
        return True

    async def take_describe(self, headers):
        if self.knobs.redirect:
            target = self.base if self.knobs.redirect == "self" else self.knobs.redirect
            await self.answer(302, headers, [f"Location: {target}"])
            return True
        body = sdp.describe(self.knobs, self.base, media.parameter_sets(self.units))
        await self.answer(200, headers, [f"Content-Base: {self.base}/", "Content-Type: application/sdp"], body)
        return True

    async def take_setup(self, headers):
        asked = re.search(r"interleaved=(\d+)-(\d+)", headers.get("transport", ""))
        if asked is None:
            await self.answer(461, headers)
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
        await self.answer(200, headers, [f"Session: 12345678;timeout={self.knobs.session_timeout}", f"Transport: {grant}"])
        return True

    async def take_play(self, headers):
        await self.answer(200, headers, ["Session: 12345678", "Range: npt=0.000-"])
        self.tasks.append(asyncio.create_task(Player(self.knobs, self.units, self.channels, self.writer).run()))
        if self.knobs.ask_after:
            self.tasks.append(asyncio.create_task(self.ask_later()))
        return True

    async def ask_later(self):
        await asyncio.sleep(self.knobs.ask_after)
        self.writer.write(f"{self.knobs.ask} {self.base} RTSP/1.0\r\nCSeq: 7\r\nSession: 12345678\r\n\r\n".encode())

    async def take_get_parameter(self, headers):
        if self.knobs.keep_alive != "ignore":
            await self.answer(self.knobs.keep_alive, headers)
        return True

    async def take_teardown(self, headers):
        await self.answer(200, headers)
        return False

    async def take_other(self, headers):
        await self.answer(501, headers)
        return True
