"""What a camera saw, as events with the monotonic time of each: connection, bare, request, answer, report, login, closed, down, up."""

import asyncio
import time

MOST_EVENTS = 20000


class Journal:
    def __init__(self):
        self.events = []
        self.counts = {}
        self.changed = asyncio.Condition()

    def tell(self, event, **values):
        self.counts[event] = self.counts.get(event, 0) + 1
        if len(self.events) < MOST_EVENTS:
            self.events.append({"event": event, "at": time.monotonic(), **values})
        asyncio.ensure_future(self.announce())

    async def announce(self):
        async with self.changed:
            self.changed.notify_all()

    def find(self, event, values):
        return [entry for entry in self.events if entry["event"] == event and all(entry.get(key) == value for key, value in values.items())]

    async def wait(self, event, values, count, timeout):
        """The COUNTth EVENT that has VALUES, as soon as it is there; a TimeoutError otherwise."""
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: len(self.find(event, values)) >= count), timeout)
        return self.find(event, values)[count - 1]
