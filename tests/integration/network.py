"""A network of a test's own, with addresses that are no loopback's: what a client on the LAN meets, without touching the box's network.

with network: start a relay on network.SERVER, make clients with source=network.STRANGER. Whatever is started or connected inside lives there.
"""
import contextlib
import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace with a loopback interface and nothing else."""

    def __init__(self):
        """Raises OSError where this may not be done."""
        self._before = [self._open_current()]
        self._call(LIBC.unshare, CLONE_NEWNET)
        self._there = self._open_current()
        try:
            self._run("link", "set", "lo", "up")
        finally:
            self.__exit__()

    def run(self, *arguments):
        """ip ARGUMENTS inside."""
        with self:
            self._run(*arguments)

    @property
    def path(self):
        """What ip takes for its name."""
        return f"/proc/{os.getpid()}/fd/{self._there}"

    @staticmethod
    def _open_current():
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    @staticmethod
    def _call(function, *arguments):
        if function(*arguments) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    @staticmethod
    def _run(*arguments):
        done = subprocess.run(["/usr/sbin/ip", *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OSError(done.stderr)

    def __enter__(self):
        self._before.append(self._open_current())
        self._call(LIBC.setns, self._there, CLONE_NEWNET)
        return self

    def __exit__(self, *_):
        before = self._before.pop()
        self._call(LIBC.setns, before, CLONE_NEWNET)
        os.close(before)

    def close(self):
        os.close(self._there)


class Network(Namespace):
    """The addresses are all its own, so packets between them never leave it."""

    SERVER, STRANGER, NEIGHBOUR = "10.99.0.1", "10.99.0.2", "10.99.1.1"
    SERVER6 = "fd99::1"

    def __init__(self):
        super().__init__()
        for address in (self.SERVER, self.STRANGER, self.NEIGHBOUR):
            self.run("addr", "add", f"{address}/32", "dev", "lo")
        with contextlib.suppress(OSError):  # a box without IPv6
            self.run("addr", "add", f"{self.SERVER6}/128", "dev", "lo")


class Lan:
    """Two machines and a cable: with lan.server: start a relay, with lan.clients: whoever watches. Multicast goes over the cable, too."""

    SERVER, CLIENT, OTHER_CLIENT = "10.99.7.1", "10.99.7.2", "10.99.7.3"

    def __init__(self):
        self.server, self.clients = Namespace(), Namespace()
        self.server.run("link", "add", "cable0", "type", "veth", "peer", "name", "cable1", "netns", self.clients.path)
        for side, device, addresses in ((self.server, "cable0", [self.SERVER]), (self.clients, "cable1", [self.CLIENT, self.OTHER_CLIENT])):
            for address in addresses:
                side.run("addr", "add", f"{address}/24", "dev", device)
            side.run("link", "set", device, "up")
            side.run("route", "add", "224.0.0.0/4", "dev", device)

    def limit(self, kbit):
        """No more than KBIT a second goes from the server to the clients; OSError where the system cannot."""
        with self.server:
            done = subprocess.run(["/usr/sbin/tc", "qdisc", "replace", "dev", "cable0", "root", "tbf", "rate", f"{kbit}kbit", "burst", "20k",
                                   "limit", "100k"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OSError(done.stderr)

    def close(self):
        self.server.close()
        self.clients.close()
