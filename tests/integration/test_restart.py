"""Sockets that are handed over, and kept: nobody is refused while the daemon is restarted, however that ends."""

import configparser
import signal
import socket
import threading
import time

import pytest

from crowd import Crowd
from relay import ROOT
from rtsp_client import Closed, RtspClient

SOURCE = "test:?size=320x240&fps=25&audio=none"
SERVICE = ROOT / "systemd" / "camrelayd.service.in"
READERS = 100
SERVING_S = 2.0


def listen_at(host="127.0.0.1", family=socket.AF_INET):
    one = socket.socket(family)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((host, 0))
    one.listen()
    return one


def config_at(write_config, listen, more=""):
    return write_config(f"[RTSP]\nListen={listen}\n{more}[Limits]\nMaxConnectionsPerAddress=1024\n", {"yard": f"[Camera]\nURL={SOURCE}\n"})


def kept_for_rtsp(manager):
    """Names in the descriptor store; other doors have theirs there, too."""
    return [name for name, _ in manager.store if name.startswith("kept-rtsp-")]


def restart_pause_s():
    """What the unit says systemd waits before it starts the daemon again."""
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    unit.optionxform = str
    unit.read_string(SERVICE.read_text())
    return float(unit["Service"]["RestartSec"])


class Knocker:
    """Connects again and again, a few ms apart, and counts who was refused; what was accepted by the kernel alone is let go unread."""

    def __init__(self, port):
        self.attempts, self.refused, self.others = 0, 0, []
        self._port, self._stopping = port, threading.Event()
        self._thread = threading.Thread(target=self._knock)
        self._thread.start()

    def _knock(self):
        while not self._stopping.wait(0.01):
            self.attempts += 1
            try:
                socket.create_connection(("127.0.0.1", self._port), 5).close()
            except ConnectionRefusedError:
                self.refused += 1
            except OSError as error:
                self.others.append(error)

    def stop(self):
        self._stopping.set()
        self._thread.join()


def play_when_possible(url, deadline_s):
    """When the first picture came to somebody who dials again until he is let in."""
    until = time.monotonic() + deadline_s
    while time.monotonic() < until:
        try:
            with RtspClient(url, deadline=deadline_s) as client:
                if client.play_tcp((0,)).status == 200:
                    return client.read_frame()[2]
        except (Closed, OSError):
            pass
        time.sleep(0.02)  # as players do
    raise AssertionError(f"nobody was served within {deadline_s} s")


def test_kill_9_under_readers(service_manager, write_config, bar):
    config = config_at(write_config, "127.0.0.1:0")
    first = service_manager.start("--config", config)
    first.wait_until_ready()
    first.wait_for_connected("yard")
    assert kept_for_rtsp(service_manager) == ["kept-rtsp-127.0.0.1_0"]
    with Crowd([f"{first.url}/yard"], tcp=READERS):
        first.wait_for_line("reader joined", count=READERS, timeout=30)
        knocker = Knocker(first.port)
        killed_at = time.monotonic()
        first.process.send_signal(signal.SIGKILL)
        assert first.wait_for_exit() == -signal.SIGKILL
        time.sleep(max(0.0, killed_at + restart_pause_s() - time.monotonic()))  # as systemd does
        second = service_manager.start("--config", config)
        served_at = play_when_possible(f"{first.url}/yard", 20)
        second.wait_until_ready()
        knocker.stop()
    assert second.url == first.url
    assert kept_for_rtsp(service_manager) == ["kept-rtsp-127.0.0.1_0"]
    assert knocker.attempts > 50 and knocker.others == []
    bar(f"connections refused over kill -9 under {READERS} readers", knocker.refused, 0)
    bar(f"kill -9 under {READERS} readers to the next picture", served_at - killed_at, SERVING_S, "s")


def test_a_restart_refuses_nobody(service_manager, write_config):
    """As "systemctl restart" does it: stopped in order, then started."""
    config = config_at(write_config, "127.0.0.1:0")
    first = service_manager.start("--config", config)
    first.wait_until_ready()
    knocker = Knocker(first.port)
    status, _ = first.stop()
    assert status == 0
    with RtspClient(first.url) as client:  # waits for the next process
        second = service_manager.start("--config", config)
        assert client.request("OPTIONS").status == 200
    second.wait_until_ready()
    knocker.stop()
    assert (knocker.refused, knocker.others) == (0, [])
    assert second.url == first.url


@pytest.mark.parametrize("new", ["{other}", "0.0.0.0:{port}"], ids=["another-port", "wider"])
def test_what_is_not_wanted_any_more_is_let_go(service_manager, write_config, new):
    first = service_manager.start("--config", config_at(write_config, "127.0.0.1:0"))
    first.wait_until_ready()
    first.stop()
    wanted = new.format(other="127.0.0.2:0", port=first.port)
    second = service_manager.start("--config", config_at(write_config, wanted))
    second.wait_until_ready()
    service_manager.wait_for(FDSTOREREMOVE="1", FDNAME="kept-rtsp-127.0.0.1_0")
    assert kept_for_rtsp(service_manager) == [f"kept-rtsp-{wanted.replace(':', '_')}"]


def test_socket_units(service_manager, write_config):
    """Those that a unit opened are used and not kept once more; others are opened beside them."""
    with listen_at() as unit, listen_at("::1", socket.AF_INET6) as unit6:
        listen = f"127.0.0.1:{unit.getsockname()[1]} 127.0.0.2:0 [::1]:{unit6.getsockname()[1]}"
        relay = service_manager.start("--config", config_at(write_config, listen), sockets=[("rtsp", unit6), ("rtsp", unit)])
        relay.wait_until_ready()
        assert relay.addresses[0] == f"rtsp://127.0.0.1:{unit.getsockname()[1]}"
        assert relay.addresses[2] == f"rtsp://[::1]:{unit6.getsockname()[1]}"
        assert kept_for_rtsp(service_manager) == ["kept-rtsp-127.0.0.2_0"]
        for url in relay.addresses[:3]:
            with RtspClient(url) as client:
                assert client.request("OPTIONS").status == 200


@pytest.mark.parametrize("name", ["rtsp", "rtsps", "http", "control", "camrelayd.socket"])
def test_a_socket_that_nothing_names(service_manager, write_config, name):
    with listen_at() as unit:
        relay = service_manager.start("--config", config_at(write_config, "127.0.0.1:0"), sockets=[(name, unit)])
        assert relay.wait_for_exit() == 78
        where = f"127.0.0.1:{unit.getsockname()[1]}"
        line = next(line for line in relay.lines if "handed over" in line)
        assert f"'{name}'" in line
        assert where in line or "FileDescriptorName=" in line
    assert service_manager.times_of("READY") == []


def test_what_systemd_is_told(service_manager, write_config):
    relay = service_manager.start("--config", config_at(write_config, "127.0.0.1:0"))
    relay.wait_until_ready()
    service_manager.wait_for(READY="1")
    service_manager.wait_for(STATUS="1 of 1 streams connected, 0 readers")
    with RtspClient(f"{relay.url}/yard") as client:
        assert client.play_tcp((0,)).status == 200
        service_manager.wait_for(STATUS="1 of 1 streams connected, 1 readers")
    service_manager.wait_for(STATUS="1 of 1 streams connected, 0 readers", since=relay.started_at)
    relay.process.terminate()
    service_manager.wait_for(STOPPING="1")
    assert relay.wait_for_exit() == 0
