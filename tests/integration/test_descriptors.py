"""Limits of descriptors: told at the start, with the numbers; at run time clients wait or are told, and nobody who is in notices."""

import contextlib
import os
import pathlib
import resource
import time

import pytest

from rtsp_client import RtspClient
from viewer import Viewer

CONFIG = "[RTSP]\nListen=127.0.0.1:0\n"
SOURCE = "test:?size=320x240&fps=25&audio=none"


def limited(number):
    """Words in front of a command that may have NUMBER descriptors."""
    return ("prlimit", f"--nofile={number}:{number}")


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("limits, number, wanted", [
    ("MaxConnections=3000\n", 1024, r"MaxConnections=3000, 1 streams .* the limit is 1024: raise LimitNOFILE= .*, or lower MaxConnections= .* to \d+$"),
    ("", 100, r"need \d+ descriptors, the limit is 100: raise LimitNOFILE= .*, or configure fewer cameras$"),
], ids=["written", "cameras"])
def test_what_cannot_fit_is_refused(service_manager, write_config, limits, number, wanted):
    config = write_config(f"{CONFIG}[Limits]\n{limits}", {"yard": f"[Camera]\nURL={SOURCE}\n"})
    relay = service_manager.start("--config", config, wrapper=limited(number))
    assert relay.wait_for_exit() == 78
    relay.wait_for_line(r"^ERROR cannot start: .*" + wanted)


def test_the_default_becomes_less(service_manager, write_config):
    """A shell with ulimit 1024, say."""
    config = write_config(CONFIG, {"yard": f"[Camera]\nURL={SOURCE}\n"})
    relay = service_manager.start("--config", config, wrapper=limited(300))
    relay.wait_until_ready()
    most = int(relay.wait_for_line(r"^WARNING MaxConnections=2048, .* the limit is 300: it is (\d+) until LimitNOFILE= ")[1])
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(RtspClient(relay.url)) for _ in range(most)]
        assert {client.request("OPTIONS").status for client in clients} == {200}
        one_more = stack.enter_context(RtspClient(relay.url))
        assert one_more.read_reply().status == 503


def test_none_left(start_relay):
    relay = start_relay(f"yard={SOURCE}")
    relay.wait_for_connected("yard")
    viewer = Viewer(f"{relay.url}/yard")
    numbers = [int(name) for name in os.listdir(f"/proc/{relay.pid}/fd")]
    lowest_free = min(set(range(max(numbers) + 2)) - set(numbers))
    before = resource.prlimit(relay.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(relay.pid, resource.RLIMIT_NOFILE, (lowest_free, before[1]))
    spent_s, began = cpu_s(relay.pid), time.monotonic()
    with RtspClient(relay.url) as first, RtspClient(relay.url) as second:
        relay.wait_for_line("WARNING clients wait: no descriptor or memory is left")
        # After a second they are told, one after the other.
        assert first.read_reply().status == 503
        assert second.read_reply().status == 503
        relay.wait_for_line(r"WARNING client refused: the limit of descriptors is reached")
        assert time.monotonic() - began >= 0.9
    with RtspClient(relay.url) as patient:
        resource.prlimit(relay.pid, resource.RLIMIT_NOFILE, before)
        assert patient.request("OPTIONS").status == 200
    assert cpu_s(relay.pid) - spent_s < 0.5 * (time.monotonic() - began)  # it encodes the test picture, and does not spin
    viewer.stop()
    viewer.assert_well_served()
