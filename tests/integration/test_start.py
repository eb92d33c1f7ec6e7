"""How soon it is ready, again and again on one port; and what it says when it cannot start, how soon."""

import os
import pathlib
import re
import socket
import subprocess
import time

import pytest

from rtsp_client import RtspClient

CAMERAS = 200
READY_S = 1.0
REFUSED_S = 1.0
CONFIG = "[RTSP]\nListen=127.0.0.1:0\n"
STATE_LIMIT = "256k"
# A small file system at the state folder, mounted for this process alone, then $PREPARE.
MOUNT = 'mkdir -p "$STATE_DIRECTORY" && mount -t tmpfs -o size={size},mode=0700 none "$STATE_DIRECTORY" && {{ {prepare}; }} && exec "$@"'


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_ready_with_many_cameras(start_relay, bar):
    """None of them answers: nothing waits for a camera. The first start of all looks at GStreamer's plug-ins, so this is the second."""
    start_relay().stop()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(CAMERAS * 2)
        url = f"rtsp://127.0.0.1:{silent.getsockname()[1]}"
        cameras = {f"cam{number:03}": f"[Camera]\nURL={url}/{number}\nUsername=viewer\nPassword=x{number}\n[Stream sub]\nURL={url}/{number}/sub\n"
                   for number in range(CAMERAS)}
        relay = start_relay(cameras=cameras)
        bar(f"start to ready with {CAMERAS} cameras configured", relay.ready_after_s, READY_S, "s")


def count_time_wait(port):
    """Connections from PORT that the kernel remembers, though nobody has them any more: proc(5), "net/tcp"."""
    lines = pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    states = [(line.split()[1], line.split()[3]) for line in lines]
    return sum(local.endswith(f":{port:04X}") and state == "06" for local, state in states)


def start_and_stop(make_relay, write_config, rounds):
    """The same port each time, with the last round's connections still in TIME_WAIT; returns how many first connections succeeded."""
    port = free_port()
    config = write_config(f"[RTSP]\nListen=127.0.0.1:{port}\n", {"yard": "[Camera]\nURL=rtsp://127.0.0.1:9/x\n"})
    served = 0
    for _ in range(rounds):
        relay = make_relay("--config", config)
        relay.wait_until_ready()
        with RtspClient(relay.url) as first, RtspClient(relay.url) as second:
            served += first.request("OPTIONS").status == second.request("OPTIONS").status == 200
            relay.process.terminate()
            first.wait_closed()  # it closes first, so TIME_WAIT is on its side
            second.wait_closed()
        assert relay.wait_for_exit() == 0
    return served, count_time_wait(port)


@pytest.mark.parametrize("rounds", [50, pytest.param(500, marks=pytest.mark.long)])
def test_again_and_again_on_one_port(make_relay, write_config, bar, rounds):
    served, waiting = start_and_stop(make_relay, write_config, rounds)
    assert waiting > 0
    bar(f"first connections refused in {rounds} starts on one port", rounds - served, 0)


class Refusal:
    """Starts what must end by itself; how long that took is one bar for all reasons."""

    def __init__(self, manager, bar):
        self._manager, self._bar = manager, bar

    def expect(self, status, line, *arguments, **options):
        relay = self._manager.start(*arguments, **options)
        assert relay.wait_for_exit() == status, relay.log
        took_s = time.monotonic() - relay.started_at
        relay.wait_for_line(line)
        self._bar("a start that fails says why", took_s, REFUSED_S, "s")


@pytest.fixture
def refusal(service_manager, bar):
    return Refusal(service_manager, bar)


def test_port_in_use(refusal, write_config):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        refusal.expect(69, rf"^ERROR cannot start: cannot listen on '{address}': Address already in use$",
                       "--config", write_config(f"[RTSP]\nListen={address}\n"), "yard=test:")


def test_unreadable_certificate(refusal, write_config, tmp_path):
    for path, why in ((tmp_path / "gone.pem", "No such file"), (tmp_path, "directory")):
        config = write_config(f"{CONFIG}ListenTLS=127.0.0.1:0\nCertificate={path}\n")
        refusal.expect(78, rf"^ERROR cannot start: Certificate='{re.escape(str(path))}': .*{why}", "--config", config, "yard=test:")


def test_missing_credential(refusal, write_config, tmp_path):
    config = write_config(CONFIG, {"yard": "[Camera]\nURL=rtsp://127.0.0.1:9/x\nUsername=viewer\nPasswordCredential=driveway\n"})
    refusal.expect(78, r"yard\.conf:4: .*'driveway'", "--config", config, CREDENTIALS_DIRECTORY=str(tmp_path))


def mounted(prepare, size=STATE_LIMIT):
    """Words in front of the daemon's: a file system of its own for the state folder."""
    unshare = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")
    probe = subprocess.run([*unshare, "true"], stderr=subprocess.PIPE, text=True, check=False)
    if probe.returncode:
        pytest.skip(f"needs a mount namespace: {probe.stderr.strip()}")
    return (*unshare, "sh", "-c", MOUNT.format(size=size, prepare=prepare), "sh")


def test_state_folder_read_only(refusal, write_config):
    """It was named, by the service manager: without it nobody would notice that nothing is kept."""
    refusal.expect(77, r"^camrelayd: state folder '.*/state': Read-only file system$", "--config", write_config(CONFIG), "yard=test:",
                   wrapper=mounted('mount -o remount,ro "$STATE_DIRECTORY"'))


def test_disk_full_for_a_file(refusal, write_config):
    """Not even the lock can be made."""
    refusal.expect(71, r"^camrelayd: state folder '.*/state': No space left on device$", "--config", write_config(CONFIG), "yard=test:",
                   wrapper=mounted('i=0; while touch "$STATE_DIRECTORY/$i" 2>/dev/null; do i=$((i + 1)); done', size="64k,nr_inodes=20"))


def test_disk_full(service_manager, write_config, bar):
    """It serves all the same, and says that it cannot keep things."""
    config = write_config(CONFIG, {"yard": "[Camera]\nURL=test:?size=320x240&audio=none\n"})
    fill = 'dd if=/dev/zero of="$STATE_DIRECTORY/full" bs=4k status=none 2>/dev/null || true'
    relay = service_manager.start("--config", config, wrapper=mounted(fill))
    relay.wait_until_ready()
    bar("start to ready on a full disk", relay.ready_after_s, REFUSED_S, "s")
    relay.wait_for_connected("yard")
    with RtspClient(f"{relay.url}/yard") as client:
        assert client.play_tcp((0,)).status == 200
        assert client.read_frame()
    relay.stop()
    assert re.search(r"WARNING .*/state/.*No space left on device", relay.log), relay.log
