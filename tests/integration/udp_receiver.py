"""The UDP side of a client: a pair of ports for each track, every datagram in hand with where it came from."""
import contextlib
import select
import socket
import time

from rtp_units import Packet
from rtsp_client import receiver_report


def bind_pair(host):
    """An even port and the next one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(100):
        first, second = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_DGRAM)
        with contextlib.suppress(OSError):
            first.bind((host, 0))
            port = first.getsockname()[1]
            if port % 2 == 0:
                second.bind((host, port + 1))
                return first, second
        first.close()
        second.close()
    raise AssertionError("no pair of ports is free")


class UdpReceiver:
    """Plays the tracks of @client, an RtspClient, over UDP."""

    def __init__(self, client, host, tracks=(0,)):
        self.client, self.host = client, host
        self.pairs = {track: bind_pair(host) for track in tracks}
        self.server_ports, self.ssrcs = {}, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sockets in self.pairs.values():
            for one in sockets:
                one.close()

    def set_up(self):
        """SETUP of each track; the transports the server granted, as dictionaries."""
        grants = {}
        for track, (rtp, rtcp) in self.pairs.items():
            reply = self.client.setup(track, f"RTP/AVP;unicast;client_port={rtp.getsockname()[1]}-{rtcp.getsockname()[1]}")
            assert reply.status == 200, reply.status
            fields = dict(part.split("=", 1) for part in reply["Transport"].split(";") if "=" in part)
            self.server_ports[track] = [int(port) for port in fields["server_port"].split("-")]
            self.ssrcs[track] = int(fields["ssrc"], 16)
            grants[track] = fields
        return grants

    def play(self):
        assert self.client.describe().status == 200
        self.set_up()
        return self.client.request("PLAY", headers=[("Range", "npt=0.000-")])

    def read(self, deadline=5):
        """The next (track, is report, bytes, address) of any port."""
        places = {one: (track, which) for track, pair in self.pairs.items() for which, one in enumerate(pair)}
        ready, _, _ = select.select(list(places), [], [], deadline)
        if not ready:
            raise TimeoutError(f"no datagram for {deadline} s")
        # A report comes before the packets it speaks of: where both wait, it is read first.
        one = max(ready, key=lambda one: places[one][1])
        data, address = one.recvfrom(65536)
        return places[one][0], bool(places[one][1]), data, address

    def read_packet(self, deadline=5):
        """The next RTP packet as (track, Packet)."""
        until = time.monotonic() + deadline
        while True:
            track, is_report, data, _ = self.read(until - time.monotonic())
            if not is_report:
                return track, Packet(data)

    def send_report(self, track=0, source=None):
        """A receiver report from the track's RTCP port, or from the socket @source."""
        sender = source or self.pairs[track][1]
        server = self.client.socket.getpeername()[0]
        sender.sendto(receiver_report(0x12345678, self.ssrcs[track]), (server, self.server_ports[track][1]))
