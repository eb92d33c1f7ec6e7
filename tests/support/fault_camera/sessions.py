"""The sessions a camera keeps, as many as it allows."""

import secrets
import time


class SessionBook:
    def __init__(self):
        self.until = {}  # id: monotonic time at which it is forgotten

    def count(self):
        now = time.monotonic()
        self.until = {name: until for name, until in self.until.items() if until > now}
        return len(self.until)

    def open(self, limit, timeout):
        """A new id, None if LIMIT are open (0: no limit)."""
        if limit and self.count() >= limit:
            return None
        name = secrets.token_hex(4)
        self.until[name] = time.monotonic() + timeout
        return name

    def touch(self, name, timeout):
        """False: there is no such session."""
        self.count()
        if name not in self.until:
            return False
        self.until[name] = time.monotonic() + timeout
        return True

    def close(self, name):
        return self.until.pop(name, None) is not None
