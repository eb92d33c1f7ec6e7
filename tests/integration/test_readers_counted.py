"""What readers got is counted for their stream, whichever way they read, and how soon they had their first picture."""

import contextlib
import threading

from control_client import ControlClient
from rtsp_client import RtspClient
from srt_sender import Caller
from udp_receiver import UdpReceiver

SRT = "[SRT]\nListen=127.0.0.1:0\n"
AT_ONCE_S = 0.25  # a first picture that was there already: of a busy machine
UNITS = 20


@contextlib.contextmanager
def read_by_tcp(relay):
    with RtspClient(f"{relay.url}/cam") as client:
        assert client.play_tcp(tracks=(0,)).status == 200
        yield client.read_packet


@contextlib.contextmanager
def read_by_udp(relay):
    with RtspClient(f"{relay.url}/cam") as client, UdpReceiver(client, "127.0.0.1") as receiver:
        assert receiver.play().status == 200
        yield receiver.read_packet


@contextlib.contextmanager
def read_as_satip(relay):
    with RtspClient(f"{relay.url}/cam") as client, UdpReceiver(client, "127.0.0.1") as receiver:
        client.cseq = -1  # the first request says 0
        rtp, rtcp = receiver.pairs[0]
        reply = client.request("SETUP", None, [("Transport", f"RTP/AVP;unicast;client_port={rtp.getsockname()[1]}-{rtcp.getsockname()[1]}")])
        assert reply.status == 200
        client.session = reply["Session"].split(";")[0]
        assert client.request("PLAY").status == 200
        yield receiver.read_packet


@contextlib.contextmanager
def read_by_srt(relay):
    caller = Caller(int(relay.srt_url.rsplit(":", 1)[1]), "read:cam")
    is_over = threading.Event()

    def drain():
        while not is_over.is_set() and caller.receive():
            pass

    thread = threading.Thread(target=drain)

    def take():
        assert caller.receive()
        thread.start()

    yield take
    is_over.set()
    thread.join(10)
    caller.close()


KINDS = [read_by_tcp, read_by_udp, read_as_satip, read_by_srt]


def test_what_readers_got(make_camera, start_relay):
    camera = make_camera()
    relay = start_relay(f"cam={camera.url}", config=SRT)
    relay.wait_for_connected("cam")
    with ControlClient(relay) as control:
        before, _ = control.wait_for_stream("cam", lambda stream: stream["fps"] > 20)
        assert before["units_out"] == before["bytes_out"] == 0 and sum(before["first_pictures"]["counts"]) == 0
        for number, read in enumerate(KINDS):
            enough = before["units_out"] + UNITS
            with read(relay) as take:
                take()
                got, _ = control.wait_for_stream("cam", lambda stream, enough=enough: stream["units_out"] >= enough and stream["readers"] == 1)
                assert got["bytes_out"] > before["bytes_out"] + 500 * UNITS and got["units_left_out"] == 0, (read, got)
                assert sum(got["first_pictures"]["counts"]) == number + 1, (read, got)
                assert before["first_pictures"]["sum_s"] < got["first_pictures"]["sum_s"] < before["first_pictures"]["sum_s"] + AT_ONCE_S, (read, got)
            before, _ = control.wait_for_stream("cam", lambda stream: stream["readers"] == 0)
            assert before["units_out"] >= got["units_out"] and before["bytes_out"] >= got["bytes_out"], (read, before)
