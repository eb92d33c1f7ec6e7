"""A scripted RTSP camera over TCP for tests: python3 tests/support/fault_camera '{"video": "clip.h264", "rst_after": 2}'.

The knobs (knobs.py) say what it does wrong. It serves rtsp://127.0.0.1:PORT/cam and writes one JSON object a line and event:
listening (port), connection (number), request (method, uri), answer (status; to a request of its own), report, closed.
A line of JSON on its input turns knobs for the connections to come; the end of its input ends it.
"""

import asyncio
import json
import secrets
import sys

import media
from connection import Connection
from knobs import Knobs


class Camera:
    """The listener and what all connections share."""

    def __init__(self, values):
        self.values = values
        self.knobs = Knobs.from_dict(values)
        with open(self.knobs.video, "rb") as file:
            self.units = media.split_units(file.read())
        self.port = 0
        self.nonce = secrets.token_hex(8)
        self.connections = 0

    def tell(self, event, **values):
        print(json.dumps({"event": event, **values}), flush=True)

    async def accept(self, reader, writer):
        number, self.connections = self.connections, self.connections + 1
        is_good = self.knobs.faulty_connections and number >= self.knobs.faulty_connections
        knobs = self.knobs.good() if is_good else self.knobs
        self.tell("connection", number=number)

        def tell(event, **values):
            self.tell(event, connection=number, **values)

        await Connection(knobs, self.units, self.port, self.nonce, (reader, writer), tell).serve()

    async def obey(self):
        """Turns knobs as the input says, until it ends."""
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            self.values.update(json.loads(line))
            self.knobs = Knobs.from_dict(self.values)

    async def run(self):
        server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.tell("listening", port=self.port)
        await self.obey()
        server.close()


if __name__ == "__main__":
    asyncio.run(Camera(json.loads(sys.argv[1])).run())
