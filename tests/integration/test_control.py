"""The control socket: what a running daemon says of itself and does when told, whoever asks and however."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

from control_client import CAMERA, CTL, Control, Watchers, count_descriptors, ctl, path_of, wait_until
from relay import CANARY

LINE_BYTES = 64 * 1024
CONNECTIONS = 32


@pytest.fixture
def relay(start_relay):
    relay = start_relay(f"a={CAMERA}", f"gone=rtsp://viewer:{CANARY}@127.0.0.1:9/x")
    relay.wait_for_connected("a")
    return relay


@pytest.fixture
def watch(relay):
    """Plays /a as a client over TCP; ended with the test."""
    with Watchers(relay) as watchers:
        yield watchers.play


def test_questions(relay):
    with Control(relay) as control:
        status = wait_until(lambda: (found := control.ask("status")["result"])["streams_connected"] == 1 and found)
        assert status["streams_total"] == 2 and status["listeners"] == relay.addresses
        assert [(row["camera"], row["stream"]) for row in status["streams"]] == [("a", "main"), ("gone", "main")]
        cameras = control.ask("cameras")["result"]
        assert [camera["name"] for camera in cameras] == ["a", "gone"]
        assert cameras[0]["streams"][0]["state"] == "connected"
        camera = control.ask("camera", name="gone")["result"]["streams"][0]
        assert (camera["reason"], camera["peer"], camera["last_unit_age_s"]) == ("refused", "127.0.0.1:9", None)
        assert control.ask("readers")["result"] == []
        health = control.ask("health")["result"]
        assert health["health"] == "failed" and {row["camera"]: row["health"] for row in health["streams"]}["gone"] == "failed"
        lines = control.ask("log", level="info")["result"]
        assert [line["text"] for line in lines if "ready: " in line["text"]]
        assert control.ask("log", after=lines[-1]["number"], level="error")["result"] == []
        assert CANARY not in json.dumps([status, cameras, camera, lines, control.ask("camera", name="gone")])


def test_what_cannot_be_answered(relay):
    with Control(relay) as control:
        for request, code in [({"verb": "camera"}, "bad-request"), ({"verb": "camera", "name": "nobody"}, "not-found"), ({}, "bad-request"),
                              ({"verb": 1}, "bad-request"), ({"verb": "no-such"}, "not-found"), ({"verb": "readers", "camera": "nobody"}, "not-found"),
                              ({"verb": "kick", "id": "0000"}, "not-found"), ({"verb": "kick", "id": "0"}, "bad-request"),
                              ({"verb": "retry", "name": "../x"}, "bad-request"), ({"verb": "retry", "name": "nobody"}, "not-found"),
                              ({"verb": "log", "level": "loud"}, "bad-request"), ({"verb": "log", "after": "x"}, "bad-request")]:
            control.send(json.dumps(request).encode() + b"\n")
            answer = control.answer()
            assert not answer["ok"] and answer["error"]["code"] == code, (request, answer)


def test_tags_come_back_in_order(relay):
    with Control(relay) as control:
        control.send(b"".join(json.dumps({"verb": "readers", "tag": tag}).encode() + b"\n" for tag in (1, "two", None)))
        assert [control.answer()["tag"] for _ in range(3)] == [1, "two", None]


def test_last_line_needs_no_end(relay):
    with Control(relay) as control:
        control.send(b'{"verb": "readers"}')
        control.socket.shutdown(socket.SHUT_WR)
        assert control.answer()["ok"]
        assert control.answer() is None


def test_a_reader_is_kicked(relay, watch):
    watch()
    stays = watch()
    readers = wait_until(lambda: (found := ctl(relay, "readers", "a").stdout.splitlines()[1:]) and len(found) == 2 and found)
    with Control(relay) as control:
        ids = [reader["id"] for reader in control.ask("readers")["result"]]
    kicked = next(line.split()[0] for line in readers if line.split()[3].split(":")[1] != str(stays.socket.getsockname()[1]))
    assert ctl(relay, "kick", kicked).returncode == 0
    relay.wait_for_line(rf"reader left after .*reader={kicked}")
    assert len(ctl(relay, "readers").stdout.splitlines()) == 2
    assert ctl(relay, "kick", kicked).returncode == 64
    assert kicked in {reader[:8] for reader in ids}
    relay.wait_for_line(r"kick is asked for by user \d+, process \d+")


def test_a_camera_is_dialled_at_once(start_relay):
    relay = start_relay("gone=rtsp://127.0.0.1:9/x", config="[Defaults]\nBackoff=1h 1h\n")
    relay.wait_for_line("camera gone main: cannot connect")
    with Control(relay) as control:
        def dials():
            return control.ask("camera", name="gone")["result"]["streams"][0]["ends"].get("refused", 0)
        before = wait_until(dials)
        assert ctl(relay, "retry", "gone").returncode == 0
        wait_until(lambda: dials() > before)


# ---- who may ----

def test_the_file_is_for_user_and_group(relay):
    assert path_of(relay).stat().st_mode & 0o7777 == 0o660


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_others_are_turned_away(start_relay):
    nobody = {"user": 65534, "group": 65534, "extra_groups": [], "capture_output": True, "text": True, "timeout": 10, "check": False}
    code = "import socket,sys\ns = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\nprint(s.makefile().read())"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        path = folder / "control.sock"
        start_relay(f"a={CAMERA}", config=f"[Control]\nSocket={path}\n")
        command = [shutil.copy(CTL, folder / "camrelayctl"), "--socket", path, "status"]
        refused = subprocess.run(command, **nobody)
        assert refused.returncode == 77 and "may not use" in refused.stderr, refused
        path.chmod(0o666)
        refused = subprocess.run(command, **nobody)
        assert refused.returncode == 77 and "members of its group" in refused.stderr, refused
        done = subprocess.run(["/usr/bin/python3", "-c", code, path], **nobody)
        assert json.loads(done.stdout)["error"]["code"] == "forbidden", done


# ---- where it is ----

def test_a_file_left_behind_is_replaced(start_relay, tmp_path):
    path = tmp_path / "own.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    relay = start_relay(f"a={CAMERA}", config=f"[Control]\nSocket={path}\n")
    assert subprocess.run([CTL, "--socket", path, "status"], capture_output=True, timeout=10, check=False).returncode == 0
    relay.stop()


@pytest.mark.parametrize("kind, said", [("living", "another process listens there"), ("file", "there is a file that is no socket"), ("folder", "No such file"),
                                        ("long", "too long for a socket")])
def test_a_place_that_cannot_be_taken(make_relay, write_config, tmp_path, kind, said):
    path = tmp_path / "own.sock"
    living = socket.socket(socket.AF_UNIX)
    if kind == "living":
        living.bind(str(path))
        living.listen()
    elif kind == "file":
        path.write_text("precious")
    elif kind == "folder":
        path = tmp_path / "none" / "own.sock"
    else:
        path = tmp_path / ("x" * 100) / "own.sock"
    relay = make_relay("--config", write_config(f"[RTSP]\nListen=127.0.0.1:0\n[Control]\nSocket={path}\n"), f"a={CAMERA}")
    assert relay.wait_for_exit() == 69
    assert f"control socket '{path}': " in relay.log and said in relay.log
    assert kind != "file" or path.read_text() == "precious"
    living.close()


def test_a_socket_unit_s_is_taken(service_manager, write_config, tmp_path):
    path = tmp_path / "unit.sock"
    with socket.socket(socket.AF_UNIX) as unit:
        unit.bind(str(path))
        unit.listen()
        config = write_config(f"[RTSP]\nListen=127.0.0.1:0\n[Control]\nSocket={path}\n")
        relay = service_manager.start("--config", config, f"a={CAMERA}", sockets=[("control", unit)])
        relay.wait_until_ready()
    assert subprocess.run([CTL, "--socket", path, "status"], capture_output=True, timeout=10, check=False).returncode == 0


def test_who_asks_between_two_processes_is_answered(service_manager, write_config):
    arguments = ("--config", write_config(), f"a={CAMERA}")
    relay = service_manager.start(*arguments)
    relay.wait_until_ready()
    relay.process.kill()
    relay.wait_for_exit()
    with Control(relay, timeout=20) as control:
        service_manager.start(*arguments).wait_until_ready()
        assert control.ask("status")["ok"]


# ---- hostile peers ----

def hostile_lines():
    """What is no request, and what is said to it."""
    yield b"\n", "bad-request"
    yield b"[" * LINE_BYTES + b"\n", "bad-request"
    yield b'{"a":' * 33 + b"1" + b"}" * 33 + b"\n", "bad-request"
    yield b"\x00\xff\xfe{}\n", "bad-request"
    yield b'{"verb": "status"} {}\n', "bad-request"
    yield b'{"verb": "\\ud800"}\n', "bad-request"
    yield b'{"verb": "camera", "name": "' + b"x" * 60000 + b'"}\n', "not-found"
    yield b'{"verb": "set", "name": "a", "settings": {"URL": 1}}\n', "bad-request"
    yield json.dumps({"verb": "camera", "name": "\x1b[2J\n"}).encode() + b"\n", "not-found"


def test_hostile_lines(relay):
    with Control(relay) as control:
        for line, code in hostile_lines():
            control.send(line)
            answer = control.answer()
            assert not answer["ok"] and answer["error"]["code"] == code, (line[:60], answer)
        assert control.ask("readers")["ok"]


def test_a_line_that_does_not_end(relay):
    with Control(relay) as control:
        control.send(b" " * (LINE_BYTES + 1))
        assert control.answer()["error"]["code"] == "bad-request"
        assert control.answer() is None
    with Control(relay) as control:
        control.send(b" " * (LINE_BYTES - 19) + b'{"verb": "readers"}\n')
        assert control.answer()["ok"]


def test_a_crowd_of_peers(relay):
    before = count_descriptors(relay)
    crowd = [Control(relay) for _ in range(100)]
    crowd[0].send(b'{"verb": "re')  # half a line
    assert crowd[1].ask("readers")["ok"]
    turned_away = [peer for peer in crowd[CONNECTIONS:] if peer.answer()["error"]["code"] == "busy"]
    assert len(turned_away) == 100 - CONNECTIONS
    for peer in crowd:
        peer.close()
    wait_until(lambda: count_descriptors(relay) <= before)
    assert ctl(relay, "status").returncode == 0


def test_peers_that_never_read(relay):
    """Each asks until its answers fill all buffers; who reads is served meanwhile, and the deaf are let go after 10 s."""
    before = count_descriptors(relay)
    deaf = [Control(relay) for _ in range(8)]
    for peer in deaf:
        peer.socket.setblocking(False)
        try:
            for _ in range(10000):
                peer.socket.send(b'{"verb": "log", "level": "debug"}\n' * 100)
        except BlockingIOError:
            pass
    began = time.monotonic()
    assert ctl(relay, "status").returncode == 0
    assert time.monotonic() - began < 2
    wait_until(lambda: count_descriptors(relay) <= before, timeout=20)
    assert time.monotonic() - began > 5
    for peer in deaf:
        peer.close()


def test_peers_that_leave_while_they_are_answered(relay):
    before = count_descriptors(relay)
    for number in range(200):
        control = Control(relay)
        control.send(b'{"verb": "retry", "name": "gone"}\n{"verb": "status"}\n' if number % 2 else b'{"verb": "status"}\n' * 3)
        control.close()
    wait_until(lambda: count_descriptors(relay) <= before)
    assert ctl(relay, "status").returncode == 0
