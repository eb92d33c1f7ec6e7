"""A UDP link on loopback between one caller and a port, which can be cut: what is sent then is lost, both ways."""

import selectors
import socket
import threading

BUFFER_BYTES = 4 * 1024 * 1024


def _make_end():
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    end.bind(("127.0.0.1", 0))
    return end


class UdpLink:
    """A context; the caller calls .port, .is_cut is what to change."""

    def __init__(self, port):
        self._to = ("127.0.0.1", port)
        self._near, self._far = _make_end(), _make_end()  # of the caller, of whom it calls
        self._quit, self._told = socket.socketpair()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._caller = None
        self.port = self._near.getsockname()[1]
        self.is_cut = False

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._quit.close()
        self._thread.join()
        for end in (self._near, self._far, self._told):
            end.close()

    def _carry(self):
        with selectors.DefaultSelector() as ready:
            for end in (self._near, self._far, self._told):
                ready.register(end, selectors.EVENT_READ)
            while True:
                ends = [key.fileobj for key, _ in ready.select()]
                if self._told in ends:
                    return
                for end in ends:
                    self._pass_on(end)

    def _pass_on(self, end):
        packet, sender = end.recvfrom(2048)
        if end is self._near:
            self._caller = sender
        if self.is_cut or self._caller is None:
            return
        if end is self._near:
            self._far.sendto(packet, self._to)
        else:
            self._near.sendto(packet, self._caller)
