"""A thread of a daemon that gets stuck when a test says so: support/libstall.so, preloaded, asks a file which."""

from relay import binary

LIBRARY = binary().parent / "tests" / "support" / "libstall.so"
NAME_BYTES = 16


class Stall:
    """The file that says which thread is to get stuck."""

    def __init__(self, path):
        self.path = path
        path.write_bytes(bytes(NAME_BYTES))

    @property
    def environment(self):
        """What the daemon is started with."""
        return {"LD_PRELOAD": str(LIBRARY), "CAMRELAY_STALL": str(self.path)}

    def _write(self, data):
        with open(self.path, "r+b", buffering=0) as file:
            file.write(data)

    def begin(self, thread):
        self._write(thread.encode().ljust(NAME_BYTES, b"\0"))

    def end(self):
        self._write(bytes(NAME_BYTES))
