"""A network of a test's own, with addresses that are no loopback's: what a client on the LAN meets, without touching the box's network.

with network: start a relay on network.SERVER, make clients with source=network.STRANGER. Whatever is started or connected inside lives there.
"""
import contextlib
import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


class Network:
    """A network namespace. The addresses are all its own, so packets between them never leave it."""

    SERVER, STRANGER, NEIGHBOUR = "10.99.0.1", "10.99.0.2", "10.99.1.1"
    SERVER6 = "fd99::1"

    def __init__(self):
        """Raises OSError where this may not be done."""
        self._home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self._call(LIBC.unshare, CLONE_NEWNET)
        self._there = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._run("link", "set", "lo", "up")
            for address in (self.SERVER, self.STRANGER, self.NEIGHBOUR):
                self._run("addr", "add", f"{address}/32", "dev", "lo")
            with contextlib.suppress(OSError):  # a box without IPv6
                self._run("addr", "add", f"{self.SERVER6}/128", "dev", "lo")
        finally:
            self._call(LIBC.setns, self._home, CLONE_NEWNET)

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
        self._call(LIBC.setns, self._there, CLONE_NEWNET)
        return self

    def __exit__(self, *_):
        self._call(LIBC.setns, self._home, CLONE_NEWNET)

    def close(self):
        os.close(self._home)
        os.close(self._there)
