"""One camera: its address, its knobs, its sessions, and all its connections."""

import asyncio
import dataclasses
import socket

from connection import Connection
from journal import Journal
from knobs import Knobs
from login import LoginBook
from sessions import SessionBook


def bind(host, port):
    """A socket that has the port, with others of ours."""
    end = socket.socket()
    end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    end.bind((host, port))
    return end


class Camera:
    """On HOST:PORT (0: any) from come_up on, and on the same port again after each time it was down; meanwhile connections are refused."""

    def __init__(self, clips, host, port):
        self.clips, self.host = clips, host
        self.place = bind(host, port)  # never listens: nobody else is given the port while the camera is down
        self.port = self.place.getsockname()[1]
        self.knobs = Knobs()
        self.clip = self.sound = None
        self.journal = Journal()
        self.sessions = SessionBook()
        self.logins = LoginBook()
        self.connections = set()
        self.accepted = self.bare = self.units_sent = 0
        self.server = self.hole = self.waking = None

    async def turn(self, values, live=False):
        """Knobs for the connections to come, and LIVE: for those that are open, too."""
        knobs = dataclasses.replace(self.knobs, **values)
        self.clip, self.sound = await self.clips.take(knobs)
        self.knobs = knobs
        for connection in self.connections if live else ():
            connection.turn(knobs, self.clip, self.sound)

    async def come_up(self):
        if self.waking:
            self.waking.cancel()
            self.waking = None
        if self.server or self.hole:
            return
        if self.knobs.black_hole:
            self.dig_hole()
        else:
            self.server = await asyncio.start_server(self.accept, sock=bind(self.host, self.port), backlog=128)
        self.journal.tell("up", port=self.port)

    def dig_hole(self):
        """A listener whose queue is full: the kernel drops every SYN, as a firewall or a camera that hangs does."""
        listener = bind(self.host, self.port)
        listener.listen(0)
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex((self.host, self.port))
        self.hole = (listener, filler)

    def go_down(self, how):
        """The port is closed; HOW open connections end: rst, fin, or not at all (silent: they say nothing more)."""
        if self.server:
            self.server.close()
            self.server = None
        for end in self.hole or ():
            end.close()
        self.hole = None
        self.cut(how)
        self.sessions = SessionBook()
        self.journal.tell("down")

    def reboot(self, seconds, how):
        """Down for SECONDS; "up" is told when it is back."""
        self.go_down(how)
        self.waking = asyncio.get_running_loop().create_task(self.wake(seconds))

    async def wake(self, seconds):
        await asyncio.sleep(seconds)
        self.waking = None
        await self.come_up()

    def cut(self, how):
        for connection in list(self.connections):
            connection.end(how)

    def stop(self):
        if self.waking:
            self.waking.cancel()
        self.go_down("rst")
        self.place.close()

    async def accept(self, reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number, self.accepted = self.accepted, self.accepted + 1
        is_good = self.knobs.faulty_connections and number >= self.knobs.faulty_connections
        self.journal.tell("connection", number=number)
        connection = Connection(self, self.knobs.good() if is_good else self.knobs, number, (reader, writer))
        self.connections.add(connection)
        try:
            await connection.serve()
        finally:
            self.connections.discard(connection)

    def state(self):
        """What a test may ask for."""
        counts = self.journal.counts
        return {"port": self.port, "is_up": bool(self.server or self.hole), "connections": self.accepted, "bare": self.bare, "open": len(self.connections),
                "sessions": self.sessions.count(), "teardowns": len(self.journal.find("request", {"method": "TEARDOWN"})),
                "logins": counts.get("login", 0), "refused_logins": len(self.journal.find("login", {"accepted": False})),
                "playing": sum(connection.is_playing for connection in self.connections), "units_sent": self.units_sent}
