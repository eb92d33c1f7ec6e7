"""camrelayctl: each of its commands with a daemon of its own."""

import io
import json
import os
import re
import shutil
import subprocess
import tarfile

import pytest

from control_client import CAMERA, CTL, Watchers, ctl, path_of, wait_until
from process import start
from relay import CANARY, ROOT, binary
from rtsp_client import RtspClient


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
