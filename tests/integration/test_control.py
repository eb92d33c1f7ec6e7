"""The control socket and camrelayctl: what a running daemon says of itself and does when told, whoever asks and however."""

import io
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time

import pytest

from process import start
from relay import CANARY, ROOT, binary
from rtsp_client import RtspClient

CTL = binary().parent / "camrelayctl"
LINE_BYTES = 64 * 1024
CONNECTIONS = 32
CAMERA = "test:?size=320x240&fps=10"


class Control:
    """One connection to a daemon's control socket."""

    def __init__(self, relay, timeout=10):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path_of(relay)))
        self.socket.settimeout(timeout)
        self._file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """The next answer; None at the end."""
        line = self._file.readline()
        return json.loads(line) if line else None

    def ask(self, verb, **arguments):
        self.send(json.dumps({"verb": verb, **arguments}).encode() + b"\n")
        return self.answer()

    def close(self):
        self._file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def path_of(relay):
    return relay.folder / "run" / "control.sock"


def ctl(relay, *arguments, **options):
    done = subprocess.run([CTL, "--socket", path_of(relay), *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False, **options)
    assert CANARY not in done.stdout + done.stderr
    return done


def wait_until(question, timeout=10):
    """Asks until the answer is true; looks 20 times a second."""
    deadline = time.monotonic() + timeout
    while not (answer := question()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
    return answer


def count_descriptors(relay):
    return len(os.listdir(f"/proc/{relay.pid}/fd"))


@pytest.fixture
def relay(start_relay):
    relay = start_relay(f"a={CAMERA}", f"gone=rtsp://viewer:{CANARY}@127.0.0.1:9/x")
    relay.wait_for_connected("a")
    return relay


@pytest.fixture
def watch(relay):
    """Plays /a as a client over TCP; ended with the test."""
    clients = []

    def play():
        client = RtspClient(relay.url + "/a")
        client.play_tcp(tracks=(0,))
        clients.append(client)
        return client
    yield play
    for client in clients:
        client.close()


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


def test_tables_and_json(relay, watch):
    watch()
    wait_until(lambda: "playing" in ctl(relay, "readers").stdout)
    status = wait_until(lambda: (text := ctl(relay, "status").stdout) and "1 readers" in text and text)
    assert re.search(r"^camrelayd \S+, up .* 1 of 2 streams connected, 1 readers$", status, re.M), status
    assert re.search(r"^CAMERA +STREAM +STATE +SINCE +HEALTH +LAST UNIT +FPS +BIT RATE +READERS +WHY$", status, re.M), status
    assert re.search(r"^gone +main +\w+ +.*refused$", status, re.M), status
    assert re.search(r"^a +main +connected", ctl(relay, "cameras").stdout, re.M)
    camera = ctl(relay, "camera", "a").stdout
    for line in (r"state +connected for ", r"video +H.264 320x240", r"key pictures +", r"clock drift +0 ppm", r"reconnects +0", r"readers +1"):
        assert re.search(rf"^  {line}", camera, re.M), camera
    for command in (["status"], ["cameras"], ["camera", "a"], ["readers"]):
        assert json.loads(ctl(relay, *command, "--json").stdout)
    assert re.search(r"info +ready: rtsp://", ctl(relay, "log").stdout)
    assert "ready" not in ctl(relay, "log", "--level", "warning").stdout


def test_watching_and_following_end_with_the_daemon(relay):
    followers = [start([CTL, "--socket", path_of(relay), *words], stdout=subprocess.PIPE) for words in (["status", "--watch"], ["log", "--follow"])]
    for follower in followers:
        assert follower.stdout.readline()
    relay.stop()
    assert [follower.wait(10) for follower in followers] == [0, 0]
    for follower in followers:
        follower.stdout.close()


def test_what_was_typed_wrong(relay):
    for words, status, said in [
        ([], 64, "a command is missing"),
        (["no-such"], 64, "no command 'no-such'"),
        (["camera"], 64, "an argument is missing; expected: camrelayctl camera [--json] NAME"),
        (["camera", "a", "b"], 64, "too many arguments"),
        (["status", "--loud"], 64, "--loud"),
        (["camera", "nobody"], 64, "no such camera"),
        (["set", "a", "=x"], 64, "no [Section.]Key=VALUE"),
        (["--loud"], 64, "--loud"),
    ]:
        done = ctl(relay, *words)
        assert (done.returncode, done.stdout) == (status, "") and said in done.stderr, (words, done)


def test_nobody_is_there(tmp_path):
    for path in (tmp_path / "none.sock", tmp_path / "no" / "folder"):
        done = subprocess.run([CTL, "--socket", path, "status"], capture_output=True, text=True, timeout=10, check=False)
        assert done.returncode == 69 and f"nobody answers at '{path}': is the daemon running?" in done.stderr
    done = subprocess.run([CTL, "status"], capture_output=True, text=True, timeout=10, check=False, env={**os.environ, "CAMRELAY_SOCKET": str(tmp_path / "x")})
    assert done.returncode == 69 and str(tmp_path / "x") in done.stderr


def test_every_command_has_its_help():
    overview = subprocess.run([CTL, "--help"], capture_output=True, text=True, timeout=10, check=True).stdout
    commands = re.findall(r"^  (\S+)", overview, re.M)
    assert len(commands) == 17
    for command in commands:
        done = subprocess.run([CTL, command, "--help"], capture_output=True, text=True, timeout=10, check=False)
        assert done.returncode == 0 and f"camrelayctl {command}" in done.stdout, (command, done)
    manual = (ROOT / "docs/man/camrelayctl.1").read_text().replace("\\-", "-")
    assert [command for command in commands if command not in manual] == []


def test_hashes_are_taken_by_the_daemon(start_relay, environment):
    done = subprocess.run([CTL, "hash-password", "bob"], input=CANARY + "\n", capture_output=True, text=True, timeout=10, check=True)
    assert CANARY not in done.stdout
    relay = start_relay(f"a={CAMERA}", config=done.stdout)
    relay.wait_for_connected("a")
    with RtspClient(relay.url + "/a", user="bob", password=CANARY) as client:
        assert client.describe().status == 200
    made = subprocess.run([CTL, "hash-password", "--token", "--new"], capture_output=True, text=True, timeout=10, check=True).stdout
    token = re.search(r": (\S{43})\n", made)[1]
    again = subprocess.run([CTL, "hash-password", "--token"], input=token, capture_output=True, text=True, timeout=10, check=True).stdout
    assert again == made.splitlines()[1] + "\n" and re.fullmatch(r"TokenHash=sha256:[0-9a-f]{64}\n", again)
    for words in ([], ["bob", "--token"], ["bob", "--new"], ["a:b"]):
        assert subprocess.run([CTL, "hash-password", *words], input="x\n", capture_output=True, text=True, timeout=10, check=False).returncode == 64
    assert subprocess.run([CTL, "hash-password", "bob"], input="", capture_output=True, text=True, timeout=10, check=False).returncode == 64


def test_a_support_bundle_is_a_file_of_its_owner(relay, tmp_path):
    path = tmp_path / "bundle.tar"
    done = ctl(relay, "support-bundle", "--output", path)
    assert (done.returncode, done.stdout) == (0, f"{path}\n") and path.stat().st_mode & 0o777 == 0o600
    with tarfile.open(path) as bundle:
        assert bundle.getnames()
    assert CANARY.encode() not in path.read_bytes()
    again = ctl(relay, "support-bundle", "--output", path)
    assert again.returncode == 71 and f"cannot write '{path}': File exists" in again.stderr
    assert ctl(relay, "support-bundle", cwd=tmp_path).returncode == 0
    named = [found for found in tmp_path.glob("camrelay-support-*.tar")]
    assert len(named) == 1 and re.fullmatch(r"camrelay-support-\d{8}-\d{6}.tar", named[0].name)
    piped = subprocess.run([CTL, "--socket", path_of(relay), "support-bundle", "-o", "-"], capture_output=True, timeout=30, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(piped)) as bundle:
        assert bundle.getnames()


def test_a_check_without_a_daemon_is_the_daemon_s_own():
    environment = {"PATH": "/usr/bin:/bin", "CAMRELAY_SOCKET": "/nonexistent/control.sock"}
    done = subprocess.run([CTL, "check"], capture_output=True, text=True, timeout=30, check=False, env=environment)
    assert "no daemon runs: these are the files that it would read" in done.stderr
    own = subprocess.run([binary(), "--check"], capture_output=True, text=True, timeout=30, check=False, env=environment)
    assert (done.returncode, done.stdout) == (own.returncode, own.stdout)


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


# ---- completion ----

COMPLETE = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_camrelayctl
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(relay, *words):
    environment = {"PATH": f"{CTL.parent}:/usr/bin:/bin", "CAMRELAY_SOCKET": str(path_of(relay))}
    done = subprocess.run(["bash", "-c", COMPLETE, "bash", ROOT / "completions/camrelayctl.bash", "camrelayctl", *words], capture_output=True, text=True,
                          timeout=20, check=True, env=environment)
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes(relay):
    overview = subprocess.run([CTL, "--help"], capture_output=True, text=True, timeout=10, check=True).stdout
    assert sorted(complete(relay, "")) == sorted(re.findall(r"^  (\S+)", overview, re.M))
    assert complete(relay, "re") == ["readers", "retry", "remove", "reload"]
    assert complete(relay, "camera", "") == ["a", "gone"]
    assert complete(relay, "camera", "g") == ["gone"]
    assert complete(relay, "--socket", "/x", "retry", "") == ["a", "gone"]
    assert complete(relay, "status", "--") == ["--help", "--socket", "--json", "--watch"]
    assert complete(relay, "log", "--level", "") == ["error", "warning", "info", "debug"]
    assert complete(relay, "add", "") == []


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh")
def test_zsh_understands_its_file():
    done = subprocess.run(["zsh", "-n", ROOT / "completions/_camrelayctl"], capture_output=True, text=True, timeout=10, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# ---- changes ----

def dropin(relay, camera):
    return relay.folder / "state" / "cameras.d" / f"{camera}.d" / "50-ctl.conf"


def test_a_camera_is_added_changed_and_removed(relay, watch):
    stays = watch()
    done = ctl(relay, "add", "new", CAMERA, "Description=by the gate")
    assert done.returncode == 0 and re.search(r"^\+ camera new", done.stdout, re.M), done
    relay.wait_for_connected("new")
    assert dropin(relay, "new").stat().st_mode & 0o777 == 0o600
    assert "by the gate" in ctl(relay, "camera", "new").stdout
    done = ctl(relay, "set", "new", "Description=", "Stream main.StallTimeout=7s")
    assert done.returncode == 0 and "StallTimeout" in done.stdout and "(live)" in done.stdout, done
    assert "by the gate" not in ctl(relay, "camera", "new").stdout
    assert ctl(relay, "set", "new", "Stream main.StallTimeout").returncode == 0
    assert "StallTimeout" not in dropin(relay, "new").read_text()
    assert ctl(relay, "remove", "new").returncode == 0
    wait_until(lambda: ctl(relay, "camera", "new").returncode == 64)
    assert not dropin(relay, "new").exists()
    stays.read_packet()
    assert len(ctl(relay, "readers", "a").stdout.splitlines()) == 2


def test_a_camera_is_disabled_and_enabled(relay):
    assert ctl(relay, "disable", "a").returncode == 0
    wait_until(lambda: re.search(r"^a +main +disabled", ctl(relay, "cameras").stdout, re.M))
    with RtspClient(relay.url + "/a") as client:
        assert client.describe().status == 503
    assert ctl(relay, "enable", "a").returncode == 0
    wait_until(lambda: re.search(r"^a +main +connected", ctl(relay, "cameras").stdout, re.M))


def test_changes_that_are_refused(relay):
    before = len(ctl(relay, "cameras").stdout.splitlines())
    for words, status, said in [
        (["add", "a", CAMERA], 64, "a"),
        (["add", "Bad", CAMERA], 64, "'name'"),
        (["add", "new", "rtsp://"], 78, "URL"),
        (["add", "new", CAMERA, "No.Such=1"], 78, "No"),
        (["set", "nobody", "Description=x"], 64, "nobody"),
        (["set", "a", "Descripton=x"], 78, "Descripton"),
        (["set", "a", "Description=x\nURL=test:"], 78, "Description"),
        (["set", "a", "Stream main.StallTimeout=1y"], 78, "StallTimeout"),
        (["remove", "nobody"], 64, "nobody"),
        (["remove", "a"], 78, "a"),
    ]:
        done = ctl(relay, *words)
        assert (done.returncode, done.stdout) == (status, "") and said in done.stderr, (words, done)
        assert not dropin(relay, words[1]).exists()
    assert len(ctl(relay, "cameras").stdout.splitlines()) == before


def test_a_reload_says_what_changes(start_relay, write_config):
    relay = start_relay(cameras={"a": f"[Camera]\nURL={CAMERA}\n"})
    relay.wait_for_connected("a")
    assert ctl(relay, "check").stdout == "no errors, and a reload changes nothing\n"
    files = {"a": f"[Camera]\nURL={CAMERA}\nDescription=yard\n", "b": f"[Camera]\nURL={CAMERA}\n"}
    write_config(cameras=files)
    planned = ctl(relay, "reload", "--dry-run").stdout
    assert re.search(r"^~ camera a: .*Description.*\(live\)$", planned, re.M) and re.search(r"^\+ camera b", planned, re.M), planned
    assert len(ctl(relay, "cameras").stdout.splitlines()) == 2
    assert ctl(relay, "reload").stdout == planned
    relay.wait_for_connected("b")
    write_config(cameras={"b": f"[Camera]\nURL={CAMERA}\nURI=x\n"})
    for command in ("check", "reload"):
        done = ctl(relay, command)
        assert done.returncode == 78 and "b.conf:3: " in done.stderr, done
    assert len(ctl(relay, "cameras").stdout.splitlines()) == 3


def test_a_password_is_in_no_answer(relay):
    assert ctl(relay, "add", "new", f"rtsp://viewer:{CANARY}@127.0.0.1:9/x", f"Description={'x' * 200}").returncode == 0
    assert ctl(relay, "set", "new", f"Password={CANARY}2", "Username=").returncode == 78
    assert ctl(relay, "set", "new", "URL=rtsp://127.0.0.1:9/y", "Username=viewer", f"Password={CANARY}3").returncode == 0
    for command in (["camera", "new", "--json"], ["status", "--json"], ["log", "--level", "debug"], ["check"], ["set", "new", f"Password={CANARY}\n"]):
        assert CANARY not in "".join(str(part) for part in (lambda done: (done.stdout, done.stderr))(ctl(relay, *command)))
    assert dropin(relay, "new").stat().st_mode & 0o777 == 0o600
