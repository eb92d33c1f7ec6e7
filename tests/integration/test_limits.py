"""Limits at their value and one past it, and that what a client held is free as soon as it leaves."""
import contextlib
import os
import resource
import time

import pytest

from rtsp_client import Closed, RtspClient
from viewer import Viewer

SOURCE = "test:?size=320x240&audio=pcma"


@pytest.fixture
def make_clients():
    """make_clients(url, n): so many connections, each answered once; closed at the end."""
    with contextlib.ExitStack() as stack:
        def make(url, n, **more):
            clients = [stack.enter_context(RtspClient(url, **more)) for _ in range(n)]
            assert [client.request("OPTIONS").status for client in clients] == [200] * n
            return clients
        yield make


def start(start_relay, limits, cameras=None):
    relay = start_relay(config="[Limits]\n" + limits, cameras=cameras or {"yard": f"[Camera]\nURL={SOURCE}\n"})
    for name in cameras or ("yard",):
        relay.wait_for_connected(name)
    return relay


def first_word(url, **more):
    """What a new connection is told at once, and that it is closed then."""
    with RtspClient(url, **more) as client:
        reply = client.read_reply()
        client.wait_closed()
    return reply


def eventually(attempt, deadline=2):
    """Tries until it is true: what a leaving client held is free a turn of the loop after its connection closed."""
    until = time.monotonic() + deadline
    while not attempt():
        assert time.monotonic() < until, "it never came to be"
        os.sched_yield()


def is_let_in(url, **more):
    with RtspClient(url, **more) as client:
        try:
            return client.request("OPTIONS").status == 200
        except (Closed, ConnectionResetError, BrokenPipeError):
            return False


# ---- connections ----


def test_connections_in_all(start_relay, make_clients):
    relay = start(start_relay, "MaxConnections=5\n")
    clients = make_clients(relay.url, 5)
    for _ in range(3):
        reply = first_word(relay.url)
        assert reply.status == 503
        assert reply["Retry-After"] and reply["Connection"] == "close"
    relay.wait_for_line("client refused: MaxConnections is reached")
    assert clients[0].request("OPTIONS").status == 200
    clients.pop().close()
    eventually(lambda: is_let_in(relay.url))
    assert relay.log.count("client refused: MaxConnections is reached") == 1, "said once"


def test_connections_of_one_address(network, start_relay, make_clients):
    relay = start_relay("yard=" + SOURCE, "--allow=anyone", config=f"[RTSP]\nListen={network.SERVER}:0 127.0.0.1:0\n[Limits]\nMaxConnectionsPerAddress=3\n")
    clients = make_clients(relay.url, 3, source=network.STRANGER)
    reply = first_word(relay.url, source=network.STRANGER)
    assert reply.status == 503
    relay.wait_for_line(rf"client refused: MaxConnectionsPerAddress is reached \(address={network.STRANGER}:")
    make_clients(relay.url, 1, source=network.NEIGHBOUR)
    local = next(address for address in relay.addresses if "127.0.0.1" in address)
    make_clients(local, 10)
    clients.pop().close()
    eventually(lambda: is_let_in(relay.url, source=network.STRANGER))


# ---- readers ----


def seat(url, answers, **more):
    """A client that has asked for a session; its answer is added to @answers."""
    client = RtspClient(url, **more)
    client.describe()
    answers.append(client.setup(0, "RTP/AVP/TCP;unicast;interleaved=0-1").status)
    return client


CAMERAS = {"yard": f"[Camera]\nURL={SOURCE}\n[Access]\nMaxReaders=2\n", "door": f"[Camera]\nURL={SOURCE}\n"}


@pytest.mark.parametrize("limits,full,free", [("MaxReaders=2\n", ("door", "door", "yard"), None), ("MaxReaders=50\n", ("yard", "yard", "yard"), "door")])
def test_readers(start_relay, limits, full, free):
    relay = start(start_relay, limits, CAMERAS)
    answers = []
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(seat(f"{relay.url}/{name}", answers)) for name in full]
        assert answers == [200, 200, 453]
        assert clients[2].request("OPTIONS").status == 200, "refused a seat, not the connection"
        if free:
            stack.enter_context(seat(f"{relay.url}/{free}", answers))
            assert answers[-1] == 200

        # A seat is free with the answer to TEARDOWN.
        assert clients[0].request("TEARDOWN").status == 200
        assert clients[2].setup(0, "RTP/AVP/TCP;unicast;interleaved=0-1").status == 200
        # And as soon as a connection is gone, however it went.
        for client, resets in ((clients[1], False), (clients[2], True)):
            client.close(reset=resets)

            def has_seat():
                stack.enter_context(seat(f"{relay.url}/{full[2]}", answers))
                return answers[-1] == 200
            eventually(has_seat)


def test_a_stream_counts_for_its_camera(start_relay):
    cameras = {"yard": f"[Camera]\nURL={SOURCE}\n[Stream sub]\nURL={SOURCE}\n[Access]\nMaxReaders=1\n"}
    relay = start(start_relay, "", cameras)
    relay.wait_for_connected("yard", "sub")
    answers = []
    with seat(f"{relay.url}/yard", answers), seat(f"{relay.url}/yard/sub", answers):
        assert answers == [200, 453]


def test_refused_readers_leave_the_others_alone(start_relay):
    relay = start(start_relay, "", CAMERAS)
    viewer = Viewer(f"{relay.url}/yard")
    answers = []
    with seat(f"{relay.url}/yard", answers):
        for _ in range(20):
            seat(f"{relay.url}/yard", answers).close()
    viewer.stop()
    viewer.assert_well_served()
    assert answers == [200] + [453] * 20


# ---- descriptors ----


def cpu_seconds(relay):
    fields = relay.proc("stat").rsplit(b")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.timing
def test_no_descriptor_left(start_relay, stock_camera):
    """Who plays goes on, nobody spins, and who waits at the door is served when a descriptor is free, or told after a second that there is none."""
    relay = start_relay(f"yard={stock_camera.url}/both")
    relay.wait_for_connected("yard")
    viewer = Viewer(f"{relay.url}/yard")
    before = resource.prlimit(relay.pid, resource.RLIMIT_NOFILE)
    highest = max(int(number) for number in os.listdir(f"/proc/{relay.pid}/fd"))
    resource.prlimit(relay.pid, resource.RLIMIT_NOFILE, (highest + 4, before[1]))
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(RtspClient(f"{relay.url}/yard")) for _ in range(30)]
        for client in clients:
            client.send(client.text("OPTIONS"))
        assert clients[0].read_reply().status == 200
        used, since = cpu_seconds(relay), time.monotonic()
        with pytest.raises(TimeoutError):
            clients[-1].read_reply(2)
        share = (cpu_seconds(relay) - used) / (time.monotonic() - since)
        assert share < 0.1, f"{100 * share:.0f} % of a core with nothing to do"
        resource.prlimit(relay.pid, resource.RLIMIT_NOFILE, before)
        statuses = [client.read_reply(3).status for client in clients[1:]]
        assert set(statuses) <= {200, 503} and statuses[-1] == 200
        assert statuses.count(503) <= 25, "more than ten a second were sent away"
    viewer.stop()
    viewer.assert_well_served()
