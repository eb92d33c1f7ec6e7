"""The control port: one JSON object a line, each answered by one JSON line, {"error": "…"} if it could not be done."""

import asyncio
import json

from camera import Camera


class Control:
    """The cameras by name, and who commands them. CLIPS: a ClipShelf."""

    def __init__(self, clips):
        self.clips = clips
        self.cameras = {}
        self.server = None

    async def listen(self):
        """The port."""
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def close(self):
        self.server.close()
        for camera in self.cameras.values():
            camera.stop()

    async def serve(self, reader, writer):
        while line := await reader.readline():
            try:
                order = json.loads(line)
                answer = await self.obey(order.pop("do"), order)
            except (KeyError, TypeError, ValueError, OSError, asyncio.TimeoutError) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def obey(self, what, order):
        if what == "add":
            return await self.add(**order)
        if what == "query" and "name" not in order:
            return {name: camera.state() for name, camera in self.cameras.items()}
        camera = self.cameras[order.pop("name")]
        if what == "turn":
            await camera.turn(order["knobs"], order.get("live", False))
        elif what == "cut":
            camera.cut(order.get("how", "rst"))
        elif what == "down":
            camera.go_down(order.get("how", "rst"))
        elif what == "up":
            await camera.come_up()
        elif what == "reboot":
            camera.reboot(order["seconds"], order.get("how", "rst"))
        elif what == "query":
            return camera.state()
        elif what == "events":
            return {"events": camera.journal.find(order["event"], order.get("values", {}))}
        elif what == "wait":
            return await camera.journal.wait(order["event"], order.get("values", {}), order.get("count", 1), order.get("timeout", 20))
        else:
            raise ValueError(f"no such order: {what}")
        return {}

    async def add(self, name, knobs, host="127.0.0.1", port=0):
        if name in self.cameras:
            raise ValueError(f"{name} is there already")
        camera = Camera(self.clips, host, port)
        await camera.turn(knobs)
        await camera.come_up()
        self.cameras[name] = camera
        return {"host": host, "port": camera.port}
