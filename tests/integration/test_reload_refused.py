"""Another configuration that cannot hold here: refused whole, with what is in the way; and HTTP, which takes part."""
import resource
import socket

import pytest

from control_client import Control
from http_client import ask
from reloads import BASE, CAMERA, await_true, describe_status

HTTP = "[HTTP]\nListen=127.0.0.1:0"


def listeners(relay):
    with Control(relay) as control:
        return control.ask("status")["result"]["listeners"]


def test_http_moves(reloads):
    setup = reloads(f"{BASE}{HTTP}\n", {"a": CAMERA})
    first = setup.relay.http_url
    with socket.create_server(("127.0.0.4", 0)) as free:
        port = free.getsockname()[1]
    second = f"http://127.0.0.4:{port}"
    assert setup.change(f"{BASE}{HTTP} 127.0.0.4:{port}\n") == "reloaded: server: [HTTP] Listen"
    assert ask(second, "/healthz").status == 200 and ask(first, "/healthz").status == 200
    await_true(lambda: {first, second} <= set(listeners(setup.relay)), "the status does not name the new listener")
    setup.change(f"{BASE}[HTTP]\nListen=127.0.0.4:{port}\n")
    assert ask(second, "/healthz").status == 200

    def is_closed():
        try:
            ask(first, "/healthz")
            return False
        except OSError:
            return True
    await_true(is_closed, "the old address still answers")
    await_true(lambda: first not in listeners(setup.relay), "the status names the old listener")


def test_http_address_in_use_changes_nothing(reloads):
    setup = reloads(f"{BASE}{HTTP}\n", {"a": CAMERA})
    url = setup.relay.http_url
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        line = setup.change(f"{BASE.strip()} 127.0.0.3:18556\n{HTTP} {address}\n[Limits]\nMaxReaders=7\n", b=CAMERA)
        assert line == "reloaded: 1 error, the old configuration stays"
        setup.relay.wait_for_line(rf"cannot listen on '{address}'")
        assert describe_status(setup.relay, "b") == describe_status(setup.relay, "nobody")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.3", 18556))
        assert ask(url, "/healthz").status == 200
    line = setup.reload()
    assert line == "reloaded: 1 camera added (b), server: [RTSP] Listen, [HTTP] Listen, [Limits] MaxReaders"
    assert ask(f"http://{address}", "/healthz").status == 200


def test_what_the_system_does_not_allow_changes_nothing(reloads):
    setup = reloads(cameras={"a": CAMERA})
    resource.prlimit(setup.relay.pid, resource.RLIMIT_NOFILE, (1024, 1024))
    line = setup.change(f"{BASE}[Limits]\nMaxConnections=3000\n", b=CAMERA)
    assert line == "reloaded: 1 error, the old configuration stays"
    setup.relay.wait_for_line(r"MaxConnections=3000, 2 streams .* the limit is 1024: .*lower MaxConnections= in \[Limits\] to \d+$")
    assert describe_status(setup.relay, "b") == describe_status(setup.relay, "nobody")
    # Nobody asked for the default: it becomes less, once.
    assert setup.change(BASE) == "reloaded: 1 camera added (b), server: [Limits] MaxConnections"
    assert setup.reload() == "reloaded: nothing is different"
