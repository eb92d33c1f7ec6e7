"""What a camera saw, as events with the monotonic time of each: connection, bare, request, answer, report, login, closed, down, up."""

import asyncio
import time

MOST_EVENTS = 20000


class Journal:
    def __init__(self):
        self.events = []
        self.counts = {}
        self.news = asyncio.Event()  # set by the next event, then another takes its place

    def tell(self, event, **values):
        self.counts[event] = self.counts.get(event, 0) + 1
        if len(self.events) < MOST_EVENTS:
            self.events.append({"event": event, "at": time.monotonic(), **values})
        self.news.set()
        self.news = asyncio.Event()

    def find(self, event, values):
        return [entry for entry in self.events if entry["event"] == event and all(entry.get(key) == value for key, value in values.items())]

    async def wait(self, event, values, count, timeout):
        """The COUNTth EVENT that has VALUES, as soon as it is there; a TimeoutError otherwise."""
        until = time.monotonic() + timeout
        while len(found := self.find(event, values)) < count:
            await asyncio.wait_for(self.news.wait(), until - time.monotonic())
        return found[count - 1]
